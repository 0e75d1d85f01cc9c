// SPDX-License-Identifier: Apache-2.0
// The picture of a mapping.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using run::LayerMapping;
using run::MappingResult;

namespace {

constexpr double array_gap = 18;
constexpr int most_each = 24;              // arrays, to be drawn one by one
constexpr std::size_t most_drawn = 96;     // kinds of arrays
constexpr std::size_t most_blocks = 6000;  // in all that is drawn

struct Lying {
  std::size_t layer;
  const run::PlacedBlock* block;
};

// Arrays on which blocks of the same layers and sizes lie at the same places.
struct Kind {
  std::vector<int> arrays;
  std::vector<Lying> blocks;  // of the first of them
};

// In the order of their first arrays; each array by itself where they are few.
std::vector<Kind> kinds_of(const MappingResult& m) {
  std::vector<std::vector<Lying>> of_array(static_cast<std::size_t>(std::max(0, m.arrays_total)));
  if (m.array_rows > 0 && m.array_columns > 0)
    for (std::size_t i = 0; i < m.layers.size(); ++i)
      for (const run::PlacedBlock& b : m.layers[i].blocks)
        if (b.array >= 0 && b.array < m.arrays_total) of_array[static_cast<std::size_t>(b.array)].push_back({i, &b});
  using Signature = std::vector<std::tuple<std::size_t, int, int, int, int>>;
  std::map<Signature, std::size_t> known;
  std::vector<Kind> kinds;
  for (std::size_t array = 0; array < of_array.size(); ++array) {
    Signature signature;
    for (const auto& [layer, b] : of_array[array])
      signature.emplace_back(layer, b->row, b->column, b->rows, b->columns);
    const auto [kind, is_new] = known.try_emplace(std::move(signature), kinds.size());
    if (is_new || m.arrays_total <= most_each) {
      kinds.push_back({{static_cast<int>(array)}, std::move(of_array[array])});
    } else {
      kinds[kind->second].arrays.push_back(static_cast<int>(array));
    }
  }
  return kinds;
}

// How many of the kinds are drawn.
std::size_t drawn_of(const std::vector<Kind>& kinds) {
  std::size_t blocks = 0, drawn = 0;
  for (; drawn < std::min(kinds.size(), most_drawn); ++drawn)
    if ((blocks += kinds[drawn].blocks.size()) > most_blocks && drawn > 0) break;
  return drawn;
}

struct Frame {
  double x, y, width, height;
};

// Where the drawn arrays stand on the page: smaller the more there are, in rows from left to right.
struct Layout {
  double width, height, caption;  // of one array; caption height above it
  int per_line;
  Layout(const MappingResult& m, int drawn) {
    height = drawn <= 8 ? 320 : drawn <= most_each ? 200 : 120;
    const double shape = m.array_rows > 0 ? static_cast<double>(m.array_columns) / m.array_rows : 1;
    width = height * std::clamp(shape, 0.4, 2.2);
    // Few arrays may be as wide as the page allows, so that labels fit.
    if (drawn > 0 && drawn <= 8)
      width = std::clamp((page_width - 2 * page_margin + array_gap) / drawn - array_gap, width, std::max(width, 200.0));
    caption = 34;
    per_line = std::max(1, static_cast<int>((page_width - 2 * page_margin + array_gap) / (width + array_gap)));
  }
  Frame frame(int place, double top) const {
    return {page_margin + place % per_line * (width + array_gap),
            top + place / per_line * (height + caption + array_gap) + caption, width, height};
  }
  double total_height(int drawn) const {
    return std::ceil(static_cast<double>(drawn) / per_line) * (height + caption + array_gap);
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

// "arrays that hold the same are drawn once, x how many of them there are; 12 arrays of 3 kinds are not shown"
std::string grouping(const std::vector<Kind>& kinds, std::size_t drawn) {
  std::string text;
  if (std::any_of(kinds.begin(), kinds.end(), [](const Kind& k) { return k.arrays.size() > 1; }))
    text = "arrays that hold the same are drawn once, with their number";
  std::size_t left_out = 0;
  for (std::size_t k = drawn; k < kinds.size(); ++k) left_out += kinds[k].arrays.size();
  if (left_out > 0)
    text += fmt::format("{}{} further arrays, of {} kinds, are not shown", text.empty() ? "" : "; ", grouped(left_out),
                        grouped(kinds.size() - drawn));
  return text;
}

void draw_legend(Svg& svg, const MappingResult& m, double top, std::size_t per_line, bool long_names) {
  constexpr double entry_height = 18;
  const double entry_width = (page_width - 2 * page_margin) / static_cast<double>(per_line);
  for (std::size_t i = 0; i < m.layers.size(); ++i) {
    const double x = page_margin + static_cast<double>(i % per_line) * entry_width;
    const double y = top + static_cast<double>(i / per_line) * entry_height;
    const std::string detail = legend_entry(m.layers[i]);
    const std::string number = long_names ? fmt::format("#{} ", i + 1) : "";
    const std::string name =
        number + fit_end(m.layers[i].name, entry_width - 40 - text_width(detail, 11) - text_width(number, 12, true));
    svg.rect(x, y, 12, 12, m.layers[i].blocks.empty() ? "#ffffff" : series_color(i), "", ink::axis);
    svg.text(x + 18, y + 10.5, name, {.bold = true});
    svg.text(x + 24 + text_width(name, 12, true), y + 10.5, detail, {.size = 11, .fill = ink::soft});
  }
}

void draw_caption(Svg& svg, const Frame& f, const MappingResult& m, const Kind& kind) {
  const auto first = static_cast<std::size_t>(kind.arrays.front());
  const bool alone = kind.arrays.size() == 1;
  svg.text(f.x, f.y - 19,
           alone ? fmt::format("array {}", first) : fmt::format("{} arrays", grouped(kind.arrays.size())),
           {.size = f.width < 80 ? 11.0 : 12.0, .bold = true});
  std::string below = alone ? "" : fmt::format("{}, ..", first);
  if (first < m.array_utilisation.size() && (alone || f.width >= 110))
    below += (alone ? "" : "  ") + percent(m.array_utilisation[first], 1) + (f.width >= 60 ? " used" : "");
  svg.text(f.x, f.y - 6, below, {.size = 11, .fill = ink::soft});
}

void draw_array(Svg& svg, const Frame& array, const MappingResult& m, const Kind& kind, bool long_names) {
  const double across = array.width / m.array_columns, down = array.height / m.array_rows;
  for (const auto& [i, b] : kind.blocks) {
    const Frame f{array.x + b->column * across, array.y + b->row * down, b->columns * across, b->rows * down};
    const std::string fill = series_color(i), size = fmt::format("{} x {}", b->rows, b->columns);
    const std::string& layer = m.layers[i].name;
    const std::string name = b->copy > 0 ? fmt::format("{} copy {}", layer, b->copy + 1) : layer;
    svg.rect(f.x, f.y, f.width, f.height, fill,
             fmt::format("{}: {} at row {}, column {}, from row {}, column {} of its matrix", name, size, b->row,
                         b->column, b->layer_row, b->layer_column),
             "#ffffff");
    label(svg, f, name, size, long_names ? fmt::format("#{}", i + 1) : name, fill);
  }
}

}  // namespace

std::string mapping_svg(const MappingResult& m) {
  const bool long_names =
      std::any_of(m.layers.begin(), m.layers.end(), [](const LayerMapping& l) { return l.name.size() > 12; });
  const std::size_t entries_per_line = long_names ? 2 : 3;
  const std::vector<Kind> kinds = kinds_of(m);
  const std::size_t drawn = drawn_of(kinds);
  const Layout layout(m, static_cast<int>(drawn));
  std::vector<std::string> words =
      wrap(fmt::format("{} of {} arrays of {} x {} on {} chip{}, {} of their cells; inputs from top to bottom, outputs "
                       "from left to right",
                       m.arrays_used, m.arrays_total, m.array_rows, m.array_columns, m.chips, m.chips == 1 ? "" : "s",
                       percent(m.cell_utilisation, 1)),
           124);
  if (const std::string text = grouping(kinds, drawn); !text.empty()) words.push_back(text);
  const double legend_top = 46 + 16 * static_cast<double>(words.size());
  const double top =
      legend_top + std::ceil(static_cast<double>(m.layers.size()) / static_cast<double>(entries_per_line)) * 18 + 6;
  Svg svg(page_width, top + layout.total_height(static_cast<int>(drawn)) + page_margin,
          "Which block of which layer is on which array");
  svg.text(page_margin, 28, "Mapping", {.size = 15, .bold = true});
  for (std::size_t i = 0; i < words.size(); ++i)
    svg.text(page_margin, 46 + 16 * static_cast<double>(i), words[i], {.fill = ink::soft});
  draw_legend(svg, m, legend_top, entries_per_line, long_names);
  for (std::size_t k = 0; k < drawn; ++k) {
    const Frame f = layout.frame(static_cast<int>(k), top);
    draw_caption(svg, f, m, kinds[k]);
    svg.rect(f.x, f.y, f.width, f.height, "#f4f5f6");
    draw_array(svg, f, m, kinds[k], long_names);
    // Over the blocks, whose white edges would break it.
    svg.rect(f.x, f.y, f.width, f.height, "none", "", ink::axis);
  }
  return svg.str();
}

}  // namespace bitline::report
