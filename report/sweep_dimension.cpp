// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_dimension.h"

#include <algorithm>
#include <map>
#include <set>

#include "report/figure_name.h"

namespace bitline::report {
namespace {

std::vector<std::string> cells(const Rows& rows, std::size_t column) {
  std::vector<std::string> out;
  for (std::size_t r = 1; r < rows.size(); ++r) out.push_back(rows[r][column]);
  return out;
}

// The numbers of a column and their unit: as written when all have the same, else in SI. Empty when any is no number.
std::optional<std::pair<std::vector<double>, std::string>> numbers_of(const std::vector<std::string>& texts) {
  std::vector<double> numbers;
  std::set<std::string> units;
  for (const std::string& text : texts) {
    const auto x = axis_number(text);
    if (!x) return std::nullopt;
    numbers.push_back(x->value);
    units.emplace(x->unit);
  }
  if (units.size() == 1) return std::pair(numbers, *units.begin());
  for (int u = 0; u <= static_cast<int>(Unit::farad_per_meter); ++u) {
    const Unit unit = static_cast<Unit>(u);
    std::vector<double> si;
    for (const std::string& text : texts)
      if (const auto x = parse_quantity(text, unit).value) si.push_back(*x);
    if (si.size() == texts.size()) return std::pair(si, std::string(symbol(unit)));
  }
  return std::nullopt;
}

// Whether the values of two columns name each other; numbers must rise or fall together as well, since columns of
// random samples name each other by chance.
bool in_step(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::map<std::string, std::string> there, back;
  for (std::size_t r = 0; r < a.size(); ++r) {
    if (there.emplace(a[r], b[r]).first->second != b[r] || back.emplace(b[r], a[r]).first->second != a[r]) return false;
  }
  const auto x = numbers_of(a), y = numbers_of(b);
  if (!x || !y) return true;
  std::vector<std::size_t> order(a.size());
  for (std::size_t r = 0; r < order.size(); ++r) order[r] = r;
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) { return x->first[i] < x->first[k]; });
  bool up = true, down = true;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const double step = y->first[order[i]] - y->first[order[i - 1]];
    up = up && step >= 0, down = down && step <= 0;
  }
  return up || down;
}

// Whether a value of `a` always comes with the same one of `b`.
bool settles(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::map<std::string, std::string> there;
  for (std::size_t r = 0; r < a.size(); ++r)
    if (there.emplace(a[r], b[r]).first->second != b[r]) return false;
  return true;
}

}  // namespace

std::optional<NumberAndUnit> axis_number(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const auto n = number_and_unit(text);
  // "2x4" is no quantity of x4; a word or a percent sign is.
  if (!n || n->unit.find_first_of("0123456789.,") == 0 || (!n->unit.empty() && !n->apart && n->unit != "%"))
    return std::nullopt;
  return n;
}

namespace {

using Bundles = std::vector<std::vector<std::size_t>>;  // columns that are one dimension

Bundles bundles_of(const Rows& rows, std::size_t end) {
  Bundles bundles;
  const auto axes_begin = rows.front().begin() + 2, axes_end = rows.front().begin() + static_cast<std::ptrdiff_t>(end);
  const auto name = std::find(axes_begin, axes_end, "name");
  const std::vector<std::string> names = name == axes_end
                                             ? std::vector<std::string>{}
                                             : cells(rows, static_cast<std::size_t>(name - rows.front().begin()));
  for (std::size_t c = 2; c < end; ++c) {
    const std::vector<std::string> mine = cells(rows, c);
    if (!names.empty() && rows.front()[c] != "name" && settles(names, mine)) continue;
    if (mine.empty() || std::count(mine.begin(), mine.end(), mine.front()) == static_cast<std::ptrdiff_t>(mine.size()))
      continue;
    const auto with = std::find_if(bundles.begin(), bundles.end(),
                                   [&](const auto& b) { return in_step(cells(rows, b.front()), mine); });
    if (with != bundles.end())
      with->push_back(c);
    else
      bundles.push_back({c});
  }
  return bundles;
}

ChartDimension dimension_of(const Rows& rows, const std::vector<std::size_t>& bundle) {
  ChartDimension d;
  d.labels = cells(rows, bundle.front());
  d.designs = rows.front()[bundle.front()] == "name";  // digits in it are no axis
  const auto numbers = d.designs ? std::nullopt : numbers_of(d.labels);
  for (const std::size_t c : bundle) {
    d.name += (d.name.empty() ? "" : ", ") + (d.designs ? "design" : axis_name(rows.front()[c]));
    const std::vector<std::string> mine = cells(rows, c);
    // Columns with the same values are told once.
    if (c != bundle.front() && mine != cells(rows, bundle.front()))
      for (std::size_t r = 0; r < mine.size(); ++r) d.labels[r] += " / " + mine[r];
  }
  if (numbers) d.numeric = true, d.numbers = numbers->first, d.unit = numbers->second;
  return d;
}

// "22nm, rows 128": what a design sets, of columns that differ; bare numbers with the last word of their key.
std::string design_label(const Rows& rows, std::size_t row, const std::vector<std::size_t>& columns) {
  std::string label;
  for (const std::size_t c : columns) {
    const std::string& value = rows[row][c];
    if (value.empty()) continue;
    const std::string& path = rows.front()[c];
    const bool bare = axis_number(value) && axis_number(value)->unit.empty();
    label += (label.empty() ? "" : ", ") + (bare ? axis_name(path.substr(path.rfind('.') + 1)) + " " : "") + value;
  }
  return label.empty() ? "as the config" : label;
}

std::vector<std::string> distinct(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts)
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  return out;
}

// Puts the columns of a list into one dimension of designs, in the place of the first of them.
void join_designs(const Rows& rows, const std::vector<std::string>& list, Bundles& bundles,
                  std::vector<ChartDimension>& all) {
  std::vector<std::size_t> places, columns;
  for (std::size_t b = 0; b < bundles.size(); ++b) {
    const std::string& path = rows.front()[bundles[b].front()];
    if (path == "name") return;
    if (std::find(list.begin(), list.end(), path) == list.end()) continue;
    places.push_back(b);
    columns.insert(columns.end(), bundles[b].begin(), bundles[b].end());
  }
  if (places.empty() || (places.size() == 1 && all[places[0]].numeric)) return;
  ChartDimension d;
  d.name = "design";
  d.designs = true;
  std::sort(columns.begin(), columns.end());
  for (std::size_t r = 1; r < rows.size(); ++r) d.labels.push_back(design_label(rows, r, columns));
  if (distinct(d.labels).size() > most_designs) return;
  for (std::size_t i = places.size(); i-- > 1;) all.erase(all.begin() + static_cast<std::ptrdiff_t>(places[i]));
  all[places[0]] = std::move(d);
}

void sort_values(ChartDimension& d) {
  std::vector<std::string> labels = d.labels;
  if (d.numeric) {
    std::vector<std::size_t> order(d.labels.size());
    for (std::size_t r = 0; r < order.size(); ++r) order[r] = r;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t k) { return d.numbers[i] < d.numbers[k]; });
    for (std::size_t r = 0; r < order.size(); ++r) labels[r] = d.labels[order[r]];
  }
  d.values = distinct(labels);
}

}  // namespace

std::vector<ChartDimension> dimensions(const Rows& rows, std::size_t axes, const std::vector<std::string>& list) {
  Bundles bundles = bundles_of(rows, std::min(2 + axes, rows.front().size()));
  std::vector<ChartDimension> all;
  for (const auto& bundle : bundles) all.push_back(dimension_of(rows, bundle));
  if (!list.empty()) join_designs(rows, list, bundles, all);
  for (ChartDimension& d : all) sort_values(d);
  return all;
}

}  // namespace bitline::report
