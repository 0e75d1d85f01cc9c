// SPDX-License-Identifier: Apache-2.0
// Retention and relaxation: written cells read again at several times. Intervals by the bootstrap over cells (Efron
// 1979, doi:10.1214/aos/1176344552), since the readings of one cell belong together; of very many cells m out of n
// (Bickel, Goetze, van Zwet, Statistica Sinica 7, 1 (1997)).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "base/statistics.h"
#include "characterise/fit/held_out.h"

namespace bitline::characterise {
namespace {

struct Model {
  const char* name;
  RetentionModel (*fit)(const Cells&, const std::vector<double>& from);
  int parameters;     // with the variance; 0: as many as numbers and one
  std::size_t times;  // of reading after writing that determine it: one for each number that its mean has
  struct Number {
    const char *key, *name;
    Unit unit;
  };
  std::vector<Number> numbers;  // in the order of RetentionModel::numbers
};

const Model models[] = {
    {"no-change", no_change, 2, 1, {}},
    {"log-time",
     log_time,
     4,
     1,
     {{"relaxation.shift", "mean shift at t0", Unit::siemens},
      {"relaxation.shift_per_decade", "mean shift per decade", Unit::siemens},
      {"relaxation.sigma", "sigma at t0", Unit::siemens},
      {"relaxation.sigma_per_decade", "sigma per square root of a decade", Unit::siemens}}},
    {"by-level", by_level, 0, 1, {}},
    {"power-law",
     power_law,
     4,
     2,
     {{"drift.nu_mean", "exponent nu", Unit::none},
      {"drift.nu_sigma", "sigma of nu between cells", Unit::none},
      {"drift.t0", "t0", Unit::second}}},
    {"single-exponential",
     single_exponential,
     3,
     2,
     {{"drift.g_rest", "resting conductance", Unit::siemens}, {"drift.tau1", "time constant", Unit::second}}},
    {"double-exponential",
     double_exponential,
     5,
     3,
     {{"drift.g_rest", "resting conductance", Unit::siemens},
      {"drift.tau1", "time constant 1", Unit::second},
      {"drift.share1", "share 1", Unit::none},
      {"drift.tau2", "time constant 2", Unit::second}}},
    {"measured", measured, 0, 1, {}}};

// Which numbers of the list a fit has: those whose keys it writes, in order, and no assumed one.
std::vector<Model::Number> numbers_of(const Model& model, const RetentionModel& fit) {
  std::vector<Model::Number> out;
  for (const Model::Number& n : model.numbers)
    if (std::any_of(fit.keys.begin(), fit.keys.end(),
                    [&](const FitPart::Key& k) { return k.path == n.key && k.assumed.empty(); }))
      out.push_back(n);
  return out;
}

// So many cells drawn with replacement, from each level its share: how many were written to it is no matter of chance.
Cells resampled(const Cells& cells, std::size_t m, int levels, int round) {
  Cells out{.times_s = cells.times_s, .highest_S = cells.highest_S, .many = cells.many};
  const Random random(0x0f17, 0);
  std::vector<std::vector<const Cell*>> of_level(static_cast<std::size_t>(levels));
  for (const Cell& c : cells.all)
    of_level[static_cast<std::size_t>(std::min(c.written_S / cells.highest_S * levels, levels - 1.0))].push_back(&c);
  for (const auto& level : of_level) {
    const std::size_t draws = (level.size() * m + cells.all.size() / 2) / cells.all.size();
    for (std::size_t i = 0; i < draws; ++i) {
      const auto word = random.bits({.purpose = Purpose::bootstrap,
                                     .place = static_cast<std::uint32_t>(out.all.size()),
                                     .image = static_cast<std::uint32_t>(round)})[0];
      out.all.push_back(*level[static_cast<std::uint64_t>(word) * level.size() >> 32]);
      out.readings += out.all.back().t_s.size();
    }
  }
  return out;
}

// The chosen model's numbers with their intervals.
std::vector<FittedValue> with_intervals(const Model& model, const RetentionModel& fit, const Cells& cells,
                                        std::vector<std::string>& notes, std::string& refused) {
  std::vector<FittedValue> out;
  static const char* of_level[] = {"mean shift", "mean shift per decade", "sigma", "sigma per square root of a decade"};
  constexpr int rounds = 200;
  const int levels = model.numbers.empty() && !fit.solution.empty() ? static_cast<int>(fit.solution[0]) : 1;
  const std::vector<Model::Number> numbers = numbers_of(model, fit);
  // Of very many cells fewer tell as much, as long as every level has enough: intervals shrink with their square root.
  constexpr std::size_t fewer = 4000;
  std::vector<std::vector<double>> drawn;
  double shrink = 1;
  for (std::size_t m = std::min(cells.all.size(), fewer); cells.many && !fit.numbers.empty(); m = cells.all.size()) {
    drawn.clear();
    shrink = std::sqrt(static_cast<double>(m) / static_cast<double>(cells.all.size()));
    for (int round = 0; round < rounds; ++round) {
      try {
        const RetentionModel again = model.fit(resampled(cells, m, levels, round), fit.solution);
        if (again.numbers.size() == fit.numbers.size()) drawn.push_back(again.numbers);
      } catch (const InputError&) {
        // too few readings of a level or time among these cells
      }
    }
    if (m == cells.all.size() || drawn.size() == rounds) break;
  }
  constexpr int most_failed = rounds / 10;  // levels have few cells each, which says nothing against them
  if (!drawn.empty() && !model.numbers.empty() && rounds - static_cast<int>(drawn.size()) > most_failed)
    refused = fmt::format("other cells would not give it: {} of {} resamples cannot be fitted", rounds - drawn.size(),
                          rounds);
  // Intervals of those that can be fitted would be selected by their success.
  constexpr std::size_t few_failed = rounds / 40;
  if (refused.empty() && !drawn.empty() && drawn.size() < rounds)
    notes.push_back(fmt::format(
        "{} of {} resamples of cells cannot be fitted: {}", rounds - drawn.size(), rounds,
        drawn.size() + few_failed < rounds ? "no intervals are given" : "intervals are those of the others"));
  if (drawn.size() + few_failed < rounds) drawn.clear();
  if (!cells.many) notes.push_back("too few cells for intervals that hold for other cells: none are given");
  for (std::size_t j = 0; j < fit.numbers.size(); ++j) {
    const bool level = model.numbers.empty();
    if (level && cells.times_s.size() == 1 && j % 2 == 1) continue;  // per decade: assumed
    const std::string name = level ? fmt::format("level {}: {}", j / 4 + 1, of_level[j % 4]) : numbers.at(j).name;
    std::vector<double> values;
    for (const auto& one : drawn) values.push_back(one[j]);
    std::sort(values.begin(), values.end());
    const auto end = [&](double p) { return fit.numbers[j] + shrink * (quantile(values, p) - fit.numbers[j]); };
    out.push_back({level ? "" : numbers.at(j).key, name, fit.numbers[j], end(0.025), end(0.975),
                   level ? Unit::siemens : numbers.at(j).unit});
  }
  return out;
}

// What is drawn: readings of a few cells, means and spreads of many.
void draw_cells(const Cells& cells, FitPart& part) {
  for (const Cell& c : cells.all)
    if (!cells.many)
      part.x.insert(part.x.end(), c.t_s.begin(), c.t_s.end()), part.y.insert(part.y.end(), c.g_S.begin(), c.g_S.end());
  if (cells.many) {
    part.y_name = "mean change";
    for (const double t_s : cells.times_s) {
      std::vector<double> change;
      for (const Cell& c : cells.all)
        for (std::size_t k = 0; k < c.t_s.size(); ++k)
          if (c.t_s[k] == t_s) change.push_back(c.g_S[k] - c.written_S);
      part.x.push_back(t_s), part.y.push_back(mean(change)), part.spread.push_back(standard_deviation(change));
    }
  }
}

// The candidate as its readings judge it: residuals, likelihood, means and spreads to be drawn.
FitCandidate judged(const Model& model, const RetentionModel& fit, const Cells& cells, double readings) {
  FitCandidate c{.model = model.name, .refused = fit.refused};
  c.parameters = model.parameters > 0 && cells.many && cells.times_s.size() > 1
                     ? model.parameters
                     : static_cast<int>(fit.numbers.size()) + 1;
  if (!fit.law) return c;
  double likelihood = 0, square = 0;  // of few cells, whose readings count one by one
  std::vector<double> sum(cells.times_s.size()), second(cells.times_s.size()), n(cells.times_s.size());
  for (const Cell& cell : cells.all)
    for (std::size_t k = 0; k < cell.t_s.size(); ++k) {
      const Moments m = fit.law(cell.written_S, cell.t_s[k]);
      const double r = cell.g_S[k] - m.mean_S, s = std::max(m.sigma_S, 1e-12 * cells.highest_S);
      square += r * r;
      likelihood -= std::log(s / cells.highest_S) + 0.5 * r * r / (s * s);
      if (!cells.many) c.fitted.push_back(m.mean_S);
      const auto at = static_cast<std::size_t>(
          std::lower_bound(cells.times_s.begin(), cells.times_s.end(), cell.t_s[k]) - cells.times_s.begin());
      const double change = m.mean_S - cell.written_S;
      sum[at] += change, second[at] += m.sigma_S * m.sigma_S + change * change, n[at] += 1;
    }
  c.rms = std::sqrt(square / static_cast<double>(cells.readings));
  c.aic = cells.many ? NAN : aicc_of_likelihood(likelihood, readings, c.parameters);
  for (std::size_t i = 0; cells.many && i < sum.size(); ++i) {
    c.fitted.push_back(sum[i] / n[i]);
    c.fitted_spread.push_back(std::sqrt(std::max(0.0, second[i] / n[i] - sum[i] * sum[i] / (n[i] * n[i]))));
  }
  return c;
}

// "" or what of these values other cells would not tell.
std::string open_value(const std::vector<FittedValue>& values) {
  for (const FittedValue& v : values) {
    const bool positive =
        v.key == "drift.tau1" || v.key == "drift.tau2" || v.key == "drift.t0" || v.key == "drift.nu_mean";
    const bool share = v.key == "drift.share1" && !(v.low > 0 && v.high < 1);
    const bool outside = v.key.starts_with("drift.") && (v.value < v.low || v.value > v.high);
    if (std::isfinite(v.low) && (share || outside || (positive && !not_told(v.name, {v.value, v.low, v.high}).empty())))
      return fmt::format("other cells would not tell {}: 95 % of resamples give {} .. {}", v.name,
                         quantity(v.low, v.unit), quantity(v.high, v.unit));
  }
  return "";
}

// Each candidate's scores on held-out cells; one that some of the cells would not give is out. None of few cells.
std::vector<CellScores> held_out(const std::vector<const Model*>& tried, const std::vector<RetentionModel>& fits,
                                 const Cells& cells, FitPart& part) {
  std::vector<CellScores> out(tried.size());
  for (std::size_t i = 0; cells.many && i < tried.size(); ++i) {
    if (!part.candidates[i].refused.empty()) continue;
    out[i] = held_out_scores(cells, [&](const Cells& some) { return tried[i]->fit(some, fits[i].solution); });
    part.candidates[i].refused = out[i].refused;
  }
  return out;
}

// Chooses, with intervals; a model whose parameters other cells would not tell is out.
void decide(const std::vector<const Model*>& tried, const std::vector<RetentionModel>& fits, const Cells& cells,
            FitPart& part) {
  const std::vector<CellScores> scores = held_out(tried, fits, cells, part);
  std::vector<int> simpler;  // by numbers; measured quantiles are as many as there are cells
  for (std::size_t i = 0; i < tried.size(); ++i)
    simpler.push_back(tried[i]->fit == measured ? std::numeric_limits<int>::max() : part.candidates[i].parameters);
  for (;;) {
    cells.many ? choose_by_held_out(part, scores, simpler) : choose(part);
    // Few cells decide little: what is more than no change must be clearly better.
    constexpr double clearly = 4;
    for (std::size_t i = 0; !cells.many && i < tried.size(); ++i)
      if (tried[i]->name == std::string_view("no-change") && part.candidates[i].aic < part.best().aic + clearly)
        part.chosen = i;
    std::vector<std::string> notes;
    FitCandidate& best = part.candidates[part.chosen];
    best.values = with_intervals(*tried[part.chosen], fits[part.chosen], cells, notes, best.refused);
    if (best.refused.empty()) best.refused = open_value(best.values);
    if (!best.refused.empty()) {
      best.values.clear();
      continue;
    }
    part.notes.insert(part.notes.end(), notes.begin(), notes.end());
    return;
  }
}

// What the chosen model leaves out of many cells.
void note_what_is_left(const Cells& cells, FitPart& part) {
  std::vector<double> change;  // at the last time
  for (const Cell& c : cells.all)
    if (c.t_s.back() == cells.times_s.back()) change.push_back(c.g_S.back() - c.written_S);
  const double m = mean(change), s = standard_deviation(change);
  constexpr double certain = 5;  // standard errors
  if (part.best().model == "no-change" && std::abs(m) > certain * s / std::sqrt(static_cast<double>(change.size())))
    part.notes.push_back(
        fmt::format("cells change by {} on average until then, which no model here describes: nothing is "
                    "written of it",
                    pretty(m, Unit::siemens)));
  // Cells of several levels add to it, so only much more than 3 is said.
  const double tails = kurtosis(change);
  if (tails > 6)
    part.notes.push_back(
        fmt::format("the changes at {} have heavy tails (kurtosis {:.0f}; 3 is normal): --model "
                    "measured keeps them as they are",
                    pretty(cells.times_s.back(), Unit::second), tails));
}

// Lowest and highest written are a window where cells were written to several states. Around one state they would be
// what noise makes of it: its kurtosis is 3, that of states spread evenly 1.8, of two 1.
void add_window(const Cells& cells, FitPart& part) {
  std::vector<double> written_S;
  for (const Cell& c : cells.all) written_S.push_back(c.written_S);
  const auto [lowest, highest] = std::minmax_element(written_S.begin(), written_S.end());
  constexpr double apart = 1.5, like_noise = 2.3;
  constexpr std::size_t few = 8;  // cells, whose kurtosis says nothing
  if (*highest >= apart * *lowest && (written_S.size() < few || kurtosis(written_S) < like_noise)) {
    const std::string of_file = " written in " + std::filesystem::path(part.file).filename().string();
    part.keys.push_back({"g_min", quantity(*lowest, Unit::siemens), "lowest" + of_file, ""});
    part.keys.push_back({"g_max", quantity(*highest, Unit::siemens), "highest" + of_file, ""});
    return;
  }
  part.notes.push_back(fmt::format(
      "cells were written to {} .. {}, which may be one state and its scatter: no window (g_min, g_max) is written; "
      "--ltp or --readback tells one",
      pretty(*lowest, Unit::siemens), pretty(*highest, Unit::siemens)));
}

// Why so few times of reading leave a model open.
std::string undetermined(const Model& model, const Cells& cells) {
  return fmt::format("needs readings at {} times after writing, there {}", model.times,
                     cells.times_s.size() == 1 ? "is 1" : fmt::format("are {}", cells.times_s.size()));
}

std::string determined_models(const Cells& cells) {
  std::string out;
  for (const Model& model : models)
    if (cells.times_s.size() >= model.times) out += (out.empty() ? "" : ", ") + std::string(model.name);
  return out;
}

// A model that was asked for and that no fit could tell, whatever the readings: at the first reading of the last time.
void refuse_undetermined(const FitFiles& files, const MeasuredTable& table, const Cells& cells) {
  if (!wanted_by_name(files, retention_models)) return;
  const std::vector<double> t_s = table.values("time");
  const auto last = std::max_element(t_s.begin(), t_s.end()) - t_s.begin();
  for (const Model& model : models)
    if (cells.times_s.size() < model.times && wanted(files, retention_models, model.name))
      table.refuse(static_cast<std::size_t>(last),
                   fmt::format("this is the last time of reading, and the model '{}' {}: read the cells at more times, "
                               "or take by --model what these determine, one or some of {}",
                               model.name, undetermined(model, cells), determined_models(cells)));
}

// What one or two times of reading, such as those of a bake, determine.
void note_few_times(const Cells& cells, FitPart& part) {
  const bool one = cells.times_s.size() == 1;
  part.notes.push_back(
      fmt::format("cells were read at {} after writing, which {}: only {} can be told", one ? "one time" : "two times",
                  one ? "determines one number of a mean over time" : "determine two numbers of a mean over time",
                  determined_models(cells)));
  part.notes.push_back(one ? "assumed: cells are as written before that time, and stay as they were then after it"
                           : "assumed: the form of the law, since one with two numbers meets two times whatever it is");
}

// How the choice was made, and who else could have been it.
void describe_choice(const Cells& cells, FitPart& part) {
  std::string times;
  for (const double t_s : judged_times(cells)) times += (times.empty() ? "" : ", ") + pretty(t_s, Unit::second);
  part.chosen_by = fmt::format(
      "simplest within one standard error of the lowest CRPS of cells held out ({} folds), at {}", folds, times);
  const FitCandidate& best = part.best();
  if (best.model.ends_with("-exponential"))
    part.notes.push_back(
        fmt::format("cells scatter by {} around it, which is predicted but written nowhere, as if it were noise of "
                    "reading: where cells differ, --model measured keeps that",
                    pretty(best.rms, Unit::siemens)));
  for (const FitCandidate& c : part.candidates)
    if (&c != &best && c.held_out && c.held_out->above_best <= c.held_out->above_best_error)
      part.notes.push_back(fmt::format(
          "{} predicts cells that are held out as well, as far as these tell: --model {} writes it", c.model, c.model));
}

}  // namespace

MeasuredTable retention_table(const std::filesystem::path& file, const FitFiles& files) {
  static const std::vector<KnownColumn> known = {
      cell_column,
      time_column,
      conductance_column,
      current_column,
      resistance_column,
      read_voltage_column,
      {"written", Unit::siemens, {"written conductance", "initial conductance", "g0", "g initial", "programmed"}}};
  MeasuredTable table(file, known, reading_of(files));
  table.require("time"), table.require(reading_column(table));
  table.leave_out_missing(std::array{std::string_view("time"), reading_column(table)});
  return table;
}

FitPart fit_retention(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = retention_table(file, files);
  FitPart part{
      .part = "retention", .file = file.string(), .x_name = "time (s)", .y_name = "conductance", .log_x = true};
  part.y_unit = Unit::siemens;
  const Cells cells = read_cells(table, files, part.notes);
  part.readings = static_cast<double>(cells.many ? cells.all.size() : cells.readings);

  draw_cells(cells, part);
  std::vector<RetentionModel> fits;
  std::vector<const Model*> tried;
  refuse_undetermined(files, table, cells);
  for (const Model& model : models) {
    if (!wanted(files, retention_models, model.name)) continue;
    tried.push_back(&model);
    fits.push_back(cells.times_s.size() < model.times ? RetentionModel{.refused = undetermined(model, cells)}
                                                      : model.fit(cells, {}));
    part.candidates.push_back(judged(model, fits.back(), cells, part.readings));
  }
  decide(tried, fits, cells, part);
  note_rivals(part);
  if (cells.many) describe_choice(cells, part);
  const RetentionModel& fit = fits[part.chosen];
  const FitCandidate& best = part.best();
  part.keys = fit.keys;
  const std::string of_file = "fitted to " + file.filename().string();
  for (FitPart::Key& k : part.keys) {
    if (k.path.ends_with(".type") || (!k.assumed.empty() && k.path != "relaxation.levels")) continue;
    k.source = of_file;
    for (const FittedValue& v : best.values)
      if (v.key == k.path) k.source = key_of(part, k.path, v).source;
  }
  part.notes.insert(part.notes.end(), fit.notes.begin(), fit.notes.end());
  if (cells.times_s.size() < 3) note_few_times(cells, part);
  part.notes.push_back(fmt::format("measured up to {}: what is later is {}", pretty(cells.times_s.back(), Unit::second),
                                   cells.times_s.size() < 2 ? "taken to be as it was then" : "extrapolated"));
  part.keys.push_back(
      {"measured_until", quantity(cells.times_s.back(), Unit::second), "last time of " + file.filename().string(), ""});
  if (cells.many && part.best().model != "no-change" && part.best().model != "power-law")
    part.notes.push_back("noise of reading is in the spreads, twice where a first reading stands for what was written");
  if (cells.many && part.best().model != "measured") note_what_is_left(cells, part);
  add_window(cells, part);
  note_reading(part, table);
  return part;
}

}  // namespace bitline::characterise
