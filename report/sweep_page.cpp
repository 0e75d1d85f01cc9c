// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/csv.h"
#include "base/files.h"
#include "base/version.h"
#include "experiments/points_file.h"
#include "report/html_parts.h"
#include "report/sweep_chart.h"
#include "report/sweep_table_html.h"
#include "report/text.h"

namespace bitline::report {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view sweep_style = R"(
body { max-width: 1180px; }
figure { max-width: 900px; }
table.sweep { width: max-content; min-width: 100%; font-size: 13px; }
table.sweep thead, table.sweep tbody, table.sweep tr { display: contents; }
table.sweep th { order: -1; align-self: stretch; display: flex; align-items: flex-end; }
table.sweep th.n { white-space: normal; justify-content: flex-end; }
table.sweep th label { cursor: pointer; max-width: 104px; }
table.sweep th label::after { content: " \25be"; color: #c8ccd0; }
table.sweep td { padding-right: 14px; max-width: 240px; }
table.sweep td small { display: block; color: #5f6368; font-size: 11px; }
table.sweep td i { color: #5f6368; }
table.sweep td.best { font-weight: bold; background: #e6f4ee; }
table.sweep td.best small { font-weight: normal; }
table.sweep tr.front td:first-child { box-shadow: inset 3px 0 #222; }
.pill { border: 1px solid #44aa99; border-radius: 9px; padding: 0 7px; font-size: 11px; color: #117733; white-space: nowrap; }
.by { position: absolute; opacity: 0; pointer-events: none; }
.runs p { margin: 3px 0; font-size: 12px; }
.runs p:target { background: #fff6d6; }
code { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; user-select: all; }
)";

std::string count_of(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", grouped(n), what, n == 1 ? "" : "s");
}

std::string head_text(const SweepView& view, const SweepFiles& files) {
  std::string axes;
  for (const ChartDimension& d : view.dimensions)
    axes += fmt::format("{}{} ({})", axes.empty() ? "" : ", ", d.name, grouped(d.values.size()));
  std::size_t failed = 0, skipped = 0;
  for (const auto& [_, points] : files.failures) failed += points;
  for (const auto& s : view.note.skipped) skipped += s.points;
  std::string counts = count_of(view.points(), "finished point");
  if (view.note.points > view.points()) counts += fmt::format(" of {}", grouped(view.note.points));
  if (failed > 0) counts += fmt::format(", {} failed", grouped(failed));
  if (skipped > 0) counts += fmt::format(", {} left out", grouped(skipped));
  std::string html = html_paragraph(counts + (axes.empty() ? "" : " over " + axes), "soft");
  if (!view.note.about.empty()) html += html_paragraph(view.note.about, "soft");
  return html;
}

// The best point of each figure of merit.
std::string best_cards(const SweepView& view) {
  std::string html;
  for (const char* path : {"quality.value", "energy.per_inference_J", "latency.per_inference_s", "area.total_m2"}) {
    const SweepFigure* f = view.figure(path);
    if (!f || !f->numeric || f->name.better == Better::neither || (view.points() > 1 && !f->varies())) continue;
    const bool high = f->name.better == Better::higher;
    std::optional<std::size_t> best;
    for (std::size_t p = 0; p < view.points(); ++p)
      if (std::isfinite(f->value[p]) &&
          (!best || (high ? f->value[p] > f->value[*best] : f->value[p] < f->value[*best])))
        best = p;
    const ChartDimension* designs = view.designs();
    html += html_card((high ? "highest: " : "lowest: ") + f->name.name, value_text(f->value[*best], f->name.unit),
                      "point " + view.number(*best) + (designs ? ": " + designs->labels[*best] : ""));
  }
  return html.empty() ? "" : "<ul class=\"cards\">\n" + html + "</ul>\n";
}

std::string trade_section(const SweepView& view, const std::vector<Trade>& trades) {
  if (trades.empty()) return "";
  std::string html = html_heading("What is worth taking");
  const bool intervals = std::ranges::any_of(trades, [](const Trade& t) { return t.gain->has_interval(); });
  html += html_paragraph(
      std::string("The front: no other point is at least as good in both figures and better in one. ") +
          (intervals ? "It is that of the means: points whose bars reach the steps may belong to it." : ""),
      "soft");
  for (const Trade& t : trades) html += html_figure(trade_svg(view, t));
  return html;
}

std::string chart_section(const SweepView& view) {
  const std::vector<std::string> charts = sweep_charts(view);
  if (charts.empty()) return "";
  std::string html = html_heading(view.designs() ? "Designs side by side" : "Along the axes");
  for (const std::string& chart : charts) html += html_figure(chart);
  return html;
}

std::string table_section(const SweepView& view, const std::vector<Trade>& trades,
                          const std::map<std::size_t, std::string>& pages) {
  std::string html = html_heading("All points");
  std::string how = trades.empty() ? "In the order of the plan" : "The fronts first";
  how += "; a heading sorts by its column. Marked: the best of each column.";
  if (!view.note.as_config.empty()) how += " In italics: not set by the design, as in the config.";
  how += pages.empty() ? " A number leads to the command that runs the point alone."
                       : " A number leads to the point's own report.";
  html += html_paragraph(how, "soft") + sweep_table_html(view, trades, pages);
  if (view.points() > most_rows)
    html += html_paragraph(
        fmt::format("The first {} of {} points; table.csv has all.", grouped(most_rows), grouped(view.points())),
        "soft");
  return html;
}

// Axes and figures that the table leaves out.
std::string same_section(const SweepView& view) {
  HtmlTable table("lrl", {});
  bool any = false;
  const auto row = [&](const std::string& name, const std::string& value, const std::string& path) {
    table.row({name, value, path});
    any = true;
  };
  for (const auto& [path, value] : view.note.fixed) row(axis_name(path), shorten(value, 60), path);
  if (view.points() > 1) {
    for (std::size_t c = 2; c < view.axis_end(); ++c) {
      std::vector<std::string> values;
      for (std::size_t p = 0; p < view.points(); ++p) values.push_back(view.rows[p + 1][c]);
      if (std::ranges::adjacent_find(values, std::not_equal_to<>()) == values.end())
        row(axis_name(view.rows.front()[c]), shorten(values[0], 60), view.rows.front()[c]);
    }
    for (const SweepFigure& f : view.figures)
      if (!f.varies())
        row(f.name.name,
            f.numeric            ? value_text(f.value[0], f.name.unit)
            : f.texts[0].empty() ? "-"
                                 : f.texts[0],
            f.path);
  }
  return any ? html_heading("The same in all points") + table.str() : "";
}

std::string missing_section(const SweepView& view, const SweepFiles& files) {
  std::string html;
  const auto list = [&](const char* heading, const auto& reasons) {
    if (reasons.empty()) return;
    HtmlTable table("rl", {"points", "why"});
    for (const auto& [reason, points] : reasons) table.row({grouped(points), reason});
    html += html_heading(heading) + table.str();
  };
  list("Failed points", files.failures);
  list("Points left out: no config takes them", view.note.skipped);
  return html;
}

std::string command_section(const SweepView& view, const std::vector<std::size_t>& order) {
  if (view.note.command.empty()) return "";
  std::string html = html_heading("To run one point alone") + "<div class=\"runs\">\n";
  for (std::size_t i = 0; i < std::min(order.size(), most_rows); ++i) {
    const std::vector<std::string>& row = view.rows[order[i] + 1];
    std::string command = view.note.command;
    for (std::size_t c = 2; c < view.axis_end(); ++c)
      if (!row[c].empty()) command += " --set " + shell_word(view.rows.front()[c] + "=" + row[c]);
    html += fmt::format("<p id=\"run-{0}\">{0} <code>{1}</code></p>\n", escape_markup(row[0]), escape_markup(command));
  }
  return html + "</div>\n";
}

std::map<std::string, std::size_t> failures_in(const fs::path& file) {
  std::map<std::string, std::size_t> failures;
  std::error_code ec;
  if (!fs::exists(file, ec)) return failures;
  const std::string text = read_file(file);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const auto json = nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                            text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (json.is_object() && json.contains("error") && json["error"].is_string()) ++failures[json["error"]];
    begin = end + 1;
  }
  return failures;
}

}  // namespace

std::string sweep_page(const SweepNote& note, const std::string& csv, const SweepFiles& files) {
  const SweepView view = sweep_view(note, csv);
  std::string html;
  if (view.points() == 0)
    return html_begin("Sweep " + note.name, sweep_style) + head_text(view, files) + missing_section(view, files) +
           html_end();
  const std::vector<Trade> trades = trades_of(view);
  std::map<std::size_t, std::string> pages;
  for (std::size_t p = 0; p < view.points(); ++p)
    if (const auto page = files.pages.find(view.rows[p + 1][1]); page != files.pages.end()) pages[p] = page->second;
  html = html_begin("Sweep " + note.name, std::string(sweep_style) + sweep_table_style(view, trades));
  html += head_text(view, files) + best_cards(view) + trade_section(view, trades) + chart_section(view) +
          table_section(view, trades, pages) + same_section(view) + missing_section(view, files) +
          command_section(view, table_order(view, trades));
  return html + html_paragraph(fmt::format("Bitline {}", version()), "soft") + html_end();
}

void write_sweep_page(const fs::path& folder) {
  const experiments::FolderLock lock(folder);  // shards that end together: the last one's page has the points of all
  const std::string csv = read_file(folder / "table.csv");
  SweepFiles files{{}, failures_in(folder / "failed.jsonl")};
  const CsvTable table = CsvTable::parse(csv, "table.csv");
  std::error_code ec;
  for (std::size_t r = 0; table.has("hash") && r < table.rows(); ++r) {
    const std::string& hash = table.text(r, "hash");
    const fs::path page = point_folder("", hash) / "report.html";
    if (fs::exists(folder / page, ec)) files.pages[hash] = page.generic_string();
  }
  write_file(folder / "report.html", sweep_page(read_sweep_note(folder), csv, files));
}

}  // namespace bitline::report
