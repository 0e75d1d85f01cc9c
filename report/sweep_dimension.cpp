// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_dimension.h"

#include <algorithm>
#include <map>
#include <set>

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
  const auto n = number_and_unit(text);
  // "2x4" is no quantity of x4; a word or a percent sign is.
  if (!n || n->unit.find_first_of("0123456789.,") == 0 || (!n->unit.empty() && !n->apart && n->unit != "%"))
    return std::nullopt;
  return n;
}

std::vector<ChartDimension> dimensions(const Rows& rows, std::size_t axes) {
  std::vector<std::vector<std::size_t>> bundles;
  const std::size_t end = std::min(2 + axes, rows.front().size());
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
  std::vector<ChartDimension> out;
  for (const auto& bundle : bundles) {
    ChartDimension d;
    d.labels = cells(rows, bundle.front());
    const bool named = rows.front()[bundle.front()] == "name";  // digits in it are no axis
    const auto numbers = named ? std::nullopt : numbers_of(d.labels);
    for (const std::size_t c : bundle) {
      d.name += (d.name.empty() ? "" : ", ") + rows.front()[c];
      const std::vector<std::string> mine = cells(rows, c);
      // Columns with the same values are told once.
      if (c != bundle.front() && mine != cells(rows, bundle.front()))
        for (std::size_t r = 0; r < mine.size(); ++r) d.labels[r] += " / " + mine[r];
    }
    if (numbers) d.numeric = true, d.numbers = numbers->first, d.unit = numbers->second;
    std::vector<std::size_t> order(d.labels.size());
    for (std::size_t r = 0; r < order.size(); ++r) order[r] = r;
    if (d.numeric)
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t i, std::size_t k) { return d.numbers[i] < d.numbers[k]; });
    for (const std::size_t r : order)
      if (std::find(d.values.begin(), d.values.end(), d.labels[r]) == d.values.end()) d.values.push_back(d.labels[r]);
    out.push_back(std::move(d));
  }
  return out;
}

}  // namespace bitline::report
