// SPDX-License-Identifier: Apache-2.0
// Paired-pulse facilitation and depression: what is left of the first response when the second pulse comes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "characterise/fit/parts.h"

namespace bitline::characterise {
namespace {

constexpr std::string_view ppf_definitions[] = {"ppf ratio", "ppf gain", "ppf index", "ppd ratio", "ppd gain"};

struct Pairs {
  std::vector<double> dt_s, gain;  // (P2 - P1) / P1 after an interval
};

double decays(std::span<const double> at, double dt_s) {
  double sum = 0;
  for (std::size_t j = 0; j + 1 < at.size(); j += 2) sum += at[j] * std::exp(-dt_s / std::exp(at[j + 1]));
  return sum;
}

// Shares and logarithms of time constants, the faster first.
LeastSquares fit_decays(const Pairs& pairs, int terms) {
  std::vector<std::vector<double>> starts;
  const double first = std::log(pairs.dt_s.front()), last = std::log(pairs.dt_s.back()), size = pairs.gain.front();
  constexpr int grid = 6;
  for (int a = 0; a <= grid; ++a) {
    const double tau1 = first + (last - first) * a / grid;
    if (terms == 1) starts.push_back({size, tau1});
    for (int b = a + 1; terms == 2 && b <= grid; ++b)
      starts.push_back({size / 2, tau1, size / 2, first + (last - first) * b / grid});
  }
  LeastSquares s = least_squares(
      [&](std::span<const double> at, std::span<double> r) {
        for (std::size_t i = 0; i < r.size(); ++i) r[i] = decays(at, pairs.dt_s[i]) - pairs.gain[i];
      },
      pairs.gain.size(), starts);
  if (s.converged && terms == 2 && s.at[3] < s.at[1])
    for (const std::size_t j : {0, 1}) std::swap(s.at[j], s.at[j + 2]), std::swap(s.sigma[j], s.sigma[j + 2]);
  return s;
}

FitCandidate fit_terms(const Pairs& pairs, int terms, const std::string& where, const char* word) {
  FitCandidate c{.model = std::string(ppf_models[static_cast<std::size_t>(terms - 1)]), .parameters = 2 * terms + 1};
  const std::size_t n = pairs.gain.size();
  c.fitted.resize(n);
  if (n < static_cast<std::size_t>(2 * terms) + 2) {
    c.refused = fmt::format("{} intervals are too few for {} parameters", n, 2 * terms);
    return c;
  }
  const LeastSquares s = fit_decays(pairs, terms);
  if (!s.converged) {
    c.refused = "the fit does not converge";
    return c;
  }
  for (std::size_t i = 0; i < n; ++i) c.fitted[i] = decays(s.at, pairs.dt_s[i]);
  c.rms = std::sqrt(s.sum_of_squares / static_cast<double>(n));
  c.aic = aicc(c.rms * c.rms, static_cast<double>(n), c.parameters);
  for (int t = 0; t < terms; ++t) {
    const auto j = static_cast<std::size_t>(2 * t);
    const auto at = [&](std::size_t k) { return estimate(s, k, static_cast<double>(n), static_cast<double>(n)); };
    const Estimate share = at(j), tau_s = through(at(j + 1), [](double x) { return std::exp(x); });
    const std::string number = std::to_string(t + 1);
    if (!(share.low > 0)) c.refused = fmt::format("share {} of the decay is not above 0", number);
    if (auto why = not_told("time constant " + number, tau_s); !why.empty()) c.refused = why;
    c.values.push_back(fitted(where + "share" + number, fmt::format("{}: share {}", word, number), share, Unit::none));
    c.values.push_back(
        fitted(where + "tau" + number, fmt::format("{}: time constant {}", word, number), tau_s, Unit::second));
  }
  return c;
}

// What papers call the index of paired pulses is either; a ratio of facilitation ends at 1 and never lies well below, a
// gain ends at 0. Where neither is so, it is asked.
bool is_ratio(const MeasuredTable& table, const char* word, std::vector<std::string>& notes) {
  const bool ratio = table.has(fmt::format("{} ratio", word)), gain = table.has(fmt::format("{} gain", word));
  if (ratio && gain)
    notes.push_back(fmt::format("'{} ratio' is fitted, not '{} gain': they are one measurement", word, word));
  if (word != std::string_view("ppf")) return ratio;
  std::vector<std::pair<double, double>> rows;
  const auto interval_s = table.values("interval");
  const auto values = table.optional_values(ratio ? "ppf ratio" : gain ? "ppf gain" : "ppf index");
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i]) rows.emplace_back(interval_s[i], *values[i]);
  if (rows.empty()) table.refuse("no row holds a reading");
  std::sort(rows.begin(), rows.end());
  double least = rows.front().second;
  for (const auto& [dt, x] : rows) least = std::min(least, x);
  const double last = rows.back().second;
  constexpr double below = 0.9, near = 0.2;  // what no ratio of facilitation goes below; of the end it decays to
  const bool like_ratio = least >= below && last <= 1 + near, like_gain = least < below;
  if (gain && like_ratio)
    table.refuse(
        fmt::format("'ppf gain' ends at {:.3g}, where a gain ends at 0 and a ratio P2 / P1 at 1: if these are "
                    "ratios, call the column 'ppf ratio' (--columns \"HEADER=ppf ratio\")",
                    last));
  if (ratio && like_gain && last < 0.5)
    table.refuse(
        fmt::format("'ppf ratio' ends at {:.3g}, where a ratio P2 / P1 ends at 1 and a gain at 0: if these are "
                    "gains, call the column 'ppf gain' (--columns \"HEADER=ppf gain\")",
                    last));
  if (ratio || gain) return ratio;
  if (!like_ratio && !like_gain)
    table.refuse(
        "is 'PPF index' P2 / P1 or (P2 - P1) / P1? Its values fit both: say --columns \"PPF index=ppf ratio\" or "
        "\"PPF index=ppf gain\"");
  notes.push_back(
      fmt::format("'PPF index' is taken as {}, by where it ends ({:.3g}); --columns \"PPF index=ppf {}\" "
                  "says otherwise",
                  like_ratio ? "the ratio P2 / P1" : "the gain (P2 - P1) / P1", last, like_ratio ? "gain" : "ratio"));
  return like_ratio;
}

Pairs pairs_of(const MeasuredTable& table, const std::vector<double>& interval_s, const char* word, bool ratio) {
  const std::string named = fmt::format("{} {}", word, ratio ? "ratio" : "gain");
  const auto values = table.optional_values(table.has(named) ? named : "ppf index");
  std::vector<std::pair<double, double>> rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    if (!(interval_s[i] > 0)) table.refuse(i, "an interval must be above 0");
    rows.emplace_back(interval_s[i], *values[i] - (ratio ? 1 : 0));
  }
  std::sort(rows.begin(), rows.end());
  Pairs pairs;
  for (const auto& [dt, gain] : rows) pairs.dt_s.push_back(dt), pairs.gain.push_back(gain);
  constexpr std::size_t fewest = 4;
  if (rows.size() < fewest)
    table.refuse(fmt::format("{} intervals with a {} are too few to fit: at least {}", rows.size(), word, fewest));
  if (pairs.dt_s.front() == pairs.dt_s.back())
    table.refuse("all intervals are the same: nothing tells the time constants");
  const auto [low, high] = std::minmax_element(pairs.gain.begin(), pairs.gain.end());
  if (*low == *high) table.refuse(fmt::format("the {} is the same at all intervals: there is nothing to fit", word));
  return pairs;
}

}  // namespace

MeasuredTable ppf_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      {"interval",
       Unit::second,
       {"delta t", "dt", "pulse interval", "inter-pulse interval", "interpulse interval", "spike interval"}},
      {"ppf ratio",
       Unit::fraction,
       {"ppf ratio p2/p1", "p2/p1", "a2/a1", "i2/i1", "g2/g1", "ppr", "paired pulse ratio", "paired-pulse ratio",
        "epsc2/epsc1"}},
      {"ppf gain", Unit::fraction, {"ppf gain (p2-p1)/p1", "(p2-p1)/p1", "(a2-a1)/a1"}},
      {"ppf index", Unit::fraction, {"ppf"}},
      {"ppd ratio", Unit::fraction, {"ppd ratio p2/p1"}},
      {"ppd gain", Unit::fraction, {"ppd gain (p2-p1)/p1"}},
      amplitude_column,
      width_column,
      cell_column};
  MeasuredTable table(file, known, reading_of(files, "", {}));
  require_one_device(table);
  table.require("interval");
  if (std::none_of(std::begin(ppf_definitions), std::end(ppf_definitions), [&](auto name) { return table.has(name); }))
    table.refuse(
        "there is no column that names its definition: 'ppf ratio' is P2 / P1, 'ppf gain' is (P2 - P1) / P1, the same "
        "with 'ppd' for depression; --columns \"HEADER=ppf ratio\" says which one is");
  table.leave_out_missing(std::array<std::string_view, 1>{"interval"});
  return table;
}

FitPart fit_ppf(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = ppf_table(file, files);
  const auto interval_s = table.values("interval");
  const bool ppf = table.has("ppf ratio") || table.has("ppf gain") || table.has("ppf index"),
             ppd = table.has("ppd ratio") || table.has("ppd gain");
  FitPart part{
      .part = "ppf", .file = file.string(), .x_name = "interval (s)", .y_name = "(P2 - P1) / P1", .log_x = true};
  Pairs sides[2];
  if (ppf) sides[0] = pairs_of(table, interval_s, "ppf", is_ratio(table, "ppf", part.notes));
  if (ppd) sides[1] = pairs_of(table, interval_s, "ppd", is_ratio(table, "ppd", part.notes));
  for (const Pairs& p : sides) {
    part.x.insert(part.x.end(), p.dt_s.begin(), p.dt_s.end());
    part.y.insert(part.y.end(), p.gain.begin(), p.gain.end());
  }
  part.readings = static_cast<double>(part.y.size());
  // Both sides take the same form; their criteria add up.
  const char* of[] = {"plasticity.potentiation.short_term.", "plasticity.depression.short_term."};
  for (const int terms : {1, 2}) {
    if (!wanted(files, ppf_models, ppf_models[static_cast<std::size_t>(terms - 1)])) continue;
    FitCandidate both;
    double square = 0;
    for (const int side : {0, 1}) {
      if (sides[side].gain.empty()) continue;
      FitCandidate c = fit_terms(sides[side], terms, of[side], side == 0 ? "facilitation" : "depression");
      both.model = c.model, both.parameters += c.parameters, both.aic += c.aic;
      square += c.rms * c.rms * static_cast<double>(c.fitted.size());
      if (both.refused.empty()) both.refused = c.refused;
      both.values.insert(both.values.end(), c.values.begin(), c.values.end());
      both.fitted.insert(both.fitted.end(), c.fitted.begin(), c.fitted.end());
    }
    both.rms = std::sqrt(square / part.readings);
    part.candidates.push_back(std::move(both));
  }
  choose(part);
  note_rivals(part);
  write_values(part);
  auto amplitude_V = table.optional_values("amplitude"), width_s = table.optional_values("width");
  if (!table.has("amplitude") && !files.amplitude_V.empty())
    amplitude_V.assign(table.rows(), files.amplitude_V.front());
  if (!table.has("width") && files.width_s) width_s.assign(table.rows(), files.width_s);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (amplitude_V[i] != amplitude_V[0] || width_s[i] != width_s[0])
      table.refuse(i, "amplitude or width differs from the first row's: fit pulses of one kind at a time");
    if (amplitude_V[i].value_or(1) == 0 || width_s[i].value_or(1) <= 0)
      table.refuse(i, "a pulse of no height or length");
  }
  for (const int side : {0, 1}) {
    if (sides[side].gain.empty()) continue;
    const std::string where(of[side]), response = std::string(where, 0, where.size() - 11);
    part.keys.push_back({where + "response", "10 %", "", "pairs of pulses tell ratios, not how large a response is"});
    if (part.best().model == "one-exponential") part.keys.push_back({where + "share2", "0", "", ""});
    const std::string measured = "measured: " + file.filename().string();
    if (amplitude_V.front())
      part.keys.push_back(
          {response + "drive.amplitude", quantity(std::abs(*amplitude_V.front()), Unit::volt), measured, ""});
    if (width_s.front())
      part.keys.push_back({response + "drive.width", quantity(*width_s.front(), Unit::second), measured, ""});
  }
  part.notes.push_back("how large a response is stays assumed (10 % of the window): pairs of pulses tell ratios only");
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
