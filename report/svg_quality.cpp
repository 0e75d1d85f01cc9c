// SPDX-License-Identifier: Apache-2.0
// The chart of what came out, chip by chip.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using run::ChipQuality;

namespace {

constexpr double quality_height = 380;
constexpr Panel quality_panel{76, 700, 48, 316};

struct Axis {
  double low, high, step;
  double y(double value) const {
    return quality_panel.bottom - (value - low) / (high - low) * (quality_panel.bottom - quality_panel.top);
  }
};

// Covers the values with about six steps of 1, 2 or 5 times a power of ten.
Axis axis_of(const std::vector<double>& values) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const double v : values)
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  if (low > high) low = 0, high = 1;
  if (high - low < 1e-6 * std::max(1.0, std::abs(high))) low -= 0.005, high += 0.005;
  const double rough = (high - low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
  return {std::floor(low / step - 0.15) * step, std::ceil(high / step + 0.15) * step, step};
}

// A labelled level at the right edge; labels are moved apart so that none covers another.
struct Mark {
  std::string text;
  double value;
  std::string_view color;
  double y = 0;
};

void draw_marks(Svg& svg, std::vector<Mark> marks, const Axis& axis) {
  constexpr double apart = 17;
  std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.value > b.value; });
  double next = quality_panel.top;
  for (Mark& m : marks) next = (m.y = std::max(axis.y(m.value), next)) + apart;
  next = quality_panel.bottom + 8;
  for (auto m = marks.rbegin(); m != marks.rend(); ++m) next = (m->y = std::min(m->y, next)) - apart;
  for (const Mark& m : marks) {
    svg.line(quality_panel.right, axis.y(m.value), quality_panel.right + 18, m.y, m.color);
    svg.text(quality_panel.right + 22, m.y + 4, m.text, {.fill = m.color, .bold = true});
  }
}

}  // namespace

std::string quality_svg(const run::Quality& q, const std::string& each) {
  constexpr std::string_view dot = "#332288", mean_color = "#117733", float_color = "#882255",
                             quantized_color = "#a2602c";
  std::vector<double> values{q.reference_float, q.reference_quantized, q.value,          q.ci95.lower,
                             q.ci95.upper,      q.ci95_both.lower,     q.ci95_both.upper};
  for (const ChipQuality& chip : q.chips) values.insert(values.end(), {chip.value, chip.ci95.lower, chip.ci95.upper});
  const Axis axis = axis_of(values);
  const std::string metric = shorten(clean(q.metric), 40);

  Svg svg(page_width, quality_height, fmt::format("{} of each {}", metric, each));
  svg.text(20, 28, fmt::format("{} of each {}, with 95 % intervals", metric, each), {.size = 15, .bold = true});
  const auto ticks = static_cast<int>(std::lround((axis.high - axis.low) / axis.step));
  const int digits = std::clamp(static_cast<int>(-std::floor(std::log10(axis.step) + 1e-9)) - 2, 0, 6);
  for (int i = 0; i <= ticks; ++i) {
    const double value = axis.low + i * axis.step;
    svg.line(quality_panel.left, axis.y(value), quality_panel.right, axis.y(value), ink::grid);
    svg.text(quality_panel.left - 8, axis.y(value) + 4,
             q.metric == "accuracy" ? percent(value, digits) : fmt::format("{:.4g}", value),
             {.anchor = Anchor::end, .fill = ink::soft});
  }
  const auto known = [](const Interval& i) { return std::isfinite(i.lower) && std::isfinite(i.upper); };
  const auto band = [&](const Interval& i, double opacity) {
    if (known(i))
      svg.rect(quality_panel.left, axis.y(i.upper), quality_panel.right - quality_panel.left,
               axis.y(i.lower) - axis.y(i.upper), mean_color, "", "none", opacity);
  };
  const bool both = known(q.ci95_images);  // experiments know no images
  if (both) band(q.ci95_both, 0.12);
  if (q.chips.size() > 1) band(q.ci95, 0.28);
  svg.line(quality_panel.left, axis.y(q.reference_float), quality_panel.right, axis.y(q.reference_float), float_color,
           1.5, "7 4");
  svg.line(quality_panel.left, axis.y(q.reference_quantized), quality_panel.right, axis.y(q.reference_quantized),
           quantized_color, 1.5, "2 3");
  svg.line(quality_panel.left, axis.y(q.value), quality_panel.right, axis.y(q.value), mean_color, 1.5);

  const double pitch =
      (quality_panel.right - quality_panel.left) / static_cast<double>(std::max<std::size_t>(1, q.chips.size()));
  const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(26 / pitch)));  // chips per number below the axis
  for (std::size_t i = 0; i < q.chips.size(); ++i) {
    const ChipQuality& chip = q.chips[i];
    const double x = quality_panel.left + (static_cast<double>(i) + 0.5) * pitch;
    if (known(chip.ci95)) svg.line(x, axis.y(chip.ci95.upper), x, axis.y(chip.ci95.lower), dot, pitch > 8 ? 1.5 : 0.6);
    svg.circle(x, axis.y(chip.value), pitch > 12 ? 4 : 2, dot,
               fmt::format("{} {}: {}{}", each, i, quality_text(q.metric, chip.value),
                           known(chip.ci95) ? ", 95 % " + quality_range(q.metric, chip.ci95) : ""));
    if (i % every == 0)
      svg.text(x, quality_panel.bottom + 18, std::to_string(i), {.anchor = Anchor::middle, .fill = ink::soft});
  }
  svg.line(quality_panel.left, quality_panel.top, quality_panel.left, quality_panel.bottom, ink::axis);
  svg.line(quality_panel.left, quality_panel.bottom, quality_panel.right, quality_panel.bottom, ink::axis);
  svg.text((quality_panel.left + quality_panel.right) / 2, quality_panel.bottom + 36, each,
           {.anchor = Anchor::middle, .fill = ink::soft});
  draw_marks(svg,
             {{"float " + quality_text(q.metric, q.reference_float), q.reference_float, float_color},
              {"quantized " + quality_text(q.metric, q.reference_quantized), q.reference_quantized, quantized_color},
              {"on chip " + quality_text(q.metric, q.value), q.value, mean_color}},
             axis);

  double x = quality_panel.left;
  const auto legend = [&](const std::string& text, double opacity) {
    svg.rect(x, quality_height - 20, 16, 12, mean_color, "", "none", opacity);
    svg.text(x + 22, quality_height - 10, text, {.fill = ink::soft});
    x += 48 + text_width(text, 12);
  };
  if (q.chips.size() > 1) legend(fmt::format("mean over {}s, these images", each), 0.4);
  if (both) legend(q.chips.size() > 1 ? fmt::format("mean, other {}s and images", each) : "other images", 0.12);
  return svg.str();
}

}  // namespace bitline::report
