// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/orientation.h"

#include <fmt/format.h>

#include <algorithm>

namespace bitline::arch {

void fields(Visitor& v, SlidingThresholdRule& r) {
  v(r.threshold_Hz, {.key = "threshold", .meaning = "rate that changes nothing at weight 0", .unit = Unit::hertz});
  v(r.slide_Hz, {.key = "slide", .meaning = "what weight 1 adds to it", .unit = Unit::hertz});
  v(r.rate_s2, {.key = "rate", .meaning = "weight that a step adds for a squared rate of 1 Hz^2", .positive = true});
}

void fields(Visitor& v, RateProductRule& r) {
  v(r.rate_s3,
    {.key = "rate", .meaning = "weight that a step adds for a product of rates of 1 Hz^3", .positive = true});
  v(r.memory, {.key = "memory", .meaning = "epochs won that the running mean looks back", .min = 1});
}

void fields(Visitor& v, MovingBar& m) {
  v(m.step_s, {.key = "step",
               .meaning = "time from one position to the next, and to the reading",
               .unit = Unit::second,
               .positive = true});
  v(m.slow_step_s, {.key = "slow_step",
                    .meaning = "a step so slow that devices have forgotten",
                    .unit = Unit::second,
                    .positive = true});
  v(m.amplitude_V,
    {.key = "amplitude", .meaning = "of the pulse at each position", .unit = Unit::volt, .positive = true});
  v(m.width_s, {.key = "width", .meaning = "of the pulse", .unit = Unit::second, .positive = true});
  v(m.read_noise, {.key = "read_noise",
                   .meaning = "sigma of a reading over the device's total conductance",
                   .unit = Unit::fraction,
                   .min = 0});
}

void fields(Visitor& v, Orientation& o) {
  v(o.seeds, {.key = "seeds", .meaning = "runs, each with draws of its own", .min = 2, .max = 100000});
  v(o.epochs, {.key = "epochs", .meaning = "patterns shown one after another", .min = 1});
  v(o.bar_Hz,
    {.key = "bar_rate", .meaning = "mean rate of an input on the bar", .unit = Unit::hertz, .positive = true});
  v(o.field_Hz, {.key = "field_rate", .meaning = "mean rate of an input off the bar", .unit = Unit::hertz, .min = 0});
  v(o.observation_s, {.key = "observation",
                      .meaning = "how long the pulses of a pattern are counted",
                      .unit = Unit::second,
                      .positive = true});
  v(o.g_full_S, {.key = "g_full", .meaning = "conductance of weight 1", .unit = Unit::siemens, .positive = true});
  v(o.start_low_S, {.key = "start_low", .meaning = "lowest conductance at the start", .unit = Unit::siemens, .min = 0});
  v(o.start_high_S,
    {.key = "start_high", .meaning = "highest conductance at the start", .unit = Unit::siemens, .positive = true});
  v(o.rule, {.key = "rule", .meaning = "how the winner's synapses change"});
  v(o.cycle_spread,
    {.key = "cycle_spread", .meaning = "sigma of a step's size from step to step", .unit = Unit::fraction, .min = 0});
  v(o.device_spread, {.key = "device_spread",
                      .meaning = "sigma of a step's size from device to device",
                      .unit = Unit::fraction,
                      .min = 0});
  v(o.read_V, {.key = "read_voltage", .meaning = "of a reading, for its energy", .unit = Unit::volt, .positive = true});
  v(o.read_s, {.key = "read_time", .meaning = "of a reading, for its energy", .unit = Unit::second, .positive = true});
  v(o.motion, {.key = "motion", .meaning = "a bar that crosses the field"});
}

std::vector<Diagnostic> check(const Orientation& o) {
  std::vector<Diagnostic> found;
  if (o.start_low_S > o.start_high_S)
    add_problem(found, "start_low", "is above start_high", "the range runs from low to high");
  if (o.start_high_S > o.g_full_S)
    add_problem(found, "start_high", "is above g_full, the conductance of weight 1", "lower it");
  if (o.field_Hz >= o.bar_Hz)
    add_problem(found, "field_rate", "is not below bar_rate: there is no bar to see", "lower it");
  if (const double fastest_Hz = std::max(o.bar_Hz, o.field_Hz); fastest_Hz * o.observation_s > Orientation::most_pulses)
    add_problem(found, "observation",
                fmt::format("{:.4g} s at {:.4g} Hz are more than {} pulses to count", o.observation_s, fastest_Hz,
                            Orientation::most_pulses),
                "observe for a shorter time");
  const MovingBar& m = o.motion;
  const double shortest_s = std::min({m.step_s, m.slow_step_s, MovingBar::steps_s.front()});
  if (m.width_s > shortest_s)
    add_problem(found, "motion.width",
                fmt::format("pulses of {:.4g} s are longer than a step of {:.4g} s (the curve over speeds begins at "
                            "{:.4g} s)",
                            m.width_s, shortest_s, MovingBar::steps_s.front()),
                "make them shorter");
  return found;
}

}  // namespace bitline::arch
