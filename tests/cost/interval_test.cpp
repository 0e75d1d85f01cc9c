// SPDX-License-Identifier: Apache-2.0
// Intervals of totals, by hand.
#include <doctest/doctest.h>

#include "tests/cost/cost_chips.h"

namespace bitline::interval_test {
using namespace cost;
using namespace bitline::test;

TEST_CASE("interval: kinds err independently, instances of one kind alike") {
  Deviations d;
  CHECK(d.above() == 0);
  CHECK(d.below() == 0);
  CHECK(d.deciding().empty());
  // 30 within 2, in two instances, and 40 within 2: above hypot(30, 40), below half of it.
  d.add(Kind::adder, 10, 2);
  d.add(Kind::memory, 40, 2);
  d.add(Kind::adder, 20, 2);
  CHECK(d.above() == relative(50));
  CHECK(d.below() == relative(25));
  // 12 within 13/12 adds nothing to speak of below; above 1. What is given adds nothing at all.
  d.add(Kind::wire, 12, 13 / 12.0);
  d.add(Kind::converter, 1e6, 1);
  CHECK(d.above() == relative(std::sqrt(2501)));
  CHECK(d.below() == relative(std::sqrt(625 + std::pow(12 / 13.0, 2))));
  CHECK(d.spread(Kind::converter) == 1);
  CHECK(d.spread(Kind::leakage) == 1);
}

TEST_CASE("interval: what follows a kind moves with it") {
  Deviations d;
  d.add(Kind::converter, 10, 3);
  d.follow(Kind::converter, 0.5, 2);
  CHECK(d.above() == relative(20 + 2));
  CHECK(d.below() == relative(20 / 3.0 + 0.5));
  CHECK(d.above(Kind::converter) == d.above());
  CHECK(d.below(Kind::converter) == d.below());
}

TEST_CASE("interval: two prices of one kind with spreads of their own move together") {
  Deviations d;
  d.add(Kind::converter, 10, 3);
  d.add(Kind::converter, 30, 2);
  CHECK(d.above() == relative(10 * 2 + 30 * 1));
  CHECK(d.below() == relative(10 * 2 / 3.0 + 30 * 0.5));
  CHECK(d.spread(Kind::converter) == relative(1 + 50 / 40.0));
}

TEST_CASE("interval: sums and shares of other sums") {
  Deviations a, b;
  a.add(Kind::adder, 3, 2);
  b.add(Kind::adder, 1, 2);
  b.add(Kind::memory, 4, 2);
  a.add(b, 0.5);
  CHECK(a.above() == relative(std::hypot(3.5, 2)));
}

TEST_CASE("interval: what decides it is the least that makes up nine tenths of the squares, largest first") {
  Deviations d;
  d.add(Kind::register_bit, 3, 2);  // 9 of 110
  d.add(Kind::converter, 1, 2);     // 1
  d.add(Kind::wire, 10, 2);         // 100: more than nine tenths
  CHECK(d.deciding() == std::vector{Kind::wire});
  d.add(Kind::memory, 10, 2);  // now 100 and 100 of 210
  CHECK(d.deciding() == std::vector{Kind::memory, Kind::wire});
}

TEST_CASE("interval: every kind has a name of its own and a key that changes it") {
  for (std::size_t k = 0; k < kind_count; ++k) {
    CHECK(!info(static_cast<Kind>(k)).keys.empty());
    for (std::size_t other = 0; other < k; ++other)
      CHECK(info(static_cast<Kind>(k)).name != info(static_cast<Kind>(other)).name);
  }
}

TEST_CASE("interval: a floorplan's space errs with the parts it lies between, and given leakage does not") {
  const Changes adc = {{"adc", "ideal"}, {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale}"}};
  Changes wide = adc;
  wide.emplace_back("periphery.floorplan_overhead", "50 %");
  const Costs dense = costs(tiny(adc)), loose = costs(tiny(wide));
  CHECK(loose.area_high_m2 - loose.area_m2 == relative(1.5 * (dense.area_high_m2 - dense.area_m2)));
  CHECK(dense.energy_deviations_J.spread(Kind::leakage) == 1);
}

}  // namespace bitline::interval_test
