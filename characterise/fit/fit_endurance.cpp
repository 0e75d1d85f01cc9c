// SPDX-License-Identifier: Apache-2.0
// Endurance: two states over cycles of writing, straight in log10 of the number of cycles or standing still.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "characterise/fit/parts.h"

namespace bitline::characterise {
namespace {

// Readings of one state by cycle, and the line through them.
struct EnduranceState {
  std::vector<double> cycle = {}, g_S = {};
};

bool is_high(std::string_view name) {
  const std::string plain = plain_name(name);
  for (const auto word : {"lrs", "on", "high", "gmax", "g max", "set", "p", "ltp"})
    if (plain == word) return true;
  return false;
}
bool is_low(std::string_view name) {
  const std::string plain = plain_name(name);
  for (const auto word : {"hrs", "off", "low", "gmin", "g min", "reset", "d", "ltd"})
    if (plain == word) return true;
  return false;
}

// G = a + b log10(cycle); b = 0 where it stands still.
LeastSquares line_of(const EnduranceState& s, double scale_S, bool fades) {
  return least_squares(
      [&](std::span<const double> at, std::span<double> r) {
        for (std::size_t i = 0; i < r.size(); ++i)
          r[i] = at[0] + (fades ? at[1] * std::log10(s.cycle[i]) : 0) - s.g_S[i] / scale_S;
      },
      s.g_S.size(), {fades ? std::vector<double>{1, 0} : std::vector<double>{1}});
}

}  // namespace

MeasuredTable endurance_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      {"cycle", Unit::none, {"cycles", "cycle number", "number of cycles", "n"}},
      {"state", Unit::none, {"label"}, true},
      conductance_column,
      current_column,
      resistance_column,
      read_voltage_column};
  MeasuredTable table(file, known, reading_of(files, "state"));
  table.require("cycle"), table.require("state"), table.require(reading_column(table));
  table.leave_out_missing(std::array{std::string_view("cycle"), reading_column(table)});
  return table;
}

FitPart fit_endurance(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = endurance_table(file, files);
  const auto cycle = table.values("cycle"), g_S = conductances(table, files);
  const auto names = table.texts("state");
  FitPart part{.part = "endurance", .file = file.string(), .x_name = "cycles", .y_name = "conductance", .log_x = true};
  part.y_unit = Unit::siemens;
  EnduranceState states[2];  // low, high
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (!is_high(names[i]) && !is_low(names[i]))
      table.refuse(i, fmt::format("the state '{}' is neither of LRS (ON, high) and HRS (OFF, low)", names[i]));
    if (!(cycle[i] >= 1)) table.refuse(i, "cycles are counted from 1");
    EnduranceState& s = states[is_high(names[i])];
    s.cycle.push_back(cycle[i]), s.g_S.push_back(g_S[i]);
  }
  constexpr std::size_t fewest = 5;
  double scale_S = 0;
  for (const EnduranceState& s : states) {
    if (s.g_S.size() < fewest)
      table.refuse(fmt::format("{} readings of a state are too few to fit: at least {}", s.g_S.size(), fewest));
    part.x.insert(part.x.end(), s.cycle.begin(), s.cycle.end());
    part.y.insert(part.y.end(), s.g_S.begin(), s.g_S.end());
    for (const double g : s.g_S) scale_S = std::max(scale_S, g);
  }
  part.readings = static_cast<double>(part.y.size());
  const double last = std::max(*std::max_element(states[0].cycle.begin(), states[0].cycle.end()),
                               *std::max_element(states[1].cycle.begin(), states[1].cycle.end()));
  std::vector<std::vector<double>> residuals;
  std::vector<std::array<double, 2>> ends;  // of each candidate: low and high after the last cycle
  for (const bool fades : {false, true}) {
    const char* model = endurance_models[fades].data();
    if (!wanted(files, endurance_models, model)) continue;
    FitCandidate c{.model = model, .parameters = fades ? 5 : 3};
    auto& r = residuals.emplace_back();
    auto& end = ends.emplace_back();
    for (const bool high : {false, true}) {
      const EnduranceState& s = states[high];
      const LeastSquares fit = line_of(s, scale_S, fades);
      if (!fit.converged) {
        c.refused = "the fit does not converge";
        break;
      }
      const double n = static_cast<double>(s.g_S.size());
      const auto siemens = [&](std::size_t j) {
        return through(estimate(fit, j, n, n), [&](double x) { return scale_S * x; });
      };
      Estimate first = siemens(0);
      first.low = std::max(first.low, 0.0);
      c.values.push_back(fitted(high ? "g_max" : "g_min", high ? "high state, first cycle" : "low state, first cycle",
                                first, Unit::siemens));
      if (fades)
        c.values.push_back(fitted("", high ? "high state, change per decade" : "low state, change per decade",
                                  siemens(1), Unit::siemens));
      end[high] = scale_S * (fit.at[0] + (fades ? fit.at[1] * std::log10(last) : 0));
      for (std::size_t i = 0; i < s.g_S.size(); ++i) {
        const double g = fit.at[0] + (fades ? fit.at[1] * std::log10(s.cycle[i]) : 0);
        c.fitted.push_back(scale_S * g), r.push_back(g - s.g_S[i] / scale_S);
      }
    }
    double square = 0;
    for (const double x : r) square += x * x / part.readings;
    c.rms = scale_S * std::sqrt(square);
    c.aic = aicc(square, part.readings, c.parameters);
    part.candidates.push_back(std::move(c));
  }
  choose(part);
  note_rivals(part);
  write_values(part);
  const auto& end = ends[part.chosen];
  const FittedValue *low = nullptr, *high = nullptr;
  for (const FittedValue& v : part.best().values) {
    if (v.key == "g_min") low = &v;
    if (v.key == "g_max") high = &v;
  }
  if (!(high->value > low->value)) table.refuse("the high state is not above the low one: are the states named right?");
  part.notes.push_back(fmt::format(
      "the window is {} at first and {} after {:g} cycles{}: no model of a device wears, so the first one is written",
      pretty(high->value - low->value, Unit::siemens), pretty(end[1] - end[0], Unit::siemens), last,
      end[1] > end[0] && end[0] > 0
          ? fmt::format(" (high over low: {:.3g}, then {:.3g})", high->value / low->value, end[1] / end[0])
          : ""));
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
