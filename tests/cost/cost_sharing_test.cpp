// SPDX-License-Identifier: Apache-2.0
// Rescaling units that converters share, digital steps behind the next read, and stages that hold rows; by hand on the
// tiny chip.
#include <doctest/doctest.h>

#include "tests/cost/cost_chips.h"

namespace bitline::cost_sharing_test {
using namespace arch;
using namespace cost;
using namespace bitline::test;

TEST_CASE("cost: converters that share a rescaling unit take its area once and wait for it") {
  // A converter for each of four outputs; two of them are in use. A unit is (2 + 1) adder rows of 7 bits.
  const auto with = [](const char* units) {
    return costs(tiny({{"adc.shared_by", "1"}, {"periphery.rescale.shared_by", units}}));
  };
  const double unit_m2 = (2 + 1) * 7 * 19 * um2;
  const Costs alone = with("1"), pairs = with("2"), three = with("3"), all = with("100");
  CHECK(part(alone.area_breakdown_m2, "activation") == relative(2 * 4 * unit_m2));
  CHECK(part(pairs.area_breakdown_m2, "activation") == relative(2 * 2 * unit_m2));
  CHECK(part(three.area_breakdown_m2, "activation") == relative(2 * 2 * unit_m2));  // three of four, and one
  CHECK(part(all.area_breakdown_m2, "activation") == relative(2 * 1 * unit_m2));
  // A shift-add, the outputs in turn, two pieces.
  CHECK(part(alone.latency_s, "digital") == relative((1 + 1 + 1) * 10 * ns));
  CHECK(part(pairs.latency_s, "digital") == relative((1 + 2 + 1) * 10 * ns));
  CHECK(part(all.latency_s, "digital") == relative((1 + 2 + 1) * 10 * ns));  // no more than two outputs there are
  // As many multiplications.
  CHECK(part(alone.energy_J, "activation") == part(all.energy_J, "activation"));
  CHECK(part(alone.area_breakdown_m2, "shift_add") == part(all.area_breakdown_m2, "shift_add"));
}

TEST_CASE("cost: pipelined digital steps show only behind the last read, or where they take longer than one") {
  workloads::IntegerWeights conv = small_layer();
  conv.positions = 5;
  conv.inputs = 9;
  const CodeImages patches = {{3, 1, 0, 2, 0, 1, 3, 1, 0, 2, 0, 1, 3, 1, 0}};
  const auto digital_s = [&](const char* steps, const char* clock, const workloads::IntegerWeights& layer,
                             const CodeImages& images) {
    return part(costs(tiny({{"periphery.digital_steps", steps}, {"technology.clock", clock}}), layer, images).latency_s,
                "digital");
  };
  // A position is read in 4 (50 + 2 x 30) = 440 ns; its digital steps are 4 cycles.
  CHECK(digital_s("serial", "100 MHz", conv, patches) == relative(5 * 40 * ns));
  CHECK(digital_s("pipelined", "100 MHz", conv, patches) == relative(40 * ns));
  CHECK(digital_s("pipelined", "5 MHz", conv, patches) == relative((800 + 4 * (800 - 440)) * ns));
  // In two rounds, as steps of a recurrent layer come, the last position of each is waited for.
  workloads::IntegerWeights recurrent = conv;
  recurrent.rounds = 2;
  CHECK(digital_s("pipelined", "100 MHz", recurrent, patches) == relative(2 * 40 * ns));
  recurrent.rounds = 5;
  CHECK(digital_s("pipelined", "100 MHz", recurrent, patches) == digital_s("serial", "100 MHz", recurrent, patches));
  // One position has no next one.
  CHECK(digital_s("pipelined", "100 MHz", small_layer(), small_images) ==
        digital_s("serial", "100 MHz", small_layer(), small_images));
}

TEST_CASE("cost: stages that hold rows draw the largest input's current from their supply") {
  // Planes are driven at the read voltage or not at all: 200 mV from 1.3 V takes 1.3 / 0.2 times what devices
  // dissipate.
  const Costs without = costs(tiny()), with = costs(tiny({{"periphery.row_supply", "1.3 V"}}));
  const double array_J = 0.2 * 0.2 * 50 * ns * (1.5 * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6);
  const double stages_J = array_J * (1.3 / 0.2 - 1);
  CHECK(part(with.energy_J, "array") == part(without.energy_J, "array"));
  CHECK(part(with.energy_J, "driver") - part(without.energy_J, "driver") == doctest::Approx(stages_J).epsilon(1e-9));
  CHECK(part(without.energy_J, "driver") == relative(2 * 2.5 * (8 * 0.2 * fJ * 0.2 * 0.2 + 5 * fJ) + 18 * fJ));
  CHECK(with.energy_high_J - with.energy_per_inference_J > stages_J);  // twice as much at the upper end
  // Levels: a row at a third of the range draws as much as one at all of it; a row at 0 nothing. Inputs 3, 1, 0 and 2,
  // 0, 1: on in both images, in one, in one; one read of each of two row groups. Rows of 40, 28 and 40 uS.
  const Changes levels = {{"input.encoding", "analog"}};
  Changes held = levels;
  held.emplace_back("periphery.row_supply", "1.3 V");
  const Costs low = costs(tiny(levels)), high = costs(tiny(held));
  const double drawn_J = 1.3 * 0.2 * 50 * ns * (1.0 * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6),
               dissipated_J = 0.2 * 0.2 / 9 * 50 * ns * (0.5 * (9 + 4) * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6);
  CHECK(part(low.energy_J, "array") == relative(dissipated_J));
  CHECK(part(high.energy_J, "driver") - part(low.energy_J, "driver") ==
        doctest::Approx(drawn_J - dissipated_J).epsilon(1e-9));
}

}  // namespace bitline::cost_sharing_test
