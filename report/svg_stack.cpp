// SPDX-License-Identifier: Apache-2.0
#include "report/svg_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {
namespace {

double drawn_total(const cost::Breakdown& parts) {
  double sum = 0;
  for (const auto& [_, value] : parts) sum += drawable(value) ? value : 0;
  return sum;
}

struct StackPiece {
  std::string name, color;
  std::vector<cost::Part> parts;
  double in(const cost::Breakdown& bar) const {
    double sum = 0;
    for (const cost::Part part : parts) sum += drawable(bar[part]) ? bar[part] : 0;
    return sum;
  }
};

// The largest first, as the sum over bars.
std::vector<StackPiece> pieces_of(const std::vector<StackedBar>& bars, std::string& folded) {
  std::vector<const cost::Breakdown*> all;
  for (const StackedBar& bar : bars) all.push_back(&bar.parts);
  std::vector<StackPiece> pieces;
  StackPiece other{"other", std::string(other_color), {}};
  for (const cost::Part part : cost::listed_parts(all)) {
    const bool large = std::ranges::any_of(bars, [&](const StackedBar& bar) {
      return drawable(bar.parts[part]) && bar.parts[part] >= least_share * drawn_total(bar.parts);
    });
    if (large) {
      pieces.push_back({std::string(title_of(part)), part_color(part), {part}});
    } else if (std::ranges::any_of(bars, [&](const StackedBar& bar) { return drawable(bar.parts[part]); })) {
      other.parts.push_back(part);
      folded += (folded.empty() ? "" : ", ") + std::string(title_of(part));
    }
  }
  if (!other.parts.empty()) pieces.push_back(std::move(other));
  return pieces;
}

}  // namespace

std::string stacked_svg(const std::string& title, const std::vector<StackedBar>& bars, Unit unit) {
  constexpr double row = 32, bar_height = 22, value_width = 84, most_name = 250, entry_width = 168;
  constexpr std::size_t per_line = 5;
  std::string folded;
  const std::vector<StackPiece> pieces = pieces_of(bars, folded);
  double largest = 0, name_width = 40;
  for (const StackedBar& bar : bars) {
    largest = std::max(largest, drawn_total(bar.parts));
    name_width = std::max(name_width, std::min(most_name, text_width(bar.name, 12, true) + 10));
  }
  constexpr double legend_top = 40;
  const double lines = std::ceil(static_cast<double>(pieces.size()) / per_line);
  const double note_top = legend_top + lines * legend_entry_height, top = note_top + (folded.empty() ? 8 : 26);
  Svg svg(page_width, top + static_cast<double>(bars.size()) * row + 8, title);
  svg.text(page_margin, 26, title, {.size = 15, .bold = true});
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const double x = page_margin + static_cast<double>(i % per_line) * entry_width;
    const double y = legend_top + static_cast<double>(i / per_line) * legend_entry_height;
    svg.rect(x, y, 12, 12, pieces[i].color);
    svg.text(x + 18, y + 10.5, fit_text(pieces[i].name, entry_width - 16, 12));
  }
  if (!folded.empty())
    svg.text(page_margin, note_top + 12, fit_text("other, each below 1 %: " + folded, page_width - 2 * page_margin, 11),
             {.size = 11, .fill = ink::soft});
  const double left = page_margin + name_width, room = page_width - page_margin - value_width - left;
  for (std::size_t k = 0; k < bars.size(); ++k) {
    const double y = top + static_cast<double>(k) * row, total = drawn_total(bars[k].parts);
    svg.text(page_margin, y + 15.5, fit_text(bars[k].name, name_width - 6, 12), {.bold = true});
    double x = left;
    for (const StackPiece& piece : pieces) {
      const double value = piece.in(bars[k].parts);
      if (!(value > 0)) continue;
      const double wide = room * value / largest;
      const std::string share = percent(value / total, 0);
      svg.rect(
          x, y, wide, bar_height, piece.color,
          fmt::format("{}, {}: {} ({})", bars[k].name, piece.name, quantity(value, unit), percent(value / total, 1)),
          wide > 3 ? "#ffffff" : "none");
      if (text_width(share, 11) + 6 < wide)
        svg.text(x + wide / 2, y + 15, share,
                 {.size = 11, .anchor = Anchor::middle, .fill = text_color_on(piece.color)});
      x += wide;
    }
    svg.text(x + 6, y + 15.5, total > 0 ? quantity(total, unit) : "nothing counted", {.size = 12, .bold = true});
  }
  svg.line(left, top - 3, left, top + static_cast<double>(bars.size()) * row - 6, ink::axis);
  return svg.str();
}

}  // namespace bitline::report
