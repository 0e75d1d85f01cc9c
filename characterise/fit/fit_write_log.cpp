// SPDX-License-Identifier: Apache-2.0
// Write-verify from a log of it: a window that may widen with the target, and steps of pulses that make the log's
// numbers of pulses and failures. Laws are judged by writes that are held out, as those of retention.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/held_out.h"
#include "characterise/fit/write_log.h"

namespace bitline::characterise {
namespace {

// Half width a + b g, g = target / highest target, by least squares over targets.
struct Window {
  Estimate at_0 = {}, per_g = {};
  bool by_level = false;
};

Window window_of(const MeasuredTable& table, const WriteLog& log) {
  const std::vector<double> all_S = windows_of(log);
  std::vector<double> g, half_S;
  for (std::size_t t = 0; t < all_S.size(); ++t)
    if (std::isfinite(all_S[t])) g.push_back(log.targets_S[t] / log.highest_S()), half_S.push_back(all_S[t]);
  if (half_S.empty()) table.refuse("fewer than 20 writes of every target succeeded: nothing tells the window");
  const double scale_S = mean(half_S);
  if (!(scale_S > 0)) table.refuse("every success is at its target: nothing tells the window");
  const auto line = [&](bool by_level) {
    return least_squares(
        [&](std::span<const double> at, std::span<double> r) {
          for (std::size_t i = 0; i < r.size(); ++i) r[i] = at[0] + (by_level ? at[1] * g[i] : 0) - half_S[i] / scale_S;
        },
        g.size(), {by_level ? std::vector<double>{1, 0} : std::vector<double>{1}});
  };
  const auto n = static_cast<double>(g.size());
  const auto siemens = [&](const LeastSquares& s, std::size_t j) {
    return through(estimate(s, j, n, n), [&](double x) { return scale_S * x; });
  };
  Window out;
  constexpr std::size_t targets = 3;  // fewer leave nothing over of a line
  if (g.size() >= targets)
    if (const LeastSquares s = line(true); s.converged) {
      out = {siemens(s, 0), siemens(s, 1), false};
      // A window that is positive at every target, and a slope that is no chance.
      out.by_level =
          (out.per_g.low > 0 || out.per_g.high < 0) && out.at_0.value > 0 && out.at_0.value + out.per_g.value > 0;
    }
  if (!out.by_level) out = {g.size() > 1 ? siemens(line(false), 0) : Estimate{scale_S, -INFINITY, INFINITY}, {}, false};
  return out;
}

// The law fitted to all writes, and how those without a fifth of the cells predict it.
struct Tried {
  PulseLaw law = {};
  CellScores scores = {};
};

Tried try_law(const WriteLog& log, const device::WriteVerify& known, bool devices_differ) {
  Tried out{.law = fit_pulse_law(log, known, devices_differ)};
  out.scores.crps_S.assign(log.writes.size(), NAN);
  constexpr int paths = 1000;
  for (int fold = 0; fold < folds; ++fold) {
    WriteLog others = log;
    std::erase_if(others.writes, [&](const LoggedWrite& w) { return fold_of(w.cell) == fold; });
    if (others.writes.size() == log.writes.size() || others.writes.empty()) continue;
    const PulseLaw law = fit_pulse_law(others, known, devices_differ, out.law.at);
    const auto predicted = predicted_pulses(law.write, log, paths);
    for (std::size_t i = 0; i < log.writes.size(); ++i)
      if (fold_of(log.writes[i].cell) == fold)
        out.scores.crps_S[i] = crps(predicted[log.writes[i].target], pulses_or_failure(log.writes[i], log.max_pulses));
  }
  return out;
}

// Without an interval: many laws of steps make nearly the same numbers of pulses.
FittedValue alone(std::string key, std::string name, double value, Unit unit) {
  return fitted(std::move(key), std::move(name), {value, -INFINITY, INFINITY}, unit);
}

FitCandidate candidate_of(std::string_view model, const Tried& tried, const WriteLog& log, bool devices_differ) {
  FitCandidate c{.model = std::string(model), .parameters = devices_differ ? 4 : 3, .aic = NAN};
  const device::WriteVerify& w = tried.law.write;
  c.values = {alone("", "step of a pulse at 0", w.set_step_S[0], Unit::siemens),
              alone("", "step of a pulse at g_max", w.set_step_S[0] + w.set_step_S[1], Unit::siemens),
              alone("write.spread", "spread from pulse to pulse", w.spread, Unit::fraction)};
  if (devices_differ)
    c.values.push_back(alone("write.device_spread", "spread between devices", w.device_spread, Unit::fraction));
  double square = 0;
  for (const auto& pulses : predicted_pulses(tried.law.write, log, 2000)) {
    std::vector<double> counted = pulses;  // a failure took max_pulses
    for (double& n : counted) n = std::min(n, static_cast<double>(log.max_pulses));
    c.fitted.push_back(mean(counted));
  }
  for (const LoggedWrite& w : log.writes)
    square += std::pow(w.pulses - c.fitted[w.target], 2) / static_cast<double>(log.writes.size());
  c.rms = std::sqrt(square);
  return c;
}

// Failures of the log and of the law, over all targets and where they are farthest apart.
void note_failures(const WriteLog& log, const device::WriteVerify& w, FitPart& part) {
  const auto predicted = predicted_pulses(w, log, 2000);
  std::vector<double> n(log.targets_S.size()), failed(n), expected(n);
  double all = 0, of_law = 0;
  for (const LoggedWrite& one : log.writes) n[one.target] += 1, failed[one.target] += one.failed;
  std::size_t worst = 0;
  for (std::size_t t = 0; t < n.size(); ++t) {
    const auto failures = std::count(predicted[t].begin(), predicted[t].end(), w.max_pulses + 1.0);
    expected[t] = static_cast<double>(failures) / static_cast<double>(predicted[t].size());
    all += failed[t], of_law += n[t] * expected[t], failed[t] /= n[t];
    if (std::abs(failed[t] - expected[t]) > std::abs(failed[worst] - expected[worst])) worst = t;
  }
  const auto writes = static_cast<double>(log.writes.size());
  part.notes.push_back(
      fmt::format("failures: {:.2f} % logged, {:.2f} % by the law; farthest apart at {}: {:.2f} and "
                  "{:.2f} %",
                  100 * all / writes, 100 * of_law / writes, pretty(log.targets_S[worst], Unit::siemens),
                  100 * failed[worst], 100 * expected[worst]));
  part.notes.push_back(
      "steps and spreads have no intervals: other ones make nearly the same numbers of pulses, which are what is "
      "fitted");
  if (all == 0)
    part.notes.push_back(
        "no write failed: where a device is given up is not told, and taken to be the most pulses logged");
}

// Residuals of successes that no window holds.
void note_tails(const WriteLog& log, const Window& window, FitPart& part) {
  double far = 0, successes = 0, farthest_S = 0;
  for (const LoggedWrite& w : log.writes) {
    if (w.failed) continue;
    const double half_S = window.at_0.value + window.per_g.value * log.targets_S[w.target] / log.highest_S();
    constexpr double clearly = 1.2;
    successes += 1, far += std::abs(w.error_S) > clearly * half_S;
    farthest_S = std::max(farthest_S, std::abs(w.error_S));
  }
  if (far > 0)
    part.notes.push_back(fmt::format(
        "{:.0f} of {:.0f} successes read outside of their window, up to {} off: heavy tails that the law does not have",
        far, successes, pretty(farthest_S, Unit::siemens)));
}

void write_keys(const WriteLog& log, const Window& window, const device::WriteVerify& w, FitPart& part) {
  const std::string of_file = std::filesystem::path(part.file).filename().string(), source = "fitted to " + of_file;
  part.keys.push_back({"write.type", "write-verify", "", ""});
  write_values(part);
  const std::string steps =
      fmt::format("[{}, {}]", quantity(w.set_step_S[0], Unit::siemens), quantity(w.set_step_S[1], Unit::siemens));
  part.keys.push_back({"write.set_step", steps, source, "pulses down step as far as those up"});
  if (log.start_given)
    part.keys.push_back({"write.start", quantity(log.start_S, Unit::siemens), "mean start of " + of_file, ""});
  else
    part.keys.push_back({"write.start", "0 S", "", "the log has no column 'start'"});
  part.keys.push_back({"write.max_pulses", fmt::format("{}", log.max_pulses), "most pulses of " + of_file, ""});
  part.keys.push_back({"g_min", quantity(log.targets_S.front(), Unit::siemens), "lowest target of " + of_file, ""});
  part.keys.push_back({"g_max", quantity(log.highest_S(), Unit::siemens), "highest target of " + of_file, ""});
  FitCandidate& best = part.candidates[part.chosen];
  std::vector<FittedValue> windows{
      fitted("write.half_width", window.by_level ? "half width of the window at 0" : "half width of the window",
             window.at_0, Unit::siemens)};
  if (window.by_level)
    windows.push_back(fitted("write.half_width_per_g", "what it is wider by at g_max", window.per_g, Unit::siemens));
  for (const FittedValue& v : windows) part.keys.push_back(key_of(part, v.key, v)), best.values.push_back(v);
}

}  // namespace

FitPart fit_write_log(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = write_log_table(file, files);
  const WriteLog log = read_write_log(table, files);
  FitPart part{.part = "write-log", .file = file.string(), .x_name = "target (uS)", .y_name = "mean pulses"};
  part.readings = static_cast<double>(log.writes.size());
  part.x.resize(log.targets_S.size()), part.y.resize(log.targets_S.size());
  std::vector<double> n(log.targets_S.size());
  for (const LoggedWrite& w : log.writes) part.y[w.target] += w.pulses, n[w.target] += 1;
  for (std::size_t t = 0; t < n.size(); ++t) part.x[t] = 1e6 * log.targets_S[t], part.y[t] /= n[t];
  const Window window = window_of(table, log);
  const device::WriteVerify known{.half_width_S = window.at_0.value,
                                  .half_width_per_g_S = window.per_g.value,
                                  .max_pulses = log.max_pulses,
                                  .start_S = log.start_S};
  std::vector<Tried> tried;
  std::vector<CellScores> scores;
  std::vector<int> simpler;
  for (const bool devices_differ : {false, true}) {
    const std::string_view model = write_log_models[devices_differ];
    if (!wanted(files, write_log_models, model)) continue;
    tried.push_back(try_law(log, known, devices_differ));
    scores.push_back(tried.back().scores);
    part.candidates.push_back(candidate_of(model, tried.back(), log, devices_differ));
    simpler.push_back(part.candidates.back().parameters);
  }
  choose_by_held_out(part, scores, simpler);
  part.chosen_by = fmt::format(
      "simplest within one standard error of the lowest CRPS of numbers of pulses of cells held out ({} folds)", folds);
  const device::WriteVerify& law = tried[part.chosen].law.write;
  write_keys(log, window, law, part);
  note_failures(log, law, part);
  note_tails(log, window, part);
  if (table.texts("cell").empty())
    part.notes.push_back("there is no column 'cell': each write counts as a cell of its own");
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
