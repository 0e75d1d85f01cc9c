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

namespace bitline {
std::string breakdown_svg(std::string_view title, const Breakdown& parts, Unit unit) {
  constexpr double bar_top = 44, bar_height = 34;
  struct Part {
    std::string name, color;
    double value;
  };
  std::vector<Part> shown;
  double sum = 0;
  const std::vector<std::string> names = part_names({&parts});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const double value = part(parts, names[i]); drawable(value)) {
      shown.push_back({names[i], part_color(names[i], i), value});
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
  double x = page_margin;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const Part& p = shown[i];
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
    svg.text(left + 18, top + 10.5, name, {.bold = true});
    svg.text(left + 26 + text_width(name, 12, true), top + 10.5, amount, {.fill = ink::soft});
  }
  return svg.str();
}

std::string layers_svg(const Result& result) {
  constexpr double top = 66, row_height = 24, name_width = 130, panel_gap = 18, value_width = 74;
  struct Panel {
    const char* title;
    std::function<double(const LayerResult&)> value;
    std::function<std::string(const LayerResult&)> text;
  };
  std::vector<Panel> panels = {{"energy", [](const LayerResult& l) { return l.energy_J; },
                                [](const LayerResult& l) { return quantity(l.energy_J, Unit::joule); }},
                               {"latency", [](const LayerResult& l) { return l.latency_s; },
                                [](const LayerResult& l) { return quantity(l.latency_s, Unit::second); }},
                               {"signal to noise", [](const LayerResult& l) { return l.snr_db; },
                                [](const LayerResult& l) { return snr_text(l.snr_db); }},
                               {"conversions clipped", [](const LayerResult& l) { return l.adc_clipped_frac; },
                                [](const LayerResult& l) { return percent(l.adc_clipped_frac); }}};
  const double height = top + static_cast<double>(result.layers.size()) * row_height + 12;
  if (result.shapes) panels.resize(2);  // the others need a run
  Svg svg(page_width, height,
          result.shapes ? "Energy and latency of each layer"
                        : "Energy, latency, signal-to-noise ratio and clipping of each layer");
  svg.text(page_margin, 28, "Layers", {.size = 15, .bold = true});
  for (std::size_t i = 0; i < result.layers.size(); ++i)
    svg.text(page_margin, top + static_cast<double>(i) * row_height + 15,
             fit_text(result.layers[i].name, name_width - 8, 12), {.bold = true});
  const double count = static_cast<double>(panels.size());
  const double panel_width = (page_width - 2 * page_margin - name_width - (count - 1) * panel_gap) / count;
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double left = page_margin + name_width + static_cast<double>(p) * (panel_width + panel_gap);
    svg.text(left, top - 10, panels[p].title, {.fill = ink::soft});
    double largest = 0;
    for (const LayerResult& l : result.layers)
      if (drawable(panels[p].value(l))) largest = std::max(largest, panels[p].value(l));
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
      const double value = panels[p].value(result.layers[i]), y = top + static_cast<double>(i) * row_height;
      const double wide = drawable(value) ? (panel_width - value_width) * value / largest : 0;
      if (wide > 0)
        svg.rect(left, y + 2, std::max(1.0, wide), row_height - 7,
                 series_color(p == 0   ? 0
                              : p == 1 ? 2
                              : p == 2 ? 6
                                       : 4));
      svg.text(left + wide + 5, y + 15, panels[p].text(result.layers[i]), {.size = 11});
    }
    svg.line(left, top, left, height - 12, ink::axis);
  }
  return svg.str();
}

}  // namespace bitline
