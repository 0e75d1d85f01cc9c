// SPDX-License-Identifier: Apache-2.0
#include "report/compare_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/version.h"
#include "report/compare_table.h"
#include "report/html_parts.h"
#include "report/svg_canvas.h"
#include "report/svg_stack.h"
#include "report/sweep_axis.h"
#include "report/text.h"

namespace bitline::report {
namespace {

// Of "NAME, changed: adc.bits, chips".
constexpr std::string_view changed_words = ", changed: ";
std::vector<std::string> changes_in(const std::string& name) {
  std::vector<std::string> changes;
  std::size_t at = name.find(changed_words);
  if (at == std::string::npos) return changes;
  for (at += changed_words.size(); at < name.size();) {
    const std::size_t end = std::min(name.find(", ", at), name.size());
    changes.push_back(name.substr(at, end - at));
    at = end + 2;
  }
  return changes;
}

// "A: first", "B: technology (second)": what tells a run from the others. Names of configs on one base begin alike, and
// differ in what they change.
std::vector<std::string> run_names(const std::vector<ComparedRun>& runs) {
  const auto base_of = [&](const ComparedRun& run) { return run.name.substr(0, run.name.find(changed_words)); };
  const auto in_all = [&](const std::string& change) {
    return std::ranges::all_of(runs, [&](const ComparedRun& run) {
      const std::vector<std::string> changes = changes_in(run.name);
      return std::ranges::find(changes, change) != changes.end();
    });
  };
  const bool one_base = std::ranges::all_of(
      runs, [&](const ComparedRun& run) { return !run.name.empty() && base_of(run) == base_of(runs[0]); });
  std::vector<std::string> names;
  for (const ComparedRun& run : runs) {
    const std::string folder = std::filesystem::path(run.source).lexically_normal().filename().string();
    std::string name = run.name.empty() ? run.source : run.name;
    if (one_base) {
      name = folder.empty() || folder == "." ? run.source : folder;
      std::string own;
      for (const std::string& change : changes_in(run.name))
        if (!in_all(change)) own += (own.empty() ? "" : ", ") + change;
      if (!own.empty()) name = fmt::format("{} ({})", own, name);
    }
    names.push_back(run.label + ": " + name);
  }
  return names;
}

// A dot with its interval for each run, the quantized network's as a ring.
std::string quality_dots_svg(const std::vector<ComparedRun>& runs) {
  std::vector<double> values;
  for (const ComparedRun& run : runs) {
    if (run.metric() != runs[0].metric()) return "";  // two measures have no axis in common
    values.push_back(run.number("quality.value").value_or(std::nan("")));
    values.push_back(run.number("quality.reference.quantized").value_or(std::nan("")));
    if (const auto i = run.interval("quality.ci95_both")) values.insert(values.end(), {i->lower, i->upper});
  }
  if (std::ranges::none_of(values, [](double x) { return std::isfinite(x); })) return "";
  constexpr double top = 44, row = 28, right = 870, most_name = 300;
  const std::vector<std::string> names = run_names(runs);
  double left = 60;
  for (const std::string& run : names) left = std::max(left, std::min(most_name, text_width(run, 12)) + 40);
  const double bottom = top + row * static_cast<double>(runs.size());
  const FigureName name = figure_name("quality.value", runs[0].metric());
  Svg svg(page_width, bottom + 56, name.name + " of each run");
  const FigureAxis x = figure_axis(name, values, left, right);
  std::vector<double> places;
  std::vector<std::string> labels;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    places.push_back(static_cast<double>(r));
    labels.push_back(fit_text(names[r], most_name, 12));
  }
  const ChartAxis y = ChartAxis::between(-0.5, places.back() + 0.5, top, bottom);
  draw_axes(svg, x.axis, {y, "", places, labels});
  svg.text(20, 24, name.name + ", bars: 95 % over chips and images; rings: quantized network",
           {.size = 14, .bold = true});
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const double at = y(places[r]);
    const std::string color = line_color(r);
    if (const auto quantized = runs[r].number("quality.reference.quantized")) {
      svg.circle(x(*quantized), at, 6, ink::axis, "quantized network: " + value_text(*quantized, name.unit));
      svg.circle(x(*quantized), at, 4.6, "#ffffff");
    }
    if (const auto i = runs[r].interval("quality.ci95_both")) {
      svg.line(x(i->lower), at, x(i->upper), at, color, 1.4);
      for (const double end : {i->lower, i->upper}) svg.line(x(end), at - 4, x(end), at + 4, color, 1.4);
    }
    if (const auto value = runs[r].number("quality.value"))
      svg.circle(x(*value), at, 4, color, names[r] + ": " + value_text(*value, name.unit));
  }
  return svg.str();
}

// `kind`: of the columns behind the first, r for numbers, l for words.
std::string html_of(const ComparedTable& table, char kind = 'r') {
  if (table.rows.empty() && table.note.empty()) return "";
  std::string html;
  if (!table.rows.empty()) {
    HtmlTable cells(std::string("l") + std::string(table.head.size() - 1, kind), table.head);
    for (const auto& row : table.rows) cells.row(row);
    html += cells.str();
  }
  return html + (table.note.empty() ? "" : html_paragraph(table.note, "soft"));
}

std::string bars_of(const std::vector<ComparedRun>& runs, const char* title, const char* path, Unit unit) {
  std::vector<StackedBar> bars;
  const std::vector<std::string> names = run_names(runs);
  for (std::size_t r = 0; r < runs.size(); ++r) bars.push_back({names[r], runs[r].breakdown(path)});
  if (std::ranges::all_of(bars, [](const StackedBar& bar) { return bar.parts.empty(); })) return "";
  return html_figure(stacked_svg(title, bars, unit));
}

// What was run, a line for each thing that differs, then what is the same.
std::string design_section(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> head{""};
  HtmlTable sources("lll", {"", "run", "from"});
  for (const ComparedRun& run : runs) {
    sources.row({run.label, run.name, run.source});
    head.push_back(run.label);
  }
  HtmlTable table(std::string(runs.size() + 1, 'l'), head);
  bool any = false;
  const run::Json* design = run::node_at(runs[0].document, "design");
  if (design && design->is_object())
    for (const auto& [what, _] : design->items()) {
      std::vector<std::string> row{what};
      for (const ComparedRun& run : runs) row.push_back(run.text("design." + what));
      table.row(row);
      any = true;
    }
  return sources.str() + (any ? html_heading("Designs") + table.str() : "");
}

// Of all runs beside the first.
std::vector<std::string> notes_of(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> notes;
  for (std::size_t r = 1; r < runs.size(); ++r) {
    if (const std::string same = same_sentence(runs[0], runs[r]); !same.empty()) notes.push_back(same);
    for (std::string& note : comparison_notes(runs[0], runs[r])) notes.push_back(std::move(note));
  }
  return notes;
}

bool all_same(const std::vector<ComparedRun>& runs) {
  return std::all_of(runs.begin() + 1, runs.end(), [&](const ComparedRun& run) { return are_same(runs[0], run); });
}

}  // namespace

std::string compare_page(const std::vector<ComparedRun>& runs) {
  std::string title = "Comparison of ";
  for (std::size_t r = 0; r < runs.size(); ++r)
    title += (r == 0 ? "" : r + 1 == runs.size() ? " and " : ", ") + runs[r].label;
  std::string html = html_begin(title, "body { max-width: 1100px; }\n") + design_section(runs);
  html += html_heading("Side by side");
  if (const std::string dots = quality_dots_svg(runs); !dots.empty()) html += html_figure(dots);
  for (const std::string& sentence : quality_sentences(runs)) html += html_paragraph(sentence);
  html += html_of(figure_table(runs));
  for (const std::string& note : notes_of(runs)) html += html_paragraph(note);
  if (const ComparedTable claims = claim_table(runs); !claims.rows.empty())
    html += html_heading("Claims (95 %)") + html_of(claims, 'l');
  html += html_heading("Configuration: what differs") + html_of(change_table(runs), 'l');
  html += html_heading("By part");
  struct Costs {
    const char *what, *title, *path;
    Unit unit;
  };
  for (const Costs& c : {Costs{"energy", "Energy per inference", "energy.breakdown_J", Unit::joule},
                         Costs{"latency", "Latency per inference", "latency.breakdown_s", Unit::second},
                         Costs{"area", "Area", "area.breakdown_m2", Unit::square_meter}})
    html += bars_of(runs, c.title, c.path, c.unit) + html_of(part_table(runs, c.what));
  if (!compared_layers(runs).empty()) {
    html += html_heading("Energy by layer") + html_of(layer_table(runs, "energy"));
    html += html_heading("Latency by layer") + html_of(layer_table(runs, "latency"));
  }
  return html + html_paragraph(fmt::format("Bitline {}", version()), "soft") + html_end();
}

namespace {

std::string text_of(const ComparedTable& table, const Paint& paint, Align align = Align::right) {
  if (table.rows.empty() && table.note.empty()) return "";
  std::string text = table.title.empty() ? "" : "\n" + paint.heading(table.title) + "\n";
  if (!table.rows.empty()) {
    const std::size_t most_cell = align == Align::left ? 56 : 40;  // words, or the names of figures
    std::vector<TextTable::Column> columns(table.head.size(), {align});
    columns[0].align = Align::left;
    TextTable cells(std::move(columns));
    cells.row(table.head);
    for (const auto& row : table.rows) {
      std::vector<std::string> shown;
      for (const std::string& cell : row) shown.push_back(shorten(clean(cell), most_cell));
      cells.row(std::move(shown));
    }
    text += cells.str(2, paint.dim());
  }
  return text + (table.note.empty() ? "" : "  " + table.note + "\n");
}

std::string paragraph_of(const std::string& sentence) {
  std::string text = "\n";
  for (const std::string& line : wrap(clean(sentence), terminal_width)) text += line + "\n";
  return text;
}

}  // namespace

std::string compare_text(const std::vector<ComparedRun>& runs, const Paint& paint) {
  std::string text;
  for (const ComparedRun& run : runs)
    text += fmt::format("{}  {}{}\n", paint.heading(run.label), clean(run.source),
                        run.name.empty() ? "" : "  " + clean(shorten(run.name, 70)));
  text += "\n" + text_of(figure_table(runs), paint);
  if (!all_same(runs))
    for (const std::string& sentence : quality_sentences(runs)) text += paragraph_of(sentence);
  for (const std::string& note : notes_of(runs)) text += paragraph_of(note);
  text += text_of(claim_table(runs), paint, Align::left) + text_of(change_table(runs), paint, Align::left);
  if (all_same(runs)) return text;
  for (const char* what : {"energy", "latency", "area"}) text += text_of(part_table(runs, what), paint);
  if (!compared_layers(runs).empty())
    for (const char* what : {"energy", "latency"}) text += text_of(layer_table(runs, what), paint);
  return text;
}

}  // namespace bitline::report
