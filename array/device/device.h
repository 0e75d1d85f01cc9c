// SPDX-License-Identifier: Apache-2.0
// One memristor: what conductance it takes when written, what that becomes with time, and how it fluctuates when read.
// Static models; every draw is a function of the cell's logical identity. Conductances in siemens, times in seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "array/device/curve.h"
#include "array/plasticity/plasticity.h"
#include "base/error.h"
#include "base/random.h"
#include "base/schema.h"

namespace bitline {

// --- writing: the conductance right after the write ---------------------------------------------------------------
struct ExactWrite {
  static constexpr const char* type = "exact";
  static constexpr const char* about = "the target itself";
};
// Normal with sigma(G) = c0 + c1 g + c2 g^2 + ... (0 where that is negative), g = target / g_max.
struct GaussianWrite {
  static constexpr const char* type = "gaussian";
  static constexpr const char* about = "normal around the target, sigma a polynomial of the state";
  std::vector<double> sigma_S = {};  // c0, c1, ...
};
// Write-verify stops inside a window: uniform within target +- half_width.
struct WindowWrite {
  static constexpr const char* type = "window";
  static constexpr const char* about = "uniform in a write-verify acceptance window";
  double half_width_S = 0.25e-6;
};
// Normal with one sigma, solved so that `accuracy` of the mapped weights read back as intended.
struct LevelAccuracyWrite {
  static constexpr const char* type = "level-accuracy";
  static constexpr const char* about = "normal; sigma solved from the share of weights that read back at their level";
  double accuracy = 0.8456;
};
using WriteModel = std::variant<ExactWrite, GaussianWrite, WindowWrite, LevelAccuracyWrite>;

// --- soon after writing -------------------------------------------------------------------------------------------
struct NoRelaxation {
  static constexpr const char* type = "none";
  static constexpr const char* about = "conductance stays as written";
};
// From t0 on, var(G, t) = C1(G) log10(t / t0) + C2(G), with C1 = sigma_per_decade(g)^2, C2 = sigma(g)^2; the mean moves
// by shift_per_decade(g) log10(t / t0) + shift(g). Each is a polynomial c0 + c1 g + c2 g^2 + ... of g = G_written /
// g_max, held between 0 and 1; an empty list is 0. Before t0 (the first moment the data describe) the device is as
// written. One normal number per device for all times: its path is smooth. A fit with another t0 moves over by C2(t0')
// = C2(t0) + C1 log10(t0' / t0). Form: var(G,t) = C1(G) log10(t) + C2(G), fitted to HfOx RRAM in
// akashlevy/RRAM-Relaxation-Master-Model @ca0cfff (MIT).
struct LogTimeRelaxation {
  static constexpr const char* type = "log-time";
  static constexpr const char* about = "normal; variance and mean shift grow with the logarithm of time";
  double t0_s = 1;
  std::vector<double> sigma_S = {}, sigma_per_decade_S = {};  // per square root of a decade: variances add
  std::vector<double> shift_S = {}, shift_per_decade_S = {};
};
using Relaxation = std::variant<NoRelaxation, LogTimeRelaxation>;

// --- later ----------------------------------------------------------------------------------------------------------
struct NoDrift {
  static constexpr const char* type = "none";
  static constexpr const char* about = "no drift";
};
// G(t) = G ((t + t0) / t0)^-nu, nu = max(0, normal) per device. Joshi et al., Nat. Commun. 11, 2473 (2020),
// doi:10.1038/s41467-020-16108-9; the form with t + t0 as in IBM/aihwkit's PCMLikeNoiseModel.
struct PowerLawDrift {
  static constexpr const char* type = "power-law";
  static constexpr const char* about = "G (1 + t/t0)^-nu with an exponent per device";
  double t0_s = 20, nu_mean = 0.06, nu_sigma = 0;
};
// G(t) = g_rest + (G - g_rest)(share1 exp(-t/tau1) + (1 - share1) exp(-t/tau2)). A config must give all four.
struct DoubleExponentialDrift {
  static constexpr const char* type = "double-exponential";
  static constexpr const char* about = "relaxes to a resting conductance with two time constants";
  double g_rest_S = 0, share1 = 0.5, tau1_s = 0.069, tau2_s = 0.24;
};
using Drift = std::variant<NoDrift, PowerLawDrift, DoubleExponentialDrift>;

// White noise, independent at each read: sigma^2 = absolute^2 + (relative G)^2.
struct ReadNoise {
  double sigma_S = 0;
  double relative = 0;
};

struct Faults {
  double stuck_on = 0;     // share of devices at their own g_max whatever is written
  double stuck_off = 0;    // share at their own g_min; raising either share keeps the devices already stuck
  double dead_row = 0;     // share of physical rows that carry no voltage
  double dead_column = 0;  // share of physical columns that deliver no current
};

// Manufacture: the whole conductance window of a device (g_min, g_max and every level) scales by exp(sigma z), so that
// a write aimed at G lands around G exp(sigma z); sigma of the write error stays that of G. Cycle to cycle: one more
// such factor at each write.
struct Spread {
  double device_to_device = 0;
  double cycle_to_cycle = 0;
};

struct Device {
  double g_min_S = 1e-6;
  double g_max_S = 20e-6;
  std::vector<double> levels_S =
      {};  // table of conductances for level 0, 1, ...; empty = linear between g_min and g_max
  DeviceCurve iv = Ohmic{};
  WriteModel write = ExactWrite{};
  Relaxation relaxation = NoRelaxation{};
  Drift drift = NoDrift{};
  ReadNoise read_noise;
  Faults faults;
  Spread spread;
  std::optional<Plasticity> plasticity;  // what pulses do; `run` does not need it
};

void fields(Visitor&, ExactWrite&);
void fields(Visitor&, GaussianWrite&);
void fields(Visitor&, WindowWrite&);
void fields(Visitor&, LevelAccuracyWrite&);
void fields(Visitor&, NoRelaxation&);
void fields(Visitor&, LogTimeRelaxation&);
void fields(Visitor&, NoDrift&);
void fields(Visitor&, PowerLawDrift&);
void fields(Visitor&, DoubleExponentialDrift&);
void fields(Visitor&, ReadNoise&);
void fields(Visitor&, Faults&);
void fields(Visitor&, Spread&);
void fields(Visitor&, Device&);

// What no single field can know (g_min below g_max, levels in order, ...). Paths are relative to the device ("g_max").
std::vector<Diagnostic> check(const Device&);

// --- behaviour -----------------------------------------------------------------------------------------------------
// Which device of which weight: the identity its draws hang on. `weight` = logical row * columns + column of the
// layer's matrix.
struct CellId {
  std::uint16_t layer = 0;
  std::uint32_t weight = 0;
  std::uint16_t slice = 0;
  std::uint8_t negative = 0;  // 0: positive or only device, 1: negative device of a pair
};

// The conductance of level k (0..levels-1) of a device with that many levels: linear from g_min to g_max, or the table,
// which must then have exactly `levels` entries, none below the one before. A single level is g_min. Else InputError.
double level_conductance(const Device&, int level, int levels);

// `sigma_S`: the solved sigma when the write model is level-accuracy (else ignored). Conductances stay >= 0.
// Includes spread and stuck cells. Sets `faulty[i]` (if given) to 1 for stuck devices, 0 for others. Spans of one
// length; targets finite and not negative (InputError). Draws hang on the ids alone: any order, any splitting, the same
// numbers. The two devices of a pair share their draws' calls: neighbours in the span cost least.
void write_cells(const Device&, double sigma_S, const Random&, std::span<const CellId>,
                 std::span<const double> target_S, std::span<double> written_S, std::span<std::uint8_t> faulty = {});

// Conductance `t_s` >= 0 seconds after writing: relaxation, then drift of what that left. Never below 0. Stuck devices
// do not age; an empty `faulty` means that none is stuck. `aged_S` may be `written_S`.
void age_cells(const Device&, double t_s, const Random&, std::span<const CellId>, std::span<const double> written_S,
               std::span<const std::uint8_t> faulty, std::span<double> aged_S);

// Standard deviation of one read of a device at `g_S`, in S.
double read_noise_sigma(const Device&, double g_S);

// Dead lines of one array of one chip; `line` counts the array's physical rows or columns.
bool dead_row(const Device&, const Random&, int array, int line);
bool dead_column(const Device&, const Random&, int array, int line);

// --- level accuracy ------------------------------------------------------------------------------------------------
// One kind of stored value: the targets of its devices, the value it means and how often it occurs.
struct LevelCase {
  double positive_S = 0, negative_S = 0;  // negative_S is ignored for single devices
  int level = 0;                          // intended, in -highest..highest (pair) or 0..highest (single)
  double weight = 1;                      // occurrences
};
struct LevelGrid {
  bool pair = true;  // value = (G+ - G-) / step, else (G - g_min) / step
  double step_S = 1, g_min_S = 0;
  int lowest = -7, highest = 7;  // nearest level is clamped to this
};

// P(nearest level == intended) when each device is max(0, N(target, sigma)), mean over the cases by weight.
// Deterministic quadrature, error < 1e-6. InputError for cases or a grid that make no sense, or a negative sigma.
double level_accuracy(std::span<const LevelCase>, const LevelGrid&, double sigma_S);

// The sigma that gives `accuracy` (in S): the smallest one, since accuracy falls as sigma grows. InputError when none
// does: accuracy of 1 or more, or below what chance leaves of values without any trace of their targets.
double solve_level_accuracy(std::span<const LevelCase>, const LevelGrid&, double accuracy);

}  // namespace bitline
