// SPDX-License-Identifier: Apache-2.0
// The picture of a mapping.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using run::LayerMapping;
using run::MappingResult;

namespace {

constexpr double array_gap = 18;

struct Frame {
  double x, y, width, height;
};

// Where the arrays stand on the page: smaller the more there are, in rows from left to right.
struct Layout {
  double width, height, caption;  // of one array; caption height above it
  int per_line;
  Layout(const MappingResult& m) {
    height = m.arrays_total <= 8 ? 320 : m.arrays_total <= 24 ? 200 : m.arrays_total <= 100 ? 120 : 60;
    const double shape = m.array_rows > 0 ? static_cast<double>(m.array_columns) / m.array_rows : 1;
    width = height * std::clamp(shape, 0.4, 2.2);
    // Few arrays may be as wide as the page allows, so that labels fit.
    if (m.arrays_total > 0 && m.arrays_total <= 8)
      width = std::clamp((page_width - 2 * page_margin + array_gap) / m.arrays_total - array_gap, width,
                         std::max(width, 200.0));
    caption = height > 100 ? 34 : 14;
    per_line = std::max(1, static_cast<int>((page_width - 2 * page_margin + array_gap) / (width + array_gap)));
  }
  Frame frame(int array, double top) const {
    return {page_margin + array % per_line * (width + array_gap),
            top + array / per_line * (height + caption + array_gap) + caption, width, height};
  }
  double total_height(int arrays) const {
    return std::ceil(static_cast<double>(arrays) / per_line) * (height + caption + array_gap);
  }
};

// The fullest of three labels that fits: name and size, name, number in the legend; upright in narrow blocks, else
// none.
void label(Svg& svg, const Frame& f, const std::string& name, const std::string& size, const std::string& number,
           const std::string& fill) {
  constexpr double font = 11, line = 13;
  const double x = f.x + f.width / 2, y = f.y + f.height / 2;
  const TextStyle plain{.size = font, .anchor = Anchor::middle, .fill = text_color_on(fill)};
  TextStyle bold = plain, upright = plain;
  bold.bold = upright.bold = true;
  upright.rotate_deg = -90;
  const auto fits = [&](const std::string& text, double room) { return text_width(text, font, true) + 4 <= room; };
  const std::string both = name + "  " + size;
  for (const std::string& text : {name, number}) {
    if (f.height >= 2 * line + 2 && fits(text, f.width) && fits(size, f.width)) {
      svg.text(x, y - 2, text, bold);
      return svg.text(x, y + line - 2, size, plain);
    }
    if (f.height >= line + 1 && fits(text, f.width)) return svg.text(x, y + 4, text, bold);
    if (f.width >= line + 1 && fits(text, f.height))
      return svg.text(x + 4, y, fits(both, f.height) ? both : text, upright);
  }
}

std::string legend_entry(const LayerMapping& layer) {
  const std::string what = layer.digital ? "digital"
                           : layer.blocks.empty()
                               ? "not placed"
                               : fmt::format("{} block{}", layer.blocks.size(), layer.blocks.size() == 1 ? "" : "s");
  return fmt::format("{} x {}, {}", layer.rows, layer.columns, what);
}

}  // namespace

std::string mapping_svg(const MappingResult& m) {
  constexpr double entry_height = 18;
  const bool long_names =
      std::any_of(m.layers.begin(), m.layers.end(), [](const LayerMapping& l) { return l.name.size() > 12; });
  const std::size_t entries_per_line = long_names ? 2 : 3;
  const double entry_width = (page_width - 2 * page_margin) / static_cast<double>(entries_per_line);
  const Layout layout(m);
  const double legend_top = 62;
  const double top =
      legend_top +
      std::ceil(static_cast<double>(m.layers.size()) / static_cast<double>(entries_per_line)) * entry_height + 6;
  Svg svg(page_width, top + layout.total_height(m.arrays_total) + page_margin,
          "Which block of which layer is on which array");

  svg.text(page_margin, 28, "Mapping", {.size = 15, .bold = true});
  svg.text(page_margin, 46,
           fmt::format("{} of {} arrays of {} x {} on {} chip{}, {} of their cells; inputs from top to bottom, outputs "
                       "from left to right",
                       m.arrays_used, m.arrays_total, m.array_rows, m.array_columns, m.chips, m.chips == 1 ? "" : "s",
                       percent(m.cell_utilisation, 1)),
           {.fill = ink::soft});
  for (std::size_t i = 0; i < m.layers.size(); ++i) {
    const double x = page_margin + static_cast<double>(i % entries_per_line) * entry_width;
    const double y = legend_top + static_cast<double>(i / entries_per_line) * entry_height;
    const std::string detail = legend_entry(m.layers[i]);
    const std::string number = long_names ? fmt::format("#{} ", i + 1) : "";
    const std::string name =
        number + fit_end(m.layers[i].name, entry_width - 40 - text_width(detail, 11) - text_width(number, 12, true));
    svg.rect(x, y, 12, 12, m.layers[i].blocks.empty() ? "#ffffff" : series_color(i), "", ink::axis);
    svg.text(x + 18, y + 10.5, name, {.bold = true});
    svg.text(x + 24 + text_width(name, 12, true), y + 10.5, detail, {.size = 11, .fill = ink::soft});
  }

  for (int a = 0; a < m.arrays_total; ++a) {
    const Frame f = layout.frame(a, top);
    const bool known = static_cast<std::size_t>(a) < m.array_utilisation.size();
    if (layout.caption > 20) {
      svg.text(f.x, f.y - 19, fmt::format("array {}", a), {.bold = true});
      if (known)
        svg.text(f.x, f.y - 6, percent(m.array_utilisation[static_cast<std::size_t>(a)], 1) + " used",
                 {.size = 11, .fill = ink::soft});
    } else {
      svg.text(f.x, f.y - 3, std::to_string(a), {.size = 9, .fill = ink::soft});
    }
    svg.rect(f.x, f.y, f.width, f.height, "#f4f5f6");
  }
  for (std::size_t i = 0; i < m.layers.size(); ++i)
    for (const run::PlacedBlock& b : m.layers[i].blocks) {
      if (b.array < 0 || b.array >= m.arrays_total || m.array_rows <= 0 || m.array_columns <= 0) continue;
      const Frame array = layout.frame(b.array, top);
      const double across = array.width / m.array_columns, down = array.height / m.array_rows;
      const Frame f{array.x + b.column * across, array.y + b.row * down, b.columns * across, b.rows * down};
      const std::string fill = series_color(i), size = fmt::format("{} x {}", b.rows, b.columns);
      const std::string name = b.copy > 0 ? fmt::format("{} copy {}", m.layers[i].name, b.copy + 1) : m.layers[i].name;
      svg.rect(f.x, f.y, f.width, f.height, fill,
               fmt::format("{}: {} at row {}, column {}, from row {}, column {} of its matrix", name, size, b.row,
                           b.column, b.layer_row, b.layer_column),
               "#ffffff");
      label(svg, f, name, size, long_names ? fmt::format("#{}", i + 1) : name, fill);
    }
  // Over the blocks, whose white edges would break it.
  for (int a = 0; a < m.arrays_total; ++a) {
    const Frame f = layout.frame(a, top);
    svg.rect(f.x, f.y, f.width, f.height, "none", "", ink::axis);
  }
  return svg.str();
}

}  // namespace bitline::report
