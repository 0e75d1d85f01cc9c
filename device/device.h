// SPDX-License-Identifier: Apache-2.0
// One memristor: what conductance it takes when written, what that becomes with time, and how it fluctuates when read.
// Models are data: write_models.h, ageing_models.h; every draw is a function of the cell's logical identity.
// Conductances in siemens, times in seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/schema.h"
#include "device/ageing_models.h"
#include "device/curve.h"
#include "device/plasticity/plasticity.h"
#include "device/read_disturb.h"
#include "device/write_models.h"

namespace bitline::device {

// White noise, independent at each read: sigma^2 = absolute^2 + (relative G)^2 + measured(G)^2, the last linear between
// its points and held beyond them.
struct NoisePoint {
  double g_S = 0, sigma_S = 0;
};
struct ReadNoise {
  double sigma_S = 0;
  double relative = 0;
  std::vector<NoisePoint> by_conductance = {};  // ascending g
  bool none() const { return sigma_S == 0 && relative == 0 && by_conductance.empty(); }
};

struct Faults {
  double stuck_on = 0;     // share of devices at their own g_max whatever is written
  double stuck_off = 0;    // share at their own g_min; raising either share keeps the devices already stuck
  double dead_row = 0;     // share of physical rows that carry no voltage
  double dead_column = 0;  // share of physical columns that deliver no current
};

// Manufacture: the whole conductance window of a device (g_min, g_max and every level) scales by exp(sigma z), so that
// a write aimed at G lands around G exp(sigma z); sigma of the write error stays that of G. Cycle to cycle: each write
// multiplies by another exp(sigma z), with z new for the write.
struct Spread {
  double device_to_device = 0;
  double cycle_to_cycle = 0;
};

class VerifyTables;
class PulseTables;

struct Device {
  double g_min_S = 1e-6;
  double g_max_S = 20e-6;
  std::vector<double> levels_S =
      {};  // table of conductances for level 0, 1, ...; empty = linear between g_min and g_max
  DeviceCurve iv = Ohmic{};
  WriteModel write = ExactWrite{};
  Relaxation relaxation = NoRelaxation{};
  Drift drift = NoDrift{};
  SlowNoise slow_noise = NoSlowNoise{};
  ReadDisturb read_disturb = NoReadDisturb{};
  double temperature_K = 300;
  Thermal thermal;
  ReadNoise read_noise;
  Faults faults;
  Spread spread;
  std::optional<double> endurance;       // pulses a device bears
  std::optional<double> curie_K;         // above it the material is not ferroelectric
  std::optional<double> measured_s;      // after writing; what the models say of a later time is extrapolated
  std::optional<Plasticity> plasticity;  // what pulses do; `run` needs it where they write
  std::string about, doi;                // what it is, in words; the publication its numbers come from
};

void fields(Visitor&, NoisePoint&);
void fields(Visitor&, ReadNoise&);
void fields(Visitor&, Faults&);
void fields(Visitor&, Spread&);
void fields(Visitor&, Device&);

// What no single field can know (g_min below g_max, levels in order, ...). Paths are relative to the device ("g_max").
std::vector<Diagnostic> check(const Device&);

// --- behaviour -----------------------------------------------------------------------------------------------------
// What lies beyond what is known of the device, to warn of: a temperature above its Curie point, a time since writing
// beyond what was measured or the retention that was shown, a temperature that has no effect since no activation energy
// is given. Each names the key that says so.
std::vector<Diagnostic> limits_passed(const Device&, double temperature_K, double age_s);
// The same as text, each beginning with the key.
std::vector<std::string> beyond_limits(const Device&, double temperature_K, double age_s);

// Which device of which weight: the identity its draws hang on. `weight` = logical row * columns + column of the
// layer's matrix. `negative`: 0: positive or only device, 1: negative device of a pair.
struct CellId {
  std::uint32_t weight;
  std::uint16_t layer;
  std::uint16_t slice : 15, negative : 1;  // 8 bytes without gaps, so that identities are compared as one number

  constexpr CellId(std::uint16_t layer_ = 0, std::uint32_t weight_ = 0, std::uint16_t slice_ = 0,
                   std::uint8_t negative_ = 0)
      : weight(weight_), layer(layer_), slice(slice_ & 0x7fff), negative(negative_ & 1) {}
};

// The conductance of level k (0..levels-1) of a device with that many levels: linear from g_min to g_max, or the table,
// which must then have exactly `levels` entries, none below the one before. A single level is g_min. Else InputError.
double level_conductance(const Device&, int level, int levels);

// What writing needs beside the device, worked out once for many devices.
struct SolvedWrite {
  double sigma_S = 0;                            // of level-accuracy writes, else ignored
  const VerifyTables* verify = nullptr;          // of write-verify (device/write_verify.h)
  const PulseTables* pulses = nullptr;           // of counted pulses (device/write_pulses.h)
  std::uint32_t write_number = 0;                // of this writing of the devices, from 0: each has draws of its own
  SolvedWrite(double sigma) : sigma_S(sigma) {}  // implicit: most models need no more
  SolvedWrite(double sigma, const VerifyTables* verify_, const PulseTables* pulses_ = nullptr)
      : sigma_S(sigma), verify(verify_), pulses(pulses_) {}
  SolvedWrite number(std::uint32_t n) const {
    SolvedWrite other = *this;
    other.write_number = n;
    return other;
  }
};
// What writing by pulses tells of each device; empty spans are not filled. Other models leave pulses 0.
struct WriteRecord {
  std::span<std::uint8_t> faulty = {};   // 1: stuck whatever is written
  std::span<std::uint16_t> pulses = {};  // of all rounds
  std::span<std::uint8_t> failed = {};   // 1: not in the window when the pulses were used up
  std::span<std::uint8_t> round = {};    // that wrote the device last; ageing needs it when there are several
};

// Conductances stay >= 0. Includes spread and stuck cells. Sets `faulty[i]` (if given) to 1 for stuck devices, 0 for
// others. Spans of one length; targets finite and not negative (InputError). Draws hang on the ids alone: any order,
// any splitting, the same numbers. The two devices of a pair share their draws' calls: neighbours in the span cost
// least.
void write_cells(const Device&, const SolvedWrite&, const Random&, std::span<const CellId>,
                 std::span<const double> target_S, std::span<double> written_S, const WriteRecord&);
void write_cells(const Device&, const SolvedWrite&, const Random&, std::span<const CellId>,
                 std::span<const double> target_S, std::span<double> written_S, std::span<std::uint8_t> faulty = {});

// Whether anything changes with the time after writing.
bool ages(const Device&);

// Conductance `t_s` >= 0 seconds after writing: relaxation, drift of what that left, then slow noise. Never below 0.
// Stuck devices do not age; an empty `faulty` means that none is stuck, an empty `round` that all were written in the
// first. `aged_S` may be `written_S`. `write_number`: of the writing whose relaxation is meant (SolvedWrite).
void age_cells(const Device&, double t_s, const Random&, std::span<const CellId>, std::span<const double> written_S,
               std::span<const std::uint8_t> faulty, std::span<double> aged_S, std::span<const std::uint8_t> round = {},
               std::uint32_t write_number = 0);

// Standard deviation of one read of a device at `g_S`, in S.
double read_noise_variance(const Device&, double g_S);  // S^2
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

}  // namespace bitline::device
