// SPDX-License-Identifier: Apache-2.0
#include "arch/plausibility.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "device/pulse_heat.h"

namespace bitline::arch {

namespace {

using Finding = std::optional<Diagnostic>;

constexpr double electron_C = 1.602176634e-19;  // exact (SI 2019)

Diagnostic finding(std::string path, std::string message, std::string remedy) {
  Diagnostic d;
  d.path = std::move(path), d.message = std::move(message), d.remedy = std::move(remedy);
  return d;
}

// 5 where 5 % was meant.
std::string meant_percent(double fraction) {
  return fmt::format("{0} is {1:.4g} %; write \"{0} %\" if that was meant", pretty(fraction, Unit::none),
                     fraction * 100);
}

// Of all rows that are driven at once, each at its device's highest conductance.
double full_column_A(const Config& c) {
  return c.array.active_rows.value_or(c.array.rows) * c.input.v_read_V * c.device.g_max_S;
}

Finding noisy_reads(const Config& c) {
  constexpr double most = 0.5;  // a read then says little of its device
  const double relative = c.device.read_noise.relative;
  if (relative < most) return {};
  return finding("device.read_noise.relative",
                 fmt::format("one read varies by {} of the conductance itself", pretty(relative, Unit::fraction)),
                 meant_percent(relative));
}

Finding gain_errors(const Config& c) {
  constexpr double most = 0.5;
  const periphery::AdcCommon* adc = common(c.adc);
  if (!adc || adc->errors.gain_sigma < most) return {};
  return finding(
      "adc.errors.gain",
      fmt::format("gains of converters vary by {} of the gain itself", pretty(adc->errors.gain_sigma, Unit::fraction)),
      meant_percent(adc->errors.gain_sigma));
}

// Largest sigma, or half width, of a writing over the window.
Finding write_errors(const Config& c) {
  const double window_S = c.device.g_max_S - c.device.g_min_S;
  double error_S = 0;
  const char* key = "";
  if (const auto* w = std::get_if<device::GaussianWrite>(&c.device.write)) {
    key = "device.write.sigma";
    for (int k = 0; k <= 10; ++k) {
      double sigma_S = 0;
      for (std::size_t i = w->sigma_S.size(); i-- > 0;) sigma_S = sigma_S * k / 10 + w->sigma_S[i];
      error_S = std::max(error_S, sigma_S);
    }
  } else if (const auto* v = std::get_if<device::WindowWrite>(&c.device.write)) {
    key = "device.write.half_width", error_S = v->half_width_S;
  } else if (const auto* p = std::get_if<device::WriteVerify>(&c.device.write)) {
    key = "device.write.half_width", error_S = p->half_width_S + std::max(0.0, p->half_width_per_g_S);
  }
  if (const auto* m = std::get_if<device::MeasuredWrite>(&c.device.write)) {
    key = "device.write.levels";
    for (const auto& level : m->levels)
      error_S = std::max({error_S, std::abs(level.error_S.front()), std::abs(level.error_S.back())});
  }
  if (error_S <= window_S) return {};
  return finding(key,
                 fmt::format("writing errs by {}, more than the whole window of {}", pretty(error_S, Unit::siemens),
                             pretty(window_S, Unit::siemens)),
                 "is the unit right? Windows and errors of one device are of one order, such as 20 uS and 0.5 uS");
}

Finding column_currents(const Config& c) {
  // Lines of a chip carry about 1 MA/cm2 for long (Black 1969, doi:10.1109/T-ED.1969.16754): 1 mA in a line of 0.3 um x
  // 0.3 um. Ten times that is for a moment at best.
  constexpr double most_A = 10e-3;
  if (full_column_A(c) <= most_A) return {};
  return finding("device.g_max",
                 fmt::format("a column with all rows on carries {}; lines of a chip carry about 1 mA for long",
                             pretty(full_column_A(c), Unit::ampere)),
                 "is the unit right (uS, not mS)? Else drive fewer rows at once (array.active_rows) or read with less "
                 "(input.v_read)");
}

Finding column_charges(const Config& c) {
  constexpr double least = 10;  // electrons a step of the converter; of one step's current shot noise is then a third
                                // of a step, of a full column more
  const periphery::AdcCommon* adc = common(c.adc);
  if (!adc) return {};
  const double electrons = full_column_A(c) * c.input.t_read_s / std::ldexp(electron_C, adc->bits);
  if (electrons >= least) return {};
  return finding(
      "device.g_max",
      fmt::format("a step of the converter is {:.2g} electrons of a read, even with all rows on: shot noise, "
                  "which no model here has, decides",
                  electrons),
      "is the unit right (uS, not nS)? Else read longer (input.t_read) or with fewer adc.bits");
}

Finding fixed_ranges(const Config& c) {
  constexpr double too_far = 100;  // times what all rows can give, or below it by a thousand
  const periphery::AdcCommon* adc = common(c.adc);
  const auto given_A = adc ? given_full_scale_A(adc->range) : std::nullopt;
  if (!given_A) return {};
  const bool integrated = std::holds_alternative<periphery::AnalogSum>(c.input.accumulate);
  const double all_A = full_column_A(c) * (integrated ? std::exp2(c.input.bits) - 1 : 1);
  if (*given_A <= too_far * all_A && *given_A >= all_A / 1000) return {};
  return finding(
      "adc.range",
      fmt::format("is {}, but a column with all rows on carries {}: nearly every code will be {}",
                  pretty(*given_A, Unit::ampere), pretty(all_A, Unit::ampere), *given_A > all_A ? "0" : "clipped"),
      "is the unit right? adc.range: calibrated finds it from the inputs");
}

Finding shared_converters(const Config& c) {
  const periphery::AdcCommon* adc = common(c.adc);
  if (!adc || adc->shared_by <= c.array.columns) return {};
  return finding(
      "adc.shared_by",
      fmt::format("{} columns take turns at a converter, but an array has {}", adc->shared_by, c.array.columns),
      fmt::format("at most {}", c.array.columns));
}

Finding read_times(const Config& c) {
  constexpr double least_s = 10e-12, most_s = 1e-3;  // a gate's delay; a thousand times the slowest published macros
  if (c.input.t_read_s >= least_s && c.input.t_read_s <= most_s) return {};
  return finding("input.t_read",
                 fmt::format("rows are driven for {} in each read", pretty(c.input.t_read_s, Unit::second)),
                 "is the unit right? Reads of arrays take some ns to some us");
}

Finding write_pulses(const Config& c) {
  constexpr double least_s = 10e-12, most_s = 10;
  const WritePulse pulse = write_pulse(c);
  if (!pulse.length_s || (*pulse.length_s >= least_s && *pulse.length_s <= most_s)) return {};
  return finding("programming.pulse", fmt::format("one pulse takes {}", pretty(*pulse.length_s, Unit::second)),
                 "is the unit right? Pulses take from some ns (ferroelectrics, PCM) to seconds (ion gates)");
}

Finding pulse_currents(const Config& c) {
  constexpr double most_A = 0.1;  // a hundred times what filaments are formed with
  const WritePulse pulse = write_pulse(c);
  if (!pulse.voltage_V) return {};
  const double rise = rise_at(c.device.iv, *pulse.voltage_V, c.input.v_read_V),
               current_A = c.device.g_max_S * rise * *pulse.voltage_V;
  if (!(current_A > most_A)) return {};
  return finding("device.iv",
                 fmt::format("a device at g_max carries {} during a pulse of {}, {:.3g} times what its conductance at "
                             "the read voltage says",
                             pretty(current_A, Unit::ampere), pretty(*pulse.voltage_V, Unit::volt), rise),
                 "was the current law measured up to that voltage?");
}

Finding small_windows(const Config& c) {
  constexpr double least = 1.05;  // of g_max over g_min
  if (c.device.g_min_S <= 0 || c.device.g_max_S >= least * c.device.g_min_S) return {};
  return finding(
      "device.g_max",
      fmt::format("is {:.4g} times g_min: there is hardly a window to write into", c.device.g_max_S / c.device.g_min_S),
      "are g_min and g_max those of two states?");
}

Finding fast_converters(const Config& c) {
  // Where the survey's regression was fitted (periphery/adc/adc_survey.cpp).
  constexpr double most_Hz = 1e10;
  const periphery::AdcCommon* adc = common(c.adc);
  if (!adc || adc->cost.model != periphery::AdcCostModel::survey ||
      (adc->cost.given.energy_J && adc->cost.given.area_m2))
    return {};
  double rate_Hz = 0;
  try {
    rate_Hz = 1 / unit_cost(c.adc, c.technology, 1).time_s;
  } catch (const ConfigError&) {  // told by check_costs()
  }
  if (rate_Hz <= most_Hz) return {};
  return finding("adc.cost",
                 fmt::format("the survey of converters ends at {} conversions a second; this one makes {:.3g}",
                             pretty(most_Hz, Unit::none), rate_Hz),
                 "lower technology.clock, or give adc.cost.energy and adc.cost.area");
}

Finding unpublished_converters(const Config& c) {
  const periphery::AdcCommon* adc = common(c.adc);
  if (!adc || (adc->cost.given.energy_J && adc->cost.given.area_m2)) return {};
  std::string outside;
  try {
    outside = outside_of_population(c.adc, c.technology);
  } catch (const ConfigError&) {  // told by check_costs()
  }
  if (outside.empty()) return {};
  return finding("adc.cost", "the population of published converters is extrapolated: " + outside,
                 "use adc.cost.model: auto or circuit, or give adc.cost.energy and adc.cost.area");
}

constexpr Finding (*rules[])(const Config&) = {
    noisy_reads,           gain_errors, write_errors, column_currents, column_charges, fixed_ranges,
    shared_converters,     read_times,  write_pulses, pulse_currents,  small_windows,  fast_converters,
    unpublished_converters};

}  // namespace

std::vector<Diagnostic> implausible(const Config& c) {
  std::vector<Diagnostic> found;
  if (is_experiment(c.experiment) && c.workload.network.empty()) return found;  // may have no array
  for (const auto& rule : rules)
    if (Finding f = rule(c)) found.push_back(std::move(*f));
  return found;
}

}  // namespace bitline::arch
