// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/csv.h"
#include "base/files.h"
#include "base/units.h"
#include "base/version.h"
#include "experiments/points_file.h"
#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {
namespace fs = std::filesystem;
namespace {

std::optional<double> number(const std::string& text) {
  const auto x = number_and_unit(text);
  return x && x->unit.empty() && !x->apart ? std::optional(x->value) : std::nullopt;
}

std::optional<std::size_t> column(const Rows& rows, const std::string& name) {
  const auto& head = rows.front();
  const auto at = std::find(head.begin(), head.end(), name);
  return at == head.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - head.begin()));
}

// The first axis with more than one value names the colours.
std::optional<std::size_t> colour_column(const Rows& rows, std::size_t axes_end, std::vector<std::string>& values) {
  for (std::size_t c = 2; c < axes_end; ++c) {
    values.clear();
    for (std::size_t r = 1; r < rows.size(); ++r)
      if (std::find(values.begin(), values.end(), rows[r][c]) == values.end()) values.push_back(rows[r][c]);
    if (values.size() > 1 && values.size() <= 9) return c;
  }
  return std::nullopt;
}

std::string scatter(const Rows& rows, std::size_t x_column, std::size_t y_column) {
  std::vector<double> xs, ys;
  std::vector<std::size_t> which;
  for (std::size_t r = 1; r < rows.size(); ++r)
    if (const auto x = number(rows[r][x_column]), y = number(rows[r][y_column]); x && y)
      xs.push_back(*x), ys.push_back(*y), which.push_back(r);
  if (xs.empty()) return "";
  constexpr double width = 860, height = 420, left = 90, right = 680, top = 20, bottom = 370;
  const std::string &x_name = rows.front()[x_column], &y_name = rows.front()[y_column];
  Svg svg(width, height, y_name + " over " + x_name);
  const ChartAxis x = ChartAxis::linear(xs, left, right), y = ChartAxis::linear(ys, bottom, top);
  draw_axes(svg, number_axis(x, x_name), number_axis(y, y_name));
  std::vector<std::string> groups;
  const auto by = colour_column(rows, std::min(x_column, y_column), groups);
  const auto colour = [&](const std::string& value) {
    return series_color(by ? static_cast<std::size_t>(std::find(groups.begin(), groups.end(), value) - groups.begin())
                           : 0);
  };
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const auto& row = rows[which[i]];
    std::string tip = "point " + row[0];
    for (std::size_t c = 2; c < row.size(); ++c) tip += fmt::format("\n{} = {}", rows.front()[c], row[c]);
    svg.circle(x(xs[i]), y(ys[i]), 4, colour(by ? row[*by] : ""), tip);
  }
  if (by) {
    svg.text(right + 20, top + 10, fit_text(rows.front()[*by], width - right - 25, 12), {.size = 12, .bold = true});
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const double y = top + 30 + 18 * static_cast<double>(g);
      svg.circle(right + 26, y - 4, 4, colour(groups[g]));
      svg.text(right + 38, y, fit_text(groups[g], width - right - 45, 12), {.size = 12});
    }
  }
  return svg.str();
}

// What write_sweep_note() left; the folder's own name and no axes without it.
struct Note {
  std::string name;
  std::size_t axes = 0;
};
Note note_of(const fs::path& folder) {
  Note note{folder.lexically_normal().string()};
  const fs::path file = folder / "sweep.json";
  if (!fs::exists(file)) return note;
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (!json.is_object()) return note;
  if (const auto name = json.find("name"); name != json.end() && name->is_string()) note.name = *name;
  if (const auto axes = json.find("axes"); axes != json.end() && axes->is_number_unsigned()) note.axes = *axes;
  return note;
}

Rows rows_of(const CsvTable& table) {
  Rows rows{table.columns()};
  for (std::size_t r = 0; r < table.rows(); ++r) rows.push_back(table.row(r));
  return rows;
}

std::string short_cell(const std::string& text) {
  const auto x = number(text);
  return x && text.size() > 8 ? fmt::format("{:.5g}", *x) : text;
}

}  // namespace

std::string sweep_page(const std::string& title, const std::string& csv, std::size_t axes) {
  const Rows rows = rows_of(CsvTable::parse(csv, "table.csv"));
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{0}</title>\n<style>\n"
      "body {{ margin: 0 auto; max-width: 1100px; padding: 24px 20px 60px; background: #fff; color: #222; font: "
      "15px/1.5 Helvetica, Arial, sans-serif; }}\n"
      ".wide {{ overflow-x: auto; }}\ntable {{ border-collapse: collapse; font-size: 13px; font-variant-numeric: "
      "tabular-nums; }}\n"
      "th, td {{ padding: 3px 12px 3px 0; text-align: left; border-bottom: 1px solid #eef0f2; white-space: nowrap; }}\n"
      "th {{ color: #5f6368; font-weight: normal; }}\nsvg {{ max-width: 100%; height: auto; "
      "}}\n</style>\n</head>\n<body>\n<h1>Sweep {0}</h1>\n<p>{1} finished points.</p>\n",
      escape_markup(title), rows.size() - 1);
  const std::vector<std::string> charts = sweep_charts(rows, axes);
  for (const std::string& chart : charts) html += "<figure>\n" + chart + "</figure>\n";
  const auto x = column(rows, "energy.per_inference_J"), y = column(rows, "quality.value");
  if (charts.empty() && x && y) html += "<figure>\n" + scatter(rows, *x, *y) + "</figure>\n";
  html += "<div class=\"wide\"><table>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    html += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string text = c == 1 && r > 0 ? rows[r][c].substr(0, 8) : r > 0 ? short_cell(rows[r][c]) : rows[r][c];
      html += fmt::format("<{0}>{1}</{0}>", r == 0 ? "th" : "td", escape_markup(text));
    }
    html += "</tr>\n";
  }
  return html + fmt::format("</table></div>\n<p>Bitline {}</p>\n</body>\n</html>\n", version());
}

void write_sweep_note(const fs::path& folder, const std::string& name, std::size_t axes) {
  write_file(folder / "sweep.json", nlohmann::json{{"name", name}, {"axes", axes}}.dump() + "\n");
}

void write_sweep_page(const fs::path& folder) {
  const experiments::FolderLock lock(folder);  // shards that end together: the last one's page has the points of all
  const Note note = note_of(folder);
  write_file(folder / "report.html", sweep_page(note.name, read_file(folder / "table.csv"), note.axes));
}

}  // namespace bitline::report
