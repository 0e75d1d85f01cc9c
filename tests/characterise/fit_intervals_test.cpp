// SPDX-License-Identifier: Apache-2.0
// How often fits are right: intervals hold the truth as often as they say, and the model that made the data is chosen.
// A few draws each time tests run; many by the label `long`.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <tuple>

#include "base/random.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::fit_intervals_test {
using namespace characterise;
using namespace bitline::test;

namespace {

// Of `rounds` devices drawn and fitted: at least these shares choose the true model, and hold each truth.
void check_all_parts(std::uint32_t rounds, double least_right, double least_held) {
  const Folder f;
  const ExampleTruth e;
  std::map<std::string, int> held, right;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const auto parts = fit_device(all_files(f, e, seed));
    for (const auto& [part, model] : expected_models) right[part] += part_of(parts, part.c_str()).best().model == model;
    for (const True& t : truths(e)) {
      const FitPart& p = part_of(parts, t.part);
      if (p.best().model != expected_models.at(t.part)) continue;
      const FittedValue& v = value_of(p, t.name);
      held[t.name] += v.low <= t.value && t.value <= v.high;
    }
  }
  for (const auto& [part, n] : right) {
    MESSAGE(part, ": ", n, " of ", rounds, " choose ", expected_models.at(part));
    CHECK(n >= least_right * rounds);
  }
  for (const True& t : truths(e)) {
    const double n = right[t.part];
    MESSAGE(std::string(t.name), ": ", held[t.name], " of ", n);
    CHECK(held[t.name] >= least_held * n);
  }
}

void check_pulses(std::uint32_t rounds, double least_straight, double least_held) {
  const Folder f;
  ExampleTruth e;
  e.cycle = 0.005, e.read_S = 0.38e-6;
  std::map<std::string, int> held;
  int right = 0, straight = 0;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const auto parts = fit_device(
        {.ltp = f.write("ltp.csv", ltp_csv(e, seed)), .read_voltage_V = e.v_read_V, .models = {"exponential"}});
    ++right;
    for (const True& t : truths(e)) {
      if (std::string(t.part) != "ltp" || std::string(t.name).starts_with("noise")) continue;
      const FittedValue& v = value_of(parts[0], t.name);
      held[t.name] += v.low <= t.value && t.value <= v.high;
    }
    ExampleTruth line = e;
    line.label_up = line.label_down = 0;
    straight +=
        fit_device({.ltp = f.write("line.csv", ltp_csv(line, seed)), .read_voltage_V = e.v_read_V})[0].best().model ==
        "linear";
  }
  for (const auto& [name, n] : held) {
    MESSAGE(std::string(name), ": ", n, " of ", right);
    CHECK(n >= least_held * right);
  }
  MESSAGE("a straight line is called one: ", straight, " of ", rounds);
  CHECK(straight >= least_straight * rounds);

  // One cycle, and noise of pulses that is a quarter of a step.
  for (const auto& [what, cycles, cycle, read_S] :
       {std::tuple{"one cycle", 1, 0.005, 0.38e-6}, {"large noise of pulses", 3, 0.03, 0.1e-6}}) {
    e.cycles = cycles, e.cycle = cycle, e.read_S = read_S;
    std::map<std::string, int> single;
    for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
      const auto parts = fit_device(
          {.ltp = f.write("one.csv", ltp_csv(e, seed)), .read_voltage_V = e.v_read_V, .models = {"exponential"}});
      for (const True& t : truths(e)) {
        if (std::string(t.part) != "ltp" || (cycles == 1 && std::string(t.name).starts_with("noise"))) continue;
        const FittedValue& v = value_of(parts[0], t.name);
        single[t.name] += v.low <= t.value && t.value <= v.high;
      }
    }
    for (const auto& [name, n] : single) {
      MESSAGE(std::string(what), ": ", std::string(name), ": ", n, " of ", rounds);
      CHECK(n >= least_held * rounds);
    }
  }
}

// sigma_0 and sigma_1 of readings back, whichever model is chosen.
void check_spread(std::uint32_t rounds, double least_fitted, double least_held) {
  const Folder f;
  const ExampleTruth e;
  int held[2] = {0, 0}, n = 0;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    try {
      const auto parts =
          fit_device({.readback = f.write("r.csv", readback_csv(e, seed)), .models = {"gaussian-linear"}});
      ++n;
      for (const int k : {0, 1}) {
        const FittedValue& v = parts[0].best().values[static_cast<std::size_t>(k)];
        const double truth = k == 0 ? e.sigma0_S : e.sigma1_S;
        held[k] += v.low <= truth && truth <= v.high;
      }
    } catch (const InputError&) {
      // the slope's interval holds 0
    }
  }
  MESSAGE("sigma: ", held[0], " and ", held[1], " of ", n);
  CHECK(n >= least_fitted * rounds);
  for (const int k : {0, 1}) CHECK(held[k] >= least_held * n);
}

void check_no_drift(std::uint32_t rounds, double least_right) {
  const Folder f;
  int right = 0;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const Random random(seed, 4);
    std::string text = "cell,time (s),conductance (uS)\n";
    for (std::uint32_t cell = 0, row = 0; cell < 100; ++cell) {
      const double g = 5.0 + cell % 10 * 4;
      text += fmt::format("{},0,{}\n", cell, g);
      for (const double t : {1.0, 10.0, 100.0, 1e3, 1e4})
        text += fmt::format("{},{},{:.5f}\n", cell, t,
                            g * (1 + 0.03 * random.normal4({.purpose = Purpose::test, .place = row++})[0]));
    }
    const FitPart p = fit_device({.retention = f.write("still.csv", text)})[0];
    right += p.best().model == "no-change";
  }
  MESSAGE("no change is called so: ", right, " of ", rounds);
  CHECK(right >= least_right * rounds);
}

// So many cells are drawn as many, of four times as many fewer (4,000): half as wide either way.
void check_many_cells(int few) {
  const Folder f;
  double width[2];
  for (const int many : {0, 1}) {
    ExampleTruth e;
    e.cells = many ? 4 * few : few;
    const FitPart p = fit_device({.retention = f.write("r.csv", retention_csv(e, 1)), .models = {"power-law"}})[0];
    const FittedValue& v = value_of(p, "sigma of nu between cells");
    width[many] = v.high - v.low;
    CHECK(v.low - 0.5 * width[many] < e.nu_sigma);
    CHECK(v.high + 0.5 * width[many] > e.nu_sigma);
  }
  // Quantiles of 200 are good to about a tenth.
  CHECK(width[1] / width[0] > 0.5 * 0.75);
  CHECK(width[1] / width[0] < 0.5 * 1.33);
}

}  // namespace

// Of 8 draws of 95 %, fewer than 5 come about by chance once in 2700 parameters.
TEST_CASE("intervals hold the truth as often as they say, and the model that made the data is chosen") {
  check_all_parts(8, 5.0 / 8, 5.0 / 8);
}

TEST_CASE("intervals of pulses hold with more noise of reading, and a straight line stays one") {
  check_pulses(8, 5.0 / 8, 5.0 / 8);
}

// Fewer than 86 of 100 by chance once in 7000.
TEST_CASE("intervals of a spread hold whatever is chosen") { check_spread(100, 0.92, 0.86); }

TEST_CASE("readings that scatter without change are no drift") { check_no_drift(8, 5.0 / 8); }

TEST_CASE("intervals of many cells shrink as those of few do") { check_many_cells(1200); }

// Fewer than 83 % of 48 or more by chance once in 2500 parameters; fewer than 91 % of 400 once in 2000.
TEST_CASE("long: intervals hold the truth as often as they say, and the true model is chosen" * doctest::skip()) {
  check_all_parts(60, 0.8, 0.83);
}

TEST_CASE("long: intervals of pulses hold with more noise of reading" * doctest::skip()) {
  check_pulses(60, 0.8, 0.83);
}

TEST_CASE("long: readings that scatter without change are no drift" * doctest::skip()) { check_no_drift(20, 0.8); }

TEST_CASE("long: intervals of many cells shrink as those of few do" * doctest::skip()) { check_many_cells(3200); }

TEST_CASE("long: intervals of a spread hold whatever is chosen" * doctest::skip()) { check_spread(400, 0.95, 0.91); }

TEST_CASE("an offset of the instrument and noise in proportion leave a curve what it is") {
  const Folder f;
  int sinh = 0, held = 0, straight = 0;
  constexpr int rounds = 40;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const Random random(seed, 8);
    const auto curve = [&](double beta, double offset, double constant, double relative) {
      std::string text = "state,voltage (V),current (uA)\n";
      std::uint32_t row = 0;
      for (const double g : {10.0, 20.0, 40.0})
        for (int k = -20; k <= 20; ++k) {
          const double v = 0.025 * k, i = g * (beta > 0 ? std::sinh(beta * v) / beta : v);
          const auto z = random.normal4({.purpose = Purpose::test, .place = row++});
          text += fmt::format("{},{:.3f},{:.5f}\n", g, v, i * (1 + relative * z[0]) + offset + constant * z[1]);
        }
      return fit_device({.iv = f.write("iv.csv", text)})[0];
    };
    const FitPart off = curve(2.5, 0.05, 0.02, 0);
    sinh += off.best().model == "sinh";
    if (off.best().model == "sinh") {
      const FittedValue& beta = value_of(off, "beta of sinh(beta V)");
      held += beta.low < 2.5 && 2.5 < beta.high;
      CHECK(value_of(off, "current at no voltage (the instrument's)").value ==
            doctest::Approx(0.05e-6).epsilon(0.3).scale(1e-30));
    }
    straight += curve(0, 0, 0.002, 0.02).best().model == "ohmic";
  }
  MESSAGE("sinh with an offset: ", sinh, ", its interval holds ", held,
          "; straight with noise in proportion: ", straight, " of ", rounds);
  CHECK(sinh >= 0.9 * rounds);
  CHECK(held >= 0.83 * sinh);
  CHECK(straight >= 0.8 * rounds);
  const auto refused = [&](const char* slope) {
    std::string text = "voltage (V),current (uA)\n";
    for (int k = -10; k <= 10; ++k)
      text += fmt::format("{},{}\n", k / 10.0, std::string(slope) == "falls" ? -k : k % 2 ? 0.1 : -0.1);
    return refusal({.iv = f.write("iv.csv", text)});
  };
  CHECK(refused("falls").find("no conductance is above the noise") != std::string::npos);
  CHECK(refused("none") != "none");
}

TEST_CASE("a single exponential decay is not taken for another law") {
  const Folder f;
  const ExampleTruth e;
  int right = 0;
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    std::string text = "cell,time (s),conductance (uS)\n";
    const Random random(static_cast<std::uint32_t>(round), 9);
    for (std::uint32_t cell = 0; cell < 60; ++cell) {
      const double g0 = 20 + 0.5 * cell;
      std::uint32_t step = 0;
      for (const double t : {0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0})
        text += fmt::format("{},{},{:.4f}\n", cell, t,
                            5 + (g0 - 5) * std::exp(-t / 100) +
                                0.1 * random.normal4({.purpose = Purpose::test, .place = cell, .step = step++})[0]);
    }
    const auto parts = fit_device({.retention = f.write("decay.csv", text)});
    right += parts[0].best().model == "single-exponential";
    if (parts[0].best().model == "single-exponential")
      CHECK(value_of(parts[0], "time constant").value == doctest::Approx(100).epsilon(0.02));
  }
  CHECK(right == rounds);
}

}  // namespace bitline::fit_intervals_test
