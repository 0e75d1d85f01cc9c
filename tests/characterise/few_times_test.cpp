// SPDX-License-Identifier: Apache-2.0
// Cells that were read once or twice after writing, as after a bake: what that determines is fitted, the rest refused.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "base/config_writer.h"
#include "base/statistics.h"
#include "device/aged_law.h"
#include "device/plasticity/pulsed_device.h"
#include "tests/characterise/fit_cases.h"
#include "tests/device/device_cases.h"

namespace bitline::few_times_test {
using namespace characterise;
using namespace device;
using namespace bitline::test;

namespace {

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }
std::string notes_of(const FitPart& p) { return fmt::format("{}", fmt::join(p.notes, "\n")); }

// Cells written to 5, 15, 25 and 35 uS, which change by a normal amount that grows with the logarithm of time.
std::string bake(int cells, const std::vector<double>& times_s) {
  std::string text = "cell,time (s),conductance (uS),written (uS)\n";
  for (int cell = 0; cell < cells; ++cell) {
    const double z =
        draws.normal4({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(cell), .image = 77})[0];
    for (const double t : times_s)
      text += fmt::format("{},{},{:.6f},{}\n", cell, t, 5 + 10 * (cell % 4) - 0.5 - 0.1 * std::log10(t) + 0.4 * z,
                          5 + 10 * (cell % 4));
  }
  return text;
}

Device written(const Folder& f, const std::vector<FitPart>& parts) {
  return load_pulsed_device(f.write("d.yaml", to_yaml(fitted_device(parts))), {}, ConfigPath{}).device;
}

}  // namespace

TEST_CASE("one time of reading tells the change until then") {
  const Folder f;
  constexpr int cells = 400;
  const fs::path file = f.write("bake.csv", bake(cells, {1e5}));
  for (const char* model : {"log-time", "by-level", "measured"}) {
    CAPTURE(std::string(model));
    const auto parts = fit_device({.retention = file, .models = {model}});
    const Device d = written(f, parts);
    // Two levels are 200 cells each: four standard errors of a mean and of a spread.
    const AgedLaw then = aged_law(d, 20 * uS, 1e5), later = aged_law(d, 20 * uS, 1e7),
                  before = aged_law(d, 20 * uS, 1e4);
    CHECK(std::abs(then.mean_S - 19 * uS) < 4 * 0.4 * uS / std::sqrt(cells / 4.0));
    CHECK(then.sigma_S == doctest::Approx(0.4 * uS).epsilon(4 / std::sqrt(2 * cells / 4.0)).scale(1e-30));
    CHECK(later.mean_S == then.mean_S);
    CHECK(later.sigma_S == then.sigma_S);
    CHECK(before.mean_S == 20 * uS);
    for (const FittedValue& v : parts[0].best().values) CHECK(!has(v.name, "decade"));  // assumed, not fitted
    CHECK(has(notes_of(parts[0]), "stay as they were then"));
    CHECK(has(notes_of(parts[0]), "only no-change, log-time, by-level, measured can be told"));
  }
  const FitPart all = fit_device({.retention = file})[0];
  CHECK(all.best().model == "log-time");
  for (const FitCandidate& c : all.candidates)
    CHECK((has(c.model, "power") || has(c.model, "exponential")) == has(c.refused, "after writing, there is 1"));
  int assumed = 0;
  for (const FitPart::Key& k : all.keys) assumed += k.path.ends_with("per_decade") && has(k.assumed, "one time");
  CHECK(assumed == 2);
}

TEST_CASE("a model that so few times do not determine is refused with its place and remedy") {
  const Folder f;
  const std::string once = refusal({.retention = f.write("one.csv", bake(40, {1e5})), .models = {"power-law"}});
  CAPTURE(once);
  CHECK(has(once, "one.csv:2: "));
  CHECK(has(once, "'power-law' needs readings at 2 times after writing, there is 1: read the cells at more times"));
  CHECK(has(once, "one or some of no-change, log-time, by-level, measured"));
  const std::string twice =
      refusal({.retention = f.write("two.csv", bake(40, {1e3, 1e5})), .models = {"double-exponential"}});
  CAPTURE(twice);
  CHECK(has(twice, "two.csv:3: "));
  CHECK(has(twice, "'double-exponential' needs readings at 3 times after writing, there are 2"));
  CHECK(has(twice, "power-law, single-exponential"));
  const std::string one = refusal({.retention = f.write("a.csv", bake(1, {1e3, 1e5}))});
  CHECK(has(one, "2 readings after writing are too few to fit: at least 3"));
}

TEST_CASE("two times of reading tell a law of two numbers, and spread from noise they do not") {
  const Folder f;
  const auto parts = fit_device({.retention = f.write("two.csv", bake(400, {1e3, 1e5}))});
  CHECK(parts[0].best().model == "log-time");
  CHECK(has(notes_of(parts[0]), "assumed: the form of the law"));
  const Device d = written(f, parts);
  for (const double t : {1e3, 1e5})
    CHECK(std::abs(aged_law(d, 20 * uS, t).mean_S - (19.5 - 0.1 * std::log10(t)) * uS) < 4 * 0.4 * uS / 20);

  std::string text = "cell,time (s),conductance (uS)\n";
  for (int cell = 0; cell < 100; ++cell) {
    const double nu =
        0.05 +
        0.01 * draws.normal4({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(cell), .image = 78})[0];
    for (const double t : {0.0, 10.0, 1e4})
      text += fmt::format("{},{},{:.6f}\n", cell, t, (10 + cell % 4) * std::pow(1 + t, -nu));
  }
  const FitPart p = fit_device({.retention = f.write("p.csv", text), .models = {"power-law"}})[0];
  CHECK(value_of(p, "exponent nu").value == doctest::Approx(0.05).epsilon(0.1));
  for (const FitPart::Key& k : p.keys)
    if (k.path == "drift.nu_sigma") {
      CHECK(*parse_quantity(k.text, Unit::none).value == doctest::Approx(0.01).epsilon(0.3));
      CHECK(has(k.assumed, "do not tell it from noise of reading"));
    }
}

TEST_CASE("a few cells of a bake have a mean and no spread") {
  const Folder f;
  const auto parts = fit_device({.retention = f.write("few.csv", bake(8, {1e5}))});
  CHECK(parts[0].best().model == "log-time");
  REQUIRE(parts[0].best().values.size() == 1);
  CHECK(std::abs(parts[0].best().values[0].value + 1 * uS) < 4 * 0.4 * uS / std::sqrt(8));
  CHECK(has(notes_of(parts[0]), "too few cells"));
  CHECK(aged_law(written(f, parts), 20 * uS, 1e5).sigma_S == 0);
}

}  // namespace bitline::few_times_test
