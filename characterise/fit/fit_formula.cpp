// SPDX-License-Identifier: Apache-2.0
// Long-term curves with a formula: one window, one parameter for each direction.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/random.h"
#include "base/statistics.h"
#include "characterise/fit/trains.h"
#include "device/plasticity/update.h"

namespace bitline::characterise {
namespace {

// A curve through (0, 0) and (1, 1) with one parameter, and its inverse.
struct CurveShape {
  double (*forward)(double p, double parameter);
  double (*inverse)(double x, double parameter);
  std::vector<double> starts;  // of the parameter; empty: it has none
};
const CurveShape straight = {[](double p, double) { return p; }, [](double x, double) { return x; }, {}};
// NeuroSim's, k = 1 / A; a straight line for k = 0.
const CurveShape exponential = {
    [](double p, double k) { return std::abs(k) < 1e-9 ? p : device::soft_bounds(p, 1 / k); },
    [](double x, double k) { return std::abs(k) < 1e-9 ? x : device::soft_bounds_inverse(x, 1 / k); },
    {-3, 0.5, 4}};
const CurveShape power = {[](double p, double e) { return std::pow(p, std::exp(e)); },
                          [](double x, double e) { return std::pow(x, std::exp(-e)); },
                          {-0.7, 0, 0.7}};

const CurveShape& shape_of(std::string_view model) {
  return model == "linear" ? straight : model == "exponential" ? exponential : power;
}

bool both_ways(const Trains& t) { return t.longest[0] > 0 && t.longest[1] > 0; }

// Of a direction: 0 where the shape has none.
double parameter_of(const Trains& t, const CurveShape& shape, std::span<const double> at, bool up) {
  return shape.starts.empty() ? 0 : both_ways(t) && !up ? at[3] : at[2];
}

// Every reading by the model: each train goes on where the one before ended. `at`: low, high, parameters.
void predict(const Trains& t, const CurveShape& shape, std::span<const double> at, std::span<double> out) {
  double x = t.all.front().up ? 0 : 1;
  const auto reading = [&] { return at[0] + x * (at[1] - at[0]); };
  if (t.starts) out[0] = reading();
  for (const Train& train : t.all) {
    if (train.anew) x = train.up ? 0 : 1;
    const double parameter = parameter_of(t, shape, at, train.up);
    const double start = shape.inverse(std::clamp(train.up ? x : 1 - x, 0.0, 1.0), parameter);
    const auto go_to = [&](double pulses) {
      const double moved = shape.forward(std::clamp(start + pulses / t.longest[train.up], 0.0, 1.0), parameter);
      x = train.up ? moved : 1 - moved;
    };
    for (std::size_t i = train.first; i < train.first + train.count; ++i) go_to(t.at[i]), out[i] = reading();
    go_to(train.pulses);
  }
}

// The same with noise, normals(reading) being the numbers of its pulses, of itself, and of pulses after the last of its
// train: what a pulse leaves is where the next one starts.
template <class Normals>
void draw(const Trains& t, const CurveShape& shape, std::span<const double> at, const PulseNoise& noise,
          std::span<double> out, Normals&& normals) {
  double x = t.all.front().up ? 0 : 1;
  const auto reading = [&](double z) { return at[0] + (x + noise.read * z) * (at[1] - at[0]); };
  if (t.starts) out[0] = reading(normals(0)[1]);
  for (const Train& train : t.all) {
    if (train.anew) x = train.up ? 0 : 1;
    const double parameter = parameter_of(t, shape, at, train.up);
    const auto go_on = [&](double pulses, double z) {
      const double before = shape.inverse(train.up ? x : 1 - x, parameter);
      const double moved = shape.forward(std::min(before + pulses / t.longest[train.up], 1.0), parameter);
      x = std::clamp((train.up ? moved : 1 - moved) + noise.cycle * std::sqrt(pulses) * z, 0.0, 1.0);
    };
    double last = 0;
    for (std::size_t i = train.first; i < train.first + train.count; ++i) {
      const auto z = normals(i);
      go_on(t.since(train, i), z[0]);
      out[i] = reading(z[1]);
      last = z[2];
    }
    const double rest = train.pulses - (train.count > 0 ? t.at[train.first + train.count - 1] : 0);
    if (rest > 0) go_on(rest, last);
  }
}

LeastSquares solve(const Trains& t, const CurveShape& shape, const std::vector<std::vector<double>>& starts) {
  return least_squares(
      [&](std::span<const double> at, std::span<double> r) {
        predict(t, shape, at, r);
        for (std::size_t i = 0; i < t.y.size(); ++i) r[i] -= t.y[i];
      },
      t.y.size(), starts);
}

// Values of the parameters, and why they are no fit.
void describe(LongTermFit& f, const Trains& t, const CurveShape& shape, Unit unit,
              const std::function<Estimate(std::size_t)>& at) {
  FitCandidate& c = f.candidate;
  c.values.clear(), c.refused.clear(), f.loose.clear();
  // What was asked for by name is written all the same, and said.
  const auto not_known = [&](const std::string& why) { (f.by_name ? f.loose : c.refused) = why; };
  const auto scaled = [&](std::size_t j) { return through(at(j), [&](double x) { return t.low + t.range * x; }); };
  Estimate low = scaled(0), high = scaled(1);
  const double above = std::max(0.0, at(1).value - at(1).low), below = std::max(0.0, at(0).high - at(0).value);
  if (!(at(1).value - at(0).value > std::hypot(above, below)))
    c.refused =
        "no window is above the noise that it leaves (do positive pulses raise it, negative ones lower it? If not: "
        "--potentiation negative)";
  if (unit == Unit::siemens) {
    if (low.value < 0) c.refused = "its lowest conductance would be below 0: is there an offset in the readings?";
    low.low = std::max(low.low, 0.0);  // no conductance is below 0
    high.low = std::max(high.low, 0.0);
    c.values.push_back(fitted("g_min", "lowest conductance", low, Unit::siemens));
    c.values.push_back(fitted("g_max", "highest conductance", high, Unit::siemens));
  }
  for (const bool up : {true, false}) {
    if (t.longest[up] == 0 || shape.starts.empty()) continue;
    const Estimate e = at(both_ways(t) && !up ? 3 : 2);
    const std::string where = std::string(side(up)) + ".update.", word = up ? "potentiation" : "depression";
    if (&shape == &power) {
      const Estimate exponent = through(e, [](double x) { return std::exp(x); });
      if (auto why = not_told("the exponent", exponent); !why.empty()) not_known(why);
      c.values.push_back(fitted(where + "exponent", "exponent of " + word, exponent, Unit::none));
    } else {
      const Estimate label =
          through(e, [](double x) { return std::isfinite(x) && x != 0 ? device::neurosim_label(1 / x) : x; });
      constexpr double widest = 4;
      if (!std::isfinite(label.low) || !std::isfinite(label.high) || label.high - label.low > widest)
        not_known("the data do not tell the nonlinearity of " + word);
      if (std::abs(label.value) > 9) c.refused = "it is steeper than labels from -9 to 9 can say";
      c.values.push_back(fitted(where + "nonlinearity", "nonlinearity of " + word, label, Unit::none));
    }
  }
}

}  // namespace

LongTermFit fit_formula(std::string_view model, const Trains& t, Unit unit, bool by_name) {
  const CurveShape& shape = shape_of(model);
  const std::size_t k = 2 + (shape.starts.empty() ? 0u : both_ways(t) ? 2u : 1u), n = t.y.size();
  LongTermFit f{.candidate = {.model = std::string(model), .parameters = static_cast<int>(k) + 1}};
  f.by_name = by_name;
  FitCandidate& c = f.candidate;
  if (n <= k + 1) {
    c.refused = fmt::format("{} readings are too few for {} parameters", n, k);
    return f;
  }
  std::vector<std::vector<double>> starts;
  for (const double a : shape.starts.empty() ? std::vector<double>{0} : shape.starts) {
    starts.push_back({0, 1});
    starts.back().resize(k, a);
  }
  const LeastSquares s = solve(t, shape, starts);
  if (!s.converged) {
    c.refused = "the fit does not converge";
    return f;
  }
  f.at = s.at, f.low = s.at[0], f.high = s.at[1];
  f.fitted.resize(n);
  predict(t, shape, s.at, f.fitted);
  std::vector<double> residuals(n);
  for (std::size_t i = 0; i < n; ++i) residuals[i] = t.y[i] - f.fitted[i];
  const double readings = independence(residuals).readings;
  c.rms = t.range * std::sqrt(s.sum_of_squares / static_cast<double>(n));
  describe(f, t, shape, unit, [&](std::size_t j) { return estimate(s, j, static_cast<double>(n), readings); });
  return f;
}

void resample(const Trains& t, Unit unit, const std::vector<PulseNoise>& noises, LongTermFit& f) {
  const CurveShape& shape = shape_of(f.candidate.model);
  const std::size_t n = t.y.size();
  double most_left = 0, most_misfit = 0;
  std::vector<std::vector<double>> drawn(f.at.size());
  Trains again = t;
  LongTermFit fit{.fitted = std::vector<double>(n)};
  const Random random(0x1f17, 0);
  for (std::size_t round = 0; round < noises.size(); ++round) {
    draw(t, shape, f.at, noises[round], again.y, [&](std::size_t row) {
      return random.normal4({.purpose = Purpose::bootstrap,
                             .place = static_cast<std::uint32_t>(row),
                             .image = static_cast<std::uint32_t>(round)});
    });
    const LeastSquares s = solve(again, shape, {f.at});
    if (!s.converged) continue;
    for (std::size_t j = 0; j < drawn.size(); ++j) drawn[j].push_back(s.at[j]);
    most_left = std::max(most_left, s.sum_of_squares);
    fit.low = s.at[0], fit.high = s.at[1];
    predict(t, shape, s.at, fit.fitted);
    most_misfit = std::max(most_misfit, train_residuals(again, fit).misfit);
  }
  if (2 * drawn[0].size() < noises.size()) return;  // least squares' own intervals stay
  double left = 0;
  for (std::size_t i = 0; i < n; ++i) left += std::pow(t.y[i] - f.fitted[i], 2);
  if (left > 2 * most_left)
    f.note = fmt::format(
        "it leaves {:.1f} times as much as its noise ever does (does the window creep from cycle to cycle?): intervals "
        "are those of a window that stays",
        std::sqrt(left / most_left));
  if (const double misfit = train_residuals(t, f).misfit; misfit > most_misfit)
    f.misses = fmt::format(
        "its curve misses what trains have in common: by {:.1f} times what they differ by, where curves that it has "
        "never miss by more than {:.1f}",
        misfit, most_misfit);
  for (auto& one : drawn) std::sort(one.begin(), one.end());
  // As far as a draw's fit lies from what it was drawn from, the truth lies from ours.
  describe(f, t, shape, unit, [&](std::size_t j) {
    return Estimate{f.at[j], 2 * f.at[j] - quantile(drawn[j], 0.975), 2 * f.at[j] - quantile(drawn[j], 0.025)};
  });
}

}  // namespace bitline::characterise
