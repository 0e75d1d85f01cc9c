// SPDX-License-Identifier: Apache-2.0
// Long-term potentiation and depression: one reading after each pulse of trains of equal pulses.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "array/fit/parts.h"
#include "array/plasticity/update.h"
#include "base/error.h"
#include "base/statistics.h"

namespace bitline::fit {
namespace {

// Pulses of one sign in a row.
struct Train {
  bool up = true;
  std::size_t first = 0, count = 0;  // rows; the reading before it is row first - 1, if there is one
};

struct Trains {
  std::vector<Train> all;
  std::size_t longest[2] = {0, 0};  // pulses of the longest train: [up]
  bool starts = false;              // row 0 is a reading before any pulse
  std::vector<double> y;            // readings, scaled to 0..1
  double low = 0, range = 1;
};

// A curve through (0, 0) and (1, 1) with one parameter, and its inverse.
struct Shape {
  double (*forward)(double p, double parameter);
  double (*inverse)(double x, double parameter);
};
const Shape straight = {[](double p, double) { return p; }, [](double x, double) { return x; }};
// NeuroSim's (1 - e^{-k P}) / (1 - e^{-k}), k = 1 / A; a straight line for k = 0.
const Shape exponential = {
    [](double p, double k) { return std::abs(k) < 1e-9 ? p : std::expm1(-k * p) / std::expm1(-k); },
    [](double x, double k) { return std::abs(k) < 1e-9 ? x : -std::log1p(x * std::expm1(-k)) / k; }};
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

const char* side(bool up) { return up ? "plasticity.potentiation" : "plasticity.depression"; }

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

// The nearest sequence that never turns back (least squares; pool adjacent violators, Barlow et al. 1972), straight
// between the middles of its level stretches and from its ends: a table that stays level would hold a state for ever.
std::vector<double> rising(const std::vector<double>& y, const std::vector<double>& weight) {
  struct Block {
    double mean, weight;
    std::size_t first, count;
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < y.size(); ++i) {
    blocks.push_back({y[i], weight[i], i, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean >= blocks.back().mean) {
      const Block b = blocks.back();
      blocks.pop_back();
      Block& a = blocks.back();
      a.mean = (a.mean * a.weight + b.mean * b.weight) / (a.weight + b.weight);
      a.weight += b.weight, a.count += b.count;
    }
  }
  const auto place = [&](std::size_t k) {
    if (k == 0) return 0.0;
    if (k + 1 == blocks.size()) return static_cast<double>(y.size() - 1);
    return static_cast<double>(blocks[k].first) + 0.5 * static_cast<double>(blocks[k].count - 1);
  };
  std::vector<double> out(y.size(), blocks.front().mean);
  for (std::size_t k = 1, i = 0; k < blocks.size(); ++k)
    for (; i < y.size() && static_cast<double>(i) <= place(k); ++i) {
      const double share = (static_cast<double>(i) - place(k - 1)) / (place(k) - place(k - 1));
      out[i] = blocks[k - 1].mean + share * (blocks[k].mean - blocks[k - 1].mean);
    }
  return out;
}

// Mean reading after each pulse number, made monotone; the window is where the curves end.
FitCandidate fit_table(const Trains& t, Unit unit, std::vector<FitPart::Key>& keys) {
  FitCandidate c{.model = "table", .parameters = 1};
  std::vector<double> mean[2];
  for (const bool up : {false, true}) {
    if (t.longest[up] == 0) continue;
    std::vector<double> sum(t.longest[up] + 1), count(t.longest[up] + 1);
    for (const Train& train : t.all) {
      if (train.up != up || train.count != t.longest[up]) continue;  // shorter ones start elsewhere
      for (std::size_t i = 0; i <= train.count; ++i)
        if (train.first + i > 0) sum[i] += t.y[train.first + i - 1], count[i] += 1;
    }
    const bool begun = count[0] > 0;
    if (!begun) sum.erase(sum.begin()), count.erase(count.begin());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] *= (up ? 1 : -1) / count[i];
    mean[up] = rising(sum, count);
    if (!up)
      for (double& x : mean[up]) x = -x;
    // No reading before the first pulse: its step is taken as large as the next.
    if (!begun) mean[up].insert(mean[up].begin(), 2 * mean[up][0] - mean[up][1]);
    c.parameters += static_cast<int>(mean[up].size());
  }
  double low = 0, high = 0, n = 0;
  for (const bool up : {false, true})
    if (!mean[up].empty())
      low += up ? mean[up].front() : mean[up].back(), high += up ? mean[up].back() : mean[up].front(), n += 1;
  low /= n, high /= n;
  if (!(high > low)) {
    c.refused = "positive pulses do not raise it, or negative ones do not lower it";
    return c;
  }
  UpdateCurve curves[2];
  for (const bool up : {false, true}) {
    if (mean[up].empty()) continue;
    if (mean[up].front() == mean[up].back()) {
      c.refused = "one of its curves does not move";
      return c;
    }
    curves[up] = TableUpdate{mean[up], ""};
    std::vector<std::string> points;
    for (const double x : mean[up]) points.push_back(fmt::format("{:.5g}", x));
    keys.push_back({std::string(side(up)) + ".update.points", fmt::format("[{}]", fmt::join(points, ", ")),
                    "mean readings after each pulse, made monotone", ""});
  }
  c.fitted.resize(t.y.size());
  double x = t.all.front().up ? 0 : 1, square = 0;
  if (t.starts) c.fitted[0] = low + x * (high - low);
  for (const Train& train : t.all)
    for (std::size_t i = 0; i < train.count; ++i) {
      x = train.up ? potentiated(curves[1], x, 1) : depressed(curves[0], x, 1);
      c.fitted[train.first + i] = low + x * (high - low);
    }
  for (std::size_t i = 0; i < t.y.size(); ++i) {
    square += (t.y[i] - c.fitted[i]) * (t.y[i] - c.fitted[i]) / static_cast<double>(t.y.size());
    c.fitted[i] = t.low + t.range * c.fitted[i];
  }
  c.rms = t.range * std::sqrt(square);
  // Any noise has some monotone curve near it.
  const double spread = standard_deviation(t.y);
  if (square > 0.5 * spread * spread) c.refused = "a monotone curve explains less than half of the variance";
  if (unit == Unit::siemens)
    for (const bool top : {false, true}) {
      const double g = t.low + t.range * (top ? high : low);
      if (g < 0) c.refused = "its lowest conductance would be below 0";
      c.values.push_back(fitted(top ? "g_max" : "g_min", top ? "highest conductance" : "lowest conductance",
                                {g, -INFINITY, INFINITY}, Unit::siemens));
    }
  return c;
}

// Each pulse's own noise stays in the state, that of reading does not: successive differences d of the residuals have
// variance cycle^2 + 2 read^2 and lag-1 covariance -read^2. Intervals by the jackknife over blocks of readings.
void add_noise(const Trains& t, FitPart& part) {
  std::vector<std::pair<double, double>> products;  // (d^2, d times the one before), both of one train
  for (const Train& train : t.all) {
    double before = NAN;
    for (std::size_t i = train.first + 1; i < train.first + train.count; ++i) {
      const auto r = [&](std::size_t k) { return (part.y[k] - part.best().fitted[k]) / t.range; };
      const double d = r(i) - r(i - 1);
      if (std::isfinite(before)) products.emplace_back(d * d, d * before);
      before = d;
    }
  }
  constexpr std::size_t blocks = 20;
  if (products.size() < 4 * blocks) {
    part.notes.push_back("too few readings to tell the noise of pulses from that of reading: both left out");
    return;
  }
  struct Variances {
    double cycle = 0, read = 0;
  };
  const auto without = [&](std::size_t skipped) {
    double square = 0, product = 0, n = 0;
    for (std::size_t i = 0; i < products.size(); ++i)
      if (i * blocks / products.size() != skipped) square += products[i].first, product += products[i].second, n += 1;
    return Variances{(square + 2 * product) / n, -product / n};
  };
  const Variances all = without(blocks);
  Variances spread;
  for (std::size_t b = 0; b < blocks; ++b) {
    const Variances one = without(b);
    spread.cycle += (one.cycle - all.cycle) * (one.cycle - all.cycle) * (blocks - 1) / blocks;
    spread.read += (one.read - all.read) * (one.read - all.read) * (blocks - 1) / blocks;
  }
  const double times = t_quantile(0.975, blocks - 1);
  const auto add = [&](const char* key, const char* name, double variance, double sigma2, double scale, Unit unit,
                       const char* assumed) {
    const double half = times * std::sqrt(sigma2);
    if (!(variance > half)) {
      part.notes.push_back(fmt::format("{} is not above what chance gives: left out", name));
      return;
    }
    const auto root = [&](double v) { return scale * std::sqrt(std::max(v, 0.0)); };
    const FittedValue v = fitted("", name, {root(variance), root(variance - half), root(variance + half)}, unit);
    part.candidates[part.chosen].values.push_back(v);
    part.keys.push_back(key_of(part, key, v));
    part.keys.back().assumed = assumed;
  };
  add("plasticity.spread.cycle_to_cycle", "noise of each pulse (share of the window)", all.cycle, spread.cycle, 1,
      Unit::fraction, "");
  if (part.y_unit == Unit::siemens)
    add("read_noise.sigma", "noise of reading", all.read, spread.read, t.range, Unit::siemens,
        "the instrument's noise is in it");
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
  if (part.best().model == "table" && !t.starts)
    part.notes.push_back("no reading before the first pulse: its step is taken as large as the next");
  add_noise(t, part);

  const auto width_s = table.optional_values("width");
  for (const bool up : {true, false}) {
    if (t.longest[up] == 0) continue;
    const std::string of_file = "measured: " + file.filename().string(), where = side(up);
    const double V = one_value(table, t, up, amplitude_V, "amplitude"), s = one_value(table, t, up, width_s, "width");
    part.keys.push_back({where + ".drive.amplitude", quantity(V, Unit::volt), of_file, ""});
    part.keys.push_back({where + ".drive.width", quantity(s, Unit::second), of_file, ""});
    part.keys.push_back({where + ".update.type", part.best().model, "", ""});
    if (part.best().model != "table")
      part.keys.push_back({where + ".update.pulses", std::to_string(t.longest[up]),
                           "longest train of " + file.filename().string(), ""});
  }
  if (part.best().model == "table") part.keys.insert(part.keys.end(), points.begin(), points.end());
  part.notes.push_back("one device was measured: the spread between devices is left out");
  note_unused(part, table);
  return part;
}

}  // namespace bitline::fit
