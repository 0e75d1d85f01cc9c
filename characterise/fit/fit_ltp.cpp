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
    if (t.whole(train) && train.count > 0) end[train.up] += t.y[train.first + train.count - 1], count[train.up] += 1;
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
    if (count[0] == 0 || count[1] == 0) return;
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

}  // namespace

FitPart fit_ltp(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = ltp_table(file, files);
  LtpReadings r = read_ltp(table, files);
  Trains& t = r.trains;
  FitPart part{.part = "ltp", .file = file.string(), .x_name = "pulses", .y_name = r.y_name};
  part.y_unit = r.y_unit, part.y = r.y, part.notes = r.notes, part.keys = r.drive;
  const auto [low, high] = std::minmax_element(part.y.begin(), part.y.end());
  t.low = *low, t.range = *high - *low;
  if (!(t.range > 0)) table.refuse("the readings are all the same: there is nothing to fit");
  for (const double y : part.y) t.y.push_back((y - t.low) / t.range);
  double before = 0;
  if (t.starts) part.x.push_back(0);
  for (const Train& train : t.all) {
    for (std::size_t i = train.first; i < train.first + train.count; ++i) part.x.push_back(before + t.at[i]);
    before += train.pulses;
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
      part.keys.push_back({std::string(side(up)) + ".update.pulses", fmt::format("{:g}", t.longest[up]),
                           "longest train of " + file.filename().string(), ""});
  }
  const auto& points = fits[part.chosen].points;
  part.keys.insert(part.keys.end(), points.begin(), points.end());
  if (!fits[part.chosen].note.empty()) part.notes.push_back(fits[part.chosen].note);
  mark_cut_trains(table, t, part);
  part.notes.push_back("one device was measured: the spread between devices is left out");
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
