// SPDX-License-Identifier: Apache-2.0
// Charts of costs and layers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {
std::string breakdown_svg(std::string_view title, const cost::Breakdown& parts, Unit unit) {
  constexpr double bar_top = 44, bar_height = 34;
  struct Piece {
    std::string name, color;
    double value;
  };
  std::vector<Piece> shown;
  double sum = 0;
  for (const auto& [part, value] : parts)
    if (drawable(value)) {
      shown.push_back({std::string(title_of(part)), part_color(part), value});
      sum += value;
    }
  const double legend_top = bar_top + bar_height + 14;
  const double lines = std::ceil(static_cast<double>(shown.size()) / legend_entries_per_line);
  Svg svg(page_width, legend_top + std::max(1.0, lines) * legend_entry_height + 8, title);
  svg.text(page_margin, 28, title, {.size = 15, .bold = true});
  svg.text(page_width - page_margin, 28, quantity(sum, unit), {.size = 15, .anchor = Anchor::end, .bold = true});
  const double width = page_width - 2 * page_margin;
  if (shown.empty()) {
    svg.rect(page_margin, bar_top, width, bar_height, "#f4f5f6", "", ink::grid);
    svg.text(page_width / 2, bar_top + 21, "nothing counted", {.anchor = Anchor::middle, .fill = ink::soft});
  }
  std::ranges::stable_sort(shown, std::greater<>(), &Piece::value);
  double x = page_margin;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const Piece& p = shown[i];
    const double share = p.value / sum, wide = width * share;
    const std::string amount = fmt::format("{} ({})", quantity(p.value, unit), percent(share, 1)),
                      share_text = percent(share, 1);
    svg.rect(x, bar_top, wide, bar_height, p.color, p.name + ": " + amount, wide > 3 ? "#ffffff" : "none");
    if (text_width(share_text, 12) + 8 < wide)
      svg.text(x + wide / 2, bar_top + 21, share_text, {.anchor = Anchor::middle, .fill = text_color_on(p.color)});
    x += wide;
    const double left = page_margin + static_cast<double>(i % legend_entries_per_line) * legend_entry_width;
    const double top = legend_top + static_cast<double>(i / legend_entries_per_line) * legend_entry_height;
    svg.rect(left, top, 12, 12, p.color);
    const std::string name = fit_text(p.name, legend_entry_width - 30 - text_width(amount, 12), 12);
    const bool small = share < least_share;
    svg.text(left + 18, top + 10.5, name, {.fill = small ? ink::soft : ink::text, .bold = !small});
    svg.text(left + 26 + text_width(name, 12, true), top + 10.5, amount, {.fill = ink::soft});
  }
  return svg.str();
}

std::string layers_svg(const run::Result& result) {
  constexpr double top = 66, row_height = 24, name_width = 130, panel_gap = 18, value_width = 74;
  const std::vector<cost::LayerCosts>& layers = result.costs.layers;
  const std::vector<run::LayerReads>& reads = result.reads;
  struct Panel {
    const char* title;
    std::size_t color;
    std::function<double(std::size_t layer)> value;
    std::function<std::string(double)> text;
  };
  std::vector<Panel> panels = {{"energy", 0, [&](std::size_t l) { return layers[l].energy_J; },
                                [](double x) { return quantity(x, Unit::joule); }},
                               {"latency", 2, [&](std::size_t l) { return layers[l].latency_s; },
                                [](double x) { return quantity(x, Unit::second); }}};
  if (!reads.empty()) {
    panels.push_back({"signal to noise", 6, [&](std::size_t l) { return reads[l].snr_db; }, snr_text});
    panels.push_back({"conversions clipped", 4, [&](std::size_t l) { return reads[l].adc_clipped_frac; },
                      [](double x) { return percent(x); }});
  }
  const double height = top + static_cast<double>(layers.size()) * row_height + 12;
  Svg svg(page_width, height,
          reads.empty() ? "Energy and latency of each layer"
                        : "Energy, latency, signal-to-noise ratio and clipping of each layer");
  svg.text(page_margin, 28, "Layers", {.size = 15, .bold = true});
  for (std::size_t i = 0; i < layers.size(); ++i)
    svg.text(page_margin, top + static_cast<double>(i) * row_height + 15, fit_text(layers[i].name, name_width - 8, 12),
             {.bold = true});
  const double count = static_cast<double>(panels.size());
  const double panel_width = (page_width - 2 * page_margin - name_width - (count - 1) * panel_gap) / count;
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double left = page_margin + name_width + static_cast<double>(p) * (panel_width + panel_gap);
    svg.text(left, top - 10, panels[p].title, {.fill = ink::soft});
    double largest = 0;
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (drawable(panels[p].value(i))) largest = std::max(largest, panels[p].value(i));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const double value = panels[p].value(i), y = top + static_cast<double>(i) * row_height;
      const double wide = drawable(value) ? (panel_width - value_width) * value / largest : 0;
      if (wide > 0) svg.rect(left, y + 2, std::max(1.0, wide), row_height - 7, series_color(panels[p].color));
      svg.text(left + wide + 5, y + 15, panels[p].text(value), {.size = 11});
    }
    svg.line(left, top, left, height - 12, ink::axis);
  }
  return svg.str();
}

}  // namespace bitline::report
