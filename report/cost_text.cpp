// SPDX-License-Identifier: Apache-2.0
#include "report/cost_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
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

// Bounds that are apart, and not by rounding alone.
bool apart(double low, double high) { return high > 0 && high - low > 1e-9 * high; }

// "converters (18 x; adc.cost) and registers (7.7 x; technology.costs.register)"
std::string deciding_text(const cost::Deviations& deviations) {
  std::vector<std::string> kinds;
  for (const cost::Kind kind : deviations.deciding())
    kinds.push_back(fmt::format("{} ({:.3g} x; {})", info(kind).name, deviations.spread(kind), info(kind).keys));
  return listed(kinds);
}

struct Total {
  const char* name;
  double value, low, high;
  Unit unit;
  const cost::Deviations& deviations;
  const char* exact;  // what has no spread
};

std::string interval_text(const Total& t) {
  if (!(t.high > 0)) return "";
  const std::string value = quantity(t.value, t.unit);
  if (!apart(t.low, t.high))
    return fmt::format(
        "Total {} {}. No part of it was priced by a figure whose spread is known, so it has no interval; that does not "
        "make it exact.",
        t.name, value);
  const std::string deciding = deciding_text(t.deviations);
  return fmt::format(
      "Total {} {}, interval {}: each kind of part off by the factor within which 90 % of real designs lie, kinds "
      "independently of each other{}{}. Without a spread: {}, and figures that are given.",
      t.name, value, range_text(t.low, t.high, t.unit, t.value), deciding.empty() ? "" : "; it is decided by ",
      deciding, t.exact);
}

// No exponents: "15,548 x".
std::string factor_text(double factor) {
  return (factor >= 1000 && factor < 1e15 ? grouped(static_cast<std::size_t>(std::llround(factor)))
                                          : fmt::format("{:.3g}", factor)) +
         " x";
}

}  // namespace

std::string range_text(double low, double high, Unit unit, double beside) {
  const double chosen = beside > 0 ? beside : high;
  const std::string text = quantity(chosen, unit);
  const std::size_t space = text.find(' ');
  const double digits = std::stod(text.substr(0, space));
  if (!(high > 0) || !(digits > 0)) return fmt::format("{} .. {}", pretty(low, unit), pretty(high, unit));
  // The prefix that was chosen, from the unrounded value: rounding twice could move the last digit.
  const double scale = std::pow(10.0, std::round(std::log10(digits / chosen)));
  // Three digits, without exponents: "1,730 .. 131,000 mm2".
  const auto rounded = [](double x) {
    if (x < 999.5 || x >= 1e9) return fmt::format("{:.3g}", x);
    const double step = std::pow(10.0, std::floor(std::log10(x)) - 2);
    return grouped(static_cast<std::size_t>(std::llround(std::round(x / step) * step)));
  };
  return fmt::format("{} .. {}{}", rounded(low * scale), rounded(high * scale),
                     space == std::string::npos ? "" : text.substr(space));
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
  return !r.costs.energy_is_bound && apart(r.costs.energy_low_J, r.costs.energy_high_J);
}
bool has_area_interval(const Result& r) { return apart(r.costs.area_low_m2, r.costs.area_high_m2); }

std::string energy_interval_text(const Result& r) {
  const cost::Costs& c = r.costs;
  if (c.energy_is_bound)
    return fmt::format(
        "Total energy {}: what reloading the arrays takes for each image is not known, so it is left out.",
        energy_text(r));
  return interval_text({"energy", c.energy_per_inference_J, c.energy_low_J, c.energy_high_J, Unit::joule,
                        c.energy_deviations_J, "what the devices of arrays dissipate"});
}

std::string area_interval_text(const Result& r) {
  const cost::Costs& c = r.costs;
  return interval_text({"area", c.area_m2, c.area_low_m2, c.area_high_m2, Unit::square_meter, c.area_deviations_m2,
                        "cells of arrays (technology.cell_area)"});
}

std::string interval_line(const Result& r) {
  std::vector<std::string> texts;
  const auto add = [&](const char* what, const cost::Deviations& deviations) {
    if (const std::string deciding = deciding_text(deviations); !deciding.empty())
      texts.push_back(fmt::format("{} by {}", what, deciding));
  };
  if (has_energy_interval(r)) add("energy", r.costs.energy_deviations_J);
  if (has_area_interval(r)) add("area", r.costs.area_deviations_m2);
  return texts.empty() ? "" : "Intervals (90 % of real designs) are decided: " + listed(texts);
}

std::string converter_price_text(const Result& r) {
  const std::vector<cost::ConverterPrice>& models = r.costs.converter_prices;
  const auto& lines = r.costs.unit_costs;
  const auto used = std::find_if(lines.begin(), lines.end(),
                                 [](const cost::CostLine& c) { return c.component == cost::Component::adc; });
  if (models.empty() || used == lines.end()) return "";
  const auto figures = [](double energy_J, double area_m2) {
    return quantity(energy_J, Unit::joule) + ", " + quantity(area_m2, Unit::square_meter);
  };
  // What is given has no spread.
  const bool energy = used->unit.energy_spread == 1, area = used->unit.area_spread == 1;
  const std::string by = energy && area ? "adc.cost.energy and adc.cost.area"
                         : energy       ? fmt::format("adc.cost.energy and {}", models[0].model)
                         : area         ? fmt::format("{} and adc.cost.area", models[0].model)
                                        : std::string(models[0].model);
  std::string text = fmt::format("Converters priced by {}: {}", by, figures(used->unit.energy_J, used->unit.area_m2));
  std::vector<std::pair<double, double>> told{{used->unit.energy_J, used->unit.area_m2}};
  for (const cost::ConverterPrice& m : models) {
    const std::pair price{m.energy_J, m.area_m2};
    if (std::find(told.begin(), told.end(), price) != told.end()) continue;
    text += fmt::format("; by {} {}", m.model, figures(m.energy_J, m.area_m2));
    told.push_back(price);
  }
  // A model that was not chosen by the configuration says why.
  const bool chosen = used->because.find("adc.cost.model says so") == std::string::npos && !(energy && area);
  return text + (chosen && !used->because.empty() ? fmt::format(" (adc.cost.model; {})", used->because)
                                                  : std::string(" (adc.cost.model)"));
}

std::string baseline_verdict(const Result& r, const cost::Baseline& b) {
  std::vector<std::string> chip, machine;
  const auto judge = [&](const char* what, double ours, double theirs, bool less_wins) {
    if (!(ours > 0) || !(theirs > 0)) return;
    const double factor = ours > theirs ? ours / theirs : theirs / ours;
    ((ours < theirs) == less_wins ? chip : machine).push_back(fmt::format("{} ({})", what, factor_text(factor)));
  };
  const bool draw = has_energy_interval(r) && b.energy_J >= r.costs.energy_low_J && b.energy_J <= r.costs.energy_high_J;
  const bool area_draw = has_area_interval(r) && b.area_m2 >= r.costs.area_low_m2 && b.area_m2 <= r.costs.area_high_m2;
  // Less than a machine takes says nothing where more is left out.
  const auto unknown = [](bool is_bound, double ours, double theirs) { return is_bound && ours < theirs; };
  if (!draw && !unknown(r.costs.energy_is_bound, r.costs.energy_per_inference_J, b.energy_J))
    judge("energy", r.costs.energy_per_inference_J, b.energy_J, true);
  if (!unknown(r.costs.time_is_bound, r.costs.latency_per_inference_s, b.latency_s))
    judge("latency", r.costs.latency_per_inference_s, b.latency_s, true);
  if (!area_draw) judge("area", r.costs.area_m2, b.area_m2, true);
  if (!(r.costs.time_is_bound && r.costs.tops_per_mm2 > b.tops_per_mm2))
    judge("TOPS/mm2", r.costs.tops_per_mm2, b.tops_per_mm2, false);
  std::string text = b.name + ": ";
  if (!machine.empty()) text += "the digital machine wins in " + listed(machine) + ". ";
  if (!chip.empty()) text += "This chip wins in " + listed(chip) + ". ";
  if (draw)
    text +=
        fmt::format("In energy neither wins: {} lies within this chip's interval. ", quantity(b.energy_J, Unit::joule));
  if (area_draw)
    text += fmt::format("In area neither wins: {} lies within this chip's interval. ",
                        quantity(b.area_m2, Unit::square_meter));
  if (chip.empty() && !machine.empty())
    text += draw || area_draw
                ? "Nothing here speaks for the crossbar chip. "
                : "It is better in every figure: at this node nothing here speaks for the crossbar chip. ";
  text.pop_back();
  return text;
}

}  // namespace bitline::report
