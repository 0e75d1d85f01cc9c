// SPDX-License-Identifier: Apache-2.0
// Given figures in place of modelled ones, one by one; what is missing is named; shipped processes order by node.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "periphery/lines/drivers.h"
#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "periphery/memory/sram.h"
#include "tests/periphery/technology.h"

namespace bitline::given_test {
using namespace periphery;
using namespace bitline::test;

namespace {

struct Part {
  std::string name;
  GivenCost PartCosts::*given;
  std::function<UnitCost(const Technology&)> cost;
};

const std::vector<Part>& parts() {
  static const std::vector<Part> all = {
      {"adder", &PartCosts::adder, [](const Technology& t) { return adder_bit(t); }},
      {"register", &PartCosts::register_bit, [](const Technology& t) { return register_bit(t); }},
      {"buffer", &PartCosts::buffer, [](const Technology& t) { return sram_bit(t, 65536, 64); }},
      {"buffer", &PartCosts::buffer, [](const Technology& t) { return register_file_bit(t, 4096, 64); }},
      {"driver", &PartCosts::driver, [](const Technology& t) { return analog_row_driver(t, 500, 3); }},
      {"driver", &PartCosts::driver, [](const Technology& t) { return gate_row_driver(t, 1e-13); }},
      {"level_shifter", &PartCosts::level_shifter, [](const Technology& t) { return level_shifter(t, 3.3, 1e-5); }},
      {"mux", &PartCosts::mux, [](const Technology& t) { return column_switch(t); }},
      {"sample_hold", &PartCosts::sample_hold, [](const Technology& t) { return sample_hold(t, 8); }},
      {"dac", &PartCosts::dac, [](const Technology& t) { return dac(t, 6); }},
      {"router", &PartCosts::router, [](const Technology& t) { return router_bit(t); }},
  };
  return all;
}

std::string refusal(const Part& part, const Technology& t) {
  try {
    part.cost(t);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("given figures replace modelled ones one by one") {
  for (const Part& part : parts()) {
    CAPTURE(part.name);
    Technology t = round_technology();
    const UnitCost modelled = part.cost(t);
    CHECK(modelled.origin == CostOrigin::circuit);
    CHECK(modelled.energy_spread == circuit_energy_spread);
    CHECK(modelled.area_spread == circuit_area_spread);
    CHECK(modelled.leakage_spread == circuit_leakage_spread);
    for (const double x : {modelled.energy_J, modelled.time_s, modelled.area_m2, modelled.leakage_W}) CHECK(x > 0);
    struct Figure {
      std::optional<double> GivenCost::*given;
      double UnitCost::*cost;
    };
    const Figure figures[] = {{&GivenCost::energy_J, &UnitCost::energy_J},
                              {&GivenCost::time_s, &UnitCost::time_s},
                              {&GivenCost::area_m2, &UnitCost::area_m2},
                              {&GivenCost::leakage_W, &UnitCost::leakage_W}};
    for (const Figure& set : figures) {
      GivenCost one;
      one.*set.given = 123;
      t.costs = {};
      t.costs.*part.given = one;
      const UnitCost c = part.cost(t);
      CHECK(c.origin == CostOrigin::given);
      for (const Figure& f : figures) CHECK(c.*f.cost == (f.given == set.given ? 123 : modelled.*f.cost));
      CHECK((c.energy_spread == 1) == (set.given == &GivenCost::energy_J));
      CHECK((c.area_spread == 1) == (set.given == &GivenCost::area_m2));
      CHECK((c.leakage_spread == 1) == (set.given == &GivenCost::leakage_W));
    }
  }
}

TEST_CASE("a part needs no transistors when all of its figures are given, and is named when they are not") {
  for (const Part& part : parts()) {
    CAPTURE(part.name);
    Technology t = round_technology();
    t.transistor.reset();
    CHECK(refusal(part, t).find("technology.costs." + part.name) == 0);
    CHECK(refusal(part, t).find("technology.transistor") != std::string::npos);
    t.costs.*part.given = {.energy_J = 1, .time_s = {}, .area_m2 = 2, .leakage_W = {}};
    CHECK(refusal(part, t).find("technology.costs." + part.name) == 0);
    t.costs.*part.given = {.energy_J = 1, .time_s = {}, .area_m2 = 2, .leakage_W = 3};
    t.sram_cell_m2.reset();
    const UnitCost c = part.cost(t);
    CHECK(c.energy_J == 1);
    CHECK(c.time_s == 0);
    CHECK(c.area_m2 == 2);
    CHECK(c.leakage_W == 3);
    CHECK(c.origin == CostOrigin::given);
  }
}

TEST_CASE("memory without a cell is refused, and off-chip memory needs nothing") {
  Technology t = round_technology();
  t.sram_cell_m2.reset();
  CHECK_THROWS_WITH_AS(sram_bit(t, 1024, 64), doctest::Contains("technology.sram_cell"), ConfigError);
  CHECK(register_file_bit(t, 1024, 64).area_m2 > 0);
  t.transistor.reset();
  CHECK(dram_bit(t).energy_J > 0);
  t.costs.dram.energy_J = 5;
  CHECK(dram_bit(t).energy_J == 5);
  CHECK(dram_bit(t).energy_spread == 1);
  CHECK(dram_bit(t).origin == CostOrigin::given);
}

TEST_CASE("a sum errs as much as its parts do together") {
  UnitCost a, b;
  a.energy_J = 3, a.energy_spread = 2, a.area_m2 = 1, a.area_spread = 5, a.origin = CostOrigin::given;
  b.energy_J = 1, b.energy_spread = 6, b.area_m2 = 0, b.area_spread = 9;
  const UnitCost s = sum(a, b);
  CHECK(s.energy_J == 4);
  CHECK(s.energy_J * s.energy_spread == 3 * 2 + 1 * 6);
  CHECK(s.area_spread == 5);
  CHECK(s.origin == CostOrigin::circuit);
  CHECK(sum(a, a).energy_spread == 2);
  CHECK(sum(a, a).origin == CostOrigin::given);
}

TEST_CASE("a smaller node takes less energy and area in every digital part") {
  std::vector<NamedTechnology> all = shipped_technologies();
  REQUIRE(!all.empty());
  // And, so that there is something to compare with, the smallest shrunk by constant fields.
  NamedTechnology shrunk = all.front();
  shrunk.name = "shrunk " + shrunk.name;
  Technology& t = shrunk.technology;
  t.node_m *= 0.7, t.vdd_V *= 0.7, t.cell_area_m2 *= 0.49;
  if (t.sram_cell_m2) *t.sram_cell_m2 *= 0.49;
  t.transistor->gate_width_m *= 0.7, t.transistor->gate_pitch_m *= 0.7, t.transistor->cell_height_m *= 0.7;
  all.insert(all.begin(), shrunk);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    CAPTURE(all[i].name);
    CAPTURE(all[i + 1].name);
    const Technology &small = all[i].technology, &large = all[i + 1].technology;
    if (!(small.node_m < large.node_m)) continue;
    for (const Part& part : parts()) {
      // Not digital: noise, write voltages and switches of a given resistance do not shrink with the node.
      if (part.name == "level_shifter" || part.name == "dac" || part.name == "sample_hold" || part.name == "driver")
        continue;
      if (part.name == "buffer" && !(small.sram_cell_m2 && large.sram_cell_m2)) continue;
      CAPTURE(part.name);
      const UnitCost a = part.cost(small), b = part.cost(large);
      CHECK(a.energy_J > 0);
      CHECK(a.energy_J < b.energy_J);
      CHECK(a.area_m2 > 0);
      CHECK(a.area_m2 < b.area_m2);
    }
  }
}

}  // namespace bitline::given_test
