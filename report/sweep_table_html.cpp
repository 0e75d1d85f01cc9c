// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_table_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "report/text.h"

namespace bitline::report {
namespace {

// A column that is not the same in all points.
struct TableColumn {
  std::string heading, path;
  bool number = false;
  const SweepFigure* figure = nullptr;  // null: the axis in column `axis`, or the point, or its fronts
  std::size_t axis = 0;
  std::vector<std::size_t> place = {};  // by point: its row when the column sorts
  std::vector<bool> best = {};          // by point
};

enum class Fixed : std::size_t { point, fronts };  // the first columns; fronts only where there are trades

bool axis_varies(const SweepView& view, std::size_t column) {
  for (std::size_t p = 1; p < view.points(); ++p)
    if (view.rows[p + 1][column] != view.rows[1][column]) return true;
  return false;
}

// Places of the points in the order that `before` makes of them; equals keep the order of `from`.
template <class Before>
std::vector<std::size_t> places(std::vector<std::size_t> from, const Before& before) {
  std::ranges::stable_sort(from, before);
  std::vector<std::size_t> place(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) place[from[i]] = i;
  return place;
}

void sort_by_figure(const std::vector<std::size_t>& order, TableColumn& c) {
  const SweepFigure& f = *c.figure;
  const double sign = f.name.better == Better::higher ? -1 : 1;
  if (!f.numeric) {
    c.place = places(order, [&](std::size_t i, std::size_t k) { return f.texts[i] < f.texts[k]; });
    return;
  }
  const auto key = [&](std::size_t i) { return std::isfinite(f.value[i]) ? sign * f.value[i] : HUGE_VAL; };
  c.place = places(order, [&](std::size_t i, std::size_t k) { return key(i) < key(k); });
  double best = HUGE_VAL;
  for (std::size_t i = 0; i < f.value.size(); ++i) best = std::min(best, key(i));
  for (std::size_t i = 0; i < f.value.size(); ++i)
    c.best.push_back(f.name.better != Better::neither && std::isfinite(f.value[i]) && key(i) == best);
}

void sort_by_axis(const SweepView& view, const std::vector<std::size_t>& order, TableColumn& c) {
  std::vector<std::string> texts;
  for (std::size_t p = 0; p < view.points(); ++p) texts.push_back(view.rows[p + 1][c.axis]);
  // Numbers of one unit by size; else in the order in which the plan names the values.
  std::vector<double> keys;
  std::string unit;
  for (std::size_t p = 0; p < texts.size(); ++p)
    if (const auto x = axis_number(texts[p]); x && (p == 0 || std::string(x->unit) == unit)) {
      keys.push_back(x->value);
      unit = x->unit;
    }
  c.number = keys.size() == texts.size();
  if (!c.number) {
    keys.clear();
    for (const std::string& text : texts)
      keys.push_back(static_cast<double>(std::ranges::find(texts, text) - texts.begin()));
  }
  c.place = places(order, [&](std::size_t i, std::size_t k) { return keys[i] < keys[k]; });
}

std::vector<TableColumn> columns_of(const SweepView& view, const std::vector<Trade>& trades,
                                    const std::vector<std::size_t>& order) {
  std::vector<TableColumn> columns;
  TableColumn point{"Point", "the point's number in the plan", true};
  point.place = places(order, [&](std::size_t i, std::size_t k) { return i < k; });
  columns.push_back(std::move(point));
  if (!trades.empty()) {
    TableColumn fronts{"Front", "which fronts the point is on: worth taking for accuracy at that cost"};
    fronts.place = places(order, [](std::size_t, std::size_t) { return false; });
    columns.push_back(std::move(fronts));
  }
  std::vector<TableColumn> axes;
  for (std::size_t c = 2; c < view.axis_end(); ++c) {
    if (!axis_varies(view, c)) continue;
    const std::string& path = view.rows.front()[c];
    TableColumn& column = axes.emplace_back(TableColumn{path == "name" ? "Design" : axis_name(path), path});
    column.axis = c;
    sort_by_axis(view, order, column);
  }
  // A name says what a design is, and few axes what a point is; more of them would push the figures out of sight.
  constexpr std::size_t most_before = 5;
  const bool named = !axes.empty() && axes.front().path == "name";
  const std::size_t before = named && axes.size() > most_before ? 1 : axes.size();
  columns.insert(columns.end(), axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(before));
  for (const SweepFigure& f : view.figures) {
    if (view.points() > 1 && !f.varies()) continue;
    TableColumn& column = columns.emplace_back(TableColumn{f.name.name, f.path, true, &f});
    sort_by_figure(order, column);
  }
  columns.insert(columns.end(), axes.begin() + static_cast<std::ptrdiff_t>(before), axes.end());
  return columns;
}

std::string fronts_of(const std::vector<Trade>& trades, std::size_t point) {
  std::string pills;
  for (const Trade& t : trades)
    if (std::ranges::find(t.front, point) != t.front.end())
      pills += fmt::format("<span class=\"pill\">{}</span> ", escape_markup(t.name));
  return pills;
}

// Inside of a cell.
std::string axis_cell(const SweepView& view, std::size_t point, std::size_t column) {
  const std::string& value = view.rows[point + 1][column];
  if (!value.empty()) return escape_markup(value);
  const auto own = view.note.as_config.find(std::strtoul(view.number(point).c_str(), nullptr, 10));
  if (own != view.note.as_config.end())
    if (const auto at = own->second.find(view.rows.front()[column]); at != own->second.end())
      return fmt::format("<i title=\"not set: as in the config\">{}</i>", escape_markup(at->second));
  return "<i>as in the config</i>";
}

std::string figure_cell(const SweepFigure& f, std::size_t point) {
  if (!std::isfinite(f.value[point])) return f.texts[point].empty() ? "-" : escape_markup(f.texts[point]);
  std::string cell = escape_markup(value_text(f.value[point], f.name.unit));
  if (const std::string range = interval_text({f.low[point], f.high[point]}, f.name.unit); !range.empty())
    cell += fmt::format("<small>{}</small>", escape_markup(range));
  return cell;
}

std::string row_of(const SweepView& view, const std::vector<Trade>& trades, const std::vector<TableColumn>& columns,
                   const std::map<std::size_t, std::string>& pages, std::size_t point) {
  std::string style, cells;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const TableColumn& column = columns[c];
    style += fmt::format("--c{}:{};", c, column.place[point]);
    std::string inside;
    if (column.figure) {
      inside = figure_cell(*column.figure, point);
    } else if (column.axis > 0) {
      inside = axis_cell(view, point, column.axis);
    } else if (c == static_cast<std::size_t>(Fixed::point)) {
      const auto page = pages.find(point);
      inside = fmt::format("<a href=\"{}\">{}</a>",
                           escape_markup(page == pages.end() ? "#run-" + view.number(point) : page->second),
                           escape_markup(view.number(point)));
    } else {
      inside = fronts_of(trades, point);
    }
    std::string kind = column.number ? "n" : "";
    if (!column.best.empty() && column.best[point]) kind += kind.empty() ? "best" : " best";
    cells += kind.empty() ? fmt::format("<td>{}</td>", inside) : fmt::format("<td class=\"{}\">{}</td>", kind, inside);
  }
  const bool on_first = !trades.empty() && std::ranges::find(trades[0].front, point) != trades[0].front.end();
  return fmt::format("<tr style=\"{}\"{}>{}</tr>\n", style, on_first ? " class=\"front\"" : "", cells);
}

}  // namespace

std::vector<std::size_t> table_order(const SweepView& view, const std::vector<Trade>& trades) {
  std::vector<std::size_t> order;
  const auto add = [&](std::size_t p) {
    if (std::ranges::find(order, p) == order.end()) order.push_back(p);
  };
  for (const Trade& t : trades)
    for (auto p = t.front.rbegin(); p != t.front.rend(); ++p) add(*p);
  std::vector<std::size_t> rest;
  for (std::size_t p = 0; p < view.points(); ++p)
    if (std::ranges::find(order, p) == order.end()) rest.push_back(p);
  if (!trades.empty()) {
    const SweepFigure& f = *trades[0].gain;
    const double sign = f.name.better == Better::higher ? -1 : 1;
    std::ranges::stable_sort(rest, {},
                             [&](std::size_t p) { return std::isfinite(f.value[p]) ? sign * f.value[p] : HUGE_VAL; });
  }
  order.insert(order.end(), rest.begin(), rest.end());
  return order;
}

std::string sweep_table_style(const SweepView& view, const std::vector<Trade>& trades) {
  const std::size_t columns = columns_of(view, trades, table_order(view, trades)).size();
  std::string style =
      fmt::format("table.sweep {{ display: grid; grid-template-columns: repeat({}, auto); }}\n", columns);
  for (std::size_t c = 0; c < columns; ++c)
    style += fmt::format(
        "#by-{0}:checked ~ .wide td {{ order: var(--c{0}); }} #by-{0}:checked ~ .wide label[for=\"by-{0}\"] {{ color: "
        "#222; font-weight: bold; }} #by-{0}:focus-visible ~ .wide label[for=\"by-{0}\"] {{ outline: 2px solid "
        "#88ccee; "
        "}}\n",
        c);
  return style;
}

std::string sweep_table_html(const SweepView& view, const std::vector<Trade>& trades,
                             const std::map<std::size_t, std::string>& pages) {
  const std::vector<std::size_t> order = table_order(view, trades);
  const std::vector<TableColumn> columns = columns_of(view, trades, order);
  const std::size_t chosen =
      trades.empty() ? static_cast<std::size_t>(Fixed::point) : static_cast<std::size_t>(Fixed::fronts);
  std::string html = "<div>\n";
  for (std::size_t c = 0; c < columns.size(); ++c)
    html += fmt::format("<input type=\"radio\" class=\"by\" name=\"by\" id=\"by-{}\"{}/>", c,
                        c == chosen ? " checked=\"checked\"" : "");
  html += "\n<div class=\"wide\"><table class=\"sweep\">\n<thead><tr>";
  for (std::size_t c = 0; c < columns.size(); ++c)
    html +=
        fmt::format("<th{}><label for=\"by-{}\" title=\"{}\">{}</label></th>", columns[c].number ? " class=\"n\"" : "",
                    c, escape_markup(columns[c].path), escape_markup(columns[c].heading));
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < std::min(order.size(), most_rows); ++i)
    html += row_of(view, trades, columns, pages, order[i]);
  return html + "</tbody></table></div></div>\n";
}

}  // namespace bitline::report
