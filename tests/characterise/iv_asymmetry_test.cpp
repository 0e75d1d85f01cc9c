// SPDX-License-Identifier: Apache-2.0
// What branches of a curve differ by: found exactly, told where it is more than noise, and silent else.
#include "characterise/fit/iv_asymmetry.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/random.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::iv_asymmetry_test {
using namespace characterise;
using namespace bitline::test;

namespace {

// Currents of 20 uS, larger by `more` at positive voltages and smaller by as much at negative ones; `noise` of each.
struct Measured {
  std::vector<double> v = {}, i = {};
  Measured(double more, double noise) {
    const Random random(7, 1);
    for (int k = -20; k <= 20; ++k) {
      const double volt = 0.05 * k;
      v.push_back(volt);
      const double z = random.normal4({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(k + 20)})[0];
      i.push_back(20e-6 * volt * (1 + (volt > 0 ? more : -more)) * (1 + noise * z));
    }
  }
  std::string csv() const {
    std::string text = "voltage (V),current (A)\n";
    for (std::size_t k = 0; k < v.size(); ++k) text += fmt::format("{},{}\n", v[k], i[k]);
    return text;
  }
};

std::string notes_of_fit(const Measured& m) {
  const Folder f;
  FitFiles files;
  files.iv = f.write("iv.csv", m.csv());
  const std::vector<FitPart> parts = fit_device(files);
  std::string all;
  for (const std::string& note : part_of(parts, "iv").notes) all += note + "\n";
  return all;
}

}  // namespace

TEST_CASE("branches that differ by a tenth differ by a tenth") {
  const Measured m(0.05, 0);
  const auto found = asymmetry(m.v, m.i);
  REQUIRE(found);
  CHECK(found->relative == doctest::Approx(0.1).epsilon(1e-12));
  CHECK(found->error < 1e-12);
  CHECK(asymmetry(Measured(0, 0).v, Measured(0, 0).i)->relative == doctest::Approx(0).scale(1e-12));
  const std::vector<double> one_sign{0.1, 0.2, 0.3}, currents{1, 2, 3};
  CHECK(!asymmetry(one_sign, currents));
}

TEST_CASE("a fit tells of branches that differ, and of nothing where they do not") {
  const std::string apart = notes_of_fit(Measured(0.05, 0.005));
  CHECK(apart.find("currents at +V and -V differ by") != std::string::npos);
  CHECK(apart.find("both laws are symmetric") != std::string::npos);
  CHECK(notes_of_fit(Measured(0, 0.005)).find("differ by") == std::string::npos);
}

}  // namespace bitline::iv_asymmetry_test
