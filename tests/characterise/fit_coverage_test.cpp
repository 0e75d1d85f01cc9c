// SPDX-License-Identifier: Apache-2.0
// How often intervals hold the truth where readings are of every third pulse, currents limited, times scattered, cells
// few. A few draws each time tests run; many by the label `long`.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "base/random.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::fit_coverage_test {
using namespace characterise;
using namespace bitline::test;

namespace {

struct Normals {
  Random random;
  std::uint32_t next = 0;
  double operator()() { return random.normal4({.purpose = Purpose::test, .place = next++})[0]; }
};

// Every third row of a file, with its pulse number.
std::string every_third(const std::string& text) {
  std::string out, line;
  int row = -2;  // a comment and the header
  for (const char c : text) {
    line += c;
    if (c != '\n') continue;
    if (row == -1) out += "pulse," + line;
    if (row >= 0 && row % 3 == 0) out += fmt::format("{},{}", row, line);
    ++row, line.clear();
  }
  return out;
}

std::string jittered_cells(std::uint32_t seed, int cells) {
  Normals z{Random(seed, 41)};
  std::string text = "cell,time (s),conductance (uS)\n";
  for (int cell = 0; cell < cells; ++cell) {
    const double g0 = 10 + 30.0 * cell / cells, nu = 0.045 + 0.012 * z();
    for (const double t : {0.0, 1.0, 10.0, 100.0, 1e3, 1e4}) {
      const double at = t * (1 + 0.05 * z());
      text += fmt::format("{},{:.6g},{:.5f}\n", cell, at, g0 * std::pow(1 + at, -nu) * (1 + 0.01 * z()));
    }
  }
  return text;
}

std::string limited_curve(std::uint32_t seed) {
  Normals z{Random(seed, 42)};
  std::string text = "voltage (V),current (uA)\n";
  for (int k = -20; k <= 20; ++k) {
    const double v = 0.05 * k, i = 20 * std::sinh(3 * v) / 3 * (1 + 0.01 * z()) + 0.02 * z();
    text += fmt::format("{},{:.5f}\n", v, std::clamp(i, -10.0, 10.0));
  }
  return text;
}

struct Share {
  int held = 0, of = 0;
  void count(const FittedValue& v, double truth) { held += v.low <= truth && truth <= v.high, ++of; }
};

std::map<std::string, Share> coverage(std::uint32_t rounds) {
  const Folder f;
  ExampleTruth e;
  std::map<std::string, Share> shares;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const FitPart ltp = fit_device({.ltp = f.write("third.csv", every_third(ltp_csv(e, seed))),
                                    .read_voltage_V = e.v_read_V,
                                    .models = {"exponential"}})[0];
    for (const True& t : truths(e))
      if (std::string(t.part) == "ltp")
        for (const FittedValue& v : ltp.best().values)
          if (v.name == t.name) shares[std::string("every third pulse: ") + t.name].count(v, t.value);
    const FitPart cells =
        fit_device({.retention = f.write("j.csv", jittered_cells(seed, 100)), .models = {"power-law"}})[0];
    shares["scattered times: exponent nu"].count(value_of(cells, "exponent nu"), 0.045);
    shares["scattered times: sigma of nu"].count(value_of(cells, "sigma of nu between cells"), 0.012);
    const FitPart iv = fit_device({.iv = f.write("iv.csv", limited_curve(seed)), .models = {"sinh"}})[0];
    shares["compliance: beta"].count(value_of(iv, "beta of sinh(beta V)"), 3);
  }
  return shares;
}

}  // namespace

TEST_CASE("intervals hold where readings are sparse, limited or scattered") {
  for (const auto& [name, s] : coverage(12)) {
    MESSAGE(name, ": ", s.held, " of ", s.of);
    // 95 %: fewer than 8 of 12 by chance once in 5000.
    CHECK(s.held >= 8.0 / 12 * s.of);
    CHECK(s.of >= 9);
  }
}

TEST_CASE("long: intervals hold where readings are sparse, limited or scattered" * doctest::skip()) {
  for (const auto& [name, s] : coverage(300)) {
    MESSAGE(name, ": ", s.held, " of ", s.of);
    // 95 %; intervals of few blocks of readings are a little narrow.
    CHECK(s.held >= 0.88 * s.of);
  }
}

}  // namespace bitline::fit_coverage_test
