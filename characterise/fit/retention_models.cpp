// SPDX-License-Identifier: Apache-2.0
// What becomes of written cells: the candidates, each fitted to the cells it is given.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/cells.h"
#include "device/relax.h"

namespace bitline::characterise {

using device::RelaxingLevel;

namespace {

template <class F>
void each(const Cells& cells, F&& f) {
  for (const Cell& c : cells.all)
    for (std::size_t k = 0; k < c.t_s.size(); ++k) f(c, c.t_s[k], c.g_S[k]);
}

// Root mean square distance of readings from a mean.
double rms_from(const Cells& cells, const Law& law) {
  double sum = 0;
  each(cells, [&](const Cell& c, double t, double g) { sum += std::pow(g - law(c.written_S, t).mean_S, 2); });
  return std::sqrt(sum / static_cast<double>(cells.readings));
}

// Least squares over all readings, r(parameters, cell, time, reading). Starts are tried on some of the cells.
template <class F>
LeastSquares solve(const Cells& cells, const std::vector<std::vector<double>>& starts, F&& r) {
  const auto over = [&](const Cells& some) {
    return [&](std::span<const double> at, std::span<double> out) {
      std::size_t i = 0;
      each(some, [&](const Cell& c, double t, double g) { out[i++] = r(at, c, t, g); });
    };
  };
  constexpr std::size_t enough = 200;
  if (cells.all.size() <= enough) return least_squares(over(cells), cells.readings, starts);
  Cells some;
  for (std::size_t i = 0; i < enough; ++i) {
    some.all.push_back(cells.all[i * cells.all.size() / enough]);
    some.readings += some.all.back().t_s.size();
  }
  const LeastSquares first = least_squares(over(some), some.readings, starts);
  return least_squares(over(cells), cells.readings, {first.converged ? first.at : starts.front()});
}

std::vector<RelaxationReading> readings_of(const Cells& cells) {
  std::vector<RelaxationReading> out;
  each(cells, [&](const Cell& c, double t, double g) { out.push_back({c.written_S, t, g}); });
  return out;
}

// Mean and sigma of a relaxation: where it takes a cell of normal number 0, and how far one of 1 lies from that.
Law law_of(const device::Relaxation& relaxation, double g_max_S) {
  return [relaxation, g_max_S](double written_S, double t_s) {
    const device::RelaxedAt at(relaxation, g_max_S, t_s);
    const double mean_S = at(written_S, 0);
    return Moments{mean_S, std::max(at(written_S, 1) - mean_S, 1e-6 * g_max_S)};
  };
}

// Normal numbers of n equally likely cells: the middles of their shares.
const std::vector<double>& normal_scores(std::size_t n) {
  thread_local std::vector<double> z;
  if (z.size() != n) {
    z.resize(n);
    for (std::size_t k = 0; k < n; ++k) z[k] = normal_quantile((static_cast<double>(k) + 0.5) / static_cast<double>(n));
  }
  return z;
}

// What a device predicts: its law at those normal numbers. What is worked out for a time is kept.
Predict predicted_by(const device::Relaxation& relaxation, double g_max_S) {
  struct Known {
    device::Relaxation relaxation;
    std::map<double, device::RelaxedAt> at = {};
  };
  const auto known = std::make_shared<Known>(Known{relaxation});
  return [known, g_max_S](double written_S, double t_s, std::span<double> out_S) {
    auto found = known->at.find(t_s);
    if (found == known->at.end())
      found = known->at.emplace(t_s, device::RelaxedAt(known->relaxation, g_max_S, t_s)).first;
    const std::vector<double>& z = normal_scores(out_S.size());
    for (std::size_t k = 0; k < out_S.size(); ++k) out_S[k] = found->second(written_S, z[k]);
  };
}

// A law's mean with its spread as a normal one, not below 0.
Predict predicted_by(const Law& law) {
  return [law](double written_S, double t_s, std::span<double> out_S) {
    const Moments m = law(written_S, t_s);
    const std::vector<double>& z = normal_scores(out_S.size());
    for (std::size_t k = 0; k < out_S.size(); ++k) out_S[k] = std::max(0.0, m.mean_S + m.sigma_S * z[k]);
  };
}

// G_written (1 + t / t0)^-nu, nu = max(0, normal), times readings whose logarithms scatter by `noise`: the sum of both
// from pairs of normal numbers, once for each time.
Predict predicted_by_power_law(double nu, double nu_sigma, double t0_s, double noise) {
  const auto ratios = std::make_shared<std::map<double, std::vector<double>>>();
  return [=](double written_S, double t_s, std::span<double> out_S) {
    std::vector<double>& ratio = (*ratios)[t_s];
    if (ratio.size() != out_S.size()) {
      const double l = std::log1p(t_s / t0_s);
      const std::vector<double>& z = normal_scores(out_S.size());
      std::vector<double> all;
      for (const double of_cell : z)
        for (const double of_reading : z)
          all.push_back(noise * of_reading - std::max(0.0, nu + nu_sigma * of_cell) * l);
      std::sort(all.begin(), all.end());
      ratio.resize(out_S.size());
      for (std::size_t k = 0; k < ratio.size(); ++k) ratio[k] = std::exp(all[k * z.size() + z.size() / 2]);
    }
    for (std::size_t k = 0; k < out_S.size(); ++k) out_S[k] = written_S * ratio[k];
  };
}

// Mean and sigma of any law, over its normal numbers.
Law law_by_quantiles(const Predict& predict) {
  return [predict](double written_S, double t_s) {
    std::vector<double> g_S(200);
    predict(written_S, t_s, g_S);
    return Moments{mean(g_S), standard_deviation(g_S)};
  };
}

constexpr const char* one_time = "one time of reading does not tell it: unchanged from then on";
constexpr const char* no_variance = "its variance, straight in log t, would be 0 at the first time or before";

FitPart::Key plain(std::string path, std::string text) { return {std::move(path), std::move(text), "", ""}; }
std::string siemens(double x) { return quantity(x, Unit::siemens); }

}  // namespace

RetentionModel no_change(const Cells& cells, const std::vector<double>&) {
  const Law still = [](double written_S, double) { return Moments{written_S, 0}; };
  // Readings scatter by as much at every level, or in proportion: whichever is likelier.
  const double sigma_S = rms_from(cells, still), n = static_cast<double>(cells.readings);
  double square = 0, logarithms = 0;
  each(cells, [&](const Cell& c, double, double g) {
    const double r = (g - c.written_S) / c.written_S;  // infinite for cells written to 0
    square += r * r / n, logarithms += std::log(c.written_S) / n;
  });
  const double relative = std::sqrt(square);
  const bool in_proportion = relative > 0 && std::log(relative) + logarithms < std::log(sigma_S);
  const Law law = [=](double written_S, double) {
    return Moments{written_S, in_proportion ? relative * written_S : sigma_S};
  };
  return {.law = law, .predict = predicted_by(law)};
}

// Mean and variance of the change are straight in log10 t.
RetentionModel log_time(const Cells& cells, const std::vector<double>&) {
  RetentionModel m;
  device::LogTimeRelaxation r{.t0_s = cells.times_s.front()};
  const double scale_S = cells.highest_S;
  if (cells.many) {
    const RelaxingLevel one = fit_relaxation(readings_of(cells), 1, scale_S, cells.fewest).by_level.levels.front();
    m.numbers = {one.shift_S, one.shift_per_decade_S, one.sigma_S, one.sigma_per_decade_S};
    if (cells.times_s.size() == 1) m.numbers = {one.shift_S, one.sigma_S};
    r.sigma_S = {one.sigma_S}, r.sigma_per_decade_S = {one.sigma_per_decade_S};
    r.shift_S = {one.shift_S}, r.shift_per_decade_S = {one.shift_per_decade_S};
    m.law = law_of(r, scale_S), m.predict = predicted_by(r, scale_S);
    if (!(one.sigma_S > 0)) m.refused = no_variance;
  } else {
    const std::vector<double> start(std::min<std::size_t>(2, cells.times_s.size()), 0);
    const auto change = [t0_s = r.t0_s](std::span<const double> at, double t_s) {
      return at[0] + (at.size() > 1 ? at[1] * std::log10(t_s / t0_s) : 0);
    };
    const LeastSquares s = solve(cells, {start}, [&](std::span<const double> at, const Cell& c, double t, double g) {
      return (g - c.written_S) / scale_S - change(at, t);
    });
    if (!s.converged) return {.refused = "the fit does not converge"};
    for (const double x : s.at) m.numbers.push_back(scale_S * x);
    const Law mean = [change, at = m.numbers](double written_S, double t_s) {
      return Moments{written_S + change(at, t_s), 0};
    };
    m.law = [mean, sigma_S = rms_from(cells, mean)](double written_S, double t_s) {
      return Moments{mean(written_S, t_s).mean_S, sigma_S};
    };
  }
  m.keys = {plain("relaxation.type", "log-time"), plain("relaxation.t0", quantity(r.t0_s, Unit::second))};
  std::size_t j = 0;
  for (const char* key :
       {"relaxation.shift", "relaxation.shift_per_decade", "relaxation.sigma", "relaxation.sigma_per_decade"}) {
    const bool told = cells.times_s.size() > 1 || !std::string_view(key).ends_with("decade");
    if (told && j < m.numbers.size()) m.keys.push_back(plain(key, fmt::format("[{}]", siemens(m.numbers[j++]))));
    if (!told) m.keys.push_back({key, "[0 S]", "", one_time});
  }
  return m;
}

namespace {

// The same level by level, or quantiles as they are: as many levels as have enough cells, or as many as before.
RetentionModel levels_of(const Cells& cells, bool quantiles, const std::vector<double>& from) {
  RetentionModel m;
  if (!cells.many) return {.refused = "too few cells to fit them level by level"};
  const auto readings = readings_of(cells);
  for (int levels = from.empty() ? 16 : static_cast<int>(from[0]); levels >= (quantiles ? 1 : 2); levels /= 2) {
    RelaxationFit fit;
    try {
      fit = fit_relaxation(readings, levels, cells.highest_S, cells.fewest);
    } catch (const InputError&) {
      continue;  // a level without enough cells
    }
    std::vector<std::string> text;
    if (quantiles) {
      for (const device::MeasuredLevel& level : fit.measured.levels) {
        std::vector<std::string> at;
        for (const device::MeasuredChange& change : level.at) {
          std::vector<std::string> list;
          for (const double x : change.change_S) list.push_back(siemens(x));
          at.push_back(
              fmt::format("{{t: {}, change: [{}]}}", quantity(change.t_s, Unit::second), fmt::join(list, ", ")));
        }
        text.push_back(fmt::format("{{g: {}, at: [{}]}}", siemens(level.g_S), fmt::join(at, ", ")));
      }
      m.keys = {plain("relaxation.type", "measured")};
      m.predict = predicted_by(fit.measured, cells.highest_S);
      m.law = law_by_quantiles(m.predict);
    } else {
      for (const RelaxingLevel& l : fit.by_level.levels) {
        if (!(l.sigma_S > 0)) m.refused = no_variance;
        for (const double x : {l.shift_S, l.shift_per_decade_S, l.sigma_S, l.sigma_per_decade_S})
          m.numbers.push_back(x);
        text.push_back(fmt::format("{{g: {}, sigma: {}, sigma_per_decade: {}, shift: {}, shift_per_decade: {}}}",
                                   siemens(l.g_S), siemens(l.sigma_S), siemens(l.sigma_per_decade_S),
                                   siemens(l.shift_S), siemens(l.shift_per_decade_S)));
      }
      m.keys = {plain("relaxation.type", "by-level"),
                plain("relaxation.t0", quantity(fit.by_level.t0_s, Unit::second))};
      m.law = law_of(fit.by_level, cells.highest_S), m.predict = predicted_by(fit.by_level, cells.highest_S);
    }
    m.solution = {static_cast<double>(levels)};
    m.keys.push_back(plain("relaxation.levels", fmt::format("[{}]", fmt::join(text, ", "))));
    if (cells.times_s.size() == 1) m.keys.back().assumed = "one time of reading: unchanged from then on";
    return m;
  }
  return {.refused = "too few cells to fit them level by level"};
}

}  // namespace

RetentionModel by_level(const Cells& cells, const std::vector<double>& from) { return levels_of(cells, false, from); }
RetentionModel measured(const Cells& cells, const std::vector<double>& from) { return levels_of(cells, true, from); }

// ln(G / G_written) = -nu ln(1 + t / t0), nu of its own for each cell.
RetentionModel power_law(const Cells& cells, const std::vector<double>& from) {
  RetentionModel m;
  bool zero = false;
  each(cells, [&](const Cell& c, double, double g) { zero |= !(g > 0 && c.written_S > 0); });
  if (zero) return {.refused = "there are conductances of 0, which have no logarithm"};
  const double first_s = cells.times_s.front();
  const auto exponent = [&](bool free_t0) {
    std::vector<std::vector<double>> starts;
    for (const double factor : {0.03, 0.3, 3.0, 30.0}) {
      starts.push_back({0.05});
      if (free_t0) starts.back().push_back(std::log(factor * first_s));
    }
    if (!from.empty()) starts = {from};
    return solve(cells, starts, [&](std::span<const double> at, const Cell& c, double t, double g) {
      return std::log(g / c.written_S) + at[0] * std::log1p(t / (free_t0 ? std::exp(at[1]) : first_s));
    });
  };
  const auto n = static_cast<double>(cells.readings);
  LeastSquares s = exponent(from.size() != 1);
  const bool told =
      s.converged && s.at.size() == 2 &&
      (!from.empty() || not_told("t0", through(estimate(s, 1, n, n), [](double x) { return std::exp(x); })).empty());
  if (!told && s.at.size() != 1) s = exponent(false);
  if (!s.converged) return {.refused = "the fit does not converge"};
  const double nu = s.at[0], t0_s = told ? std::exp(s.at[1]) : first_s;
  if (!(nu > 0)) return {.refused = "conductances do not fall"};
  m.solution = s.at;
  // Random effects by moments: the variance of the cells' own slopes, less what noise gives them. Lines of the cells
  // have intercepts of their own: an error of what was written is in all readings of a cell.
  const bool two_times = cells.times_s.size() == 2;  // which leave no residual of a line: its slope is all spread
  double residual = 0, freedom = 0, noise = 0, square = 0, lines = 0, left = 0, mean_ll = 0;
  for (const Cell& c : cells.all) {
    double sl = 0, sy = 0, sll = 0, sly = 0, syy = 0;
    const double k = static_cast<double>(c.t_s.size());
    for (std::size_t i = 0; i < c.t_s.size(); ++i) {
      const double l = std::log1p(c.t_s[i] / t0_s), y = std::log(c.g_S[i] / c.written_S);
      sl += l, sy += y, sll += l * l, sly += l * y, syy += y * y;
      left += (y + nu * l) * (y + nu * l) / n, mean_ll += l * l / n;
    }
    const double ll = sll - sl * sl / k, ly = sly - sl * sy / k, yy = syy - sy * sy / k;
    if (k < (two_times ? 2 : 3) || !(ll > 0)) continue;
    residual += std::max(0.0, yy - ly * ly / ll), freedom += k - 2;
    noise += 1 / ll, square += std::pow(-ly / ll - nu, 2), lines += 1;
  }
  double nu_sigma = 0;
  if (cells.many && lines > 1)
    nu_sigma = std::sqrt(std::max(0.0, square / (lines - 1) - (freedom > 0 ? residual / freedom : 0) * noise / lines));
  left = std::sqrt(std::max(0.0, left - nu_sigma * nu_sigma * mean_ll));
  m.law = [=](double written_S, double t_s) {
    const double l = std::log1p(t_s / t0_s), mean_S = written_S * std::exp(-nu * l);
    return Moments{mean_S, mean_S * std::hypot(l * nu_sigma, left)};
  };
  m.predict = predicted_by_power_law(nu, nu_sigma, t0_s, left);
  m.numbers = {nu};
  m.keys = {plain("drift.type", "power-law"), plain("drift.nu_mean", quantity(nu, Unit::none)),
            plain("drift.t0", quantity(t0_s, Unit::second))};
  if (cells.many) {
    m.keys.push_back(plain("drift.nu_sigma", quantity(nu_sigma, Unit::none)));
    if (two_times)
      m.keys.back().assumed = "two times of reading do not tell it from noise of reading: all is taken for spread";
    else
      m.numbers.push_back(nu_sigma);
  } else {
    m.notes.push_back("too few cells to tell the spread of exponents between them: left out");
  }
  if (told) {
    m.numbers.push_back(t0_s);
  } else {
    m.keys[2].assumed = "the data do not tell it: the first time after writing";
    m.notes.push_back("the data do not tell t0: it is set to the first time after writing");
  }
  return m;
}

namespace {

// G = rest + (G_written - rest) (a e^{-t / tau1} + (1 - a) e^{-t / tau2}), rest = x^2 so that it is not below 0; one
// exponential is a = 1.
RetentionModel exponentials(const Cells& cells, bool two, const std::vector<double>& from) {
  RetentionModel m;
  if (cells.readings < 6) return {.refused = "too few readings for its parameters"};
  const double scale_S = cells.highest_S, first = std::log(cells.times_s.front()),
               last = std::log(cells.times_s.back());
  const auto mean = [two](std::span<const double> at, double written, double t_s) {
    const double rest = at[0] * at[0], fast = std::exp(-t_s / std::exp(at[1]));
    return rest + (written - rest) * (two ? at[2] * fast + (1 - at[2]) * std::exp(-t_s / std::exp(at[3])) : fast);
  };
  constexpr int grid = 4;
  std::vector<std::vector<double>> starts;
  for (const double rest : {0.3, 0.9})
    for (int a = 0; a < grid; ++a) {
      const auto tau = [&](int k) { return first + (last - first) * k / (grid - 1); };
      if (!two) starts.push_back({rest, tau(a)});
      for (int b = a + 1; two && b < grid; ++b) starts.push_back({rest, tau(a), 0.5, tau(b)});
    }
  if (!from.empty()) starts = {from};
  LeastSquares s = solve(cells, starts, [&](std::span<const double> at, const Cell& c, double t, double g) {
    return mean(at, c.written_S / scale_S, t) - g / scale_S;
  });
  if (!s.converged) return {.refused = "the fit does not converge"};
  if (two && s.at[3] < s.at[1]) {
    std::swap(s.at[1], s.at[3]), std::swap(s.sigma[1], s.sigma[3]);
    s.at[2] = 1 - s.at[2];
  }
  const auto n = static_cast<double>(cells.readings);
  const auto tau_s = [&](std::size_t j) { return through(estimate(s, j, n, n), [](double x) { return std::exp(x); }); };
  m.solution = s.at;
  m.numbers = {scale_S * s.at[0] * s.at[0], tau_s(1).value};
  m.refused = not_told(two ? "time constant 1" : "the time constant", tau_s(1));
  m.keys = {plain("drift.type", "double-exponential"), plain("drift.g_rest", siemens(m.numbers[0])),
            plain("drift.tau1", quantity(m.numbers[1], Unit::second))};
  if (two) {
    m.numbers.insert(m.numbers.end(), {s.at[2], tau_s(3).value});
    const Estimate share = estimate(s, 2, n, n);
    if (!(share.low > 0 && share.high < 1)) m.refused = "the data do not tell two shares between 0 and 1";
    if (auto why = not_told("time constant 2", tau_s(3)); !why.empty()) m.refused = why;
    m.keys.push_back(plain("drift.share1", quantity(s.at[2], Unit::none)));
    m.keys.push_back(plain("drift.tau2", quantity(m.numbers[3], Unit::second)));
  } else {
    m.keys.push_back(plain("drift.share1", "1"));
    m.keys.push_back({"drift.tau2", quantity(m.numbers[1], Unit::second), "", "has no part: share 1 is all"});
  }
  const Law still = [=](double written_S, double t_s) {
    return Moments{scale_S * mean(s.at, written_S / scale_S, t_s), 0};
  };
  m.law = [still, sigma_S = rms_from(cells, still)](double written_S, double t_s) {
    return Moments{still(written_S, t_s).mean_S, sigma_S};
  };
  m.predict = predicted_by(m.law);
  return m;
}

}  // namespace

RetentionModel single_exponential(const Cells& cells, const std::vector<double>& from) {
  return exponentials(cells, false, from);
}
RetentionModel double_exponential(const Cells& cells, const std::vector<double>& from) {
  return exponentials(cells, true, from);
}

}  // namespace bitline::characterise
