// SPDX-License-Identifier: Apache-2.0
// The keys of the write models, their units, ranges and sources.
#include "device/write_models.h"

namespace bitline::device {

void fields(Visitor&, ExactWrite&) {}

void fields(Visitor& v, GaussianWrite& w) {
  v(w.sigma_S,
    {.key = "sigma",
     .meaning = "coefficients c0, c1, ... of sigma = c0 + c1 g + c2 g^2 + ..., g = target / g_max (0 where negative)",
     .unit = Unit::siemens,
     .required = true});
}

void fields(Visitor& v, WindowWrite& w) {
  v(w.half_width_S,
    {.key = "half_width",
     .meaning = "the write-verify loop stops within target +- this",
     .unit = Unit::siemens,
     .min = 0,
     .source = "write-verify tolerance of Zhao et al., Nat. Commun. 2023, doi:10.1038/s41467-023-38021-7, Fig. 2g"});
}

void fields(Visitor& v, LevelAccuracyWrite& w) {
  v(w.accuracy,
    {.key = "accuracy",
     .meaning = "share of mapped weights whose nearest level after writing is the intended one; below 1",
     .unit = Unit::fraction,
     .max = 1,
     .positive = true,
     .source = "Yang et al., Adv. Mater. 2025, doi:10.1002/adma.202419204: final writing weights accuracy"});
}

void fields(Visitor& v, WrittenLevel& l) {
  v(l.g_S, {.key = "g", .meaning = "target", .unit = Unit::siemens, .min = 0, .required = true});
  v(l.error_S, {.key = "error",
                .meaning = "quantiles of written - target at equally spaced normal scores from -3 to 3, an odd number",
                .unit = Unit::siemens,
                .required = true});
}

void fields(Visitor& v, MeasuredWrite& w) {
  v(w.levels, {.key = "levels", .meaning = "targets from the lowest up; linear in between, held beyond the ends"});
}

void fields(Visitor& v, WriteVerify& w) {
  v(w.half_width_S,
    {.key = "half_width",
     .meaning = "pulses stop when a read is within target +- this",
     .unit = Unit::siemens,
     .positive = true,
     .source = "write-verify tolerance of Zhao et al., Nat. Commun. 2023, doi:10.1038/s41467-023-38021-7, Fig. 2g"});
  v(w.half_width_per_g_S,
    {.key = "half_width_per_g",
     .meaning = "what half_width grows by from a target of 0 to one of g_max, in proportion to the target",
     .unit = Unit::siemens});
  v(w.set_step_S,
    {.key = "set_step",
     .meaning = "coefficients c0, c1, ... of a set pulse's mean step, a polynomial of g = G / g_max in 0..1",
     .unit = Unit::siemens,
     .required = true});
  v(w.reset_step_S, {.key = "reset_step",
                     .meaning = "the same for reset pulses, which lower G by it; empty = as set_step",
                     .unit = Unit::siemens});
  v(w.growth, {.key = "growth",
               .meaning = "share of its first step by which each further pulse in one direction is larger",
               .unit = Unit::fraction,
               .min = 0});
  v(w.spread, {.key = "spread",
               .meaning = "standard deviation of a step from pulse to pulse, relative",
               .unit = Unit::fraction,
               .min = 0});
  v(w.device_spread, {.key = "device_spread",
                      .meaning = "sigma of the factor exp(sigma z) of all steps of a device: slow and fast devices",
                      .unit = Unit::fraction,
                      .min = 0,
                      .max = 3});
  v(w.verify_noise_S,
    {.key = "verify_noise", .meaning = "rms noise of one verify read", .unit = Unit::siemens, .min = 0});
  v(w.max_pulses,
    {.key = "max_pulses", .meaning = "pulses of one round after which a device is given up", .min = 1, .max = 10000});
  v(w.start_S, {.key = "start", .meaning = "conductance before the first pulse", .unit = Unit::siemens, .min = 0});
  v(w.rounds, {.key = "rounds",
               .meaning = "write, wait, verify and write again what has left the window: 1 = write once",
               .min = 1,
               .max = 32});
  v(w.wait_s, {.key = "wait", .meaning = "time between rounds", .unit = Unit::second, .positive = true});
}

void fields(Visitor&, PulseWrite&) {}

}  // namespace bitline::device
