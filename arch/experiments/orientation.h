// SPDX-License-Identifier: Apache-2.0
// Four outputs learn four orientations of a bar, and the direction of its motion is read from devices that relax (Nie
// et al., Adv. Mater. 2025, doi:10.1002/adma.202412006).
#pragma once

#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/schema.h"

namespace bitline::arch {

// dw = rate x (x - theta(w)), theta(w) = threshold + slide w, for each synapse of the winner, w clipped to 0 .. 1; x is
// the rate of its input. Below theta depression first deepens, then turns: Bienenstock, Cooper, Munro, J. Neurosci. 2,
// 32 (1982), doi:10.1523/JNEUROSCI.02-01-00032.1982, with the threshold that slides with the device's own conductance
// (Nie et al. 2025).
struct SlidingThresholdRule {
  static constexpr const char* type = "sliding-threshold";
  static constexpr const char* about = "each synapse compares its input's rate with a threshold set by its conductance";
  double threshold_Hz = 1.5, slide_Hz = 0.3, rate_s2 = 4e-4;
};
// dw = rate x y (y - theta), theta the running mean of y^2 over `memory` epochs in which the output won: the textbook
// rule, whose threshold belongs to the output.
struct RateProductRule {
  static constexpr const char* type = "rate-product";
  static constexpr const char* about =
      "one threshold for each output, the running mean of its squared rate (textbook BCM)";
  double rate_s3 = 4e-3, memory = 100;
};
using OrientationRule = std::variant<SlidingThresholdRule, RateProductRule>;
void fields(Visitor&, SlidingThresholdRule&);
void fields(Visitor&, RateProductRule&);

// The bar crosses the field, a device at each pixel; what relaxes tells where it was last.
struct MovingBar {
  static constexpr std::array steps_s{0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 2.0};  // of the curve over speeds
  double step_s = 0.1;     // from one position to the next, and to the reading
  double slow_step_s = 1;  // as slow that it must fail
  double amplitude_V = 1, width_s = 1e-3;
  double read_noise = 0.01;  // of the total conductance
};
void fields(Visitor&, MovingBar&);

struct Orientation {
  static constexpr const char* type = "orientation";
  static constexpr const char* about = "orientations of a bar learned by competing outputs, directions from relaxation";
  static constexpr auto reads =
      std::to_array<std::string_view>({"device.g_min", "device.g_max", "device.plasticity.potentiation",
                                       "device.plasticity.history", "device.plasticity.spread"});
  static constexpr int most_pulses = 500;  // mean counts up to here are drawn exactly
  int seeds = 20;
  int epochs = 5000;
  double bar_Hz = 2, field_Hz = 0.7;  // mean rates of inputs on the bar and off it
  double observation_s = 10;          // pulses are counted so long
  double g_full_S = 1e-3;             // of weight 1
  double start_low_S = 50e-6, start_high_S = 150e-6;
  OrientationRule rule = SlidingThresholdRule{};
  double cycle_spread = 0.0121, device_spread = 0.0193;  // sigma of a step's size: step to step, device to device
  double read_V = 0.1, read_s = 1e-4;                    // of one reading, for costs
  MovingBar motion;
};
void fields(Visitor&, Orientation&);
std::vector<Diagnostic> check(const Orientation&);  // paths are relative to the experiment

}  // namespace bitline::arch
