// SPDX-License-Identifier: Apache-2.0
#include "app/sweep_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "report/svg_canvas.h"

namespace bitline::app {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Amount {
  double value;
  std::string unit;
};

std::optional<Amount> amount(const std::string& text) {
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc() || !std::isfinite(x)) return std::nullopt;
  std::string unit(end, text.data() + text.size());
  unit.erase(0, unit.find_first_not_of(' ') == std::string::npos ? unit.size() : unit.find_first_not_of(' '));
  return Amount{x, unit};
}

std::vector<std::string> values_of(const Rows& rows, std::size_t column) {
  std::vector<std::string> values;
  for (std::size_t r = 1; r < rows.size(); ++r)
    if (std::find(values.begin(), values.end(), rows[r][column]) == values.end()) values.push_back(rows[r][column]);
  return values;
}

// Axes that move in step say the same.
bool in_step(const Rows& rows, std::size_t a, std::size_t b) {
  std::map<std::string, std::string> forth, back;
  for (std::size_t r = 1; r < rows.size(); ++r)
    if (forth.emplace(rows[r][a], rows[r][b]).first->second != rows[r][b] ||
        back.emplace(rows[r][b], rows[r][a]).first->second != rows[r][a])
      return false;
  return true;
}

// All values numbers of one unit (0 may have any).
bool numeric(const std::vector<std::string>& values, std::string& unit) {
  for (const auto& v : values) {
    const auto a = amount(v);
    if (!a) return false;
    if (a->value != 0 && unit.empty()) unit = a->unit;
    if (a->value != 0 && a->unit != unit) return false;
  }
  return true;
}

std::optional<std::size_t> column_named(const Rows& rows, const std::string& name) {
  const auto at = std::find(rows[0].begin(), rows[0].end(), name);
  return at == rows[0].end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - rows[0].begin()));
}

struct Point {
  double x, y;
  std::optional<double> low, high;
};

}  // namespace

std::string sweep_lines(const Rows& rows, std::size_t figure) {
  std::vector<std::size_t> axes;
  for (std::size_t c = 2; c < figure; ++c)
    if (values_of(rows, c).size() > 1 &&
        std::none_of(axes.begin(), axes.end(), [&](std::size_t a) { return in_step(rows, a, c); }))
      axes.push_back(c);
  if (axes.empty() || axes.size() > 2) return "";
  // The later axis of numbers runs along the page; the other names the lines.
  std::string unit;
  std::optional<std::size_t> along;
  for (std::size_t c : axes)
    if (std::string u; numeric(values_of(rows, c), u)) along = c, unit = u;
  if (!along) return "";
  std::optional<std::size_t> by;
  for (std::size_t c : axes)
    if (c != *along) by = c;
  const std::vector<std::string> lines = by ? values_of(rows, *by) : std::vector<std::string>{""};
  if (lines.size() > 9) return "";

  const std::string name = rows[0][figure], stem = name == "quality.value" ? "quality.ci95" : name + "_ci95";
  const auto low = column_named(rows, stem + ".0"), high = column_named(rows, stem + ".1");
  std::vector<std::vector<Point>> points(lines.size());
  double x_least = HUGE_VAL, x_most = 0, y_low = HUGE_VAL, y_high = -HUGE_VAL;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const auto y = amount(rows[r][figure]);
    if (!y) continue;
    Point p{amount(rows[r][*along])->value, y->value, {}, {}};
    if (low && high)
      if (const auto a = amount(rows[r][*low]), b = amount(rows[r][*high]); a && b) p.low = a->value, p.high = b->value;
    if (p.x > 0) x_least = std::min(x_least, p.x);
    x_most = std::max(x_most, p.x);
    y_low = std::min(y_low, p.low.value_or(p.y)), y_high = std::max(y_high, p.high.value_or(p.y));
    const auto line = by ? std::find(lines.begin(), lines.end(), rows[r][*by]) - lines.begin() : 0;
    points[static_cast<std::size_t>(line)].push_back(p);
  }
  if (!(y_high >= y_low) || !(x_most >= x_least)) return "";
  const double room = y_high > y_low ? 0.05 * (y_high - y_low) : std::max(0.05 * std::abs(y_high), 1e-30);
  y_low -= room, y_high += room;
  constexpr double width = 860, height = 430, left = 90, right = 680, top = 20, bottom = 370;
  const bool log_scale = x_most > 30 * x_least;
  // On a logarithmic axis 0 has a place of its own at the left.
  const double begin = log_scale ? left + 60 : left + 10, end = right - 10;
  const auto x_of = [&](double x) {
    if (!log_scale) return begin + (x_most > 0 ? x / x_most : 0) * (end - begin);
    return x <= 0 ? left + 15 : begin + std::log(x / x_least) / std::log(x_most / x_least) * (end - begin);
  };
  const auto y_of = [&](double y) { return bottom - (y - y_low) / (y_high - y_low) * (bottom - top); };

  Svg svg(width, height, name + " over " + rows[0][*along]);
  std::vector<double> marks;
  for (const auto& v : values_of(rows, *along)) marks.push_back(amount(v)->value);
  for (double x : marks) {
    svg.line(x_of(x), top, x_of(x), bottom, ink::grid);
    svg.text(x_of(x), bottom + 16, fmt::format("{:g}", x), {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  }
  for (int i = 0; i <= 4; ++i) {
    const double y = y_low + (y_high - y_low) * i / 4;
    svg.line(left, y_of(y), right, y_of(y), ink::grid);
    svg.text(left - 6, y_of(y) + 4, fmt::format("{:.3g}", y), {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  }
  svg.text((left + right) / 2, bottom + 40, unit.empty() ? rows[0][*along] : rows[0][*along] + " (" + unit + ")",
           {.anchor = Anchor::middle});
  svg.text(22, (top + bottom) / 2, name, {.anchor = Anchor::middle, .rotate_deg = -90});
  if (by) svg.text(right + 20, top + 10, fit_text(rows[0][*by], width - right - 25, 12), {.bold = true});
  for (std::size_t l = 0; l < lines.size(); ++l) {
    auto& line = points[l];
    std::stable_sort(line.begin(), line.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
    const std::string color = series_color(l);
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Point& p = line[i];
      if (i > 0) svg.line(x_of(line[i - 1].x), y_of(line[i - 1].y), x_of(p.x), y_of(p.y), color, 2);
      if (p.low) svg.line(x_of(p.x), y_of(*p.low), x_of(p.x), y_of(*p.high), color, 1);
      svg.circle(x_of(p.x), y_of(p.y), 4, color,
                 fmt::format("{} = {:g} {}\n{} = {:.5g}{}", rows[0][*along], p.x, unit, name, p.y,
                             by ? "\n" + rows[0][*by] + " = " + lines[l] : ""));
    }
    if (!by) continue;
    const double y = top + 30 + 18 * static_cast<double>(l);
    svg.line(right + 20, y - 4, right + 34, y - 4, color, 2);
    svg.text(right + 40, y, fit_text(lines[l], width - right - 45, 12));
  }
  return svg.str();
}

}  // namespace bitline::app
