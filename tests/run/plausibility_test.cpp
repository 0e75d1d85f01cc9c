// SPDX-License-Identifier: Apache-2.0
// Results that no working chip gives are warned of, each by its own rule.
#include "run/plausibility.h"

#include <doctest/doctest.h>

namespace bitline::run_plausibility_test {
using namespace run;

namespace {

// Of two layers and 1,000 images of ten classes.
Result sound() {
  Result r;
  r.costs.layers.resize(2);
  r.costs.layers[0].name = "fc1", r.costs.layers[1].name = "fc2";
  r.reads = {{25, 0.0001, 1e-3}, {30, 0.04, 1e-3}};
  r.costs.area_breakdown_m2 = {{cost::Part::array, 1e-6}, {cost::Part::driver, 9e-6}};
  r.quality.inputs = 1000, r.quality.chance = 0.1;
  r.quality.value = 0.2, r.quality.reference_float = 0.9;
  return r;
}

std::string all(const Result& r) {
  std::string text;
  for (const std::string& finding : implausible(r)) text += finding + "\n";
  return text;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a sound result is plausible") { CHECK(all(sound()) == ""); }

TEST_CASE("clipped codes and lost signals name their layers") {
  Result r = sound();
  r.reads[1] = {2.9, 0.06, 1e-3};
  CHECK(has(all(r), "more than 5 % of conversions are clipped in fc2"));
  CHECK(has(all(r), "below 3 dB in fc2"));
  r.reads[0].snr_db = 0;
  CHECK(has(all(r), "below 3 dB in fc1, fc2"));
}

TEST_CASE("drivers ten times as large as the arrays") {
  Result r = sound();
  r.costs.area_breakdown_m2 = {{cost::Part::array, 1e-6}, {cost::Part::driver, 11e-6}};
  CHECK(has(all(r), "11 times the area of the arrays"));
}

TEST_CASE("accuracy at chance: of the network, or of the chip alone") {
  // Two standard deviations of 10 % over 1,000 images: 11.897 %.
  Result r = sound();
  r.quality.value = 0.118;
  CHECK(has(all(r), "on chip the network answers no better than the commonest class (10.0 %)"));
  r.quality.value = 0.12;
  CHECK(all(r) == "");
  r.quality.reference_float = 0.11;
  CHECK(has(all(r), "workload.dataset"));
  // Four images, two of one class: all right proves nothing, and is no fault.
  r.quality.inputs = 4, r.quality.chance = 0.5, r.quality.value = r.quality.reference_float = 1;
  CHECK(all(r) == "");
}

}  // namespace bitline::run_plausibility_test
