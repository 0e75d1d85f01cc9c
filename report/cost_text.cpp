// SPDX-License-Identifier: Apache-2.0
#include "report/cost_text.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "report/text.h"

namespace bitline::report {

using run::Result;

namespace {

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

// No exponents: "15,548 x".
std::string factor_text(double factor) {
  return (factor >= 1000 && factor < 1e15 ? grouped(static_cast<std::size_t>(std::llround(factor)))
                                          : fmt::format("{:.3g}", factor)) +
         " x";
}

}  // namespace

std::string range_text(double low, double high, Unit unit) {
  const std::string upper = pretty(high, unit);
  const std::size_t space = upper.find(' ');
  const double digits = std::stod(upper.substr(0, space));
  if (!(high > 0) || !(digits > 0)) return fmt::format("{} .. {}", pretty(low, unit), upper);
  // The prefix that was chosen, from the unrounded value: rounding twice could move the last digit.
  const double scale = std::pow(10.0, std::round(std::log10(digits / high)));
  return fmt::format("{:.3g} .. {:.3g}{}", low * scale, high * scale,
                     space == std::string::npos ? "" : upper.substr(space));
}

std::string ratio_text(double value, double reference) {
  const double ratio = value / reference;
  return std::isfinite(ratio) && ratio >= 0 ? factor_text(ratio) : "";
}

std::string energy_text(const Result& r) {
  return (r.costs.energy_is_bound ? "at least " : "") + quantity(r.costs.energy_per_inference_J, Unit::joule);
}

std::string latency_text(const Result& r) {
  return (r.costs.time_is_bound ? "at least " : "") + quantity(r.costs.latency_per_inference_s, Unit::second);
}

std::string throughput_text(const Result& r) {
  return (r.costs.time_is_bound ? "at most " : "") + count_text(r.costs.throughput_per_s) + " inferences/s";
}

std::string per_watt_text(const Result& r, double tops_per_w) {
  return fmt::format("{}{:.4g}", r.costs.energy_is_bound ? "at most " : "", tops_per_w);
}

// Inside arrays and macros nothing is reloaded.
std::string per_watt_text(const Result& r, const cost::Efficiency& b) {
  return b.name == "chip" || b.name == "system" ? per_watt_text(r, b.tops_per_w) : fmt::format("{:.4g}", b.tops_per_w);
}

std::string per_area_text(const Result& r, double tops_per_mm2) {
  return fmt::format("{}{:.4g}", r.costs.time_is_bound ? "at most " : "", tops_per_mm2);
}

// What is left out may be more than any spread.
bool has_energy_interval(const Result& r) {
  return !r.costs.energy_is_bound && r.costs.energy_high_J > 0 &&
         r.costs.energy_high_J - r.costs.energy_low_J > 1e-9 * r.costs.energy_high_J;
}

std::string energy_interval_text(const Result& r) {
  if (!(r.costs.energy_high_J > 0)) return "";
  const std::string total = energy_text(r);
  if (r.costs.energy_is_bound)
    return fmt::format(
        "Total energy {}: what reloading the arrays takes for each image is not known, so it is left out.", total);
  if (!has_energy_interval(r))
    return fmt::format(
        "Total energy {}. No part of it was priced by a figure whose spread is known, so it has no interval; that does "
        "not make it exact.",
        total);
  std::vector<std::string> parts;
  double arithmetic = 1;
  for (const cost::CostLine& c : r.costs.unit_costs) {
    if (c.unit.spread <= 1) continue;
    if (info(c.component).group == cost::ComponentGroup::digital) {
      arithmetic = c.unit.spread;
      continue;
    }
    parts.push_back(
        c.unit.origin == periphery::CostOrigin::survey
            ? fmt::format("converters ({}) by a factor of {:.3g}, within which half of all published ones lie around "
                          "the survey's regression (90 % within 18)",
                          info(c.component).name, c.unit.spread)
            : fmt::format("{} by a factor of {:.3g}", info(c.component).name, c.unit.spread));
  }
  if (arithmetic > 1)
    parts.push_back(
        fmt::format("digital operations by a factor of {:.3g}, within which half of the published adders "
                    "and multipliers lie around ours",
                    arithmetic));
  if (r.costs.energy_J[cost::Part::off_chip] > 0)
    parts.push_back("off-chip memory by the range of its published figures");
  return fmt::format(
      "Total energy {}, interval {}. The ends are reached when every part with a known spread lies at the edge of it, "
      "all on the same side{}{}. Other parts have no spread and stay as they are: errors of circuits and technology "
      "figures come on top.",
      total, range_text(r.costs.energy_low_J, r.costs.energy_high_J, Unit::joule), parts.empty() ? "" : ": ",
      listed(parts));
}

std::string baseline_verdict(const Result& r, const cost::Baseline& b) {
  std::vector<std::string> chip, machine;
  const auto judge = [&](const char* what, double ours, double theirs, bool less_wins) {
    if (!(ours > 0) || !(theirs > 0)) return;
    const double factor = ours > theirs ? ours / theirs : theirs / ours;
    ((ours < theirs) == less_wins ? chip : machine).push_back(fmt::format("{} ({})", what, factor_text(factor)));
  };
  const bool draw = has_energy_interval(r) && b.energy_J >= r.costs.energy_low_J && b.energy_J <= r.costs.energy_high_J;
  // Less than a machine takes says nothing where more is left out.
  const auto unknown = [](bool is_bound, double ours, double theirs) { return is_bound && ours < theirs; };
  if (!draw && !unknown(r.costs.energy_is_bound, r.costs.energy_per_inference_J, b.energy_J))
    judge("energy", r.costs.energy_per_inference_J, b.energy_J, true);
  if (!unknown(r.costs.time_is_bound, r.costs.latency_per_inference_s, b.latency_s))
    judge("latency", r.costs.latency_per_inference_s, b.latency_s, true);
  judge("area", r.costs.area_m2, b.area_m2, true);
  if (!(r.costs.time_is_bound && r.costs.tops_per_mm2 > b.tops_per_mm2))
    judge("TOPS/mm2", r.costs.tops_per_mm2, b.tops_per_mm2, false);
  std::string text = b.name + ": ";
  if (!machine.empty()) text += "the digital machine wins in " + listed(machine) + ". ";
  if (!chip.empty()) text += "This chip wins in " + listed(chip) + ". ";
  if (draw)
    text +=
        fmt::format("In energy neither wins: {} lies within this chip's interval. ", quantity(b.energy_J, Unit::joule));
  if (chip.empty() && !machine.empty())
    text += draw ? "Nothing here speaks for the crossbar chip. "
                 : "It is better in every figure: at this node nothing here speaks for the crossbar chip. ";
  text.pop_back();
  return text;
}

}  // namespace bitline::report
