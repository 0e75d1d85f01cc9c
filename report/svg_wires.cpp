// SPDX-License-Identifier: Apache-2.0
// What wires do: the voltage they leave to each cell, and the column currents with them against those without.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "report/svg.h"
#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/svg_heat.h"
#include "report/text.h"

namespace bitline::report {

using chip::WireResult;

namespace {

// Pale where all voltage is left: points of ColorBrewer's YlOrRd (C. Brewer, colorbrewer2.org).
constexpr ColorScale::Rgb red_to_pale[] = {
    {128, 0, 38}, {227, 26, 28}, {253, 141, 60}, {254, 217, 118}, {255, 255, 204}};
// Of its Blues, for counts; what is not there stays white.
constexpr ColorScale::Rgb wire_blues[] = {{255, 255, 255}, {158, 202, 225}, {66, 146, 198}, {8, 81, 156}, {8, 48, 107}};

std::string nothing(const char* what) {
  Svg svg(page_width, 60, what);
  svg.text(page_margin, 34, what, {.fill = ink::soft});
  return svg.str();
}

// Values of both lists that are numbers.
std::vector<std::pair<double, double>> pairs_of(const WireResult& w) {
  std::vector<std::pair<double, double>> pairs;
  for (std::size_t i = 0; i < std::min(w.with_wires.size(), w.without_wires.size()); ++i)
    if (std::isfinite(w.with_wires[i]) && std::isfinite(w.without_wires[i]))
      pairs.emplace_back(w.without_wires[i], w.with_wires[i]);
  return pairs;
}

// Thousands of dots would hide each other: squares, darker where more reads lie.
void draw_scatter(Svg& svg, const Panel& p, const std::vector<std::pair<double, double>>& pairs) {
  constexpr int bins = 120;
  std::vector<double> both;
  for (const auto& [without, with] : pairs) both.insert(both.end(), {without, with});
  const ChartAxis x = ChartAxis::linear(both, p.left, p.right), y = ChartAxis::linear(both, p.bottom, p.top);
  std::vector<float> counts(static_cast<std::size_t>(bins) * bins, 0);
  const auto bin = [&](double value) {
    return std::clamp(static_cast<int>((value - x.low()) / (x.high() - x.low()) * bins), 0, bins - 1);
  };
  for (const auto& [without, with] : pairs)
    counts[static_cast<std::size_t>(bins - 1 - bin(with)) * bins + static_cast<std::size_t>(bin(without))] += 1;
  float most = 0;
  for (float& c : counts) most = std::max(most, c = std::log1p(c));
  // A single read is to be seen: it starts a third up the scale.
  for (float& c : counts) c = c > 0 ? 0.35F + 0.65F * c / most : 0;
  draw_heat(svg, p.left, p.top, p.right - p.left, p.bottom - p.top, {bins, bins}, counts, ColorScale(wire_blues, 0, 1));
  draw_axes(svg, number_axis(x, "current without wires"), number_axis(y, "current with wires"));
  svg.line(p.left, p.bottom, p.right, p.top, "#cc6677", 1.5, "6 4");
  // Currents mostly fall short, so above the line there is room.
  svg.line(p.left + 14, p.top + 16, p.left + 42, p.top + 16, "#cc6677", 1.5, "6 4");
  svg.text(p.left + 48, p.top + 20, "no effect of wires", {.fill = ink::soft});
}

void draw_histogram(Svg& svg, const Panel& p, const std::vector<std::pair<double, double>>& pairs) {
  constexpr int bins = 50;
  std::vector<double> change{0};
  for (const auto& [without, with] : pairs) change.push_back(with - without);
  const ChartAxis x = ChartAxis::linear(change, p.left, p.right);
  std::vector<double> counts(bins, 0);
  for (std::size_t i = 1; i < change.size(); ++i)
    counts[static_cast<std::size_t>(
        std::clamp(static_cast<int>((change[i] - x.low()) / (x.high() - x.low()) * bins), 0, bins - 1))] += 1;
  std::vector<double> heights = counts;
  heights.push_back(0);
  const ChartAxis y = ChartAxis::linear(heights, p.bottom, p.top);
  LabelledAxis reads{y, "column reads", y.ticks(), {}};
  for (const double t : reads.ticks) reads.labels.push_back(count_text(t));
  draw_axes(svg, number_axis(x, "current with wires minus without"), reads);
  const double wide = (p.right - p.left) / bins;
  for (int b = 0; b < bins; ++b)
    if (const double count = counts[static_cast<std::size_t>(b)]; count > 0)
      svg.rect(p.left + b * wide, y(count), wide - 1, p.bottom - y(count), "#4292c6",
               grouped(static_cast<std::size_t>(count)));
  svg.line(x(0), p.top, x(0), p.bottom, "#cc6677", 1.5, "6 4");
}

}  // namespace

std::string wire_drop_svg(const WireResult& w) {
  if (!is_matrix(w.map_rows, w.map_columns, w.drop_map.size())) return nothing("No voltages of cells were kept.");
  const HeatShape shape{w.map_rows, w.map_columns};
  double least = 1;
  for (const float left : w.drop_map)
    if (std::isfinite(left)) least = std::min(least, static_cast<double>(left));
  // Without any drop the scale still needs two ends.
  const ColorScale scale(red_to_pale, std::min(least, 0.999), 1);

  constexpr double side = 46, top = 104, highest = 420;
  const double room = page_width - 2 * (page_margin + side);
  const auto [width, height] = heat_size(shape, room, highest);
  const double left = page_margin + side, bottom = top + height;
  Svg svg(page_width, bottom + 40,
          fmt::format("Voltage left across each cell of array {}, all rows driven", w.map_array));
  svg.text(page_margin, 28, fmt::format("Voltage left across each cell of array {}, all rows driven", w.map_array),
           {.size = 15, .bold = true});
  svg.text(page_margin, 46, shape.words(), {.fill = ink::soft});
  svg.text(page_margin, 62, "of the first chip; of a pair the device with less", {.fill = ink::soft});
  draw_scale(svg, page_width - page_margin - scale_width, 22, scale, fmt::format("{:.4g} (least)", scale.low()), "",
             "1 (all of it)");
  draw_heat(svg, left, top, width, height, shape, w.drop_map, scale);
  svg.rect(left - 0.5, top - 0.5, width + 1, height + 1, "none", "", ink::axis);

  // Rows start at column 0 and columns end behind the last row.
  if (w.supplied_beside_columns)
    svg.text(left + width / 2, top - 8, "supply ends \u2193", {.anchor = Anchor::middle});
  else
    svg.text(left - 10, top + height / 2, fit_text("row drivers", std::max(height, 90.0), 12),
             {.anchor = Anchor::middle, .rotate_deg = -90});
  svg.text(left + width / 2, bottom + 18, "\u2193 sense ends of columns", {.anchor = Anchor::middle});
  return svg.str();
}

std::string wire_currents_svg(const WireResult& w) {
  const auto pairs = pairs_of(w);
  if (pairs.empty()) return nothing("No currents were kept.");
  Svg svg(page_width, 430, "Column currents with wires against those without");
  svg.text(page_margin, 28, "Column currents with wires and without", {.size = 15, .bold = true});
  svg.text(page_margin, 46,
           fmt::format("{} column currents of {} sampled reads, over the largest without wires; rms error {} of "
                       "the rms current",
                       grouped(pairs.size()), grouped(w.reads), percent(w.current_error_rms)),
           {.fill = ink::soft});
  draw_scatter(svg, {84, 424, 64, 374}, pairs);
  draw_histogram(svg, {534, 880, 64, 374}, pairs);
  return svg.str();
}

}  // namespace bitline::report
