// SPDX-License-Identifier: Apache-2.0
// Long-term potentiation and depression: one reading after each pulse of trains of equal pulses.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "array/fit/trains.h"
#include "array/plasticity/update.h"
#include "base/error.h"

namespace bitline::fit {
namespace {

// A curve through (0, 0) and (1, 1) with one parameter, and its inverse.
struct Shape {
  double (*forward)(double p, double parameter);
  double (*inverse)(double x, double parameter);
};
const Shape straight = {[](double p, double) { return p; }, [](double x, double) { return x; }};
// NeuroSim's, k = 1 / A; a straight line for k = 0.
const Shape exponential = {[](double p, double k) { return std::abs(k) < 1e-9 ? p : soft_bounds(p, 1 / k); },
                           [](double x, double k) { return std::abs(k) < 1e-9 ? x : soft_bounds_inverse(x, 1 / k); }};
const Shape power = {[](double p, double e) { return std::pow(p, std::exp(e)); },
                     [](double x, double e) { return std::pow(x, std::exp(-e)); }};

// Every reading by the model: each train goes on where the one before ended.
void predict(const Trains& t, const Shape& shape, double low, double high, double up, double down,
             std::span<double> out) {
  double x = t.all.front().up ? 0 : 1;
  if (t.starts) out[0] = low + x * (high - low);
  for (const Train& train : t.all) {
    const double parameter = train.up ? up : down, pulses = static_cast<double>(t.longest[train.up]);
    const double start = shape.inverse(std::clamp(train.up ? x : 1 - x, 0.0, 1.0), parameter);
    for (std::size_t i = 0; i < train.count; ++i) {
      const double p = std::clamp(start + static_cast<double>(i + 1) / pulses, 0.0, 1.0);
      const double moved = shape.forward(p, parameter);
      x = train.up ? moved : 1 - moved;
      out[train.first + i] = low + x * (high - low);
    }
  }
}

struct Curve {
  std::string model;
  const Shape* shape;
  std::vector<double> starts;  // of the parameter; empty: it has none
};

FitCandidate fit_curve(const Curve& curve, const Trains& t, Unit unit) {
  const bool both = t.longest[0] > 0 && t.longest[1] > 0, shaped = !curve.starts.empty();
  const std::size_t k = 2 + (shaped ? (both ? 2u : 1u) : 0u), n = t.y.size();
  const auto parameter = [&](std::span<const double> at, bool up) {
    return !shaped ? 0.0 : both && !up ? at[3] : at[2];
  };
  FitCandidate c{.model = curve.model, .parameters = static_cast<int>(k) + 1};
  c.fitted.resize(n);
  if (n <= k + 1) {
    c.refused = fmt::format("{} readings are too few for {} parameters", n, k);
    return c;
  }
  std::vector<std::vector<double>> starts;
  for (const double a : shaped ? curve.starts : std::vector<double>{0}) {
    starts.push_back({0, 1});
    for (std::size_t j = 2; j < k; ++j) starts.back().push_back(a);
  }
  const LeastSquares s = least_squares(
      [&](std::span<const double> at, std::span<double> r) {
        predict(t, *curve.shape, at[0], at[1], parameter(at, true), parameter(at, false), r);
        for (std::size_t i = 0; i < n; ++i) r[i] -= t.y[i];
      },
      n, starts);
  if (!s.converged) {
    c.refused = "the fit does not converge";
    return c;
  }
  predict(t, *curve.shape, s.at[0], s.at[1], parameter(s.at, true), parameter(s.at, false), c.fitted);
  std::vector<double> residuals(n);
  for (std::size_t i = 0; i < n; ++i) {
    residuals[i] = t.y[i] - c.fitted[i];
    c.fitted[i] = t.low + t.range * c.fitted[i];
  }
  const double readings = independence(residuals).readings;
  c.rms = t.range * std::sqrt(s.sum_of_squares / static_cast<double>(n));
  const auto at = [&](std::size_t j) { return estimate(s, j, static_cast<double>(n), readings); };
  const auto scaled = [&](std::size_t j) { return through(at(j), [&](double x) { return t.low + t.range * x; }); };
  const Estimate low = scaled(0), high = scaled(1);
  if (!(at(1).value - at(0).value > std::hypot(at(1).high - at(1).value, at(0).high - at(0).value)))
    c.refused = "no window is above the noise that it leaves (do positive pulses raise it, negative ones lower it?)";
  if (unit == Unit::siemens) {
    if (low.value < 0) c.refused = "its lowest conductance would be below 0: is there an offset in the readings?";
    c.values.push_back(fitted("g_min", "lowest conductance", low, Unit::siemens));
    c.values.push_back(fitted("g_max", "highest conductance", high, Unit::siemens));
  }
  for (const bool up : {true, false}) {
    if (t.longest[up] == 0 || !shaped) continue;
    const Estimate e = at(both && !up ? 3 : 2);
    const std::string where = std::string(side(up)) + ".update.", word = up ? "potentiation" : "depression";
    if (curve.shape == &power) {
      const Estimate exponent = through(e, [](double x) { return std::exp(x); });
      if (auto why = not_told("the exponent", exponent); !why.empty()) c.refused = why;
      c.values.push_back(fitted(where + "exponent", "exponent of " + word, exponent, Unit::none));
    } else {
      const Estimate label =
          through(e, [](double x) { return std::isfinite(x) && x != 0 ? neurosim_label(1 / x) : x; });
      if (!std::isfinite(label.low) || !std::isfinite(label.high) || label.high - label.low > 4)
        c.refused = "the data do not tell the nonlinearity";
      else if (std::abs(label.value) > 9)
        c.refused = "it is steeper than labels from -9 to 9 can say";
      c.values.push_back(fitted(where + "nonlinearity", "nonlinearity of " + word, label, Unit::none));
    }
  }
  return c;
}

// The models take the longest train of each direction for one across the whole window. Where a direction's trains end
// well before the other's start, how many pulses it needs is not told.
void check_window(const Trains& t, FitPart& part) {
  if (t.longest[0] == 0 || t.longest[1] == 0) return;
  double end[2] = {0, 0}, count[2] = {0, 0};  // mean reading after the longest trains: [up]
  for (const Train& train : t.all)
    if (train.count == t.longest[train.up])
      end[train.up] += part.y[train.first + train.count - 1], count[train.up] += 1;
  const double high = *std::max_element(part.y.begin(), part.y.end()),
               low = *std::min_element(part.y.begin(), part.y.end());
  constexpr double enough = 0.1;  // of the window
  if (end[0] / count[0] > low + enough * (high - low))
    part.notes.push_back(
        "negative pulses do not go back to the lowest reading: their number across the window and their "
        "nonlinearity are those of trains cut short");
  if (end[1] / count[1] < high - enough * (high - low))
    part.notes.push_back(
        "positive pulses do not reach the highest reading: their number across the window and their "
        "nonlinearity are those of trains cut short");
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
                               {"level", Unit::none, {"conductance per g max"}},
                               {"pulse", Unit::none},
                               {"time", Unit::second}};
  const MeasuredTable table(file, known);
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

  const Curve curves[] = {
      {"linear", &straight, {}}, {"exponential", &exponential, {-3, 0.5, 4}}, {"power", &power, {-0.7, 0, 0.7}}};
  for (const Curve& curve : curves)
    if (wanted(files, ltp_models, curve.model)) part.candidates.push_back(fit_curve(curve, t, part.y_unit));
  std::vector<FitPart::Key> points;
  if (wanted(files, ltp_models, "table")) part.candidates.push_back(fit_table(t, part.y_unit, points));
  judge(part, t.range);
  choose(part);
  check_window(t, part);
  constexpr std::size_t enough_trains = 6;  // three cycles
  if (part.best().model != "table" && t.all.size() < enough_trains)
    part.notes.push_back(
        "fewer than three cycles tell little of how readings hang together: intervals hold too seldom");
  if (part.best().model == "table" && !t.starts)
    part.notes.push_back("no reading before the first pulse: its step is taken as large as the next");
  add_noise(t, part);

  for (const bool up : {true, false}) {
    if (t.longest[up] == 0) continue;
    part.keys.push_back({std::string(side(up)) + ".update.type", part.best().model, "", ""});
    if (part.best().model != "table")
      part.keys.push_back({std::string(side(up)) + ".update.pulses", std::to_string(t.longest[up]),
                           "longest train of " + file.filename().string(), ""});
  }
  if (part.best().model == "table") part.keys.insert(part.keys.end(), points.begin(), points.end());
  part.notes.push_back("one device was measured: the spread between devices is left out");
  note_unused(part, table);
  return part;
}

}  // namespace bitline::fit
