// SPDX-License-Identifier: Apache-2.0
// Spike timing: the change of one pair over dt = t_post - t_pre, an exponential on each side of 0 (device/plasticity/
// stdp.h).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "characterise/fit/parts.h"

namespace bitline::characterise {
namespace {

// One side: change = size exp(-|dt| / tau).
struct StdpSide {
  std::vector<double> dt_s = {}, change = {};
  std::vector<std::size_t> row = {};
};

LeastSquares fit_side(const StdpSide& side) {
  const auto [shortest, longest] = std::minmax_element(side.dt_s.begin(), side.dt_s.end());
  const double first = std::log(*shortest), last = std::log(*longest);
  double most = 0;
  for (const double x : side.change)
    if (std::abs(x) > std::abs(most)) most = x;
  std::vector<std::vector<double>> starts;
  for (const double share : {0.1, 0.5, 0.9}) starts.push_back({most, first + share * (last - first)});
  return least_squares(
      [&](std::span<const double> at, std::span<double> r) {
        for (std::size_t i = 0; i < r.size(); ++i)
          r[i] = at[0] * std::exp(-side.dt_s[i] / std::exp(at[1])) - side.change[i];
      },
      side.change.size(), starts);
}

}  // namespace

MeasuredTable stdp_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      {"interval", Unit::second, {"delta t", "dt", "t post - t pre", "tpost - tpre", "spike timing"}},
      {"change", Unit::fraction, {"change of window", "delta w", "dw", "delta x"}},
      {"relative change", Unit::fraction, {"delta g", "delta g/g", "delta g/g0", "delta w/w", "weight change"}},
      cell_column};
  MeasuredTable table(file, known, reading_of(files, "", {}));
  require_one_device(table);
  table.require("interval");
  if (!table.has("relative change")) table.require("change");
  const std::string_view reading = table.has("change") ? "change" : "relative change";
  table.leave_out_missing(std::array{std::string_view("interval"), reading});
  return table;
}

FitPart fit_stdp(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = stdp_table(file, files);
  const bool of_window = table.has("change");
  const auto dt_s = table.values("interval"), change = table.values(of_window ? "change" : "relative change");
  FitPart part{.part = "stdp", .file = file.string(), .x_name = "t_post - t_pre (s)", .y_name = "change"};
  part.readings = static_cast<double>(dt_s.size());
  StdpSide sides[2];  // dt below 0, above 0
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < dt_s.size(); ++i)
    if (dt_s[i] != 0) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return dt_s[a] < dt_s[b]; });
  for (const std::size_t i : order) {
    StdpSide& side = sides[dt_s[i] > 0];
    side.dt_s.push_back(std::abs(dt_s[i])), side.change.push_back(change[i]), side.row.push_back(part.x.size());
    part.x.push_back(dt_s[i]), part.y.push_back(change[i]);
  }
  FitCandidate pair{.model = "pair", .parameters = 1}, none{.model = "no-timing", .parameters = 1};
  pair.fitted.resize(part.y.size()), none.fitted.resize(part.y.size());
  double square = 0, still = 0;
  for (const double y : part.y) still += y * y;
  constexpr std::size_t fewest = 4;
  for (const bool after : {true, false}) {
    const StdpSide& side = sides[after];
    const std::string word = after ? "dt > 0" : "dt < 0";
    if (side.dt_s.empty()) continue;
    if (side.dt_s.size() < fewest)
      table.refuse(fmt::format("{} intervals with {} are too few to fit: at least {}", side.dt_s.size(), word, fewest));
    const LeastSquares s = fit_side(side);
    pair.parameters += 2;
    if (!s.converged) {
      pair.refused = "the fit does not converge";
      continue;
    }
    const double n = static_cast<double>(side.dt_s.size());
    const Estimate size = estimate(s, 0, n, n),
                   tau_s = through(estimate(s, 1, n, n), [](double x) { return std::exp(x); });
    if (auto why = not_told("the time constant of " + word, tau_s); !why.empty()) pair.refused = why;
    if (size.low <= 0 && size.high >= 0) pair.refused = fmt::format("the change of {} is not above its noise", word);
    for (std::size_t i = 0; i < side.row.size(); ++i)
      pair.fitted[side.row[i]] = s.at[0] * std::exp(-side.dt_s[i] / tau_s.value);
    square += s.sum_of_squares;
    const char* sign = after ? "plus" : "minus";
    pair.values.push_back(fitted(std::string("plasticity.stdp.") + sign, "change at " + word,
                                 through(size, [&](double x) { return after ? x : -x; }), Unit::fraction));
    pair.values.push_back(
        fitted(std::string("plasticity.stdp.tau_") + sign, "time constant of " + word, tau_s, Unit::second));
  }
  pair.rms = std::sqrt(square / part.readings), none.rms = std::sqrt(still / part.readings);
  pair.aic = aicc(pair.rms * pair.rms, part.readings, pair.parameters);
  none.aic = aicc(none.rms * none.rms, part.readings, none.parameters);
  for (FitCandidate* c : {&pair, &none})
    if (wanted(files, stdp_models, c->model)) part.candidates.push_back(std::move(*c));
  choose(part);
  note_rivals(part);
  write_values(part);
  part.keys.push_back({"plasticity.stdp.type", part.best().model == "pair" ? "pair" : "none", "", ""});
  for (const bool after : {true, false})
    if (part.best().model == "pair" && sides[after].dt_s.empty()) {
      const char* sign = after ? "plus" : "minus";
      part.keys.push_back({std::string("plasticity.stdp.") + sign, "0", "", "pairs of that order were not measured"});
      part.notes.push_back(fmt::format("only pairs of one order were measured: '{}' of the other is 0, assumed", sign));
    }
  if (!of_window) {
    for (FitPart::Key& k : part.keys)
      if (k.path == "plasticity.stdp.plus" || k.path == "plasticity.stdp.minus")
        k.assumed = "measured relative to the conductance before, taken as a share of the window";
    part.notes.push_back(
        "changes are relative to the conductance before: they are written as shares of the window, as assumed; call "
        "the "
        "column 'change' if they are");
  }
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
