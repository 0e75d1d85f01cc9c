// SPDX-License-Identifier: Apache-2.0
// How devices are written: the conductance right after the write. A closed list; parameters only (behaviour: write.cpp,
// write_verify.h).
#pragma once

#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::device {

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
// Quantiles of written - target at equally spaced normal scores from -3 to 3 (an odd number of them, ascending) for
// targets from the lowest up. Linear in the score and in the target, held beyond the first and the last one; beyond the
// scores the last slope goes on. So skew and heavy tails of measured writes are kept.
struct WrittenLevel {
  double g_S = 0;
  std::vector<double> error_S = {};
};
struct MeasuredWrite {
  static constexpr const char* type = "measured";
  static constexpr const char* about = "quantiles of measured errors by target";
  std::vector<WrittenLevel> levels = {};  // ascending g
};
// Set and reset pulses until a read lies in the window. A pulse moves the conductance by step (1 + growth (k - 1)) (1 +
// spread z) towards the target, k its number in a row of pulses of one direction; step is a polynomial of g = G /
// g_max, times exp(device_spread z) for each device. Conductances stay within 0 and 1.25 g_max.
// The window of a target is half_width + half_width_per_g target / g_max on either side of it.
struct WriteVerify {
  static constexpr const char* type = "write-verify";
  static constexpr const char* about =
      "set and reset pulses until a read lies in a window; pulses and failures counted";
  double half_width_S = 0.25e-6, half_width_per_g_S = 0;
  double window_S(double target_S, double g_max_S) const {
    return half_width_S + half_width_per_g_S * (target_S / g_max_S);
  }
  std::vector<double> set_step_S = {}, reset_step_S = {};
  double growth = 0, spread = 0.3, device_spread = 0;
  double verify_noise_S = 0;
  int max_pulses = 100;
  double start_S = 0;
  int rounds = 1;     // write all, wait, write again what has left the window
  double wait_s = 1;  // between rounds
};
// So many positive pulses from g_min, by the nominal curve of plasticity.potentiation; nobody looks. What pulses of
// their own noise (plasticity.spread) and the step between two pulses make of the target is the error.
struct PulseWrite {
  static constexpr const char* type = "pulses";
  static constexpr const char* about =
      "open loop: as many pulses from g_min as `plasticity.potentiation` needs for the target, without a look";
};
using WriteModel =
    std::variant<ExactWrite, GaussianWrite, WindowWrite, LevelAccuracyWrite, MeasuredWrite, WriteVerify, PulseWrite>;

void fields(Visitor&, ExactWrite&);
void fields(Visitor&, GaussianWrite&);
void fields(Visitor&, WindowWrite&);
void fields(Visitor&, LevelAccuracyWrite&);
void fields(Visitor&, WrittenLevel&);
void fields(Visitor&, MeasuredWrite&);
void fields(Visitor&, WriteVerify&);
void fields(Visitor&, PulseWrite&);

}  // namespace bitline::device
