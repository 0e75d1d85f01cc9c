// SPDX-License-Identifier: Apache-2.0
// Long-term potentiation and depression: one reading after each pulse of trains of equal pulses.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

// The models take the longest train of each direction for one across the whole window. A direction whose trains end
// before the other's start does not tell how many pulses that takes: what follows from it is assumed, and trains that
// end far from there are refused, since they would draw the window to where they end.
void mark_cut_trains(const MeasuredTable& table, const Trains& t, FitPart& part) {
  if (t.longest[0] == 0 || t.longest[1] == 0) return;
  double end[2] = {0, 0}, count[2] = {0, 0};  // mean reading after the longest trains: [up]
  for (const Train& train : t.all)
    if (train.count == t.longest[train.up]) end[train.up] += t.y[train.first + train.count - 1], count[train.up] += 1;
  // Of the readings' range, which noise of reading widens; its sigma from second differences, a normal law's middle
  // one.
  std::vector<double> bends;
  for (const Train& train : t.all)
    for (std::size_t i = train.first + 2; i < train.first + train.count; ++i)
      bends.push_back(std::abs(t.y[i] - 2 * t.y[i - 1] + t.y[i - 2]));
  std::sort(bends.begin(), bends.end());
  const double noise = 3 * quantile(bends, 0.5) / (normal_quantile(0.75) * std::sqrt(6.0));
  const double little = 0.05 + noise, far = 0.25 + noise;
  // Ends of the readings without the few that noise puts outside.
  std::vector<double> sorted = t.y;
  std::sort(sorted.begin(), sorted.end());
  const double low = quantile(sorted, 0.03), high = quantile(sorted, 0.97);
  for (const bool up : {false, true}) {
    const double short_by = up ? high - end[1] / count[1] : end[0] / count[0] - low;
    if (short_by <= little) continue;
    const std::string why = fmt::format("{} pulses end {:.0f} % of the readings' range before the {} reading",
                                        up ? "positive" : "negative", 100 * short_by, up ? "highest" : "lowest");
    if (short_by > far)
      table.refuse(why + ": nothing tells how many cross the window. Measure more of them, or leave them out");
    part.notes.push_back(why + ": taken as if they crossed the window, so their number and nonlinearity are assumed");
    for (FitPart::Key& k : part.keys)
      if (k.path.starts_with(std::string(side(up)) + ".update.") && !k.path.ends_with(".type")) k.assumed = why;
  }
}

// Amplitude and width of the pulses of one sign: equal ones.
double one_value(const MeasuredTable& table, const Trains& t, bool up, const std::vector<std::optional<double>>& all,
                 const char* name) {
  std::optional<double> first;
  for (const Train& train : t.all) {
    if (train.up != up) continue;
    for (std::size_t i = train.first; i < train.first + train.count; ++i) {
      if (!all[i]) table.refuse(i, fmt::format("the pulse has no {}: a column '{}' is needed", name, name));
      if (!first) first = std::abs(*all[i]);
      if (std::abs(std::abs(*all[i]) - *first) > 0.01 * *first)
        table.refuse(i, fmt::format("{} differs from {} before: fit pulses of one kind at a time", name, *first));
    }
  }
  if (!(*first > 0)) table.refuse(fmt::format("{} of pulses must be above 0", name));
  return *first;
}

Trains trains_of(const MeasuredTable& table, const std::vector<std::optional<double>>& amplitude_V) {
  Trains t;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (amplitude_V[i].value_or(0) == 0) {
      if (i > 0) table.refuse(i, "a reading without a pulse after the first: only row one may be 'before any pulse'");
      t.starts = true;
      continue;
    }
    const bool up = *amplitude_V[i] > 0;
    if (t.all.empty() || t.all.back().up != up) t.all.push_back({up, i, 0});
    t.longest[up] = std::max(t.longest[up], ++t.all.back().count);
  }
  constexpr std::size_t fewest = 5;
  for (const bool up : {true, false})
    if (t.longest[up] > 0 && t.longest[up] < fewest)
      table.refuse(fmt::format("trains of {} {} pulses are too short: at least {}", t.longest[up],
                               up ? "positive" : "negative", fewest));
  if (t.all.empty()) table.refuse("there are no pulses: the column 'amplitude (V)' is 0 everywhere");
  return t;
}

}  // namespace

FitPart fit_ltp(const std::filesystem::path& file, const FitFiles& files) {
  const KnownColumn known[] = {{"amplitude", Unit::volt},
                               {"width", Unit::second},
                               {"conductance", Unit::siemens},
                               {"current", Unit::ampere},
                               {"level", Unit::fraction, {"conductance per g max"}},
                               {"pulse", Unit::none},
                               {"time", Unit::second},
                               cell_column};
  const MeasuredTable table(file, known);
  require_one_device(table);
  FitPart part{.part = "ltp", .file = file.string(), .x_name = "reading", .y_name = "conductance"};
  part.y_unit = Unit::siemens;
  if (table.has("level") && !table.has("conductance") && !table.has("current")) {
    part.y = table.values("level");
    part.y_name = "level", part.y_unit = Unit::none;
    part.notes.push_back("levels have no unit: conductances are left open (give g_min and g_max to run it)");
  } else {
    part.y = conductances(table, files);
  }
  table.require("amplitude");
  const auto amplitude_V = table.optional_values("amplitude");
  Trains t = trains_of(table, amplitude_V);
  const auto width_s = table.optional_values("width");
  for (const bool up : {true, false}) {
    if (t.longest[up] == 0) continue;
    const std::string measured = "measured: " + file.filename().string(), drive = std::string(side(up)) + ".drive.";
    part.keys.push_back(
        {drive + "amplitude", quantity(one_value(table, t, up, amplitude_V, "amplitude"), Unit::volt), measured, ""});
    part.keys.push_back(
        {drive + "width", quantity(one_value(table, t, up, width_s, "width"), Unit::second), measured, ""});
  }
  const auto [low, high] = std::minmax_element(part.y.begin(), part.y.end());
  t.low = *low, t.range = *high - *low;
  if (!(t.range > 0)) table.refuse("the readings are all the same: there is nothing to fit");
  for (const double y : part.y) {
    part.x.push_back(static_cast<double>(part.x.size()));
    t.y.push_back((y - t.low) / t.range);
  }

  std::vector<LongTermFit> fits;
  for (const std::string_view model : ltp_models) {
    if (!wanted(files, ltp_models, model)) continue;
    if (model == "table") {
      fits.push_back(fit_table(t, part.y_unit));
      continue;
    }
    LongTermFit& fit = fits.emplace_back(fit_formula(model, t, part.y_unit));
    constexpr int draws = 200;
    if (!(fit.high > fit.low) || fit.at.empty()) continue;
    if (const auto noises = possible_noise(t, fit, draws); !noises.empty()) resample(t, part.y_unit, noises, fit);
    if (!fit.misses.empty() && !wanted_by_name(files, ltp_models)) fit.candidate.refused = fit.misses;
  }
  std::vector<std::vector<double>> residuals(fits.size());  // none of what was not fitted
  for (std::size_t k = 0; k < fits.size(); ++k) {
    FitCandidate& c = part.candidates.emplace_back(fits[k].candidate);
    for (std::size_t i = 0; i < fits[k].fitted.size(); ++i) {
      residuals[k].push_back(t.y[i] - fits[k].fitted[i]);
      c.fitted.push_back(t.low + t.range * fits[k].fitted[i]);
    }
  }
  judge(part, residuals);
  choose(part);
  write_values(part);
  if (part.best().model == "table" && !t.starts)
    part.notes.push_back("no reading before the first pulse: its step is taken as large as the next");
  add_noise(t, fits[part.chosen], part);

  for (const bool up : {true, false}) {
    if (t.longest[up] == 0) continue;
    part.keys.push_back({std::string(side(up)) + ".update.type", part.best().model, "", ""});
    if (part.best().model != "table")
      part.keys.push_back({std::string(side(up)) + ".update.pulses", std::to_string(t.longest[up]),
                           "longest train of " + file.filename().string(), ""});
  }
  const auto& points = fits[part.chosen].points;
  part.keys.insert(part.keys.end(), points.begin(), points.end());
  if (!fits[part.chosen].note.empty()) part.notes.push_back(fits[part.chosen].note);
  mark_cut_trains(table, t, part);
  part.notes.push_back("one device was measured: the spread between devices is left out");
  note_unused(part, table);
  return part;
}

}  // namespace bitline::characterise
