// SPDX-License-Identifier: Apache-2.0
// Candidates are judged by cells that they were not fitted to: the score itself, the parts, the rule, and what it
// chooses of a measured technology.
#include "characterise/fit/held_out.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <numbers>
#include <set>

#include "base/config_writer.h"
#include "base/statistics.h"
#include "device/plasticity/pulsed_device.h"
#include "tests/characterise/fit_cases.h"
#include "tests/characterise/technology_b.h"
#include "tests/device/device_cases.h"

namespace bitline::held_out_test {
using namespace characterise;
using namespace device;
using namespace bitline::test;

namespace {

// The definition itself, on a fine grid: integral of (F(x) - 1{x >= y})^2.
double crps_by_integral(const std::vector<double>& values, double y, double from, double to) {
  constexpr int steps = 400000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double x = from + (to - from) * (i + 0.5) / steps;
    double below = 0;
    for (const double v : values) below += v <= x;
    const double off = below / static_cast<double>(values.size()) - (x >= y ? 1 : 0);
    sum += off * off;
  }
  return sum * (to - from) / steps;
}

// Of a normal distribution (Gneiting and Raftery 2007, equation 21).
double crps_of_normal(double mean, double sigma, double y) {
  const double z = (y - mean) / sigma, density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return sigma * (z * (2 * normal_cdf(z) - 1) + 2 * density - 1 / std::sqrt(std::numbers::pi));
}

// Scores of a candidate: `base` for all cells and what it is worse by, by turns.
CellScores scores(double worse, double turns) {
  CellScores out;
  for (int i = 0; i < 100; ++i) out.crps_S.push_back(1 + 0.1 * (i % 7) + worse + (i % 2 ? turns : -turns));
  return out;
}

}  // namespace

TEST_CASE("the score of equally likely values is its integral") {
  const std::vector<double> values = {-1, 0.5, 0.75, 3};
  for (const double y : {-2.0, -1.0, 0.6, 2.0, 4.5})
    CHECK(crps(values, y) == doctest::Approx(crps_by_integral(values, y, -3, 5)).epsilon(1e-4));
  // By hand: F is 1/2 between 0 and 1, so the integral is 1/4 in between, and 1 outside.
  const std::array<double, 2> two = {0, 1};
  CHECK(crps(two, 0.3) == doctest::Approx(0.25));
  CHECK(crps(two, 2) == doctest::Approx(1.25));
  const std::array<double, 1> one = {2};
  CHECK(crps(one, -1) == doctest::Approx(3));  // the absolute error
}

TEST_CASE("the score of a normal law's quantiles is that of the law") {
  std::vector<double> values(100);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = 2 + 0.5 * normal_quantile((static_cast<double>(k) + 0.5) / static_cast<double>(values.size()));
  for (const double y : {1.0, 1.7, 2.0, 2.5, 4.0})
    CHECK(crps(values, y) == doctest::Approx(crps_of_normal(2, 0.5, y)).epsilon(1e-3));
}

TEST_CASE("parts of cells are about equal, and follow names of any kind") {
  for (const char* name : {"{}", "die 3, cell {}", "{:05}", "r{}c7"}) {
    CAPTURE(std::string(name));
    std::array<int, folds> count{};
    constexpr int cells = 5000;
    for (int i = 0; i < cells; ++i) ++count[static_cast<std::size_t>(fold_of(fmt::format(fmt::runtime(name), i)))];
    // Four standard deviations of a binomial number.
    for (const int n : count) CHECK(std::abs(n - cells / folds) < 4 * std::sqrt(cells * 0.2 * 0.8));
  }
  // Neighbours do not take turns, as cells by index would.
  std::set<int> step;
  for (int i = 0; i < 20; ++i)
    step.insert((fold_of(fmt::format("{}", i + 1)) - fold_of(fmt::format("{}", i)) + folds) % folds);
  CHECK(step.size() > 2);
}

TEST_CASE("the simplest within one standard error of the best is chosen") {
  const auto chosen = [](std::vector<CellScores> all, std::vector<int> simpler, const char* refused = "") {
    FitPart part;
    for (std::size_t i = 0; i < all.size(); ++i) part.candidates.push_back({.model = fmt::format("{}", i)});
    part.candidates.back().refused = refused;
    choose_by_held_out(part, all, simpler);
    return part;
  };
  // Worse by 0.01 with an error of 0.2 / sqrt(99): within. By 0.03: beyond.
  CHECK(chosen({scores(0.01, 0.2), scores(0, 0)}, {1, 2}).chosen == 0);
  CHECK(chosen({scores(0.03, 0.2), scores(0, 0)}, {1, 2}).chosen == 1);
  CHECK(chosen({scores(0.01, 0.2), scores(0, 0)}, {2, 1}).chosen == 1);
  CHECK(chosen({scores(0.01, 0.2), scores(0, 0)}, {1, 1}).chosen == 1);  // equally simple: the better
  CHECK(chosen({scores(0.01, 0.2), scores(0, 0)}, {1, 2}, "out").chosen == 0);
  const FitPart part = chosen({scores(0.03, 0.2), scores(0, 0)}, {1, 2});
  const HeldOutScore worse = *part.candidates[0].held_out, best = *part.candidates[1].held_out;
  CHECK(worse.above_best == doctest::Approx(0.03));
  CHECK(worse.above_best_error == doctest::Approx(0.2 / std::sqrt(99)));
  CHECK(worse.crps == doctest::Approx(best.crps + 0.03));
  CHECK(best.above_best == 0);
  CHECK(best.error > 0);
}

TEST_CASE("order and other readings of a file do not move a cell to another part") {
  const Folder f;
  ExampleTruth e;
  e.cells = 60;
  const std::string text = retention_csv(e, 4);
  std::vector<std::vector<std::string>> of_cell;
  std::string last;
  const std::size_t first = text.find('\n', text.find("cell")) + 1;
  const std::string head = text.substr(0, first);
  for (std::size_t at = first; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at + 1), cell = line.substr(0, line.find(','));
    if (cell != last)
      of_cell.push_back({line});
    else
      of_cell.back().push_back(line);
    last = cell, at = end + 1;
  }
  std::string turned = head;
  for (auto cell = of_cell.rbegin(); cell != of_cell.rend(); ++cell)
    for (const std::string& line : *cell) turned += line;
  const FitPart a = fit_device({.retention = f.write("a.csv", text)})[0],
                b = fit_device({.retention = f.write("b.csv", turned)})[0];
  for (std::size_t i = 0; i < a.candidates.size(); ++i) {
    CAPTURE(a.candidates[i].model);
    REQUIRE(a.candidates[i].held_out.has_value() == b.candidates[i].held_out.has_value());
    if (a.candidates[i].held_out)
      CHECK(a.candidates[i].held_out->crps ==
            doctest::Approx(b.candidates[i].held_out->crps).epsilon(1e-4).scale(1e-30));
  }
}

namespace {

// How far a device is off the share of cells that read in the level they were written to, of 16: mean over times.
double same_level_error(const Device& device, const std::vector<RelaxationReading>& readings) {
  constexpr int levels = 16;
  constexpr double highest = 128 * uS, width = highest / levels;  // gmax of settings.json
  const auto level_of = [&](double g) { return std::clamp(static_cast<int>(g / width), 0, levels - 1); };
  struct Shares {
    double n = 0, same = 0, predicted = 0;
  };
  std::map<double, Shares> at;
  std::map<std::pair<double, int>, double> cache;  // on a fine grid of written conductances: laws are smooth
  for (const RelaxationReading& r : readings) {
    const int level = level_of(r.written_S), grid = static_cast<int>(r.written_S / (0.05 * uS));
    const auto [found, fresh] = cache.try_emplace({r.t_s, grid});
    if (fresh)
      found->second = relaxed_share(device.relaxation, device.g_max_S, (grid + 0.5) * 0.05 * uS, r.t_s,
                                    level == 0 ? -1 : level * width, level == levels - 1 ? 1 : (level + 1) * width);
    Shares& s = at[r.t_s];
    s.n += 1, s.same += level_of(r.g_S) == level, s.predicted += found->second;
  }
  double error = 0;
  for (const auto& [t_s, s] : at) error += std::abs(s.same - s.predicted) / s.n / static_cast<double>(at.size());
  return error;
}

}  // namespace

TEST_CASE("technology B: what a fit chooses predicts how many of other cells keep their level") {
  const std::vector<TechnologyCell> cells = technology_b();
  if (cells.empty()) {
    MESSAGE("skipped: ../shared/data/device/rram_relaxation_levy is absent");
    return;
  }
  std::map<unsigned, std::map<double, RelaxationReading>> known;  // half of the cells
  std::vector<RelaxationReading> unknown;
  for (const TechnologyCell& c : cells) {
    const bool mine = draws.bits({.purpose = Purpose::test, .place = c.address})[0] & 1u;
    mine ? void(known[c.address].emplace(c.reading.t_s, c.reading)) : unknown.push_back(c.reading);
  }
  std::string text = "cell,time (s),conductance (S),written (S)\n";
  for (const auto& [address, readings] : known)
    for (const auto& [t_s, r] : readings)
      text += fmt::format("{},{},{:.17g},{:.17g}\n", address, t_s, r.g_S, r.written_S);
  const Folder f;
  const fs::path file = f.write("b.csv", text);
  const auto error_of = [&](const std::vector<std::string>& models, std::string& chosen) {
    const auto parts = fit_device({.retention = file, .models = models});
    chosen = parts[0].best().model;
    const fs::path yaml = f.write("b.yaml", to_yaml(fitted_device(parts)));
    return same_level_error(load_pulsed_device(yaml, {}, ConfigPath{}).device, unknown);
  };
  std::string chosen;
  MESSAGE("log-time, the likeliest law, is off the same-level share by ", error_of({"log-time"}, chosen));
  const double error = error_of({}, chosen);
  MESSAGE(chosen, " is off by ", error);
  CHECK(chosen == "measured");
  CHECK(error < 0.02);
}

}  // namespace bitline::held_out_test
