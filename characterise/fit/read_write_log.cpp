// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/statistics.h"
#include "characterise/fit/write_log.h"
#include "device/write_verify.h"

namespace bitline::characterise {

namespace {

// Whether a mark says success; nothing where it says neither.
std::optional<bool> success_of(std::string_view mark) {
  const std::string plain = plain_name(mark);
  for (const auto word : {"1", "yes", "true", "ok", "pass", "passed", "success", "y"})
    if (plain == word) return true;
  for (const auto word : {"0", "no", "false", "fail", "failed", "failure", "n"})
    if (plain == word) return false;
  return std::nullopt;
}

constexpr std::size_t fewest = 20;  // writes to a target, or successes that tell its window

void check_targets(const MeasuredTable& table, const WriteLog& log) {
  if (log.targets_S.size() > device::VerifyTables::most_targets)
    table.refuse(fmt::format("{} targets are too many: at most {}; name them as the levels they were meant for",
                             log.targets_S.size(), std::size_t{device::VerifyTables::most_targets}));
  if (!(log.highest_S() > 0)) table.refuse("all targets are 0");
  std::vector<std::size_t> count(log.targets_S.size());
  for (const LoggedWrite& w : log.writes) ++count[w.target];
  for (std::size_t t = 0; t < count.size(); ++t)
    if (count[t] < fewest)
      table.refuse(fmt::format("{} writes to the target {} are too few to fit: at least {}; log more, or leave it out",
                               count[t], pretty(log.targets_S[t], Unit::siemens), fewest));
}

}  // namespace

MeasuredTable write_log_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      {"target", Unit::siemens, {"target conductance", "g target", "gtarget", "goal"}},
      {"pulses", Unit::none, {"pulse count", "number of pulses", "n pulses", "iterations"}},
      {"success", Unit::none, {"succeeded", "converged", "passed", "pass", "verified"}, true},
      {"start", Unit::siemens, {"start conductance", "g start", "initial conductance"}},
      conductance_column,
      current_column,
      resistance_column,
      read_voltage_column,
      cell_column};
  MeasuredTable table(file, known, reading_of(files));
  for (const char* column : {"target", "pulses", "success"}) table.require(column);
  table.require(reading_column(table));
  table.leave_out_missing(std::array{std::string_view("target"), std::string_view("pulses"), reading_column(table)});
  return table;
}

WriteLog read_write_log(const MeasuredTable& table, const FitFiles& files) {
  const auto target_S = table.values("target"), pulses = table.values("pulses"), g_S = conductances(table, files);
  const auto marks = table.texts("success"), cells = table.texts("cell");
  const auto start_S = table.optional_values("start");
  WriteLog log;
  log.targets_S = target_S;
  std::sort(log.targets_S.begin(), log.targets_S.end());
  log.targets_S.erase(std::unique(log.targets_S.begin(), log.targets_S.end()), log.targets_S.end());
  double starts = 0, given = 0, most = 0, most_failed = 0;
  for (std::size_t i = 0; i < target_S.size(); ++i) {
    if (target_S[i] < 0) table.refuse(i, "a target is below 0");
    constexpr double highest = 10000;
    if (pulses[i] < 0 || pulses[i] > highest || pulses[i] != std::floor(pulses[i]))
      table.refuse(i, fmt::format("{} is no number of pulses: a whole one from 0 to {}", pulses[i], highest));
    const auto success = success_of(marks[i]);
    if (!success) table.refuse(i, fmt::format("success '{}' is neither yes (1, true) nor no (0, false)", marks[i]));
    const auto at = std::lower_bound(log.targets_S.begin(), log.targets_S.end(), target_S[i]);
    log.writes.push_back({cells.empty() ? fmt::format("{}", i) : cells[i],
                          static_cast<std::size_t>(at - log.targets_S.begin()), pulses[i], g_S[i] - target_S[i],
                          !*success});
    most = std::max(most, pulses[i]);
    if (!*success) most_failed = std::max(most_failed, pulses[i]);
    if (start_S[i]) starts += *start_S[i], given += 1;
  }
  if (log.writes.empty()) table.refuse("no rows below the header");
  check_targets(table, log);
  if (!(most > 0)) table.refuse("no write took a pulse: there is nothing to fit");
  if (most_failed > 0 && most > most_failed)
    table.refuse(
        fmt::format("a write succeeded after {} pulses where others were given up after {}: one number of "
                    "pulses ends all writes; log those of one setting",
                    most, most_failed));
  log.max_pulses = static_cast<int>(most);
  log.start_given = given > 0;
  if (given > 0) log.start_S = starts / given;
  return log;
}

std::vector<double> windows_of(const WriteLog& log) {
  std::vector<std::vector<double>> sizes(log.targets_S.size());
  for (const LoggedWrite& w : log.writes)
    if (!w.failed) sizes[w.target].push_back(std::abs(w.error_S));
  std::vector<double> out;
  constexpr double most = 0.95, clearly = 1.2;
  for (auto& one : sizes) {
    std::sort(one.begin(), one.end());
    out.push_back(NAN);
    if (one.size() < fewest) continue;
    const double usual_S = quantile(one, most) / most;
    const auto within = static_cast<double>(one.size());
    for (const double size_S : one)
      if (size_S <= clearly * usual_S) out.back() = size_S * (within + 1) / within;
  }
  return out;
}

}  // namespace bitline::characterise
