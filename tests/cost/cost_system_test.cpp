// SPDX-License-Identifier: Apache-2.0
// What surrounds the arrays: writing, transfers, meshes, buffers, clocks, off-chip memory; by hand on the tiny chip.
#include <doctest/doctest.h>

#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/memory/sram.h"
#include "tests/cost/cost_chips.h"

namespace bitline::cost_system_test {
using namespace periphery;
using namespace workloads;
using namespace arch;
using namespace cost;
using namespace bitline::test;

namespace {

// Round figures, for what given costs leave to transistors.
const std::string transistor =
    "{gate_capacitance: 1 fF/um, drain_capacitance: 0.8 fF/um, drive_n: 500 uA/um, drive_p: 250 uA/um, off_n: 1 nA/um, "
    "off_p: 0.5 nA/um, drive_per_K: 0 /K, off_decade: 70 K, gate_width: 0.5 um, p_to_n: 2, gate_pitch: 0.4 um, "
    "cell_height: 2 um}";

constexpr double macro_um2 = 64 + 200 + 240 + 116 + 124 + 228 + 476;  // as cost_test.cpp adds up
constexpr double pJ = 1e-12;

workloads::IntegerWeights next_layer() { return layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false}); }
const std::vector<CodeImages> two_images = {small_images, {{1, 2}, {3, 0}}};

Config without_write_figures(const Changes& changes) {
  Config config = tiny(changes);
  config.technology.write_energy_J.reset();
  config.technology.write_time_s.reset();
  return config;
}

const CostLine& line(const Costs& r, const std::string& part) {
  for (const CostLine& l : r.unit_costs)
    if (info(l.component).name == part) return l;
  FAIL("no unit cost of " << part);
  return r.unit_costs.front();
}

}  // namespace

TEST_CASE("cost: writing by hand: devices, lines, converters that verify, level shifters") {
  // Of a pair's two devices one is at 2 + 6 |w| uS and the other at 2 uS: weights 3, -1, 0, 2, -3, 1 give 84 uS
  // together, and 24 uS where pulses begin: on the way half of both. Readings after each of five steps meet
  // 5 x 24 + 15 x 12 uS. A row of four cells of 2 um, a column of eight lines 1 um apart: 1.6 fF each.
  const double way_S = (84 + 24) / 2 * 1e-6, read_S = 300e-6, lines_F = 2 * 1.6 * fJ;
  const Changes core = {{"programming", "{voltage: 1.2 V, pulse: 100 ns, pulses: 5}"}};
  const Costs plain = costs(without_write_figures(core));
  CHECK(*plain.energy_write_J == relative(5 * (way_S * 1.44 * 100 * ns + 12 * 1.44 * lines_F)));
  CHECK(*plain.write_time_s == relative(5 * 12 * 100 * ns));  // all in one array
  CHECK(!plain.refresh_W);
  CHECK(plain.write_parts->device_J == relative(5 * way_S * 1.44 * 100 * ns));
  CHECK(plain.write_parts->total() == *plain.energy_write_J);
  CHECK(plain.warnings.empty());

  // Each pulse is read at 0.2 V for 50 ns and converted.
  const Costs verified = costs(without_write_figures(
      {{"programming", "{voltage: 1.2 V, pulse: 100 ns, pulses: 5, verify: true, parallel: 3, refresh: 10 s}"}}));
  CHECK(*verified.energy_write_J ==
        relative(5 * (way_S * 1.44 * 100 * ns + 12 * (1.44 * lines_F + 5 * pJ)) + read_S * 0.04 * 50 * ns));
  CHECK(verified.write_parts->conversion_J == relative(60 * 5 * pJ));
  CHECK(verified.write_parts->verify_read_J == relative(read_S * 0.04 * 50 * ns));
  CHECK(*verified.write_time_s == relative(5 * 12 * (100 + 50 + 30) * ns / 3));
  CHECK(*verified.refresh_W == relative(*verified.energy_write_J / 10));

  // Above 1.1 x 1.3 V all lines get level shifters, and a pulse uses two.
  const Costs high = costs(without_write_figures({{"programming", "{voltage: 3 V, pulse: 100 ns}"}}));
  CHECK(*high.energy_write_J == relative(way_S * 9 * 100 * ns + 12 * (9 * lines_F + 2 * 47 * fJ)));
  CHECK(part(high.area_breakdown_m2, "level_shifter") == relative(2 * (8 + 4) * 53 * um2));
  CHECK(line(high, "level_shifter").instances == 2 * (8 + 4));
  CHECK(contains(high.warnings, "programming.voltage: 3 V is more than the 1.43 V"));
  const Costs bears = costs(
      without_write_figures({{"programming", "{voltage: 3 V, pulse: 100 ns}"}, {"technology.core_limit", "3.3 V"}}));
  CHECK(part(bears.area_breakdown_m2, "level_shifter") == 0);
  CHECK(bears.warnings.empty());

  // The device's own current law: at 1.2 V a device of beta 3 /V carries (sinh 3.6 / 1.2) / (sinh 0.6 / 0.2) times what
  // its conductance at 0.2 V says; reads are at 0.2 V.
  Changes curved = core;
  curved.emplace_back("device.iv", "{type: sinh, beta: 3 /V}");
  const Costs steep = costs(without_write_figures(curved));
  CHECK(steep.write_parts->device_J ==
        relative(plain.write_parts->device_J * (std::sinh(3.6) / 1.2) / (std::sinh(0.6) / 0.2)));
  CHECK(steep.write_parts->lines_J == plain.write_parts->lines_J);

  // Given figures win, each by itself; without pulses there is nothing to say.
  const Costs given = costs(tiny(core));
  CHECK(*given.energy_write_J == relative(12 * 0.5 * pJ));
  CHECK(!given.write_parts);
  CHECK(*given.write_time_s == relative(12 * 1e-6));
  const Costs none = costs(without_write_figures({{"programming", "{voltage: 1.2 V, refresh: 1 s}"}}));
  CHECK(!none.energy_write_J);
  CHECK(!none.write_time_s);
  CHECK(!none.refresh_W);
}

TEST_CASE("cost: copies are written once each, digital layers never") {
  const Changes pulses = {{"programming", "{voltage: 1.2 V, pulse: 100 ns}"}};
  const std::vector<workloads::IntegerWeights> layers = {small_layer(), next_layer()};
  const auto write_J = [&](const std::string& settings, const char* schedule = "pipelined") {
    Changes all = pulses;
    all.push_back({"layers", settings});
    all.push_back({"mapping.schedule", schedule});
    return *network_costs(without_write_figures(all), layers, two_images).energy_write_J;
  };
  const double both = write_J("{}"), first = write_J("{next: {digital: true}}"),
               second = write_J("{small: {digital: true}}");
  CHECK(both == relative(first + second));
  CHECK(write_J("{small: {duplicate: 2}}") == relative(2 * first + second));
  CHECK(write_J("{small: {duplicate: 2}}", "sequential") == relative(both));  // it would gain nothing
}

TEST_CASE("cost: transfers that overlap show only where they take longer than computing") {
  // 6 bits in and 4 out on one wire: 10 cycles of 10 ns against 200 + 240 + 40 ns.
  const auto with = [](const char* how, const char* clock) {
    return costs(
        tiny({{"periphery", std::string("{bus_bits: 1, transfers: ") + how + "}"}, {"technology.clock", clock}}));
  };
  CHECK(with("serial", "100 MHz").latency_per_inference_s == relative(580 * ns));
  CHECK(with("overlapped", "100 MHz").latency_per_inference_s == relative(480 * ns));
  CHECK(part(with("overlapped", "100 MHz").latency_s, "transfer") == 0);
  // At a tenth of the clock: 2400 ns against 200 + 240 + 400 ns.
  CHECK(with("serial", "10 MHz").latency_per_inference_s == relative(1840 * ns));
  CHECK(with("overlapped", "10 MHz").latency_per_inference_s == relative(1000 * ns));
  CHECK(part(with("overlapped", "10 MHz").latency_s, "transfer") == relative(160 * ns));
  CHECK(part(with("overlapped", "10 MHz").energy_J, "interconnect") ==
        part(with("serial", "10 MHz").energy_J, "interconnect"));
}

TEST_CASE("cost: a mesh: links of an array's pitch and routers, half a side away") {
  const double link_J = 0.25 * std::sqrt(macro_um2) * 0.2 * fJ * 1.69;
  const Costs two = costs(tiny({{"periphery.interconnect", "mesh"}}));
  CHECK(part(two.energy_J, "interconnect") == relative(10 * (link_J + 59 * fJ)));  // at least one hop
  CHECK(part(two.area_breakdown_m2, "interconnect") == relative(4 * 2 * 61 * um2));
  const Costs sixteen = costs(tiny({{"periphery.interconnect", "mesh"}, {"arrays", "16"}}));
  CHECK(part(sixteen.energy_J, "interconnect") == relative(10 * 2 * (link_J + 59 * fJ)));
  const Costs slow = costs(tiny({{"periphery.interconnect", "mesh"}, {"technology.costs.router.time", "15 ns"}}));
  CHECK(part(slow.latency_s, "transfer") == relative((2 + 1 + 2 * 2) * 10 * ns));  // two cycles there, two back
  Config leaking = tiny({{"periphery.interconnect", "mesh"}, {"technology.costs.router.leakage", "1 nW"}});
  CHECK(part(costs(leaking).energy_J, "leakage") == relative(2 * (11 + 4) * nJ * 510 * ns));
}

TEST_CASE("cost: more arrays are farther away, and space between parts is a line of its own") {
  const Costs tree = costs(tiny({{"arrays", "16"}}));
  CHECK(part(tree.energy_J, "interconnect") == relative(10 * tree_bit_J(16, macro_um2)));
  const Costs compact = costs(tiny()), roomy = costs(tiny({{"periphery.floorplan_overhead", "25 %"}}));
  CHECK(part(roomy.area_breakdown_m2, "floorplan") == relative(0.25 * compact.area_m2));
  CHECK(roomy.area_m2 == relative(1.25 * compact.area_m2));
  CHECK(roomy.tops_per_mm2 == relative(compact.tops_per_mm2 / 1.25));
}

TEST_CASE("cost: buffers of registers, and clocks that are not gated") {
  Config config = tiny({{"technology.transistor", transistor}, {"technology.sram_cell", "1 um2"}});
  config.technology.costs.buffer = {};
  const Costs sram = costs(config);
  const UnitCost cell = sram_bit(config.technology, 12, 4), flop = register_file_bit(config.technology, 12, 4);
  CHECK(part(sram.energy_J, "buffer") == relative(10 * cell.energy_J));
  CHECK(part(sram.area_breakdown_m2, "buffer") == relative(12 * cell.area_m2));
  CHECK(line(sram, "buffer").unit.origin == CostOrigin::circuit);
  config.periphery.buffer = BufferKind::registers;
  CHECK(part(costs(config).energy_J, "buffer") == relative(10 * flop.energy_J));
  CHECK(part(costs(config).area_breakdown_m2, "buffer") == relative(12 * flop.area_m2));

  config.technology.costs.register_bit = {};
  CHECK(part(costs(config).energy_J, "clock") == 0);
  config.periphery.clock_gating = false;
  // By array four rows of two bits and four columns of seven, clocked from one image to the next.
  CHECK(part(costs(config).energy_J, "clock") ==
        relative(2 * (4 * 2 + 4 * 7) * idle_register_J(config.technology) * 1e8 * 510 * ns));
}

TEST_CASE("cost: the select lines of shared converters turn once a turn, whatever they switch") {
  Config config = tiny({{"technology.transistor", transistor}});
  const Costs with = costs(config);
  config.technology.transistor.reset();
  const Costs without = costs(config);
  config = tiny({{"technology.transistor", transistor}, {"array.columns", "16"}});
  const double turn_J = (part(with.energy_J, "mux") - part(without.energy_J, "mux")) / (4 * 2);  // 4 reads, 2 turns
  CHECK(turn_J > 0);
  CHECK(part(costs(config).energy_J, "mux") == relative(8 * 11 * fJ + 8 * turn_J));  // as many turns, more converters
}

TEST_CASE("cost: off-chip: inputs of the first layer and outputs of the last") {
  const Changes off = {{"periphery.off_chip", "true"}};
  CHECK(part(costs(tiny(off)).energy_J, "off_chip") == relative((6 + 4) * 67 * fJ));
  const Costs two = network_costs(tiny(off), {small_layer(), next_layer()}, two_images);
  CHECK(part(two.layers[0].energy_breakdown_J, "off_chip") == relative(6 * 67 * fJ));
  CHECK(part(two.layers[1].energy_breakdown_J, "off_chip") == relative(8 * 67 * fJ));
  CHECK(two.efficiency_definition.find("with off-chip traffic") != std::string::npos);
  // Ungiven, it is known within a factor, and only its share of the total is.
  Config config = tiny(off);
  config.technology.costs.dram = {};
  const Costs unsure = costs(config);
  const UnitCost bit = dram_bit(config.technology);
  CHECK(part(unsure.energy_J, "off_chip") == relative(10 * bit.energy_J));
  // The charge of wires, femtojoules here, is all else.
  CHECK(unsure.energy_high_J - unsure.energy_per_inference_J ==
        doctest::Approx(10 * bit.energy_J * (bit.energy_spread - 1)));
  CHECK(unsure.energy_low_J < unsure.energy_per_inference_J);
}

}  // namespace bitline::cost_system_test
