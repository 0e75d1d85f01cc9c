// SPDX-License-Identifier: Apache-2.0
// The curve of current over voltage of one or several states.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.h"
#include "characterise/fit/iv_asymmetry.h"
#include "characterise/fit/loops.h"
#include "characterise/fit/parts.h"

namespace bitline::characterise {
namespace {

struct Sweep {
  std::vector<double> v = {}, i = {};   // of the largest voltage and current
  std::vector<std::size_t> state = {};  // of each row
  std::vector<double> weight = {};      // of each row's residual
  std::vector<std::string> names = {};  // of states
  std::optional<double> read_V = {};    // conductances of states are told there
  std::size_t states = 0;
  double v_most = 0, i_most = 0;
  bool weighted = false;
};

// i = c_state sinh(b v) / sinh(b), b = beta times the largest voltage; straight for b = 0.
double shape(double b, double v) { return std::abs(b) < 1e-9 ? v : std::sinh(b * v) / std::sinh(b); }

constexpr std::size_t few_states = 8;  // whose conductances are told one by one
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
  for (std::size_t state = 0; state < s.states && s.read_V && s.states <= few_states; ++state) {
    const double per_unit = s.i_most * shape(curved ? fit.at[k - 1] : 0, *s.read_V / s.v_most) / *s.read_V;
    c.values.push_back(fitted("",
                              fmt::format("conductance of '{}' at {}", s.names[state], pretty(*s.read_V, Unit::volt)),
                              through(at(state), [&](double x) { return per_unit * x; }), Unit::siemens));
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

// Readings at the largest current of a state and sign, over several voltages up to the highest: there the instrument
// limits the current, not the device.
std::vector<bool> at_compliance(const std::vector<double>& v, const std::vector<double>& i,
                                const std::vector<std::size_t>& state, std::size_t states, double v_most) {
  std::vector<bool> limited(v.size(), false);
  constexpr double same = 0.995, near = 0.95, span = 0.05;
  constexpr int several = 3;
  for (std::size_t one = 0; one < states; ++one)
    for (const bool positive : {false, true}) {
      const auto mine = [&](std::size_t k) { return state[k] == one && (v[k] > 0) == positive && v[k] != 0; };
      double most = 0, from_V = INFINITY, to_V = 0;
      int n = 0;
      for (std::size_t k = 0; k < v.size(); ++k)
        if (mine(k)) most = std::max(most, std::abs(i[k]));
      const auto flat = [&](std::size_t k) { return mine(k) && std::abs(i[k]) >= same * most; };
      for (std::size_t k = 0; k < v.size(); ++k)
        if (flat(k)) from_V = std::min(from_V, std::abs(v[k])), to_V = std::max(to_V, std::abs(v[k])), ++n;
      bool all = n >= several && to_V - from_V > span * v_most;
      for (std::size_t k = 0; k < v.size(); ++k) all &= !mine(k) || std::abs(v[k]) < from_V || flat(k);
      // Readings that noise alone keeps below the limit go too: by their voltage, not by their current.
      for (std::size_t k = 0; all && k < v.size(); ++k)
        if (mine(k) && std::abs(i[k]) >= near * most) from_V = std::min(from_V, std::abs(v[k]));
      for (std::size_t k = 0; all && k < v.size(); ++k)
        limited[k] = limited[k] || (mine(k) && std::abs(v[k]) >= from_V);
    }
  return limited;
}

// Takes such readings out.
void cut_compliance(std::vector<double>& v, std::vector<double>& i, Sweep& s, double v_most,
                    std::vector<std::string>& notes) {
  const std::vector<bool> limited = at_compliance(v, i, s.state, s.states, v_most);
  std::size_t kept = 0, cut = 0;
  double least = INFINITY;
  for (std::size_t k = 0; k < v.size(); ++k) {
    if (limited[k]) {
      ++cut, least = std::min(least, std::abs(i[k]));
      continue;
    }
    v[kept] = v[k], i[kept] = i[k], s.state[kept] = s.state[k];
    ++kept;
  }
  v.resize(kept), i.resize(kept), s.state.resize(kept);
  if (cut > 0)
    notes.push_back(fmt::format(
        "{} readings stay at one current over several voltages, {}: taken as the instrument's compliance and "
        "left out",
        cut, pretty(least, Unit::ampere)));
}

// Where a loop switches: the mean over cycles, between the readings on either side.
void add_switching(const LoopStates& loop, FitPart& part) {
  for (const auto& [all, name] : {std::pair{&loop.set_V, "switching to the high state"},
                                  std::pair{&loop.reset_V, "switching to the low state"}}) {
    if (all->empty()) continue;
    Estimate e{0, INFINITY, -INFINITY};
    for (const Estimate& one : *all) {
      e.value += one.value / static_cast<double>(all->size());
      e.low = std::min(e.low, one.low), e.high = std::max(e.high, one.high);
    }
    part.candidates[part.chosen].values.push_back(fitted("", name, e, Unit::volt));
  }
}

// Two states read at one voltage are a window.
void add_window_of_states(FitPart& part) {
  std::vector<FittedValue> found;
  for (const FittedValue& v : part.best().values)
    if (v.name.starts_with("conductance of '")) found.push_back(v);
  if (found.size() != 2) return;
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  part.keys.push_back(key_of(part, "g_min", found[0]));
  part.keys.push_back(key_of(part, "g_max", found[1]));
}

// Both laws are odd: what the branches differ by is averaged away, which is told where it is more than noise.
void note_asymmetry(const Sweep& s, std::span<const double> v_V, std::span<const double> i_A, FitPart& part) {
  Asymmetry most;
  std::size_t of_state = 0;
  for (std::size_t state = 0; state < s.states; ++state) {
    std::vector<double> v, i;
    for (std::size_t row = 0; row < s.state.size(); ++row)
      if (s.state[row] == state) v.push_back(v_V[row]), i.push_back(i_A[row]);
    if (const auto found = asymmetry(v, i); found && std::abs(found->relative) > std::abs(most.relative))
      most = *found, of_state = state;
  }
  constexpr double shown = 0.01, errors = 3;
  if (std::abs(most.relative) < std::max(shown, errors * most.error)) return;
  part.notes.push_back(fmt::format(
      "currents at +V and -V differ by {:.1f} +- {:.1f} %{}: both laws are symmetric, so their mean is written",
      100 * most.relative, 100 * most.error, s.states > 1 ? " (state '" + s.names[of_state] + "')" : ""));
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
  std::vector<double> v = table.values("voltage"), i = table.values("current");
  Sweep s;
  std::map<std::string, std::size_t> states;
  auto names = table.texts("state");
  FitPart part{.part = "iv", .file = file.string(), .x_name = "voltage (V)", .y_name = "current"};
  std::optional<LoopStates> loop;
  if (names.empty()) loop = states_of_loop(v, i);
  if (loop) {
    names = loop->names;
    part.notes.push_back(
        "a loop: readings are cut into a high and a low state where conductances step on the way out (a column 'state' "
        "would say which they are)");
  }
  for (std::size_t row = 0; row < v.size(); ++row)
    s.state.push_back(states.try_emplace(names.empty() ? "" : names[row], states.size()).first->second);
  s.states = states.size();
  s.names.resize(s.states);
  for (const auto& [name, index] : states) s.names[index] = name;
  const auto largest = [](const std::vector<double>& x) {
    double most = 0;
    for (const double one : x) most = std::max(most, std::abs(one));
    return most;
  };
  cut_compliance(v, i, s, largest(v), part.notes);
  s.v_most = largest(v), s.i_most = largest(i);
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
  part.y_unit = Unit::ampere;
  if (files.read_voltage_V && !states.empty()) s.read_V = std::abs(*files.read_voltage_V);
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
  note_rivals(part);
  write_values(part);
  const auto [lowest_V, highest_V] = std::minmax_element(v.begin(), v.end());
  if (*lowest_V >= 0 || *highest_V <= 0)
    part.notes.push_back("voltages of one sign were measured: the other is taken as its mirror image");
  note_asymmetry(s, v, i, part);
  if (loop) add_switching(*loop, part);
  if (s.read_V && s.states == 2) add_window_of_states(part);
  part.keys.push_back({"iv.type", part.best().model, "", ""});
  note_differing_states(s, part);
  part.notes.push_back(s.weighted ? "noise of the currents grows with them: readings count by their size"
                                  : "noise of the currents is taken as the same at every voltage");
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
