// SPDX-License-Identifier: Apache-2.0
// What becomes of a written device: relaxation, drift, slow noise and temperature. Closed lists; parameters only
// (behaviour: age.cpp, slow_noise.cpp).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::device {

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
// The same law level by level: linear between the listed conductances, held outside them.
struct RelaxingLevel {
  double g_S = 0, sigma_S = 0, sigma_per_decade_S = 0, shift_S = 0, shift_per_decade_S = 0;
};
struct LevelRelaxation {
  static constexpr const char* type = "by-level";
  static constexpr const char* about =
      "normal; variance and mean shift grow with the logarithm of time, level by level";
  double t0_s = 1;
  std::vector<RelaxingLevel> levels = {};  // ascending g
};
// Measured changes: at each level and time the quantiles of G(t) - G_written at equally spaced normal scores from -3 to
// 3 (an odd number of them, ascending). Linear in the score, in log t and in G; beyond the last time the last slope
// goes on; before the first the device is as written. Devices keep their score, so heavy tails and saturation are kept.
struct MeasuredChange {
  double t_s = 0;
  std::vector<double> change_S = {};
};
struct MeasuredLevel {
  double g_S = 0;
  std::vector<MeasuredChange> at = {};  // ascending times, the same at every level
};
struct MeasuredRelaxation {
  static constexpr const char* type = "measured";
  static constexpr const char* about = "quantiles of measured changes by level and time";
  std::vector<MeasuredLevel> levels = {};  // ascending g
};
using Relaxation = std::variant<NoRelaxation, LogTimeRelaxation, LevelRelaxation, MeasuredRelaxation>;

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
// clip(per_ln ln g + constant, min, max); at g = 0 the limit that is approached.
struct ClippedLog {
  double per_ln = 0, constant = 0, min = 0, max = 1;
  double at(double g) const;
};
// The same with an exponent that depends on the state: nu = |mean(g) + sigma(g) z|, g = G / g_max before drift.
// Defaults: phase-change memory, PCMLikeNoiseModel of IBM/aihwkit (Nandakumar et al., ICECS 2019; Joshi et al. 2020).
struct StateDrift {
  static constexpr const char* type = "power-law-by-state";
  static constexpr const char* about = "G (1 + t/t0)^-nu, the exponent's mean and spread functions of the state";
  double t0_s = 20;
  ClippedLog nu_mean = {-0.0155, 0.0244, 0.049, 0.1}, nu_sigma = {-0.0125, -0.0059, 0.008, 0.045};
};
// G(t) = g_rest + (G - g_rest)(share1 exp(-t/tau1) + (1 - share1) exp(-t/tau2)). Devices below rest (after depression)
// may have constants of their own.
struct DoubleExponentialDrift {
  static constexpr const char* type = "double-exponential";
  static constexpr const char* about = "relaxes to a resting conductance with two time constants";
  double g_rest_S = 0, share1 = 0.5, tau1_s = 0.069, tau2_s = 0.24;
  std::optional<double> share1_below = {}, tau1_below_s = {}, tau2_below_s = {};  // unset: as above
};
using Drift = std::variant<NoDrift, PowerLawDrift, StateDrift, DoubleExponentialDrift>;

// --- noise that is correlated over reads: part of the state ---------------------------------------------------------
struct NoSlowNoise {
  static constexpr const char* type = "none";
  static constexpr const char* about = "no slow noise";
};
// Standard deviation G q sqrt(ln((t + t0 + t_read) / (2 t_read))), q = min(q1 / g^exponent, q_max): 1/f noise seen for
// t + t0 by reads of t_read. Drawn as one telegraph-like component per decade of time constants. Defaults: PCM as
// above.
struct FlickerNoise {
  static constexpr const char* type = "flicker";
  static constexpr const char* about = "1/f noise; its variance grows with the logarithm of the observed time";
  double q1 = 0.0088, exponent = 0.65, q_max = 0.2, t0_s = 20, t_read_s = 250e-9;
  double relative_sigma(double g, double t_s) const;  // of G; 0 where nothing is seen yet
};
// A share of the devices has a trap that moves the conductance by +-amplitude G while in its other state, where it is
// with probability (1 - exp(-t / tau)) / 2 when observed for t; tau log-uniform.
struct TelegraphNoise {
  static constexpr const char* type = "telegraph";
  static constexpr const char* about = "two-state noise of a share of the devices, time constants log-uniform";
  double share = 0.1, amplitude = 0.05, tau_min_s = 1e-3, tau_max_s = 1e5;
};
using SlowNoise = std::variant<NoSlowNoise, FlickerNoise, TelegraphNoise>;

// Time runs exp(Ea / k (1 / reference - 1 / temperature)) times as fast for relaxation and drift (Arrhenius).
struct Thermal {
  double reference_K = 300;
  double relaxation_eV = 0, drift_eV = 0;  // activation energies; 0: no dependence
};
double arrhenius(double energy_eV, double reference_K, double temperature_K);

void fields(Visitor&, NoRelaxation&);
void fields(Visitor&, LogTimeRelaxation&);
void fields(Visitor&, RelaxingLevel&);
void fields(Visitor&, LevelRelaxation&);
void fields(Visitor&, MeasuredChange&);
void fields(Visitor&, MeasuredLevel&);
void fields(Visitor&, MeasuredRelaxation&);
void fields(Visitor&, NoDrift&);
void fields(Visitor&, PowerLawDrift&);
void fields(Visitor&, ClippedLog&);
void fields(Visitor&, StateDrift&);
void fields(Visitor&, DoubleExponentialDrift&);
void fields(Visitor&, NoSlowNoise&);
void fields(Visitor&, FlickerNoise&);
void fields(Visitor&, TelegraphNoise&);
void fields(Visitor&, Thermal&);

}  // namespace bitline::device
