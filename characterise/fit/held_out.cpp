// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/held_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/error.h"
#include "base/statistics.h"

namespace bitline::characterise {

namespace {

// Values of a predicted distribution: a normal one's score is off by less than 1e-3 of itself.
constexpr std::size_t predicted_values = 100;

// The cells of all folds but one, or those of one: where they are few a law is still fitted, since it is judged, not
// written.
Cells cells_of(const Cells& cells, int fold, bool held_out) {
  Cells out{.times_s = cells.times_s, .highest_S = cells.highest_S, .many = cells.many, .fewest = cells.fewest / 2};
  for (const Cell& c : cells.all)
    if ((fold_of(c.name) == fold) == held_out) out.all.push_back(c), out.readings += c.t_s.size();
  return out;
}

// Mean score at the judged times; NaN without readings then.
double score_of(const RetentionModel& fit, const Cell& cell, double from_s) {
  std::array<double, predicted_values> values{};
  double sum = 0, n = 0;
  for (std::size_t k = 0; k < cell.t_s.size(); ++k) {
    if (cell.t_s[k] < from_s) continue;
    fit.predict(cell.written_S, cell.t_s[k], values);
    sum += crps(values, cell.g_S[k]), n += 1;
  }
  return n > 0 ? sum / n : NAN;
}

struct MeanAndError {
  double mean = 0, error = 0;
};
// Of the cells that have a score, less another's where one is given.
MeanAndError over_cells(const std::vector<double>& of, const std::vector<double>* less) {
  std::vector<double> values;
  for (std::size_t i = 0; i < of.size(); ++i)
    if (std::isfinite(of[i])) values.push_back(of[i] - (less ? (*less)[i] : 0));
  return {mean(values), standard_deviation(values) / std::sqrt(static_cast<double>(values.size()))};
}

}  // namespace

// By its quantiles: (2 / N) sum (x_i - y)(1{y < x_i} - (i - 1/2) / N), exact for N equally likely values (Broecker
// 2012, doi:10.1002/qj.1891).
double crps(std::span<const double> equally_likely, double y) {
  const auto n = static_cast<double>(equally_likely.size());
  double sum = 0, below = 0.5;
  for (const double x : equally_likely) {
    sum += (x - y) * ((y < x ? 1 : 0) - below / n);
    below += 1;
  }
  return 2 * sum / n;
}

int fold_of(std::string_view cell) {
  // FNV-1a, whose low bits alone follow the last letters of a name: mixed once more.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : cell) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
  return static_cast<int>((hash ^ (hash >> 33)) % folds);
}

std::vector<double> judged_times(const Cells& cells) {
  const std::size_t n = cells.times_s.size();
  return {cells.times_s.begin() + static_cast<std::ptrdiff_t>(n / 2), cells.times_s.end()};
}

CellScores held_out_scores(const Cells& cells, const FitToCells& fit) {
  CellScores out{.crps_S = std::vector<double>(cells.all.size(), NAN)};
  const double from_s = judged_times(cells).front();
  for (int fold = 0; fold < folds; ++fold) {
    const Cells known = cells_of(cells, fold, false);
    if (known.all.size() == cells.all.size()) continue;
    RetentionModel model;
    try {
      model = fit(known);
      if (!model.predict) out.refused = model.refused;
    } catch (const InputError& e) {
      out.refused = e.what();
    }
    if (!out.refused.empty()) {
      out.refused = fmt::format("without a fifth of the cells it cannot be fitted: {}", out.refused);
      return out;
    }
    for (std::size_t i = 0; i < cells.all.size(); ++i)
      if (fold_of(cells.all[i].name) == fold) out.crps_S[i] = score_of(model, cells.all[i], from_s);
  }
  return out;
}

void choose_by_held_out(FitPart& part, std::span<const CellScores> scores, std::span<const int> simpler) {
  choose(part);  // refuses where there is nothing to choose
  std::size_t best = part.candidates.size();
  for (std::size_t i = 0; i < part.candidates.size(); ++i) {
    FitCandidate& c = part.candidates[i];
    c.held_out.reset();
    if (!c.refused.empty()) continue;
    const MeanAndError own = over_cells(scores[i].crps_S, nullptr);
    c.held_out = HeldOutScore{.crps = own.mean, .error = own.error};
    if (best == part.candidates.size() || own.mean < part.candidates[best].held_out->crps) best = i;
  }
  part.chosen = best;
  for (std::size_t i = 0; i < part.candidates.size(); ++i) {
    FitCandidate& c = part.candidates[i];
    if (!c.held_out || i == best) continue;
    const MeanAndError apart = over_cells(scores[i].crps_S, &scores[best].crps_S);
    c.held_out->above_best = apart.mean, c.held_out->above_best_error = apart.error;
    const auto rank = [&](std::size_t k) { return std::pair(simpler[k], part.candidates[k].held_out->crps); };
    if (apart.mean <= apart.error && rank(i) < rank(part.chosen)) part.chosen = i;
  }
}

}  // namespace bitline::characterise
