// SPDX-License-Identifier: Apache-2.0
#include "report/use_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/duration.h"
#include "report/html_parts.h"
#include "report/svg_lines.h"
#include "report/text.h"

namespace bitline::report {

using run::UseMoment;
using run::UseResult;

namespace {

constexpr std::size_t most_moments_shown = 24;

// The longest of which the span has two or more.
struct TimeUnit {
  const char* name;
  double seconds;
};
TimeUnit time_unit(double span_s) {
  for (const TimeUnit& unit :
       {TimeUnit{" in years", 365.25 * 86400}, {" in days", 86400}, {" in hours", 3600}, {" in minutes", 60}})
    if (span_s >= 2 * unit.seconds) return unit;
  return {" in seconds", 1};
}

std::string refreshes(std::uint32_t count) {
  return count == 0 ? "never refreshed" : count == 1 ? "refreshed once" : fmt::format("refreshed {} times", count);
}

std::vector<std::string> cells(const UseResult& use, const UseMoment& m) {
  return {duration(m.time_s),
          duration(m.age_s),
          count_text(m.images_since_write),
          std::to_string(m.refreshes),
          quality_text(use.metric, m.value),
          quality_range(use.metric, m.ci95_both),
          m.change && m.change_ci95.lower < m.change_ci95.upper ? quality_range(use.metric, m.change_ci95) : ""};
}

std::vector<std::string> head(const UseResult& use) {
  return {"used for", "since writing", "images", "refreshes", use.metric, "95 %, chips and images", "change, paired"};
}

}  // namespace

std::string use_line(const UseResult& use) {
  return fmt::format("{} of use, an image every {} ({} images), {}", duration(use.span_s),
                     pretty(use.time_per_image_s, Unit::second), count_text(use.images), refreshes(use.refreshes));
}

std::string refresh_text(const UseResult& use) {
  if (use.refreshes == 0) return "";
  if (!use.refresh_J && !use.refresh_s) return "refreshes: energy and time are not known";
  std::string text = "refreshes take";
  if (use.refresh_J)
    text += fmt::format(" {}, {} for each image", quantity(*use.refresh_J, Unit::joule),
                        quantity(*use.refresh_J / use.images, Unit::joule));
  if (use.refresh_s) text += fmt::format("{} {} in all", use.refresh_J ? ", and" : "", duration(*use.refresh_s));
  return text;
}

std::string use_summary(const UseResult& use, const Paint& paint) {
  std::vector<TextTable::Column> columns(7, {Align::right});
  columns[4].paint = paint.strong();
  TextTable table(std::move(columns));
  table.row(head(use));
  const std::size_t rows = std::min(use.moments.size(), most_moments_shown);
  for (std::size_t i = 0; i < rows; ++i)
    table.row(cells(use, use.moments[rows > 1 ? i * (use.moments.size() - 1) / (rows - 1) : 0]));
  std::string text = paint.heading("In time") + "  " + use_line(use) + "\n" + table.str(2, paint.dim());
  if (rows < use.moments.size())
    text += fmt::format("  {} of {} moments; result.json has all (use.moments)\n", rows, use.moments.size());
  const std::string refresh = refresh_text(use);
  for (const std::string& line : wrap(refresh, terminal_width - 2)) text += "  " + line + "\n";
  return text;
}

std::string use_svg(const UseResult& use) {
  const bool share = use.metric == "accuracy";
  const double scale = share ? 100 : 1;
  LineSeries value{use.metric, {}}, low{"95 %: not below", {}}, high{"95 %: not above", {}};
  constexpr double gap = std::numeric_limits<double>::quiet_NaN();
  std::uint32_t refreshed = 0;
  const TimeUnit in = time_unit(use.span_s);
  for (const UseMoment& m : use.moments) {
    if (m.refreshes > refreshed)
      for (LineSeries* line : {&value, &low, &high}) line->points.emplace_back(m.time_s / in.seconds, gap);
    refreshed = m.refreshes;
    value.points.emplace_back(m.time_s / in.seconds, scale * m.value);
    low.points.emplace_back(m.time_s / in.seconds, scale * m.ci95_both.lower);
    high.points.emplace_back(m.time_s / in.seconds, scale * m.ci95_both.upper);
  }
  LineChart chart;
  chart.title = fmt::format("{} through {} of use", use.metric, duration(use.span_s));
  chart.notes = {use_line(use)};
  if (use.refreshes > 0) chart.notes.push_back("Lines are interrupted where devices were refreshed between moments.");
  chart.x_name = "time in use" + std::string(in.name);
  chart.y_name = share ? use.metric + " in %" : use.metric;
  chart.dots = true;
  chart.y_scale = YScale::linear;
  chart.series = {std::move(value), std::move(low), std::move(high)};
  return lines_svg(chart);
}

std::string use_section(const run::Result& r) {
  if (!r.use) return "";
  HtmlTable table("rrrrrrr", head(*r.use));
  for (const UseMoment& m : r.use->moments) table.row(cells(*r.use, m));
  const std::string refresh = refresh_text(*r.use);
  return html_heading("In time") + html_paragraph(use_line(*r.use) + ".") + html_figure(use_svg(*r.use)) + table.str() +
         (refresh.empty() ? "" : html_paragraph(refresh + ".", "soft"));
}

}  // namespace bitline::report
