// SPDX-License-Identifier: Apache-2.0
// When each array works for which layer during one inference.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "report/svg.h"
#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using cost::Busy;
using run::Result;

namespace {

constexpr double array_name_width = 78;

bool has_span(const Busy& b) {
  return std::isfinite(b.start_s) && std::isfinite(b.end_s) && b.start_s >= 0 && b.end_s > b.start_s && b.layer >= 0;
}

// At most `timeline_arrays` arrays: of each layer in turn the one that works longest for it, then the next, so that no
// layer goes unseen.
std::set<int> chosen(const std::vector<Busy>& timeline) {
  std::map<int, std::map<int, double>> busy_s;  // layer -> array
  for (const Busy& b : timeline) busy_s[b.layer][b.array] += b.end_s - b.start_s;
  std::vector<std::vector<std::pair<double, int>>> by_layer;  // longest first
  std::size_t most = 0;
  for (const auto& [layer, arrays] : busy_s) {
    auto& list = by_layer.emplace_back();
    for (const auto& [array, seconds] : arrays) list.emplace_back(-seconds, array);
    std::sort(list.begin(), list.end());
    most = std::max(most, list.size());
  }
  std::set<int> shown;
  for (std::size_t k = 0; k < most; ++k)
    for (const auto& list : by_layer)
      if (k < list.size() && shown.size() < timeline_arrays) shown.insert(list[k].second);
  return shown;
}

// Whether an array still has work of one image when the next one needs it.
bool waits(const std::vector<Busy>& timeline, double period_s) {
  std::map<int, std::pair<double, double>> span;
  for (const Busy& b : timeline) {
    auto& [first_s, last_s] = span.try_emplace(b.array, b.start_s, b.end_s).first->second;
    first_s = std::min(first_s, b.start_s);
    last_s = std::max(last_s, b.end_s);
  }
  return std::any_of(span.begin(), span.end(),
                     [&](const auto& s) { return s.second.second - s.second.first > period_s * (1 + 1e-9); });
}

std::string layer_name(const Result& r, int layer) {
  const auto i = static_cast<std::size_t>(layer);
  return i < r.costs.layers.size() ? r.costs.layers[i].name : fmt::format("layer {}", layer);
}

// A vertical line through the plot, its words above it, kept on the page.
void mark(Svg& svg, double x, double text_y, double top, double bottom, const std::string& words,
          std::string_view color, std::string_view dashes) {
  svg.line(x, text_y + 4, x, bottom, color, 1.5, dashes);
  const bool leftward = x + 6 + text_width(words, 11) > page_width - page_margin;
  // Another mark's line may pass behind.
  const double wide = text_width(words, 11) * 0.85;
  svg.rect(leftward ? x - 5 - wide : x + 5, text_y - 10, wide, 13, "#ffffff");
  svg.text(leftward ? x - 5 : x + 5, std::min(text_y, top), words,
           {.size = 11, .anchor = leftward ? Anchor::end : Anchor::start, .fill = color});
}

}  // namespace

std::string timeline_svg(const Result& r) {
  std::vector<Busy> timeline;
  std::set<int> arrays;
  double last_s = 0;
  for (const Busy& b : r.costs.timeline)
    if (has_span(b)) {
      timeline.push_back(b);
      arrays.insert(b.array);
      last_s = std::max(last_s, b.end_s);
    }
  if (timeline.empty()) {
    Svg svg(page_width, 70, "No array works");
    svg.text(page_margin, 28, "One inference in time", {.size = 15, .bold = true});
    svg.text(page_margin, 52, "No array works: nothing is on arrays.", {.fill = ink::soft});
    return svg.str();
  }
  const std::set<int> shown = chosen(timeline);
  std::set<int> layers;
  for (const Busy& b : timeline)
    if (shown.count(b.array)) layers.insert(b.layer);

  // Writing arrays anew takes so much longer than an inference that nothing else would be seen beside it.
  const double reload_s = std::max(0.0, r.costs.latency_s[cost::Part::reload]);
  const double end_s =
      std::max(last_s, std::isfinite(r.costs.latency_per_inference_s) ? r.costs.latency_per_inference_s : 0);
  const double period_s = r.costs.throughput_per_s > 0 ? 1 / r.costs.throughput_per_s : 0;
  const bool pipelined = std::isfinite(period_s) && period_s > 0 && period_s < end_s * (1 - 1e-9);
  std::string subtitle =
      "Bars: rows are driven, then converters work. Between layers: digital periphery and transfers.";
  if (pipelined && waits(timeline, period_s))
    subtitle +=
        " An array that spans more than a period makes images wait: the output after the first comes later than drawn.";
  if (reload_s > 0)
    subtitle += fmt::format(" Time 0: arrays have been written, after {}.", quantity(reload_s, Unit::second));
  if (shown.size() < arrays.size())
    subtitle = fmt::format("{} of {} arrays, of each layer those that work longest; {} are left out. ", shown.size(),
                           arrays.size(), arrays.size() - shown.size()) +
               subtitle;
  std::vector<std::string> words = wrap(subtitle, 124);

  const double legend_top = 40 + 16 * static_cast<double>(words.size());
  const double lines = std::ceil(static_cast<double>(layers.size()) / static_cast<double>(legend_entries_per_line));
  const double row = shown.size() <= 16 ? 22 : 15, thick = row - 5;
  const double marks_top = legend_top + lines * legend_entry_height + 10, top = marks_top + (pipelined ? 34 : 18);
  const double bottom = top + static_cast<double>(shown.size()) * row + 2, height = bottom + 44;
  Svg svg(page_width, height, "When each array works for which layer during one inference");
  svg.text(page_margin, 28, "One inference in time", {.size = 15, .bold = true});
  svg.text(page_width - page_margin, 28, quantity(r.costs.latency_per_inference_s, Unit::second),
           {.size = 15, .anchor = Anchor::end, .bold = true});
  for (std::size_t i = 0; i < words.size(); ++i)
    svg.text(page_margin, 46 + 16 * static_cast<double>(i), words[i], {.size = 11, .fill = ink::soft});
  std::size_t entry = 0;
  for (const int layer : layers) {
    const double x = page_margin + static_cast<double>(entry % legend_entries_per_line) * legend_entry_width;
    const double y = legend_top + static_cast<double>(entry / legend_entries_per_line) * legend_entry_height;
    svg.rect(x, y, 12, 12, series_color(static_cast<std::size_t>(layer)));
    svg.text(x + 18, y + 10.5, fit_end(layer_name(r, layer), legend_entry_width - 30), {.bold = true});
    ++entry;
  }

  const double left = page_margin + array_name_width, right = page_width - page_margin - 14;
  const std::vector<double> span{0, end_s - reload_s};
  const ChartAxis axis = ChartAxis::linear(span, left, right);
  for (const double tick : axis.ticks()) {
    svg.line(axis(tick), top - 4, axis(tick), bottom, ink::grid);
    svg.text(axis(tick), bottom + 16, quantity(tick, Unit::second),
             {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  }
  std::map<int, double> y_of;
  for (const int array : shown) {
    const double y = top + static_cast<double>(y_of.size()) * row;
    y_of[array] = y;
    svg.text(page_margin, y + thick / 2 + 4, fmt::format("array {}", array), {.size = 11});
  }
  // Before the bars, the shortest of which would vanish under them.
  if (pipelined)
    mark(svg, axis(std::max(0.0, period_s - reload_s)), top - 26, top, bottom,
         fmt::format("period {}: the next image starts", quantity(period_s, Unit::second)), "#aa4499", "5 3");
  mark(svg, axis(end_s - reload_s), top - 10, top, bottom,
       fmt::format("output after {}", quantity(end_s, Unit::second)), ink::text, "");
  for (const Busy& b : timeline) {
    const auto y = y_of.find(b.array);
    if (y == y_of.end()) continue;
    const double x = axis(std::max(0.0, b.start_s - reload_s)),
                 wide = std::max(2.0, axis(std::max(0.0, b.end_s - reload_s)) - x);
    const std::string name = layer_name(r, b.layer), fill = series_color(static_cast<std::size_t>(b.layer));
    svg.rect(x, y->second, wide, thick, fill,
             fmt::format("array {}, {}: {} .. {}", b.array, name, quantity(b.start_s, Unit::second),
                         quantity(b.end_s, Unit::second)));
    if (thick > 14 && text_width(name, 11, true) + 6 < wide)
      svg.text(x + wide / 2, y->second + thick / 2 + 4, clean(name),
               {.size = 11, .anchor = Anchor::middle, .fill = text_color_on(fill), .bold = true});
  }
  svg.line(left, bottom, right, bottom, ink::axis);
  svg.line(left, top - 4, left, bottom, ink::axis);
  svg.text((left + right) / 2, bottom + 34,
           reload_s > 0 ? "time since the arrays are written" : "time since the image arrives",
           {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  return svg.str();
}

}  // namespace bitline::report
