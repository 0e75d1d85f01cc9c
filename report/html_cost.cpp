// SPDX-License-Identifier: Apache-2.0
// Sections of the HTML report about costs: totals by part, efficiency, digital machines, unit costs, budgets.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "report/cost_text.h"
#include "report/html_parts.h"
#include "report/svg.h"
#include "report/text.h"

namespace bitline::report {

using periphery::CostOrigin;
using run::Result;

std::string cost_section(const Result& r) {
  HtmlTable table("lrrrrrr", {"part", "energy", "share", "latency", "share", "area", "share"});
  const auto cell = [](double x, Unit unit) { return x != 0 ? quantity(x, unit) : std::string("-"); };
  const auto share = [](double x, double whole) { return whole > 0 && x != 0 ? percent(x / whole, 1) : std::string(); };
  // Of energy, latency or area, whichever it takes most of.
  const auto largest_share = [&](cost::Part part) {
    double largest = 0;
    for (const auto& [parts, whole] : {std::pair{&r.costs.energy_J, r.costs.energy_per_inference_J},
                                       {&r.costs.latency_s, r.costs.latency_per_inference_s},
                                       {&r.costs.area_breakdown_m2, r.costs.area_m2}})
      if (whole > 0) largest = std::max(largest, (*parts)[part] / whole);
    return largest;
  };
  std::vector<cost::Part> parts =
      cost::listed_parts({&r.costs.energy_J, &r.costs.latency_s, &r.costs.area_breakdown_m2});
  std::ranges::stable_sort(parts, std::greater<>(), largest_share);
  table.row({"total", energy_text(r), "", latency_text(r), "", quantity(r.costs.area_m2, Unit::square_meter), ""},
            "sum");
  for (const cost::Part part : parts) {
    const double e = r.costs.energy_J[part], t = r.costs.latency_s[part], a = r.costs.area_breakdown_m2[part];
    if (e == 0 && t == 0 && a == 0) continue;
    table.row({std::string(title_of(part)), cell(e, Unit::joule), share(e, r.costs.energy_per_inference_J),
               cell(t, Unit::second), share(t, r.costs.latency_per_inference_s), cell(a, Unit::square_meter),
               share(a, r.costs.area_m2)},
              largest_share(part) < least_share ? "faint" : "");
  }
  std::string html = html_heading("Energy, latency, area") +
                     html_figure(breakdown_svg("Energy per inference", r.costs.energy_J, Unit::joule));
  for (const std::string& text : {converter_price_text(r), energy_interval_text(r), area_interval_text(r)})
    if (!text.empty()) html += html_paragraph(text);
  if (!r.costs.layers.empty()) html += html_figure(layer_energy_svg(r));
  return html + html_figure(breakdown_svg("Latency per inference", r.costs.latency_s, Unit::second)) +
         html_figure(area_svg(r)) + table.str();
}

std::string efficiency_section(const Result& r) {
  std::string html = html_heading("Efficiency");
  if (!r.costs.boundaries.empty()) {
    HtmlTable table("llrr", {"boundary", "what lies inside", "TOPS/W", "TOPS/mm2"});
    for (const cost::Efficiency& b : r.costs.boundaries)
      table.row({b.name, b.inside, per_watt_text(r, b), per_area_text(r, b.tops_per_mm2)},
                &b == &r.costs.boundaries.back() ? "sum" : "");
    html += table.str();
  } else {
    html += html_paragraph(fmt::format("{} TOPS/W and {} TOPS/mm2.", per_watt_text(r, r.costs.tops_per_w),
                                       per_area_text(r, r.costs.tops_per_mm2)));
  }
  if (!r.costs.efficiency_definition.empty())
    html += html_paragraph("Definition: " + r.costs.efficiency_definition + ".", "soft");
  if (r.costs.one_bit_tops_per_w > 0 && r.costs.tops_per_w > 0)
    html += html_paragraph(
        fmt::format("Normalized to one bit: {} TOPS/W for the chip, each MAC counted as {:.4g} of a one-bit input and "
                    "a one-bit weight.",
                    per_watt_text(r, r.costs.one_bit_tops_per_w), r.costs.one_bit_tops_per_w / r.costs.tops_per_w));
  return html + html_paragraph(
                    "Figures of other designs compare only at the same boundary, with the same bits and the same way "
                    "of counting operations. An array alone looks best and cannot run a network.",
                    "soft");
}

std::string baseline_section(const Result& r) {
  if (r.costs.baselines.empty()) return "";
  HtmlTable table("lrrrrrrrrr", {"machine", "energy", "over chip", "latency", "over chip", "area", "over chip",
                                 "TOPS/W", "TOPS/mm2", "over chip"});
  table.row({"this chip", energy_text(r), "", latency_text(r), "", quantity(r.costs.area_m2, Unit::square_meter), "",
             per_watt_text(r, r.costs.tops_per_w), per_area_text(r, r.costs.tops_per_mm2), ""},
            "sum");
  std::string verdicts, how;
  for (const cost::Baseline& b : r.costs.baselines) {
    table.row({b.name, quantity(b.energy_J, Unit::joule), ratio_text(b.energy_J, r.costs.energy_per_inference_J),
               quantity(b.latency_s, Unit::second), ratio_text(b.latency_s, r.costs.latency_per_inference_s),
               quantity(b.area_m2, Unit::square_meter), ratio_text(b.area_m2, r.costs.area_m2),
               fmt::format("{:.4g}", b.tops_per_w), fmt::format("{:.4g}", b.tops_per_mm2),
               ratio_text(b.tops_per_mm2, r.costs.tops_per_mm2)});
    verdicts += html_paragraph(baseline_verdict(r, b));
    how += fmt::format("{}: {}. ", b.name, b.how);
  }
  return html_heading("Beside digital machines") + table.str() + verdicts +
         html_paragraph(how +
                            "The same network, bits and node, from the same gates; factors are over this chip. "
                            "Digital machines compute the quantized network exactly, one image at a time, every "
                            "unit busy. Neither side counts control and pads.",
                        "soft");
}

namespace {

// Sections of the table of unit costs, by ComponentGroup.
constexpr std::array<const char*, 4> groups = {"Converters and what feeds them", "Lines of arrays", "Digital periphery",
                                               "Memory and wires"};

std::string origin_text(CostOrigin origin) {
  switch (origin) {
    case CostOrigin::circuit:
      return "circuit";
    case CostOrigin::survey:
      return "survey";
    case CostOrigin::regression:
      return "regression";
    case CostOrigin::given:
      return "given";
    case CostOrigin::population:
      return "population";
  }
  return "";
}

}  // namespace

std::string unit_cost_section(const Result& r) {
  if (r.costs.unit_costs.empty()) return "";
  HtmlTable table("llrrrrrlrr", {"part", "one action", "energy", "time", "area", "leakage", "instances", "from",
                                 "spread of energy", "of area"});
  const auto cell = [](double x, Unit unit) { return x != 0 ? quantity(x, unit) : std::string("-"); };
  const auto spread = [](double of, double factor) {
    return of != 0 && factor > 1 ? fmt::format("{:.3g} x", factor) : std::string();
  };
  for (std::size_t g = 0; g < groups.size(); ++g) {
    bool first = true;
    for (const cost::CostLine& c : r.costs.unit_costs) {
      if (static_cast<std::size_t>(info(c.component).group) != g) continue;
      if (first) table.group(groups[g]);
      first = false;
      table.row({std::string(info(c.component).title), std::string(info(c.component).per),
                 cell(c.unit.energy_J, Unit::joule), cell(c.unit.time_s, Unit::second),
                 cell(c.unit.area_m2, Unit::square_meter), cell(c.unit.leakage_W, Unit::watt),
                 c.instances > 0 ? grouped(static_cast<std::size_t>(std::llround(c.instances))) : "",
                 origin_text(c.unit.origin), spread(c.unit.energy_J, c.unit.energy_spread),
                 spread(c.unit.area_m2, c.unit.area_spread)});
    }
  }
  std::string converters;
  for (const cost::CostLine& c : r.costs.unit_costs)
    if (!c.because.empty()) converters = fmt::format(" Converters by {}.", c.because);
  return html_heading("Unit costs: where each joule comes from") + table.str() +
         html_paragraph(
             "Energy and time of one action, area and leakage of one instance (of digital parts, memory and wires: of "
             "one bit). circuit: computed from the technology's transistors and the size of this array; survey: "
             "published converters, scaled by circuits to this kind and resolution; regression: published converters "
             "of this resolution; population: the median published converter of this kind, resolution, rate and node; "
             "given: at least one figure stands in the configuration. Spread: the factor within "
             "which 90 % of published designs lie, up and down, at least as far as the other model of converters (a "
             "population keeps its own); "
             "none where a figure is given. Costs are counts of actions times these." +
                 converters,
             "soft");
}

std::string budget_section(const Result& r) {
  if (r.budget.empty()) return "";
  HtmlTable table("lrr", {"group", "power", "area"});
  const auto cell = [](double x, Unit unit) { return x != 0 ? quantity(x, unit) : std::string("-"); };
  for (const cost::BudgetSum& b : r.budget)
    table.row({b.name, cell(b.power_W, Unit::watt), cell(b.area_m2, Unit::square_meter)},
              &b == &r.budget.back() ? "sum" : "");
  return html_heading("Budget: what the listed components add up to") + table.str() +
         html_paragraph(
             "Sums of the configuration's table of components, parts before what contains them: peak figures as "
             "published, apart from what this run counted.",
             "soft");
}

}  // namespace bitline::report
