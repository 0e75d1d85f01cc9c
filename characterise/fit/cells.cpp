// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace bitline::characterise {

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
    if (fresh) cells.all.emplace_back(), last_s.push_back(-1), known.push_back(false);
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
  std::map<double, std::size_t> at_time;
  bool moved = false;
  for (const Cell& c : cells.all) {
    cells.highest_S = std::max(cells.highest_S, c.written_S);
    cells.readings += c.t_s.size();
    for (std::size_t k = 0; k < c.t_s.size(); ++k) ++at_time[c.t_s[k]], moved |= c.g_S[k] != c.written_S;
  }
  constexpr std::size_t fewest_times = 3, many = 20;
  if (at_time.size() < fewest_times)
    table.refuse(fmt::format("readings at {} times after writing are too few to fit: at least {}", at_time.size(),
                             fewest_times));
  if (!moved) table.refuse("no cell changes: there is nothing to fit");
  if (!(cells.highest_S > 0)) table.refuse("all cells are written to 0");
  cells.many = true;
  for (const auto& [t, n] : at_time) cells.times_s.push_back(t), cells.many &= n >= many;
  if (!cells.many && cells.all.size() >= many)
    notes.push_back(
        "cells are read at different times, fewer than 20 at some: round the times to have the spread between "
        "cells fitted");
  return cells;
}

}  // namespace bitline::characterise
