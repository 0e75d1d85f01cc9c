// SPDX-License-Identifier: Apache-2.0
// The curve of current over voltage of one or several states.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.h"
#include "characterise/fit/parts.h"

namespace bitline::characterise {
namespace {

struct Sweep {
  std::vector<double> v = {}, i = {};   // of the largest voltage and current
  std::vector<std::size_t> state = {};  // of each row
  std::vector<double> weight = {};      // of each row's residual
  std::size_t states = 0;
  double v_most = 0, i_most = 0;
  bool weighted = false;
};

// i = c_state sinh(b v) / sinh(b), b = beta times the largest voltage; straight for b = 0.
double shape(double b, double v) { return std::abs(b) < 1e-9 ? v : std::sinh(b * v) / std::sinh(b); }

constexpr const char* it_leaves = "it leaves";

// Whether neighbours agree or differ no more than those of independent numbers would, in the order of the file and in
// that of voltages: two standard errors of a lag-1 correlation. Few readings do not tell.
bool like_noise(const Sweep& s, const std::vector<double>& residuals) {
  constexpr std::size_t few = 9;
  const std::size_t n = residuals.size();
  if (n < few) return false;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto correlation = [&] {
    std::vector<double> r;
    for (const std::size_t row : order) r.push_back(residuals[row]);
    return std::abs(independence(r).correlation);
  };
  const double in_file = correlation();
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(s.state[a], s.v[a]) < std::pair(s.state[b], s.v[b]);
  });
  return std::max(in_file, correlation()) < 2 / std::sqrt(static_cast<double>(n));
}

// A candidate and its weighted residuals. One offset of the currents, the instrument's, is fitted along.
struct CurveFit {
  FitCandidate candidate;
  std::vector<double> residuals = {};
};
CurveFit fit_curve(const Sweep& s, bool curved, bool by_name) {
  const std::size_t n = s.i.size(), offset = s.states, k = s.states + (curved ? 2 : 1);
  CurveFit out{{.model = curved ? "sinh" : "ohmic", .parameters = static_cast<int>(k) + 1}};
  FitCandidate& c = out.candidate;
  c.fitted.resize(n);
  if (n < k + 2) {
    c.refused = fmt::format("{} readings are too few for {} parameters", n, k);
    return out;
  }
  const auto model = [&](std::span<const double> at, std::size_t row) {
    return at[offset] + at[s.state[row]] * shape(curved ? at[s.states + 1] : 0, s.v[row]);
  };
  std::vector<std::vector<double>> starts;
  for (const double b : curved ? std::vector<double>{0.5, 3, 10} : std::vector<double>{0}) {
    starts.emplace_back(s.states, 1.0);
    starts.back().push_back(0);
    if (curved) starts.back().push_back(b);
  }
  const LeastSquares fit = least_squares(
      [&](std::span<const double> at, std::span<double> r) {
        for (std::size_t row = 0; row < n; ++row) r[row] = (model(at, row) - s.i[row]) * s.weight[row];
      },
      n, starts);
  if (!fit.converged) {
    c.refused = "the fit does not converge";
    return out;
  }
  std::vector<double>& residuals = out.residuals;
  double square = 0, left = 0;
  for (std::size_t row = 0; row < n; ++row) {
    c.fitted[row] = s.i_most * model(fit.at, row);
    residuals.push_back((model(fit.at, row) - s.i[row]) * s.weight[row]);
    left += std::pow(model(fit.at, row) - s.i[row], 2), square += s.i[row] * s.i[row];
  }
  c.rms = s.i_most * std::sqrt(left / static_cast<double>(n));
  const double readings = independence(residuals).readings;
  const auto at = [&](std::size_t j) { return estimate(fit, j, static_cast<double>(n), readings); };
  constexpr double most_left = 0.1;
  if (std::sqrt(left / square) > most_left && !like_noise(s, residuals) && !by_name)
    c.refused =
        fmt::format("{} {:.0f} % of the currents, and not as noise does", it_leaves, 100 * std::sqrt(left / square));
  for (std::size_t state = 0; state < s.states; ++state)
    if (c.refused.empty() && !by_name && !(at(state).low > 0))
      c.refused = "no conductance is above the noise that it leaves (are currents and voltages of one sign?)";
  if (curved) {
    const double sign = fit.at[k - 1] < 0 ? -1 : 1;  // the curve is even in it
    const Estimate beta = through(at(k - 1), [&](double b) { return b * sign / s.v_most; });
    constexpr double rounding = 1e-14;  // of the largest current, to which sinh x / x - 1 = x^2 / 6 must rise
    if (!(beta.low > 0) || fit.at[k - 1] * fit.at[k - 1] / 6 < rounding)
      c.refused = "the data do not tell its curvature from a straight line";
    if (beta.value > 100) c.refused = "beta would be above 100 /V";
    c.values.push_back(fitted("iv.beta", "beta of sinh(beta V)", beta, Unit::per_volt));
  }
  const Estimate zero = through(at(offset), [&](double x) { return s.i_most * x; });
  if (zero.low > 0 || zero.high < 0)
    c.values.push_back(fitted("", "current at no voltage (the instrument's)", zero, Unit::ampere));
  return out;
}

// Noise that grows with the current: where the upper third of currents scatters three times as far as the lower,
// readings count by their size.
void weigh(Sweep& s) {
  const FitCandidate c = fit_curve(s, true, true).candidate;
  double low = 0, high = 0, lows = 0, highs = 0;
  for (std::size_t row = 0; row < s.i.size(); ++row) {
    const double r = std::pow(c.fitted[row] / s.i_most - s.i[row], 2);
    if (std::abs(s.i[row]) < 1.0 / 3) low += r, lows += 1;
    if (std::abs(s.i[row]) > 2.0 / 3) high += r, highs += 1;
  }
  constexpr double enough = 3, times = 3, least = 0.03;  // of the largest current
  if (lows < enough || highs < enough || !(high / highs > times * times * low / lows)) return;
  for (std::size_t row = 0; row < s.i.size(); ++row) s.weight[row] = 1 / (least + std::abs(c.fitted[row]) / s.i_most);
  s.weighted = true;
}

// States whose own curvatures have intervals that do not meet are not one law.
void note_differing_states(const Sweep& s, FitPart& part) {
  std::vector<FittedValue> betas;
  for (std::size_t state = 0; state < s.states && s.states > 1; ++state) {
    Sweep one{.states = 1, .v_most = s.v_most, .i_most = s.i_most};
    for (std::size_t row = 0; row < s.v.size(); ++row)
      if (s.state[row] == state)
        one.v.push_back(s.v[row]), one.i.push_back(s.i[row]), one.weight.push_back(s.weight[row]),
            one.state.push_back(0);
    const FitCandidate c = fit_curve(one, true, true).candidate;
    if (c.refused.empty()) betas.push_back(c.values.front());
  }
  if (betas.size() < 2) return;
  const auto by_value = [](const FittedValue& a, const FittedValue& b) { return a.value < b.value; };
  const auto [least, most] = std::minmax_element(betas.begin(), betas.end(), by_value);
  if (least->high < most->low)
    part.notes.push_back(fmt::format("states curve differently, with beta from {} to {}: one law is written for all",
                                     pretty(least->value, Unit::per_volt), pretty(most->value, Unit::per_volt)));
}

}  // namespace

MeasuredTable iv_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      voltage_column, current_column, {"state", Unit::none, {"label", "branch", "curve"}, true}, cell_column};
  MeasuredTable table(file, known, reading_of(files, "state", {"current"}));
  table.require("voltage"), table.require("current");
  table.leave_out_missing(std::array<std::string_view, 2>{"voltage", "current"});
  require_one_device(table);
  return table;
}

FitPart fit_iv(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = iv_table(file, files);
  const std::vector<double> v = table.values("voltage"), i = table.values("current");
  Sweep s;
  std::map<std::string, std::size_t> states;
  const auto names = table.texts("state");
  for (std::size_t row = 0; row < v.size(); ++row) {
    s.state.push_back(states.try_emplace(names.empty() ? "" : names[row], states.size()).first->second);
    s.v_most = std::max(s.v_most, std::abs(v[row])), s.i_most = std::max(s.i_most, std::abs(i[row]));
  }
  s.states = states.size();
  constexpr std::size_t most_states = 200;
  if (s.states > most_states)
    table.refuse(fmt::format("has {} states, more than {}: fit some of them", s.states, most_states));
  if (!(s.v_most > 0)) table.refuse("all voltages are 0");
  if (!(s.i_most > 0)) table.refuse("all currents are 0: there is nothing to fit");
  constexpr std::size_t fewest = 5;
  std::vector<std::size_t> count(s.states);
  for (std::size_t row = 0; row < v.size(); ++row) {
    s.v.push_back(v[row] / s.v_most), s.i.push_back(i[row] / s.i_most), s.weight.push_back(1);
    ++count[s.state[row]];
  }
  for (const auto& [name, index] : states)
    if (count[index] < fewest)
      table.refuse(
          fmt::format("state '{}' has {} readings, which are too few: at least {}", name, count[index], fewest));
  FitPart part{.part = "iv", .file = file.string(), .x_name = "voltage (V)", .y_name = "current"};
  part.y_unit = Unit::ampere;
  part.x = v, part.y = i;
  weigh(s);
  std::vector<std::vector<double>> residuals;
  for (const bool curved : {false, true})
    if (wanted(files, iv_models, curved ? "sinh" : "ohmic")) {
      CurveFit fit = fit_curve(s, curved, wanted_by_name(files, iv_models));
      part.candidates.push_back(std::move(fit.candidate));
      residuals.push_back(std::move(fit.residuals));
    }
  judge(part, residuals);
  const bool no_curve = std::any_of(part.candidates.begin(), part.candidates.end(),
                                    [](const FitCandidate& c) { return c.refused.starts_with(it_leaves); });
  try {
    choose(part);
  } catch (const InputError& e) {
    if (!no_curve) throw;
    throw InputError(fmt::format(
        "{}\nBoth curves are odd, I(-V) = -I(V). Are the currents absolute values, or both branches of a loop under "
        "one name (tell them apart in a column 'state')? A device that conducts one way only is not described by "
        "either; --model ohmic takes the nearest straight line all the same",
        e.what()));
  }
  write_values(part);
  const auto [lowest_V, highest_V] = std::minmax_element(v.begin(), v.end());
  if (*lowest_V >= 0 || *highest_V <= 0)
    part.notes.push_back("voltages of one sign were measured: the other is taken as its mirror image");
  part.keys.push_back({"iv.type", part.best().model, "", ""});
  note_differing_states(s, part);
  part.notes.push_back(s.weighted ? "noise of the currents grows with them: readings count by their size"
                                  : "noise of the currents is taken as the same at every voltage");
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
