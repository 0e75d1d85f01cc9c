// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"

namespace bitline::characterise {

namespace {

// Times that scatter around a few, as times of reading do, become those few: groups in log t that are further apart
// than they are wide, with each cell once. False where times are no such groups.
bool join_times(std::vector<Cell>& cells) {
  std::vector<double> all;
  for (const Cell& c : cells) all.insert(all.end(), c.t_s.begin(), c.t_s.end());
  std::sort(all.begin(), all.end());
  constexpr double apart = 1.3, wide = 1.5;  // ratios of times
  struct Group {
    double first, last, logarithms, n;
  };
  std::vector<Group> groups;
  for (const double t : all) {
    if (groups.empty() || t > apart * groups.back().last) groups.push_back({t, t, 0, 0});
    groups.back().last = t, groups.back().logarithms += std::log(t), groups.back().n += 1;
  }
  for (std::size_t k = 0; k < groups.size(); ++k)
    if (groups[k].last > wide * groups[k].first ||
        (k > 0 && groups[k].first / groups[k - 1].last < groups[k].last / groups[k].first))
      return false;
  std::vector<Cell> joined = cells;
  for (Cell& c : joined) {
    for (double& t : c.t_s) {
      const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return t <= g.last; });
      t = std::exp(group->logarithms / group->n);
    }
    if (std::adjacent_find(c.t_s.begin(), c.t_s.end()) != c.t_s.end()) return false;
  }
  cells = std::move(joined);
  return true;
}

}  // namespace

Cells read_cells(const MeasuredTable& table, const FitFiles& files, std::vector<std::string>& notes) {
  const std::vector<double> t_s = table.values("time"), g_S = conductances(table, files);
  const auto written_S = table.optional_values("written");
  const auto names = table.texts("cell");
  std::map<std::string, std::size_t> index;
  std::vector<double> last_s;
  std::vector<bool> known;
  Cells cells;
  const char* names_cells = names.empty() ? ": readings of several cells need a column 'cell'" : "";
  bool assumed = false;
  for (std::size_t i = 0; i < t_s.size(); ++i) {
    const auto [at, fresh] = index.try_emplace(names.empty() ? "" : names[i], cells.all.size());
    if (fresh) cells.all.push_back({at->first, 0, {}, {}}), last_s.push_back(-1), known.push_back(false);
    Cell& cell = cells.all[at->second];
    const std::string who = names.empty() ? "" : fmt::format("cell '{}': ", names[i]);
    if (t_s[i] < 0) table.refuse(i, who + "time is below 0");
    if (t_s[i] == last_s[at->second])
      table.refuse(i, fmt::format("{}time {} s is there twice{}", who, t_s[i], names_cells));
    if (written_S[i].value_or(0) < 0) table.refuse(i, who + "a written conductance is below 0");
    if (t_s[i] <= last_s[at->second])
      table.refuse(i,
                   fmt::format("{}time goes back from {} s to {} s{}", who, last_s[at->second], t_s[i], names_cells));
    last_s[at->second] = t_s[i];
    if (fresh && written_S[i]) cell.written_S = *written_S[i], known[at->second] = true;
    if (!fresh && written_S[i] && known[at->second] && *written_S[i] != cell.written_S)
      table.refuse(i, who + "was written to another conductance before");
    if (fresh && !written_S[i]) {
      // The first reading stands for what was written.
      cell.written_S = g_S[i], assumed |= t_s[i] > 0;
      continue;
    }
    if (t_s[i] == 0) continue;
    cell.t_s.push_back(t_s[i]), cell.g_S.push_back(g_S[i]);
  }
  if (assumed)
    notes.push_back("there is no reading at time 0 and no column 'written': the first reading stands for it");
  std::erase_if(cells.all, [](const Cell& c) { return c.t_s.empty(); });
  constexpr std::size_t fewest_readings = 3, many = 20;
  std::map<double, std::size_t> at_time;
  const auto shared_times = [&] {
    at_time.clear();
    for (const Cell& c : cells.all)
      for (const double t : c.t_s) ++at_time[t];
    return std::all_of(at_time.begin(), at_time.end(), [](const auto& one) { return one.second >= many; });
  };
  if (!shared_times() && cells.all.size() >= many)
    if (const std::size_t before = at_time.size(); join_times(cells.all)) {
      shared_times();
      notes.push_back(
          fmt::format("{} times of reading that scatter around {} are taken as those", before, at_time.size()));
    }
  bool moved = false;
  for (const Cell& c : cells.all) {
    cells.highest_S = std::max(cells.highest_S, c.written_S);
    cells.readings += c.t_s.size();
    for (const double g : c.g_S) moved |= g != c.written_S;
  }
  if (cells.readings < fewest_readings)
    table.refuse(
        fmt::format("{} readings after writing are too few to fit: at least {}, of several cells or at several "
                    "times{}",
                    cells.readings, fewest_readings,
                    assumed ? "; a column 'written', or readings at time 0, say what was written, so that the "
                              "first later reading counts"
                            : ""));
  if (!moved) table.refuse("no cell changes: there is nothing to fit");
  if (!(cells.highest_S > 0)) table.refuse("all cells are written to 0");
  cells.many = true;
  for (const auto& [t, n] : at_time) cells.times_s.push_back(t), cells.many &= n >= many;
  if (!cells.many && cells.all.size() >= many)
    notes.push_back(
        "cells are read at different times, fewer than 20 at some: without times in common the spread between cells is "
        "not fitted");
  return cells;
}

}  // namespace bitline::characterise
