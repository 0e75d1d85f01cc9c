// SPDX-License-Identifier: Apache-2.0
// Energy, latency and area of one layer against figures computed by hand.
#include <doctest/doctest.h>

#include "tests/cost/cost_chips.h"

namespace bitline::cost_test {
using namespace periphery;
using namespace arch;
using namespace chip;
using namespace read;
using namespace cost;
using namespace bitline::test;

namespace {

// `units` with what each part leaks in place of a figure for whole arrays.
Config leaking(const Changes& changes) {
  Config config = tiny(changes);
  config.technology.leakage_W_per_array.reset();
  return config;
}

}  // namespace

TEST_CASE("cost: every part of one small 2T2R layer by hand") {
  const Costs r = costs(tiny());
  // Step (20 - 2) / 3 = 6 uS. Row totals with two unused 2T2R columns at 2 x 2 uS each (+8 uS):
  //   row 0: weights 3, -1: (20+2) + (2+8) + 8 = 40; row 1: 0, 2: (2+2) + (14+2) + 8 = 28; row 2: -3, 1: as row 0, 40
  //   uS.
  // Ones among the input bits, mean of two images: row 0: (2+1)/2, row 1: (1+0)/2, row 2: (0+1)/2.
  const double array_J = 0.2 * 0.2 * 50 * ns * (1.5 * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6);
  // Two row groups (2 + 1 rows), two planes: 4 reads, 2 columns: 8 conversions. Largest code 2^3 = 8, plane weights
  // 1 + 2, two pieces: 48 needs 6 bits, and a sign: 7 bits. A code of up to 8 and a sign are 5 bits, the adder of
  // planes has one more. Pieces: one addition for each of two outputs.
  const double line_F = 4 * 2 * 0.2 * fJ;  // four columns of 2 um at 0.2 fF/um
  check_parts(r.energy_J, {{"array", array_J},
                           {"adc", 8 * 5e-12},
                           // Two lines a row; 6 register bits.
                           {"driver", 2 * 2.5 * (line_F * 0.2 * 0.2 + 5 * fJ) + 3 * 2 * 1 * 3 * fJ},
                           {"mux", 8 * 11 * fJ},  // both columns of a converter wait for their turn
                           {"sample_hold", 8 * 37 * fJ},
                           {"shift_add", 8 * (6 * 2 + 7 * 3) * fJ},
                           {"accumulate", 2 * 7 * (2 + 3) * fJ},
                           {"buffer", (3 * 2 + 2 * 2) * 7 * fJ},
                           // 6 bits in, 4 out, and two partial sums of 7.
                           {"interconnect", (6 + 4) * tree_bit_J(2, 64 + 200 + 240 + 116 + 124 + 228 + 476)},
                           {"off_chip", 0},
                           {"activation", 2 * (2 + 1) * 7 * 2 * fJ},
                           {"digital", 0},
                           {"clock", 0},
                           {"reload", 0},
                           // 11 nW an array, in place of what its parts leak; two arrays; 510 ns.
                           {"leakage", 2 * 11 * nJ * 510 * ns}});
  CHECK(r.energy_per_inference_J == relative(r.energy_J.total()));
  // Two columns in turn at a converter; 1 cycle of shift-add, 2 turns at the rescaling unit, 1 for two pieces.
  // Over 4 wires: 6 bits take 2 cycles, 4 take 1; wires without resistance take no time.
  check_parts(r.latency_s, {{"array", 4 * 50 * ns},
                            {"adc", 4 * 2 * 30 * ns},
                            {"digital", (1 + 2 + 1) * 10 * ns},
                            {"transfer", (2 + 1) * 10 * ns},
                            {"reload", 0}});
  CHECK(r.latency_per_inference_s == relative(510 * ns));
  CHECK(r.throughput_per_s == relative(1 / (510 * ns)));
  check_parts(r.area_breakdown_m2, {{"array", 2 * 16 * 4 * um2},
                                    {"adc", 2 * 2 * 100 * um2},
                                    {"driver", 2 * (8 * 13 + 4 * 2 * 17) * um2},  // a register holds a bit and a sign
                                    {"mux", 2 * 4 * 29 * um2},
                                    {"sample_hold", 2 * 4 * 31 * um2},
                                    {"level_shifter", 0},
                                    {"shift_add", 2 * 2 * 6 * 19 * um2},
                                    {"accumulate", 2 * 4 * 7 * 17 * um2},
                                    {"buffer", 2 * 6 * 23 * um2},  // twice the larger of 3 x 2 and 2 x 2 bits
                                    {"activation", 2 * 2 * (2 + 1) * 7 * 19 * um2},
                                    {"digital", 0},
                                    {"interconnect", 0},  // no metal: no repeaters
                                    {"floorplan", 0}});
  CHECK(r.area_m2 == relative(r.area_breakdown_m2.total()));
  REQUIRE(r.energy_write_J);
  CHECK(*r.energy_write_J == relative(12 * 0.5e-12));  // six weights of two devices
  CHECK(r.layers[0].macs == 6);
  CHECK(r.layers[0].conversions == 8);
  CHECK(r.layers[0].arrays == 1);
  CHECK(r.layers[0].latency_s == relative(510 * ns));
  CHECK(r.layers[0].energy_J == relative(r.energy_per_inference_J - part(r.energy_J, "leakage")));
  CHECK(r.write_time_s == relative(12 * 1e-6));  // all in one array
  // All figures are given, but the charge of the lines and of the wires of the tree: within 7.7, independently.
  const double lines_J = 2 * 2.5 * line_F * 0.2 * 0.2, tree_J = part(r.energy_J, "interconnect");
  CHECK(r.energy_high_J - r.energy_per_inference_J == relative(6.7 * std::hypot(lines_J, tree_J)));
  CHECK(r.energy_per_inference_J - r.energy_low_J == relative(6.7 / 7.7 * std::hypot(lines_J, tree_J)));
  CHECK(r.area_low_m2 == r.area_m2);
  CHECK(r.area_high_m2 == r.area_m2);
  CHECK(r.one_bit_tops_per_w == relative(r.tops_per_w * 2 * 3));
  CHECK(r.baselines.empty());
  CHECK(r.tops_per_w == relative(12 / r.energy_per_inference_J * 1e-12));
  CHECK(r.tops_per_mm2 == relative(12 / (510 * ns) / (r.area_m2 * 1e6) * 1e-12));
  CHECK(r.warnings.empty());
}

TEST_CASE("cost: offset cells on gated rows: gates swing to the supply, a reference column, one line a row") {
  const Costs r = costs(tiny({{"cell", "{type: 1t1r-offset}"}, {"array.topology", "gated-rows"}}));
  // Digits 0..6, step 3 uS, reference digit 3 (11 uS). Rows of digits w + 3 plus reference plus two unused devices:
  //   6, 2: 20 + 8 + 11 + 4 = 43; 3, 5: 11 + 17 + 11 + 4 = 43; 0, 4: 2 + 14 + 11 + 4 = 31 uS.
  CHECK(part(r.energy_J, "array") == relative(0.04 * 50 * ns * (1.5 * 43e-6 + 0.5 * 43e-6 + 0.5 * 31e-6)));
  // One device has half of the cell's area: pitch sqrt(2) um.
  const double line_F = 4 * std::sqrt(2.0) * 0.2 * fJ;
  CHECK(part(r.energy_J, "driver") == relative(2.5 * (line_F * 1.3 * 1.3 + 5 * fJ) + 6 * 3 * fJ));
  CHECK(part(r.area_breakdown_m2, "array") == relative(2 * 4 * (4 + 1) * 2 * um2));
  CHECK(part(r.area_breakdown_m2, "driver") == relative(2 * (4 * 13 + 4 * 2 * 17) * um2));
  CHECK(part(r.area_breakdown_m2, "adc") == relative(2 * 2 * 100 * um2));
  CHECK(part(r.energy_J, "interconnect") == relative((6 + 4) * tree_bit_J(2, 40 + 200 + 188 + 116 + 124 + 228 + 476)));
  CHECK(*r.energy_write_J == relative(6 * 0.5e-12));
  // A gate does not care about the read voltage, a voltage row does, and the other way round for the supply.
  for (const char* topology : {"voltage-rows", "gated-rows", "gated-ladder"}) {
    CAPTURE(topology);
    const auto driver = [&](const char* key, const char* value) {
      const Costs with = costs(tiny({{"array.topology", topology},
                                     {"technology.costs.register.energy", "0 fJ"},
                                     {"technology.costs.driver.energy", "0 fJ"},
                                     {key, value}}));
      return part(with.energy_J, "driver");
    };
    const bool gated = std::string(topology) != "voltage-rows";
    CHECK(driver("input.v_read", "0.4 V") / driver("input.v_read", "0.2 V") == relative(gated ? 1 : 4));
    CHECK(driver("technology.vdd", "2.6 V") / driver("technology.vdd", "1.3 V") == relative(gated ? 4 : 1));
  }
}

TEST_CASE("cost: a converter's full scale is the largest current its rows can give") {
  const auto full_scale = [](const std::string& cell) {
    const Chip chip = chip_with(tiny({{"cell", cell}}), {small_layer()});
    return full_scale_A(chip, chip.layers[0], {});
  };
  // Two rows at once, 0.2 V: digits up to 3 of 6 uS; offset cells keep 3 of 0..6 (3 uS each) after the reference;
  // g_max.
  CHECK(full_scale("{type: 2t2r}") == relative(2 * 0.2 * 18e-6));
  CHECK(full_scale("{type: 1t1r-offset}") == relative(2 * 0.2 * 9e-6));
  CHECK(full_scale("{type: 1t1r-differential}") == relative(2 * 0.2 * 20e-6));
  // Slices of digits 0..3 (base 4, 6 uS) against references 3 and 0: the second slice keeps up to 3 of them.
  CHECK(full_scale("{type: 1t1r-offset, slices: 2}") == relative(2 * 0.2 * 18e-6));
}

TEST_CASE("cost: an analog row is charged to its own voltage and its register holds the whole code") {
  const Costs r = costs(tiny({{"input.encoding", "analog"}, {"array.active_rows", "all"}}));
  // One plane, step 0.2 / 3 V; x^2: row 0: (9 + 4)/2, row 1: 1/2, row 2: 1/2; two rows are on, mean of two images.
  const double step = 0.2 / 3, line_F = 4 * 2 * 0.2 * fJ;
  CHECK(part(r.energy_J, "array") == relative(step * step * 50 * ns * (6.5 * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6)));
  CHECK(part(r.energy_J, "driver") ==
        relative(2 * 7.5 * line_F * step * step + 2 * 2 * 5 * fJ + 2 * 3 * 41 * fJ + 3 * 2 * 3 * fJ));
  CHECK(part(r.energy_J, "mux") == relative(2 * 11 * fJ));
  // Code 8, one plane, one piece: 8 needs 4 bits, and a sign. One read of two columns.
  CHECK(part(r.energy_J, "shift_add") == relative(2 * 5 * 5 * fJ));
  CHECK(part(r.energy_J, "accumulate") == 0);
  CHECK(part(r.latency_s, "digital") == relative((1 + 2) * 10 * ns));
  // Signed: sign-magnitude codes of one bit and a sign; the chip's registers too have two bits.
  const Costs s = costs(tiny({{"input.encoding", "analog"}}), small_layer({1, 2, true}), {{1, -1, 0}});
  CHECK(part(s.energy_J, "driver") == relative(2 * 2 * (line_F * 0.04 + 5 * fJ) + 2 * 3 * 41 * fJ + 3 * 2 * 3 * fJ));
  CHECK(part(s.area_breakdown_m2, "driver") == relative(2 * (8 * (13 + 43) + 4 * 2 * 17) * um2));
}

TEST_CASE("cost: signed planes, two passes, slices and pairs on two columns") {
  // Gated offset cells need two passes for signed inputs: 2 x (2 - 1) planes of weights +1, -1.
  const Costs passes = costs(tiny({{"cell", "{type: 1t1r-offset}"}, {"array.topology", "gated-rows"}}),
                             small_layer({1, 2, true}), {{1, -1, 0}});
  // 8 x (1 + 1) x 2 pieces = 32: six bits and a sign; 2 planes x 2 groups x 2 columns conversions.
  CHECK(part(passes.energy_J, "shift_add") == relative(8 * (6 * 2 + 7 * 3) * fJ));

  // Voltage rows take both signs: one plane of a bit and a sign.
  const Costs both = costs(tiny(), small_layer({1, 2, true}), {{1, -1, 0}});
  CHECK(both.layers[0].conversions == 4);
  CHECK(part(both.energy_J, "driver") == relative(2 * 2 * (8 * 0.2 * fJ * 0.04 + 5 * fJ) + 3 * 1 * 2 * 3 * fJ));

  // Subtracted as currents: two columns give one conversion, so half of the converters; digitally: all of them.
  const Costs analog = costs(leaking({{"cell", "{type: 1t1r-differential, subtract: analog}"}}));
  CHECK(analog.layers[0].conversions == 8);
  CHECK(part(analog.area_breakdown_m2, "adc") == relative(2 * 1 * 100 * um2));
  CHECK(part(analog.energy_J, "leakage") == relative(2 * 3 * nJ * analog.latency_per_inference_s));
  const Costs digital = costs(tiny({{"cell", "{type: 1t1r-differential, subtract: digital}"}}));
  CHECK(digital.layers[0].conversions == 16);
  CHECK(part(digital.energy_J, "mux") == relative(16 * 11 * fJ));
  CHECK(part(digital.area_breakdown_m2, "mux") == relative(2 * 4 * 29 * um2));
  CHECK(part(analog.area_breakdown_m2, "mux") == relative(2 * 2 * 29 * um2));
  CHECK(part(digital.area_breakdown_m2, "adc") == relative(2 * 2 * 100 * um2));
  CHECK(part(digital.area_breakdown_m2, "array") == relative(2 * 16 * 2 * um2));
  // Unsigned codes up to 2^4: 16 x 3 x 2 = 96 needs seven bits, and a sign for the subtraction.
  CHECK(part(digital.energy_J, "shift_add") == relative(8 * (6 * 5 + 7 * 2 + 8 * 3) * fJ));

  // Two slices of one bit (digits 0, 1; base 2): 8 x 3 x (1 + 2) x 2 = 144: eight bits and a sign.
  const Costs slices = costs(tiny({{"cell", "{type: 2t2r, slices: 2}"}}));
  CHECK(slices.layers[0].conversions == 16);
  CHECK(part(slices.energy_J, "shift_add") == relative(8 * (6 * 5 + 7 * 2 + 9 * 3) * fJ));
  CHECK(*slices.energy_write_J == relative(24 * 0.5e-12));
  const Costs reference = costs(tiny({{"cell", "{type: 1t1r-offset, slices: 2}"}}));
  CHECK(part(reference.area_breakdown_m2, "array") == relative(2 * 4 * (4 + 2) * 2 * um2));
}

TEST_CASE("cost: an ideal converter is free and takes no time") {
  const Costs r = costs(tiny({{"adc", "ideal"}}));
  CHECK(part(r.energy_J, "adc") == 0);
  CHECK(part(r.latency_s, "adc") == 0);
  CHECK(part(r.area_breakdown_m2, "adc") == 0);
  for (const char* unused : {"mux", "sample_hold"}) {
    CHECK(part(r.energy_J, unused) == 0);
    CHECK(part(r.area_breakdown_m2, unused) == 0);
  }
  // Sums up to 4 rows x digit 3 x planes 3 x pieces 2 = 72: seven bits and a sign. One adder and rescaling unit an
  // array.
  CHECK(part(r.energy_J, "shift_add") == relative(8 * (6 * 2 + 8 * 3) * fJ));
  CHECK(part(r.area_breakdown_m2, "shift_add") == relative(2 * 6 * 19 * um2));
  CHECK(part(r.area_breakdown_m2, "activation") == relative(2 * 3 * 8 * 19 * um2));
  CHECK(part(r.latency_s, "digital") == relative((1 + 1 + 1) * 10 * ns));
  CHECK(part(r.energy_J, "leakage") == relative(2 * 11 * nJ * r.latency_per_inference_s));
}

TEST_CASE("cost: configured converter figures win one by one; the rest is the survey's") {
  const auto adc = [](const std::string& cost) {
    return leaking({{"adc", "ideal"}, {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale" + cost + "}"}});
  };
  const Costs survey = costs(adc("")), priced = costs(adc(", cost: {energy: 1 pJ}")),
              sized = costs(adc(", cost: {area: 1 um2}")),
              timed = costs(adc(", cost: {energy: 1 pJ, area: 1 um2, time: 1 us}")),
              drains = costs(adc(", cost: {leakage: 1 uW}"));
  const UnitCost model = adc_survey_regression(8, 130e-9, 100e6 / 9);
  CHECK(part(survey.energy_J, "adc") == relative(8 * model.energy_J));
  CHECK(part(survey.area_breakdown_m2, "adc") == relative(4 * model.area_m2));
  CHECK(part(survey.latency_s, "adc") == relative(8 * 90 * ns));
  CHECK(part(priced.energy_J, "adc") == relative(8e-12));
  CHECK(part(priced.area_breakdown_m2, "adc") == part(survey.area_breakdown_m2, "adc"));
  CHECK(part(sized.area_breakdown_m2, "adc") == relative(4 * um2));
  CHECK(part(sized.energy_J, "adc") == part(survey.energy_J, "adc"));
  CHECK(part(timed.latency_s, "adc") == relative(8e-6));
  CHECK(part(survey.energy_J, "leakage") == 0);
  CHECK(part(drains.energy_J, "leakage") == relative(4 * 1e-6 * survey.latency_per_inference_s));
  // 90 % of published converters lie within 17.7 of the survey's energy, their median area 5.1 above; nothing else here
  // is uncertain but the charge of wires, which does not depend on converters.
  const double adc_J = part(survey.energy_J, "adc"), adc_m2 = part(survey.area_breakdown_m2, "adc");
  const double wires_J = priced.energy_high_J - priced.energy_per_inference_J;
  CHECK(survey.energy_high_J == relative(survey.energy_per_inference_J + std::hypot(16.7 * adc_J, wires_J)));
  CHECK(survey.energy_low_J ==
        relative(survey.energy_per_inference_J - std::hypot(16.7 / 17.7 * adc_J, wires_J / 7.7)));
  CHECK(survey.area_high_m2 == relative(survey.area_m2 + 4.1 * adc_m2));
  CHECK(survey.area_low_m2 == relative(survey.area_m2 - 4.1 / 5.1 * adc_m2));
  CHECK(priced.area_high_m2 == survey.area_high_m2);
  CHECK(sized.area_high_m2 == sized.area_m2);
  // Without transistors there is no circuit to set beside it; the regression says the same.
  REQUIRE(survey.converter_prices.size() == 2);
  CHECK(survey.converter_prices[0].model == "survey");
  CHECK(survey.converter_prices[0].energy_J == relative(model.energy_J));
  CHECK(survey.converter_prices[1].model == "regression");
  CHECK(survey.converter_prices[1].area_m2 == relative(model.area_m2));
}

TEST_CASE("cost: a population prices converters, with its own spread, and the line of unit costs says why") {
  const auto adc = [](const std::string& cost) {
    return leaking(
        {{"adc", "ideal"}, {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale, cost: {" + cost + "}}"}});
  };
  const UnitCost sar = adc_population_cost(AdcPopulationKind::sar, 8, 130e-9, 100e6 / 9),
                 flash = adc_population_cost(AdcPopulationKind::flash, 5.5, 130e-9, 100e6 / 9);
  const Costs chosen = costs(adc("model: auto")), named = costs(adc("model: population")),
              other = costs(adc("model: population, kind: flash, effective_bits: 5.5, overhead: 2")),
              given = costs(adc("model: auto, energy: 1 pJ, area: 1 um2"));
  for (const Costs* c : {&chosen, &named}) {
    CHECK(part(c->energy_J, "adc") == relative(8 * sar.energy_J));
    CHECK(part(c->area_breakdown_m2, "adc") == relative(4 * sar.area_m2));
    REQUIRE(!c->converter_prices.empty());
    CHECK(c->converter_prices[0].model == "population");
    CHECK(c->unit_costs[0].unit.energy_spread == sar.energy_spread);
  }
  CHECK(chosen.unit_costs[0].because == "population: 161 published sar converters reach to these bits, node and rate");
  CHECK(named.unit_costs[0].because == "population: adc.cost.model says so");
  CHECK(given.unit_costs[0].because == "adc.cost.energy and adc.cost.area are given");
  CHECK(chosen.unit_costs[1].because.empty());
  CHECK(part(other.energy_J, "adc") == relative(8 * 2 * flash.energy_J));
  CHECK(part(other.area_breakdown_m2, "adc") == relative(4 * 2 * flash.area_m2));
}

TEST_CASE("cost: leakage is summed over the instances of every part") {
  const Config config = leaking({{"technology.costs.adder.leakage", "2 nW"},
                                 {"technology.costs.register.leakage", "5 nW"},
                                 {"technology.costs.buffer.leakage", "7 nW"},
                                 {"technology.costs.driver.leakage", "11 nW"},
                                 {"technology.costs.mux.leakage", "13 nW"},
                                 {"technology.costs.sample_hold.leakage", "17 nW"},
                                 {"technology.costs.level_shifter.leakage", "19 nW"},
                                 {"programming.voltage", "3 V"}});
  const Costs r = costs(config);
  // By array: 2 converters, 8 lines with 4 x 2 register bits, 4 columns, 2 adders of 6 and 4 registers of 7 bits, a
  // level shifter for each line and column. By chip: 12 bits of buffer, and 2 x 2 rescaling units of (2 + 1) x 7
  // adders.
  const double array_nW = 2 * 3 + 8 * 11 + 8 * 5 + 4 * 13 + 4 * 17 + 2 * 6 * 2 + 4 * 7 * 5 + 12 * 19;
  const double all_nW = 2 * array_nW + 12 * 7 + 4 * 3 * 7 * 2;
  CHECK(part(r.energy_J, "leakage") == relative(all_nW * nJ * 510 * ns));
  // A pipeline leaks for the time between images only, and a figure for arrays leaves the rest of the chip.
  Config given = config;
  given.technology.leakage_W_per_array = 23e-9;
  CHECK(part(costs(given).energy_J, "leakage") == relative((2 * 23 + 12 * 7 + 4 * 3 * 7 * 2) * nJ * 510 * ns));
}

TEST_CASE("cost: with transistors in the technology their drains and gates hang on the lines") {
  const std::string transistor =
      "{gate_capacitance: 2 fF/um, drain_capacitance: 1 fF/um, drive_n: 400 uA/um, drive_p: 200 uA/um, off_n: 1 nA/um, "
      "off_p: 1 nA/um, drive_per_K: 0 /K, off_decade: 70 K, gate_width: 0.5 um, p_to_n: 2, gate_pitch: 0.5 um, "
      "cell_height: 2 um}";
  const auto driver_J = [&](const char* cell, const char* topology) {
    return part(costs(tiny({{"cell", cell},
                            {"array.topology", topology},
                            {"technology.transistor", transistor},
                            {"technology.costs.register.energy", "0 fJ"},
                            {"technology.costs.driver.energy", "0 fJ"}}))
                    .energy_J,
                "driver");
  };
  // Four cells of 2 um at 0.2 fF/um with a drain of 0.5 fF each, or of sqrt(2) um with a gate of 1 fF each.
  CHECK(driver_J("2t2r", "voltage-rows") == relative(2 * 2.5 * 4 * (2 * 0.2 + 0.5) * fJ * 0.04));
  CHECK(driver_J("1t1r-offset", "gated-rows") == relative(2.5 * 4 * (std::sqrt(2.0) * 0.2 + 1) * fJ * 1.69));
}

TEST_CASE("cost: a switch adds its time to each turn at a converter, and late lines are told") {
  const Costs slow = costs(tiny({{"technology.costs.mux.time", "2 ns"}}));
  CHECK(part(slow.latency_s, "adc") == relative(4 * 2 * 32 * ns));
  CHECK(slow.warnings.empty());
  // A driver as slow as a read: the line itself comes on top, so it settles too late.
  const Costs late = costs(tiny({{"technology.costs.driver.time", "50 ns"}}));
  CHECK(contains(late.warnings, "small: lines settle in"));
  CHECK(late.layers[0].settle_s > 50 * ns);
  CHECK(late.latency_per_inference_s == relative(510 * ns));
  // Five per cent of the voltage in the switch while four devices of 11 uS draw: (1 / 19) / 44 uS; no wire resistance;
  // half an LSB of 4 bits after 5 ln 2 time constants.
  const double tau_s = 1 / 19.0 / 44e-6 * 4 * 2 * 0.2 * fJ;
  CHECK(costs(tiny()).layers[0].settle_s == relative(tau_s * 5 * std::log(2.0)));
}

TEST_CASE("cost: corrections of columns cost a multiplication each but the one that rescales anyway, and an addition") {
  // Sums of 7 bits, codes of 2: a multiplication is 2 rows of adders and a comparison, as in rescaling.
  const double multiplication_J = (2 + 1) * 7 * 2 * fJ, addition_J = 7 * 2 * fJ;
  struct Case {
    const char* array;
    double multiplications;
  };
  for (const Case& c : {Case{"{rows: 4}", 0},     // two row groups of one block: one factor for each output
                        Case{"{rows: 2}", 2}}) {  // two blocks: two factors for each of two outputs
    const auto with = [&](const char* correct) { return costs(tiny({{"array", c.array}, {"correct", correct}})); };
    const Costs none = with("none");
    for (const char* how : {"offset", "scale", "scale-and-offset"}) {
      CAPTURE(how);
      const Costs r = with(how);
      const bool scales = std::string(how) != "offset", adds = std::string(how) != "scale";
      CHECK(r.energy_J[Part::activation] - none.energy_J[Part::activation] ==
            relative(scales ? c.multiplications * multiplication_J : 0));
      CHECK(r.energy_J[Part::digital] - none.energy_J[Part::digital] == relative(adds ? 2 * addition_J : 0));
      CHECK(r.energy_J[Part::adc] == none.energy_J[Part::adc]);
      CHECK(r.area_m2 == none.area_m2);
      CHECK(r.latency_per_inference_s == none.latency_per_inference_s);
    }
  }
}

}  // namespace bitline::cost_test
