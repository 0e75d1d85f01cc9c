// SPDX-License-Identifier: Apache-2.0
// Read-back after writing: what conductance cells took when they were told to take their target.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <tuple>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/parts.h"
#include "device/draws.h"

namespace bitline::characterise {

using device::device_draws::polynomial;

namespace {

struct Errors {
  std::vector<double> target, error;  // of g_max
};

// Cells that did not follow their target: far from it, at one end of all targets. Counted where their target is far
// from that end; those whose target is there are not seen.
struct Stuck {
  std::size_t cells = 0, of = 0;
};
Stuck take_stuck(std::vector<double>& target_S, std::vector<double>& g_S, bool on) {
  std::vector<double> size;
  for (std::size_t i = 0; i < g_S.size(); ++i) size.push_back(std::abs(g_S[i] - target_S[i]));
  std::sort(size.begin(), size.end());
  const double usual_S = quantile(size, 0.5) / normal_quantile(0.75);
  const auto [lowest, highest] = std::minmax_element(target_S.begin(), target_S.end());
  const double low_S = *lowest, high_S = *highest, end_S = on ? high_S : low_S;
  constexpr double far = 6, near = 3, share = 0.05;  // of usual errors; of the window
  const double close_S = std::max(near * usual_S, share * (high_S - low_S));
  const auto distant = [&](double target) { return std::abs(target - end_S) > far * usual_S + close_S; };
  const auto stuck = [&](std::size_t i) {
    return distant(target_S[i]) && (on ? g_S[i] > end_S - close_S : g_S[i] < end_S + close_S);
  };
  Stuck out;
  for (std::size_t i = 0; i < g_S.size(); ++i) out.of += distant(target_S[i]), out.cells += stuck(i);
  constexpr std::size_t fewest = 3;
  if (out.cells < fewest || 2 * out.cells > out.of) return {};
  std::vector<double> targets, cells;
  for (std::size_t i = 0; i < g_S.size(); ++i)
    if (!stuck(i)) targets.push_back(target_S[i]), cells.push_back(g_S[i]);
  target_S = std::move(targets), g_S = std::move(cells);
  return out;
}

// The error's mean as a straight line of the target, as far as it is not chance.
void note_bias(const Errors& e, double scale_S, FitPart& part) {
  const double n = static_cast<double>(e.error.size());
  const double x = mean(e.target), y = mean(e.error);
  double xx = 0, xy = 0, left = 0, all = 0;
  for (std::size_t i = 0; i < e.error.size(); ++i)
    xx += (e.target[i] - x) * (e.target[i] - x), xy += (e.target[i] - x) * (e.error[i] - y);
  const double gain = xx > 0 ? xy / xx : 0;
  for (std::size_t i = 0; i < e.error.size(); ++i) {
    left += std::pow(e.error[i] - y - gain * (e.target[i] - x), 2);
    all += e.error[i] * e.error[i];
  }
  const double sigma = std::sqrt(left / (n - 2)), t = t_quantile(0.975, n - 2);
  const double of_mean = t * sigma / std::sqrt(n), of_gain = xx > 0 ? t * sigma / std::sqrt(xx) : INFINITY;
  const bool biased = std::abs(y) > of_mean, scaled = std::abs(gain) > of_gain;
  if (!biased && !scaled) return;
  auto& values = part.candidates[part.chosen].values;
  if (biased)
    values.push_back(
        fitted("", "mean error", {y * scale_S, (y - of_mean) * scale_S, (y + of_mean) * scale_S}, Unit::siemens));
  if (scaled)
    values.push_back(fitted("", "gain of writing", {1 + gain, 1 + gain - of_gain, 1 + gain + of_gain}, Unit::none));
  part.notes.push_back(
      fmt::format("errors have a {} that no model of writing has: it is counted as spread, {} instead of {} "
                  "on average",
                  biased && scaled ? "mean and a gain"
                  : biased         ? "mean"
                                   : "gain",
                  pretty(std::sqrt(all / n) * scale_S, Unit::siemens), pretty(sigma * scale_S, Unit::siemens)));
}

// Normal, sigma a polynomial of the target, by maximum likelihood: least squares of e^2 - sigma^2 over sqrt(2) sigma^2,
// whose weights are renewed until sigma stands still (Fisher scoring); its errors are those of the information matrix
// times what the residuals scatter.
FitCandidate fit_sigma(const Errors& e, int degree, double scale_S) {
  const auto k = static_cast<std::size_t>(degree) + 1;
  FitCandidate c{.model = std::string(readback_models[k - 1]), .parameters = degree + 1};
  const std::size_t n = e.error.size();
  std::vector<double> start(k, 0);
  double square = 0;
  for (const double x : e.error) square += x * x / static_cast<double>(n);
  start[0] = std::sqrt(square);
  std::vector<double> sigma(n, start[0]);
  LeastSquares s;
  double moved = 1;
  for (int round = 0; round < 100 && moved > 1e-9; ++round) {
    s = least_squares(
        [&](std::span<const double> at, std::span<double> r) {
          for (std::size_t i = 0; i < n; ++i) {
            const double p = polynomial(at, e.target[i]);
            r[i] = (e.error[i] * e.error[i] - p * p) / (std::sqrt(2.0) * sigma[i] * sigma[i]);
          }
        },
        n, {start});
    if (!s.converged) break;
    start = s.at;
    moved = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double now = polynomial(s.at, e.target[i]);
      if (!(now > 0)) {
        c.refused = "sigma would not be above 0 at every target";
        return c;
      }
      moved = std::max(moved, std::abs(now / sigma[i] - 1));
      sigma[i] = now;
    }
  }
  if (!s.converged || moved > 1e-6) {
    c.refused = "the fit does not converge";
    return c;
  }
  double likelihood = 0;
  for (std::size_t i = 0; i < n; ++i)
    likelihood -= std::log(sigma[i]) + 0.5 * e.error[i] * e.error[i] / (sigma[i] * sigma[i]) +
                  0.5 * std::log(2 * std::numbers::pi);
  c.aic = aicc_of_likelihood(likelihood, static_cast<double>(n), c.parameters);
  c.rms = scale_S * std::sqrt(square);
  for (std::size_t j = 0; j < k; ++j) {
    const Estimate one = estimate(s, j, static_cast<double>(n), static_cast<double>(n));
    c.values.push_back(fitted("", fmt::format("sigma: coefficient of g^{}", j),
                              through(one, [&](double x) { return scale_S * x; }), Unit::siemens));
  }
  if (degree > 0 && c.values.back().low <= 0 && c.values.back().high >= 0)
    c.refused = fmt::format("the data do not tell the coefficient of g^{}: its 95 % interval holds 0", degree);
  for (std::size_t i = 0; i < n; ++i) c.fitted.push_back(scale_S * sigma[i]);
  return c;
}

// Uniform in target +- half_width: the largest error is the most likely half width.
FitCandidate fit_window(const Errors& e, double scale_S, bool by_name) {
  FitCandidate c{.model = "window", .parameters = 1};
  const double n = static_cast<double>(e.error.size());
  double half = 0;
  for (const double x : e.error) half = std::max(half, std::abs(x));
  // The largest of n errors lies n / (n + 1) of the way on average; taken as it is it would fit too well.
  c.aic = aicc_of_likelihood(-n * std::log(2 * half * (n + 1) / n), n, 1);
  constexpr double fewest = 100;
  if (n < fewest && !by_name) c.refused = "fewer than 100 cells do not tell a window from a normal law";
  c.rms = scale_S * half / std::sqrt(3.0);
  // P(largest < half q) = q^n.
  c.values.push_back(fitted("write.half_width", "half width of the window",
                            {scale_S * half, scale_S * half, scale_S * half * std::pow(0.05, -1 / n)}, Unit::siemens));
  c.fitted.assign(e.error.size(), scale_S * half / std::sqrt(3.0));
  return c;
}

}  // namespace

MeasuredTable readback_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      {"target", Unit::siemens, {"target conductance", "g target", "gtarget", "goal"}},
      conductance_column,
      current_column,
      resistance_column,
      read_voltage_column,
      cell_column};
  MeasuredTable table(file, known, reading_of(files));
  table.require("target"), table.require(reading_column(table));
  table.leave_out_missing(std::array{std::string_view("target"), reading_column(table)});
  return table;
}

FitPart fit_readback(const std::filesystem::path& file, const FitFiles& files, std::optional<double> g_max_S) {
  const MeasuredTable table = readback_table(file, files);
  std::vector<double> target_S = table.values("target"), g_S = conductances(table, files);
  for (std::size_t i = 0; i < target_S.size(); ++i)
    if (target_S[i] < 0) table.refuse(i, "a target is below 0");
  const Stuck off = take_stuck(target_S, g_S, false), on = take_stuck(target_S, g_S, true);
  std::vector<std::pair<double, double>> rows;  // by rising target, as they are drawn
  for (std::size_t i = 0; i < target_S.size(); ++i) rows.emplace_back(target_S[i], g_S[i]);
  std::sort(rows.begin(), rows.end());
  for (std::size_t i = 0; i < rows.size(); ++i) std::tie(target_S[i], g_S[i]) = rows[i];
  FitPart part{.part = "readback",
               .file = file.string(),
               .x_name = "target (uS)",
               .y_name = "|error| sqrt(pi / 2): mean = sigma"};
  part.y_unit = Unit::siemens;
  constexpr std::size_t fewest = 20;
  if (target_S.size() < fewest)
    table.refuse(fmt::format("{} cells are too few to fit a spread: at least {}", target_S.size(), fewest));
  const double highest_S = *std::max_element(target_S.begin(), target_S.end());
  if (!(highest_S > 0)) table.refuse("all targets are 0");
  const double scale_S = g_max_S.value_or(highest_S);
  Errors e;
  const double n = static_cast<double>(target_S.size());
  for (std::size_t i = 0; i < target_S.size(); ++i) {
    e.target.push_back(target_S[i] / scale_S);
    e.error.push_back((g_S[i] - target_S[i]) / scale_S);
    part.x.push_back(target_S[i] * 1e6);
    part.y.push_back(std::abs(g_S[i] - target_S[i]) * std::sqrt(std::numbers::pi / 2));
  }
  if (std::all_of(e.error.begin(), e.error.end(), [](double x) { return x == 0; }))
    table.refuse("every cell is at its target: there is no error to fit (write: exact)");
  part.readings = n;
  const double square = std::inner_product(e.error.begin(), e.error.end(), e.error.begin(), 0.0) / n;
  if (std::sqrt(square) * scale_S > highest_S)
    table.refuse(
        fmt::format("cells are off their targets by {}, more than the highest target of {}: are the units right?",
                    pretty(std::sqrt(square) * scale_S, Unit::siemens), pretty(highest_S, Unit::siemens)));
  for (const int degree : {0, 1, 2})
    if (wanted(files, readback_models, readback_models[static_cast<std::size_t>(degree)])) {
      if (degree > 0 &&
          std::all_of(e.target.begin(), e.target.end(), [&](double x) { return x == e.target.front(); })) {
        part.candidates.push_back({.model = std::string(readback_models[static_cast<std::size_t>(degree)]),
                                   .refused = "one target does not tell how sigma depends on it"});
        continue;
      }
      part.candidates.push_back(fit_sigma(e, degree, scale_S));
    }
  if (wanted(files, readback_models, "window"))
    part.candidates.push_back(fit_window(e, scale_S, wanted_by_name(files, readback_models)));
  choose(part);
  note_rivals(part);
  write_values(part);
  const std::string of_file = file.filename().string();
  if (part.best().model == "window") {
    part.keys.push_back({"write.type", "window", "", ""});
  } else {
    part.keys.push_back({"write.type", "gaussian", "", ""});
    std::vector<std::string> list, intervals;
    for (const FittedValue& v : part.best().values) {
      list.push_back(quantity(v.value, Unit::siemens));
      intervals.push_back(fmt::format("{} .. {}", quantity(v.low, Unit::siemens), quantity(v.high, Unit::siemens)));
    }
    part.keys.push_back({"write.sigma", fmt::format("[{}]", fmt::join(list, ", ")),
                         fmt::format("fitted to {}: 95 % {}", of_file, fmt::join(intervals, "; ")), ""});
  }
  const auto lowest = std::min_element(target_S.begin(), target_S.end());
  for (const auto& [stuck, key, where] :
       {std::tuple{off, "faults.stuck_off", "lowest"}, std::tuple{on, "faults.stuck_on", "highest"}}) {
    if (stuck.cells == 0) continue;
    const Interval share = wilson_interval(stuck.cells, stuck.of);
    const double value = static_cast<double>(stuck.cells) / static_cast<double>(stuck.of);
    const FittedValue v = fitted("", fmt::format("share of cells stuck at the {} conductance", where),
                                 {value, share.lower, share.upper}, Unit::fraction);
    part.candidates[part.chosen].values.push_back(v);
    part.keys.push_back(key_of(part, key, v));
    part.notes.push_back(
        fmt::format("{} of {} cells stay near the {} target, far from their own: counted as stuck, and no "
                    "part of the spread",
                    stuck.cells, stuck.of, where));
  }
  part.keys.push_back({"g_min", quantity(*lowest, Unit::siemens), "lowest target of " + of_file, ""});
  part.keys.push_back({"g_max", quantity(highest_S, Unit::siemens), "highest target of " + of_file, ""});
  note_bias(e, scale_S, part);
  std::vector<double> scores;  // normal numbers by the model
  for (std::size_t i = 0; i < e.error.size(); ++i) scores.push_back(e.error[i] * scale_S / part.best().fitted[i]);
  const double tails = kurtosis(scores);
  constexpr double certain = 5;  // standard errors
  if (part.best().model != "window" && tails > 3 + certain * std::sqrt(24 / n))
    part.notes.push_back(
        fmt::format("write errors have heavy tails (kurtosis {:.1f}; 3 is normal): a normal law loses them, and its "
                    "interval is too narrow",
                    tails));
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
