// SPDX-License-Identifier: Apache-2.0
// How often a fit of retention chooses the law that truly predicts best: cells are drawn from known laws, some of which
// no candidate is, and every candidate is judged by many more cells of the same law.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/random.h"
#include "characterise/fit/held_out.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::held_out_study_test {
using namespace characterise;
using namespace bitline::test;

namespace {

constexpr double uS = 1e-6;
const std::vector<double> times_s = {1, 10, 100, 1e3, 1e4, 1e5};

// Numbers of one cell: normal and uniform ones, as many as are asked for.
struct Draws {
  Random random;
  std::uint32_t cell, next = 0;
  double normal() { return random.normal4({.purpose = Purpose::test, .place = cell, .image = next++})[0]; }
  double uniform() {
    return (random.bits({.purpose = Purpose::test, .place = cell, .image = next++})[0] + 0.5) / 4294967296.0;
  }
};

// What a cell written to g0 reads at those times, without noise of reading.
using Truth = std::vector<double> (*)(Draws&, double g0_S);
template <class F>
std::vector<double> over_times(F&& f) {
  std::vector<double> out;
  for (const double t : times_s) out.push_back(f(t));
  return out;
}

std::vector<double> still(Draws&, double g0) {
  return over_times([&](double) { return g0; });
}
std::vector<double> log_time_cell(Draws& d, double g0) {
  const double z = d.normal();
  return over_times([&](double t) {
    return g0 + uS * (-0.3 - 0.2 * std::log10(t) + z * std::hypot(0.5, 0.4 * std::sqrt(std::log10(t))));
  });
}
// Spread and shift in proportion to the conductance.
std::vector<double> log_time_by_level(Draws& d, double g0) {
  const double z = d.normal();
  return over_times([&](double t) {
    return g0 * (1 - 0.01 * std::log10(t) + z * std::hypot(0.03, 0.02 * std::sqrt(std::log10(t))));
  });
}
std::vector<double> power_law_cell(Draws& d, double g0) {
  const double nu = std::max(0.0, 0.03 + 0.008 * d.normal());
  return over_times([&](double t) { return g0 * std::pow(1 + t, -nu); });
}
std::vector<double> exponential_cell(Draws&, double g0) {
  return over_times([&](double t) { return 5 * uS + (g0 - 5 * uS) * std::exp(-t / 3e3); });
}
std::vector<double> exponentials_cell(Draws&, double g0) {
  return over_times(
      [&](double t) { return 5 * uS + (g0 - 5 * uS) * (0.4 * std::exp(-t / 20) + 0.6 * std::exp(-t / 2e4)); });
}
// Kohlrausch's law, time constants of cells log-normal: no candidate's.
std::vector<double> stretched_cell(Draws& d, double g0) {
  const double tau = 1e5 * std::exp(0.5 * d.normal());
  return over_times([&](double t) { return g0 * std::exp(-std::pow(t / tau, 0.4)); });
}
// A twentieth of the cells fall far, the others hardly move: no candidate's but measured quantiles'.
std::vector<double> tails_cell(Draws& d, double g0) {
  const double z = d.normal(), far = d.uniform() < 0.05 ? 0.1 : 0.0;
  return over_times([&](double t) { return g0 * std::max(0.0, 1 - far * std::log10(1 + t)) + 0.2 * uS * z; });
}

const std::map<std::string, Truth> truths_drawn = {
    {"no change", still},          {"log-time", log_time_cell},       {"log-time, by level", log_time_by_level},
    {"power law", power_law_cell}, {"exponential", exponential_cell}, {"two exponentials", exponentials_cell},
    {"stretched", stretched_cell}, {"heavy tails", tails_cell}};

using FitModel = RetentionModel (*)(const Cells&, const std::vector<double>&);
const std::map<std::string, FitModel> fits = {{"no-change", no_change},
                                              {"log-time", log_time},
                                              {"by-level", by_level},
                                              {"power-law", power_law},
                                              {"single-exponential", single_exponential},
                                              {"double-exponential", double_exponential},
                                              {"measured", measured}};

Cells drawn(Truth truth, std::uint32_t seed, std::uint32_t cells) {
  Cells out{.times_s = times_s, .many = true};
  for (std::uint32_t i = 0; i < cells; ++i) {
    Draws d{Random(seed, 37), i};
    Cell c{fmt::format("{}", i), uS * (10 + 40 * d.uniform()), times_s, {}};
    c.g_S = truth(d, c.written_S);
    for (double& g : c.g_S) g = std::max(1e-9, g * (1 + 0.01 * d.normal()));
    out.highest_S = std::max(out.highest_S, c.written_S), out.readings += c.t_s.size();
    out.all.push_back(c);
  }
  return out;
}

std::string csv_of(const Cells& cells) {
  std::string text = "cell,time (s),conductance (S),written (S)\n";
  for (const Cell& c : cells.all)
    for (std::size_t k = 0; k < c.t_s.size(); ++k)
      text += fmt::format("{},{},{:.17g},{:.17g}\n", c.name, c.t_s[k], c.g_S[k], c.written_S);
  return text;
}

double true_crps(const RetentionModel& fit, const Cells& fresh) {
  std::vector<double> values(100);
  double sum = 0, n = 0;
  for (const Cell& c : fresh.all)
    for (std::size_t k = c.t_s.size() / 2; k < c.t_s.size(); ++k) {
      fit.predict(c.written_S, c.t_s[k], values);
      sum += crps(values, c.g_S[k]), n += 1;
    }
  return sum / n;
}

struct Count {
  int all = 0, best = 0, near = 0;
};

// What one fit chose, against what every candidate that is not out truly does.
void judge_one(const Folder& f, const Cells& cells, const Cells& fresh, Count& count,
               std::map<std::string, int>& chosen) {
  const FitPart part = fit_device({.retention = f.write("r.csv", csv_of(cells))})[0];
  double lowest = HUGE_VAL, mine = HUGE_VAL;
  for (const FitCandidate& c : part.candidates) {
    if (!c.refused.empty()) continue;
    const double error = true_crps(fits.at(c.model)(cells, {}), fresh);
    lowest = std::min(lowest, error);
    if (&c == &part.best()) mine = error;
  }
  count.all += 1, count.best += mine == lowest, count.near += mine <= 1.1 * lowest;
  ++chosen[part.best().model];
}

Count study(int seeds, const std::vector<std::uint32_t>& sizes) {
  const Folder f;
  Count total;
  for (const auto& [name, truth] : truths_drawn) {
    const Cells fresh = drawn(truth, 9999, 2000);
    for (const std::uint32_t size : sizes) {
      Count count;
      std::map<std::string, int> chosen;
      for (int seed = 1; seed <= seeds; ++seed)
        judge_one(f, drawn(truth, static_cast<std::uint32_t>(seed), size), fresh, count, chosen);
      std::string models;
      for (const auto& [model, n] : chosen) models += fmt::format(" {} {}", n, model);
      MESSAGE(fmt::format("{:<18} {:>5} cells: the best {:>2}, within 10 % {:>2} of {:>2}:{}", name, size, count.best,
                          count.near, count.all, models));
      total.all += count.all, total.best += count.best, total.near += count.near;
    }
  }
  MESSAGE(fmt::format("chosen: the best predictor {}, one within 10 % of it {}, of {} fits", total.best, total.near,
                      total.all));
  return total;
}

}  // namespace

// Of 320 fits 296 chose the best and 318 one within 10 %: bounds are four standard deviations of a binomial below, and
// more for few.
TEST_CASE("a fit chooses the law that predicts best, or one nearly as good") {
  const Count c = study(1, {60, 300});
  CHECK(c.near >= 0.8 * c.all);
}

TEST_CASE("long: a fit chooses the law that predicts best, or one nearly as good" * doctest::skip()) {
  const Count c = study(10, {30, 60, 300, 1500});
  CHECK(c.near >= 0.97 * c.all);
  CHECK(c.best >= 0.86 * c.all);
}

}  // namespace bitline::held_out_study_test
