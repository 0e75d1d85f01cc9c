// SPDX-License-Identifier: Apache-2.0
// The keys of a device, their units, ranges and sources; its levels.
#include "device/device.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "device/drift.h"
#include "device/model_checks.h"

namespace bitline::device {

void fields(Visitor& v, ReadNoise& n) {
  v(n.sigma_S, {.key = "sigma",
                .meaning = "white noise of one read of one device, rms, whatever its conductance",
                .unit = Unit::siemens,
                .min = 0});
  v(n.relative, {.key = "relative",
                 .meaning = "white noise of one read as a share of the conductance, rms; adds in square",
                 .unit = Unit::fraction,
                 .min = 0});
  v(n.by_conductance,
    {.key = "by_conductance",
     .meaning = "white noise of one read, rms, at measured conductances from the lowest up; linear in "
                "between, held beyond; adds in square"});
}

void fields(Visitor& v, NoisePoint& p) {
  v(p.g_S, {.key = "g", .meaning = "conductance", .unit = Unit::siemens, .min = 0, .required = true});
  v(p.sigma_S, {.key = "sigma",
                .meaning = "white noise of one read there, rms",
                .unit = Unit::siemens,
                .min = 0,
                .required = true});
}

void fields(Visitor& v, Faults& f) {
  v(f.stuck_on,
    {.key = "stuck_on", .meaning = "share of devices stuck at g_max", .unit = Unit::fraction, .min = 0, .max = 1});
  v(f.stuck_off,
    {.key = "stuck_off", .meaning = "share of devices stuck at g_min", .unit = Unit::fraction, .min = 0, .max = 1});
  v(f.dead_row, {.key = "dead_row",
                 .meaning = "share of physical rows that carry no voltage",
                 .unit = Unit::fraction,
                 .min = 0,
                 .max = 1});
  v(f.dead_column, {.key = "dead_column",
                    .meaning = "share of physical columns that deliver no current",
                    .unit = Unit::fraction,
                    .min = 0,
                    .max = 1});
}

void fields(Visitor& v, Spread& s) {
  v(s.device_to_device,
    {.key = "device_to_device",
     .meaning = "sigma of the factor exp(sigma z) that scales the conductance window of each device",
     .unit = Unit::fraction,
     .min = 0,
     .max = 1});
  v(s.cycle_to_cycle, {.key = "cycle_to_cycle",
                       .meaning = "sigma of the factor exp(sigma z) that scales each written conductance",
                       .unit = Unit::fraction,
                       .min = 0,
                       .max = 1});
}

void fields(Visitor& v, Device& d) {
  v(d.about, {.key = "about", .meaning = "what the device is, in words; else `plasticity.device` says it"});
  v(d.doi, {.key = "doi", .meaning = "of the publication its numbers come from; else `plasticity.doi`"});
  v(d.g_min_S,
    {.key = "g_min", .meaning = "conductance of level 0", .unit = Unit::siemens, .min = 0, .required = true});
  v(d.g_max_S, {.key = "g_max",
                .meaning = "conductance of the highest level",
                .unit = Unit::siemens,
                .positive = true,
                .required = true});
  v(d.levels_S,
    {.key = "levels",
     .meaning = "table of the conductances of level 0, 1, ..., as many as the mapping uses; empty = linear from "
                "g_min to g_max",
     .unit = Unit::siemens,
     .min = 0});
  v(d.iv,
    {.key = "iv", .meaning = "current against voltage; shows where wires lower the voltage or inputs are analog"});
  v(d.write, {.key = "write", .meaning = "error of the conductance right after the write"});
  v(d.relaxation, {.key = "relaxation", .meaning = "change soon after the write"});
  v(d.drift, {.key = "drift", .meaning = "change later on"});
  v(d.slow_noise,
    {.key = "slow_noise", .meaning = "noise that is correlated over reads; part of the state at the age of the run"});
  v(d.read_disturb, {.key = "read_disturb",
                     .meaning = "change by reads, which number what `use: in-time` tells; on what time has made of the "
                                "device"});
  v(d.temperature_K, {.key = "temperature",
                      .meaning = "of the devices between writing and reading",
                      .unit = Unit::kelvin,
                      .positive = true});
  v(d.thermal, {.key = "thermal", .meaning = "how temperature speeds up relaxation and drift"});
  v(d.read_noise, {.key = "read_noise", .meaning = "white noise, independent at each read"});
  v(d.faults, {.key = "faults", .meaning = "stuck devices and dead lines"});
  v(d.spread, {.key = "spread", .meaning = "differences between devices and between writes"});
  v(d.endurance, {.key = "endurance",
                  .meaning = "pulses that a device bears; a run that needs more warns",
                  .positive = true,
                  .absent = "unknown"});
  v(d.curie_K, {.key = "curie",
                .meaning = "Curie temperature; a use above it warns, since the material is not ferroelectric there",
                .unit = Unit::kelvin,
                .positive = true,
                .absent = "unknown"});
  v(d.measured_s,
    {.key = "measured_until",
     .meaning = "longest time after writing at which such devices were measured; a later age warns, since "
                "relaxation, drift and slow noise are extrapolated there (times as at thermal.reference)",
     .unit = Unit::second,
     .positive = true,
     .absent = "unknown"});
  v(d.plasticity,
    {.key = "plasticity", .meaning = "what pulses do; for `bitline device`, and a run with write.type: pulses"});
}

std::vector<Diagnostic> check(const Device& d) {
  std::vector<Diagnostic> found;
  const auto report = [&](const char* path, std::string message, std::string remedy) {
    Diagnostic& d = found.emplace_back();
    d.path = path, d.message = std::move(message), d.remedy = std::move(remedy);
  };
  const auto S = [](double g) { return format_quantity(g, Unit::siemens); };
  if (!(d.g_max_S > d.g_min_S)) {
    report("g_max", fmt::format("g_max is {}, g_min {}: no room for levels", S(d.g_max_S), S(d.g_min_S)),
           "make g_max larger than g_min");
  }
  if (d.levels_S.size() == 1) report("levels", "a table of one level stores nothing", "list at least two conductances");
  for (std::size_t k = 1; k < d.levels_S.size(); ++k) {
    if (d.levels_S[k] >= d.levels_S[k - 1]) continue;
    report("levels",
           fmt::format("level {} ({}) is below level {} ({})", k, S(d.levels_S[k]), k - 1, S(d.levels_S[k - 1])),
           "list the conductances from the lowest to the highest");
    break;
  }
  if (d.levels_S.size() > 1 && d.levels_S.front() == d.levels_S.back()) {
    report("levels", fmt::format("all levels are {}", S(d.levels_S.front())), "list conductances that differ");
  }
  if (const auto* w = std::get_if<GaussianWrite>(&d.write); w && w->sigma_S.empty()) {
    report("write.sigma", "no coefficient", "give at least the constant one: [0.5 uS]; or use type: exact");
  }
  if (const auto* w = std::get_if<LevelAccuracyWrite>(&d.write); w && !(w->accuracy > 0 && w->accuracy < 1)) {
    report("write.accuracy", fmt::format("no error spread gives a level accuracy of {}", w->accuracy),
           "give a share between 0 and 1; for perfect writes use type: exact");
  }
  check_models(d, found);
  if (d.faults.stuck_on + d.faults.stuck_off > 1) {
    report("faults.stuck_off",
           fmt::format("stuck_on {} and stuck_off {} are more than all devices", d.faults.stuck_on, d.faults.stuck_off),
           "make their sum at most 1");
  }
  if (d.plasticity)
    for (Diagnostic& problem : check(*d.plasticity)) {
      problem.path.insert(0, "plasticity.");
      found.push_back(std::move(problem));
    }
  return found;
}

std::vector<Diagnostic> limits_passed(const Device& d, double temperature_K, double age_s) {
  std::vector<Diagnostic> out;
  const auto add = [&](const char* path, std::string message) {
    Diagnostic& limit = out.emplace_back();
    limit.path = path, limit.message = std::move(message);
  };
  const auto K = [](double x) { return pretty(x, Unit::kelvin); };
  if (d.curie_K && temperature_K > *d.curie_K)
    add("device.curie",
        fmt::format("at {} the material is not ferroelectric (Curie temperature {})", K(temperature_K), K(*d.curie_K)));
  const bool ages = !std::holds_alternative<NoRelaxation>(d.relaxation) || !std::holds_alternative<NoDrift>(d.drift);
  if (ages && temperature_K != d.thermal.reference_K && d.thermal.relaxation_eV == 0 && d.thermal.drift_eV == 0)
    add("device.thermal", fmt::format("no activation energy is given, so {} changes nothing", K(temperature_K)));
  // Warm devices get there sooner.
  const double aged_s = std::max(at_reference_s(d.thermal, temperature_K, d.thermal.relaxation_eV, age_s),
                                 at_reference_s(d.thermal, temperature_K, d.thermal.drift_eV, age_s));
  if (d.measured_s && aged_s > *d.measured_s * (1 + 1e-9))
    add("device.measured_until",
        fmt::format(
            "{} after writing{} is extrapolated: the device was measured up to {}", duration(age_s),
            aged_s == age_s ? "" : fmt::format(", as much as {} at {},", duration(aged_s), K(d.thermal.reference_K)),
            duration(*d.measured_s)));
  if (d.plasticity && d.plasticity->reported.retention_s && age_s > *d.plasticity->reported.retention_s)
    add("device.plasticity.reported.retention",
        fmt::format("{} after writing is beyond the {} that were shown", duration(age_s),
                    duration(*d.plasticity->reported.retention_s)));
  return out;
}

std::vector<std::string> beyond_limits(const Device& d, double temperature_K, double age_s) {
  std::vector<std::string> out;
  for (const Diagnostic& limit : limits_passed(d, temperature_K, age_s)) out.push_back(to_string(limit));
  return out;
}

double level_conductance(const Device& device, int level, int levels) {
  if (levels < 1 || level < 0 || level >= levels) {
    throw InputError(fmt::format("there is no level {} in a device of {} levels (they count from 0)", level, levels));
  }
  if (device.levels_S.empty()) {
    if (levels == 1) return device.g_min_S;
    return device.g_min_S + (device.g_max_S - device.g_min_S) * level / (levels - 1);
  }
  if (device.levels_S.size() != static_cast<std::size_t>(levels)) {
    throw InputError(
        fmt::format("the device's table lists {} levels, the weights need {}: list as many conductances, or leave "
                    "`levels` out for equal steps",
                    device.levels_S.size(), levels));
  }
  const double g = device.levels_S[level];
  if (level > 0 && g < device.levels_S[level - 1]) {
    throw InputError(
        fmt::format("the device's table falls from {} S to {} S at level {}: list the lowest conductance first",
                    device.levels_S[level - 1], g, level));
  }
  return g;
}

}  // namespace bitline::device
