// SPDX-License-Identifier: Apache-2.0
// The keys of relaxation, drift, slow noise and temperature, their units, ranges and sources.
#include "device/ageing_models.h"

namespace bitline::device {

void fields(Visitor&, NoRelaxation&) {}

void fields(Visitor& v, LogTimeRelaxation& r) {
  v(r.t0_s, {.key = "t0",
             .meaning = "time of the first moment described; devices are as written before it",
             .unit = Unit::second,
             .positive = true,
             .source = "log10(t / 1 s) of the fits in akashlevy/RRAM-Relaxation-Master-Model @ca0cfff"});
  v(r.sigma_S, {.key = "sigma",
                .meaning = "coefficients of the standard deviation at t0, a polynomial of g = G / g_max in 0..1",
                .unit = Unit::siemens});
  v(r.sigma_per_decade_S,
    {.key = "sigma_per_decade",
     .meaning = "coefficients of the standard deviation added (as variance) by each decade of time, "
                "a polynomial of g",
     .unit = Unit::siemens});
  v(r.shift_S,
    {.key = "shift", .meaning = "coefficients of the mean shift at t0, a polynomial of g", .unit = Unit::siemens});
  v(r.shift_per_decade_S, {.key = "shift_per_decade",
                           .meaning = "coefficients of the mean shift per decade of time, a polynomial of g",
                           .unit = Unit::siemens});
}

void fields(Visitor& v, RelaxingLevel& l) {
  v(l.g_S, {.key = "g", .meaning = "written conductance", .unit = Unit::siemens, .min = 0, .required = true});
  v(l.sigma_S, {.key = "sigma", .meaning = "standard deviation at t0", .unit = Unit::siemens, .min = 0});
  v(l.sigma_per_decade_S, {.key = "sigma_per_decade",
                           .meaning = "standard deviation added (as variance) by each decade of time",
                           .unit = Unit::siemens,
                           .min = 0});
  v(l.shift_S, {.key = "shift", .meaning = "mean shift at t0", .unit = Unit::siemens});
  v(l.shift_per_decade_S,
    {.key = "shift_per_decade", .meaning = "mean shift per decade of time", .unit = Unit::siemens});
}

void fields(Visitor& v, LevelRelaxation& r) {
  v(r.t0_s, {.key = "t0",
             .meaning = "time of the first moment described; devices are as written before it",
             .unit = Unit::second,
             .positive = true});
  v(r.levels, {.key = "levels", .meaning = "laws of levels, from the lowest conductance up; linear in between"});
}

void fields(Visitor& v, MeasuredChange& c) {
  v(c.t_s, {.key = "t", .meaning = "time after writing", .unit = Unit::second, .positive = true, .required = true});
  v(c.change_S, {.key = "change",
                 .meaning = "quantiles of G(t) - G_written at equally spaced normal scores from -3 to 3, an odd number",
                 .unit = Unit::siemens,
                 .required = true});
}

void fields(Visitor& v, MeasuredLevel& l) {
  v(l.g_S, {.key = "g", .meaning = "written conductance", .unit = Unit::siemens, .min = 0, .required = true});
  v(l.at, {.key = "at", .meaning = "measured changes, the same times at every level"});
}

void fields(Visitor& v, MeasuredRelaxation& r) {
  v(r.levels, {.key = "levels", .meaning = "levels from the lowest conductance up; linear in between"});
}

void fields(Visitor&, NoDrift&) {}

void fields(Visitor& v, PowerLawDrift& d) {
  v(d.t0_s, {.key = "t0",
             .meaning = "t0 in G (1 + t/t0)^-nu",
             .unit = Unit::second,
             .positive = true,
             .source = "phase-change memory: PCMLikeNoiseModel of IBM/aihwkit"});
  v(d.nu_mean,
    {.key = "nu_mean",
     .meaning = "mean drift exponent of the devices",
     .min = 0,
     .source = "phase-change memory: Joshi et al., Nat. Commun. 11, 2473 (2020), doi:10.1038/s41467-020-16108-9"});
  v(d.nu_sigma, {.key = "nu_sigma",
                 .meaning = "standard deviation of the drift exponent over devices; exponents below 0 count as 0",
                 .min = 0});
}

void fields(Visitor& v, ClippedLog& c) {
  v(c.per_ln, {.key = "per_ln", .meaning = "slope against ln(G / g_max)"});
  v(c.constant, {.key = "constant", .meaning = "value at g_max before clipping"});
  v(c.min, {.key = "min", .meaning = "smallest value", .min = 0});
  v(c.max, {.key = "max", .meaning = "largest value", .min = 0});
}

void fields(Visitor& v, StateDrift& d) {
  v(d.t0_s, {.key = "t0",
             .meaning = "t0 in G (1 + t/t0)^-nu",
             .unit = Unit::second,
             .positive = true,
             .source = "phase-change memory: PCMLikeNoiseModel of IBM/aihwkit"});
  v(d.nu_mean, {.key = "nu_mean",
                .meaning = "mean exponent, clipped",
                .source = "Nandakumar et al., ICECS 2019; Joshi et al. 2020, as in IBM/aihwkit"});
  v(d.nu_sigma, {.key = "nu_sigma", .meaning = "its standard deviation over devices, clipped", .source = "as nu_mean"});
}

void fields(Visitor& v, DoubleExponentialDrift& d) {
  v(d.g_rest_S, {.key = "g_rest",
                 .meaning = "resting conductance that every device relaxes to, from above or below",
                 .unit = Unit::siemens,
                 .min = 0,
                 .required = true});
  v(d.share1, {.key = "share1",
               .meaning = "share of the distance from rest that decays with tau1; the rest with tau2",
               .unit = Unit::fraction,
               .min = 0,
               .max = 1,
               .required = true});
  v(d.tau1_s,
    {.key = "tau1", .meaning = "first time constant", .unit = Unit::second, .positive = true, .required = true});
  v(d.tau2_s,
    {.key = "tau2", .meaning = "second time constant", .unit = Unit::second, .positive = true, .required = true});
  v(d.share1_below, {.key = "share1_below",
                     .meaning = "the same for devices below rest (after depression)",
                     .unit = Unit::fraction,
                     .min = 0,
                     .max = 1,
                     .absent = "share1"});
  v(d.tau1_below_s, {.key = "tau1_below",
                     .meaning = "first time constant below rest",
                     .unit = Unit::second,
                     .positive = true,
                     .absent = "tau1"});
  v(d.tau2_below_s, {.key = "tau2_below",
                     .meaning = "second time constant below rest",
                     .unit = Unit::second,
                     .positive = true,
                     .absent = "tau2"});
}

void fields(Visitor&, NoSlowNoise&) {}

void fields(Visitor& v, FlickerNoise& n) {
  const char* aihwkit = "phase-change memory: PCMLikeNoiseModel of IBM/aihwkit";
  v(n.q1, {.key = "q1", .meaning = "q in sigma = G q sqrt(ln(...)) at g_max", .min = 0, .source = aihwkit});
  v(n.exponent, {.key = "exponent", .meaning = "q falls as g^-exponent", .min = 0, .source = aihwkit});
  v(n.q_max, {.key = "q_max", .meaning = "largest q", .min = 0, .source = aihwkit});
  v(n.t0_s, {.key = "t0",
             .meaning = "time observed before the age starts: sqrt(ln((t + t0 + t_read) / (2 t_read)))",
             .unit = Unit::second,
             .min = 0,
             .source = aihwkit});
  v(n.t_read_s,
    {.key = "t_read", .meaning = "time of one read", .unit = Unit::second, .positive = true, .source = aihwkit});
}

void fields(Visitor& v, TelegraphNoise& n) {
  v(n.share, {.key = "share", .meaning = "share of devices with a trap", .unit = Unit::fraction, .min = 0, .max = 1});
  v(n.amplitude, {.key = "amplitude",
                  .meaning = "change of G in the other state, relative",
                  .unit = Unit::fraction,
                  .min = 0,
                  .max = 1});
  v(n.tau_min_s, {.key = "tau_min", .meaning = "shortest time constant", .unit = Unit::second, .positive = true});
  v(n.tau_max_s, {.key = "tau_max", .meaning = "longest time constant", .unit = Unit::second, .positive = true});
}

void fields(Visitor& v, Thermal& t) {
  v(t.reference_K,
    {.key = "reference", .meaning = "temperature that times are given at", .unit = Unit::kelvin, .positive = true});
  v(t.relaxation_eV, {.key = "relaxation_energy",
                      .meaning = "activation energy of relaxation; 0 = no dependence",
                      .unit = Unit::electronvolt,
                      .min = 0,
                      .max = 10});
  v(t.drift_eV, {.key = "drift_energy",
                 .meaning = "activation energy of drift; 0 = no dependence",
                 .unit = Unit::electronvolt,
                 .min = 0,
                 .max = 10});
}

}  // namespace bitline::device
