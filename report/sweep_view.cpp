// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/csv.h"

namespace bitline::report {
namespace {

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

double number_in(const std::string& text) {
  const auto x = number_and_unit(text);
  return x && x->unit.empty() && !x->apart ? x->value : not_there;
}

std::optional<std::size_t> column_of(const Rows& rows, const std::string& name) {
  const auto at = std::ranges::find(rows.front(), name);
  return at == rows.front().end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - rows.front().begin()));
}

// What the interval of a figure is called: "X.ci95_both" or "X.ci95" of "X.value", else "X_ci95", "X.interval_J".
std::vector<std::string> interval_names(const std::string& path) {
  if (path == "energy.per_inference_J") return {"energy.interval_J"};
  constexpr std::string_view value = ".value";
  if (!path.ends_with(value)) return {path + "_ci95"};
  const std::string whole = path.substr(0, path.size() - value.size());
  return {whole + ".ci95_both", whole + ".ci95"};
}

std::vector<double> numbers_in(const Rows& rows, std::size_t column) {
  std::vector<double> numbers;
  for (std::size_t r = 1; r < rows.size(); ++r) numbers.push_back(number_in(rows[r][column]));
  return numbers;
}

SweepFigure figure_of(const Rows& rows, std::size_t column, const std::string& metric) {
  SweepFigure f;
  f.path = rows.front()[column];
  f.name = figure_name(f.path, metric);
  f.value = numbers_in(rows, column);
  for (std::size_t r = 1; r < rows.size(); ++r) f.texts.push_back(rows[r][column]);
  f.numeric = std::ranges::any_of(f.value, [](double x) { return std::isfinite(x); });
  f.low = f.high = std::vector<double>(f.value.size(), not_there);
  for (const std::string& name : interval_names(f.path)) {
    const auto low = column_of(rows, name + ".0"), high = column_of(rows, name + ".1");
    if (!low || !high) continue;
    f.low = numbers_in(rows, *low), f.high = numbers_in(rows, *high);
    break;
  }
  return f;
}

bool is_interval(const std::string& path) {
  const bool end = path.ends_with(".0") || path.ends_with(".1");
  return end && (path.find("ci95") != std::string::npos || path.find("interval_J") != std::string::npos);
}

}  // namespace

bool SweepFigure::has_interval() const {
  for (std::size_t i = 0; i < low.size(); ++i)
    if (std::isfinite(low[i]) && std::isfinite(high[i])) return true;
  return false;
}

bool SweepFigure::varies() const {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text != texts.front(); });
}

const SweepFigure* SweepView::figure(const std::string& path) const {
  const auto at = std::ranges::find(figures, path, &SweepFigure::path);
  return at == figures.end() ? nullptr : &*at;
}

const ChartDimension* SweepView::designs() const {
  const auto at = std::ranges::find_if(dimensions, [](const ChartDimension& d) { return d.designs; });
  return at == dimensions.end() ? nullptr : &*at;
}

std::string SweepView::tip(std::size_t point) const {
  std::string text = "point " + number(point);
  for (std::size_t c = 2; c < axis_end(); ++c)
    if (!rows[point + 1][c].empty()) text += fmt::format("\n{}: {}", axis_name(rows.front()[c]), rows[point + 1][c]);
  for (const SweepFigure& f : figures) {
    if (!std::isfinite(f.value[point])) continue;
    text += fmt::format("\n{}: {}", f.name.name, value_text(f.value[point], f.name.unit));
    if (const std::string range = interval_text({f.low[point], f.high[point]}, f.name.unit); !range.empty())
      text += " (" + range + ")";
  }
  return text;
}

SweepView sweep_view(SweepNote note, const std::string& csv) {
  SweepView view;
  view.note = std::move(note);
  const CsvTable table = CsvTable::parse(csv, "table.csv");
  view.rows.push_back(table.columns());
  for (std::size_t r = 0; r < table.rows(); ++r) view.rows.push_back(table.row(r));
  for (std::size_t c = view.axis_end(); c < view.rows.front().size(); ++c)
    if (!is_interval(view.rows.front()[c])) view.figures.push_back(figure_of(view.rows, c, view.note.metric));
  if (view.points() > 0) view.dimensions = dimensions(view.rows, view.note.axes, view.note.list);
  return view;
}

}  // namespace bitline::report
