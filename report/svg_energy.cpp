// SPDX-License-Identifier: Apache-2.0
// Which part takes how much energy in which layer.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using cost::Breakdown;
using cost::Part;
using run::Result;

namespace {

constexpr double row_height = 26, bar_height = 18;
constexpr double name_width = 130, value_width = 138;

struct EnergyRow {
  std::string name;
  Breakdown parts;
};

// Layers, then what no layer can be charged with: leakage, waiting registers, reloading.
std::vector<EnergyRow> rows_of(const Result& r) {
  std::vector<EnergyRow> rows;
  Breakdown rest;
  for (const cost::LayerCosts& l : r.costs.layers) rows.push_back({l.name, l.energy_breakdown_J});
  Breakdown between;  // nodes that are no layer's
  for (const cost::NodeCosts& n : r.costs.nodes)
    if (!n.is_layer) between.add(n.energy_breakdown_J);
  if (between.total() > 0) rows.push_back({"between layers", between});
  for (const auto& [part, joules] : r.costs.energy_J) {
    double left = joules;
    for (const EnergyRow& row : rows) left -= row.parts[part];
    // What is smaller is rounding of sums.
    if (left > 1e-9 * joules) rest.add(part, left);
  }
  if (!rest.empty()) rows.push_back({"whole chip", rest});
  return rows;
}

struct EnergySeries {
  std::string name, color;
  double joules = 0;
  std::vector<Part> parts;
};

}  // namespace

std::string layer_energy_svg(const Result& r) {
  const std::vector<EnergyRow> rows = rows_of(r);
  double sum = 0, largest = 0;
  std::vector<const Breakdown*> breakdowns;
  for (const EnergyRow& row : rows) {
    double wide = 0;
    for (const auto& [part, joules] : row.parts) wide += drawable(joules) ? joules : 0;
    sum += wide;
    largest = std::max(largest, wide);
    breakdowns.push_back(&row.parts);
  }
  std::vector<EnergySeries> shown;
  std::string folded;
  EnergySeries other{"other", std::string(other_color), 0, {}};
  for (const Part part : listed_parts(breakdowns)) {
    const std::string name(title_of(part));
    double joules = 0;
    for (const EnergyRow& row : rows)
      if (const double x = row.parts[part]; drawable(x)) joules += x;
    if (joules >= least_share * sum && joules > 0) {
      shown.push_back({name, part_color(part), joules, {part}});
    } else if (joules > 0) {
      folded += (folded.empty() ? "" : ", ") + name;
      other.joules += joules;
      other.parts.push_back(part);
    }
  }
  if (other.joules > 0) shown.push_back(other);

  constexpr double legend_top = 42;
  const double lines = std::ceil(static_cast<double>(shown.size()) / static_cast<double>(legend_entries_per_line));
  const double note_top = legend_top + lines * legend_entry_height, top = note_top + (folded.empty() ? 8 : 24);
  const double height = top + static_cast<double>(rows.size()) * row_height + 10;
  Svg svg(page_width, height, "Energy of each layer by part");
  svg.text(page_margin, 28, "Energy by layer and part", {.size = 15, .bold = true});
  svg.text(page_width - page_margin, 28, quantity(sum, Unit::joule), {.size = 15, .anchor = Anchor::end, .bold = true});
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const double x = page_margin + static_cast<double>(i % legend_entries_per_line) * legend_entry_width;
    const double y = legend_top + static_cast<double>(i / legend_entries_per_line) * legend_entry_height;
    const std::string amount =
        fmt::format("{} ({})", quantity(shown[i].joules, Unit::joule), percent(shown[i].joules / sum, 1));
    const std::string name = fit_text(shown[i].name, legend_entry_width - 30 - text_width(amount, 12), 12);
    svg.rect(x, y, 12, 12, shown[i].color);
    svg.text(x + 18, y + 10.5, name, {.bold = true});
    svg.text(x + 26 + text_width(name, 12, true), y + 10.5, amount, {.fill = ink::soft});
  }
  if (!folded.empty())
    svg.text(page_margin, note_top + 12, fit_text("other, each below 1 %: " + folded, page_width - 2 * page_margin, 11),
             {.size = 11, .fill = ink::soft});

  const double left = page_margin + name_width, room = page_width - page_margin - value_width - left;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double y = top + static_cast<double>(k) * row_height;
    svg.text(page_margin, y + 14, fit_end(rows[k].name, name_width - 8), {.bold = true});
    double x = left, row_J = 0;
    for (const EnergySeries& series : shown) {
      double joules = 0;
      for (const Part part : series.parts)
        if (const double value = rows[k].parts[part]; drawable(value)) joules += value;
      if (joules <= 0) continue;
      const double wide = room * joules / largest;
      const std::string amount = quantity(joules, Unit::joule);
      svg.rect(x, y, wide, bar_height, series.color, fmt::format("{}, {}: {}", rows[k].name, series.name, amount),
               wide > 3 ? "#ffffff" : "none");
      if (text_width(amount, 11) + 6 < wide)
        svg.text(x + wide / 2, y + 13, amount,
                 {.size = 11, .anchor = Anchor::middle, .fill = text_color_on(series.color)});
      x += wide;
      row_J += joules;
    }
    svg.text(
        x + 6, y + 13.5,
        sum > 0 ? fmt::format("{} ({})", quantity(row_J, Unit::joule), percent(row_J / sum, 1)) : "nothing counted",
        {.size = 12});
  }
  svg.line(left, top - 2, left, height - 12, ink::axis);
  return svg.str();
}

}  // namespace bitline::report
