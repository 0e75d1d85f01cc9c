// SPDX-License-Identifier: Apache-2.0
// Costs of several positions, copies, layers and loads against figures computed by hand.
#include <doctest/doctest.h>

#include "tests/cost/cost_chips.h"

namespace bitline::cost_schedule_test {
using namespace periphery;
using namespace workloads;
using namespace arch;
using namespace cost;
using namespace bitline::test;

TEST_CASE("cost: bias rows drive and are written, but are neither operations nor activations") {
  workloads::IntegerWeights with = small_layer();
  with.rows = 4, with.bias_rows = 1, with.inputs = 3;
  with.panels[0].rows = 4;
  with.panels[0].codes.insert(with.panels[0].codes.end(), {1, -2});
  const Costs plain = costs(tiny()), biased = costs(tiny(), with, {{3, 1, 0, 3}, {2, 0, 1, 3}});
  CHECK(biased.layers[0].macs == 6);
  CHECK(part(biased.energy_J, "buffer") == part(plain.energy_J, "buffer"));
  CHECK(part(biased.energy_J, "interconnect") == part(plain.energy_J, "interconnect"));
  // Weights 1, -2: (8+2) + (2+14) + 8 unused = 34 uS, both bits on in every image.
  CHECK(part(biased.energy_J, "array") - part(plain.energy_J, "array") == relative(0.04 * 50 * ns * 2 * 34e-6));
  CHECK(*biased.energy_write_J == relative(16 * 0.5e-12));
}

TEST_CASE("cost: positions, copies and patches of a convolution") {
  workloads::IntegerWeights conv = small_layer();
  conv.positions = 5;
  conv.inputs = 9;
  const CodeImages patches = {{3, 1, 0, 2, 0, 1, 3, 1, 0, 2, 0, 1, 3, 1, 0}};
  const Config base = tiny();
  // Five times 6 bits in, 4 out and two partial sums of 7: 30 and 90 bits over 4 wires.
  const Costs one = costs(base, conv, patches),
              two = costs(tiny({{"layers", "{small: {duplicate: 2}}"}}), conv, patches);
  CHECK(one.latency_per_inference_s == relative(5 * 480 * ns + (8 + 5) * 10 * ns));
  CHECK(one.layers[0].conversions == 40);
  CHECK(part(one.energy_J, "interconnect") == part(two.energy_J, "interconnect"));
  CHECK(two.layers[0].conversions == 40);
  CHECK(part(one.energy_J, "adc") == part(two.energy_J, "adc"));
  CHECK(part(one.energy_J, "buffer") == relative((5 * 3 * 2 + 5 * 2 * 2) * 7 * fJ));
  // 9 activations of 2 bits against 10 outputs of 2: the buffer holds 20 bits, twice.
  CHECK(part(one.area_breakdown_m2, "buffer") == relative(2 * 20 * 23 * um2));
  CHECK(*two.energy_write_J == relative(2 * *one.energy_write_J));
  // Each copy has an array of its own: three positions and two at the same time.
  CHECK(two.latency_per_inference_s == relative(3 * 480 * ns + (8 + 5) * 10 * ns));
  CHECK(two.layers[0].arrays == 2);
  // Where there is one array only they would take turns: the second is not placed.
  const Costs shared =
      costs(tiny({{"layers", "{small: {duplicate: 2}}"}, {"chips", "1"}, {"arrays", "1"}}), conv, patches);
  CHECK(part(shared.latency_s, "array") == relative(5 * 200 * ns));
  CHECK(part(shared.latency_s, "digital") == relative(5 * 40 * ns));
  CHECK(*shared.energy_write_J == *one.energy_write_J);
  CHECK(shared.layers[0].arrays == 1);
}

TEST_CASE("cost: two layers in sequence or as a pipeline") {
  const std::vector<workloads::IntegerWeights> layers = {
      small_layer(), layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const std::vector<CodeImages> images = {small_images, {{1, 2}, {3, 0}}};
  const Costs sequential = network_costs(tiny(), layers, images),
              pipelined = network_costs(tiny({{"mapping.schedule", "pipelined"}}), layers, images);
  // The second has one row group, both columns of each converter in turn: 2 x 50 + 2 x 2 x 30 + (1 + 2) x 10 = 250 ns;
  // 4 bits in and 8 out over 4 wires: 30 ns.
  CHECK(sequential.layers[1].latency_s == relative(280 * ns));
  CHECK(sequential.latency_per_inference_s == relative(790 * ns));
  CHECK(sequential.throughput_per_s == relative(1 / (790 * ns)));
  CHECK(pipelined.latency_per_inference_s == sequential.latency_per_inference_s);
  CHECK(pipelined.throughput_per_s == relative(1 / (510 * ns)));  // they are on two arrays
  CHECK(part(pipelined.energy_J, "leakage") < part(sequential.energy_J, "leakage"));
  // On higher arrays both fit on one of two; pipelined the second is used.
  Changes tall = {{"array.rows", "8"}, {"mapping.schedule", "pipelined"}};
  CHECK(network_costs(tiny(tall), layers, images).throughput_per_s == relative(1 / (510 * ns)));
  // On one array they take turns on it: (200 + 240) + (100 + 120) ns.
  tall.push_back({"mapping.prefer", "area"});
  const Costs shared = network_costs(tiny(tall), layers, images);
  CHECK(shared.throughput_per_s == relative(1 / (660 * ns)));
  CHECK(contains(shared.warnings,
                 "layers small, next share array 0, which works 660 ns on each image while the slowest layer takes 510 "
                 "ns: throughput is 0.773 of what it would be on arrays of their own (mapping.prefer: balanced)"));
  tall.back() = {"chips", "1"};
  tall.push_back({"arrays", "1"});
  CHECK(contains(network_costs(tiny(tall), layers, images).warnings, "(more chips, tiles or arrays give them room)"));
  CHECK(!contains(pipelined.warnings, "mapping.schedule"));
  CHECK(!contains(network_costs(tiny({{"array.rows", "8"}}), layers, images).warnings, "mapping.schedule"));
}

TEST_CASE("cost: a pipeline buffers the images between its layers") {
  const std::vector<workloads::IntegerWeights> layers = {
      small_layer(), layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const std::vector<CodeImages> images = {small_images, {{1, 2}, {3, 0}}};
  const auto buffer_m2 = [&](const Changes& changes) {
    return part(network_costs(tiny(changes), layers, images).area_breakdown_m2, "buffer");
  };
  // Three inputs of 2 bits, two values between the layers, four outputs. One image at a time: twice the largest of 6, 4
  // and 8 bits. Pipelined: each twice, filled for one image and read for another.
  CHECK(buffer_m2({}) == relative(2 * 8 * 23 * um2));
  CHECK(buffer_m2({{"mapping.schedule", "pipelined"}}) == relative(2 * (6 + 4 + 8) * 23 * um2));
  // Two copies of the first layer work for two periods each: another image waits before it, another behind it.
  CHECK(buffer_m2({{"mapping.schedule", "pipelined"}, {"layers", "{small: {duplicate: 2}}"}}) ==
        relative((3 * 6 + 3 * 4 + 2 * 8) * 23 * um2));
}

TEST_CASE("cost: copies of a layer of one vector serve images in turn") {
  const auto with = [](int copies) {
    return costs(
        tiny({{"mapping.schedule", "pipelined"}, {"layers", "{small: {duplicate: " + std::to_string(copies) + "}}"}}));
  };
  const Costs one = with(1), two = with(2);
  // 480 ns on its array, 30 ns of transfers: every 510 ns, or every 255 ns on two.
  CHECK(one.throughput_per_s == relative(1 / (510 * ns)));
  CHECK(two.throughput_per_s == relative(1 / (255 * ns)));
  CHECK(two.latency_per_inference_s == relative(510 * ns));
  CHECK(two.layers[0].arrays == 2);
  CHECK(two.layers[0].conversions == one.layers[0].conversions);
  CHECK(part(two.energy_J, "adc") == part(one.energy_J, "adc"));
  CHECK(*two.energy_write_J == relative(2 * *one.energy_write_J));
  REQUIRE(two.timeline.size() == 1);  // one image is on one of them
  CHECK(two.timeline[0].end_s - two.timeline[0].start_s == relative(440 * ns));
  // What they read comes over one bus: never faster than its 30 ns.
  CHECK(with(20).throughput_per_s == relative(1 / (30 * ns)));
}

TEST_CASE("cost: reloading writes the mapped devices for every image, and nothing for digital layers") {
  const std::vector<workloads::IntegerWeights> layers = {
      small_layer(), layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const std::vector<CodeImages> images = {small_images, {{1, 2}, {3, 0}}};
  const Changes one_array = {{"chips", "1"}, {"arrays", "1"}, {"reload", "true"}, {"mapping.schedule", "pipelined"}};
  const Costs r = network_costs(tiny(one_array), layers, images);
  CHECK(part(r.energy_J, "reload") == relative((6 + 8) * 2 * 0.5e-12));
  CHECK(*r.energy_write_J == part(r.energy_J, "reload"));
  CHECK(part(r.latency_s, "reload") == relative(28 * 1e-6));
  CHECK(r.throughput_per_s == relative(1 / r.latency_per_inference_s));  // no pipeline
  CHECK(part(r.area_breakdown_m2, "array") == relative(16 * 4 * um2));

  // Two blocks of one layer that take the same array in turn cannot be read at the same time.
  const workloads::IntegerWeights tall = layer_of("small", 0, 8, 2, std::vector<std::int16_t>(16, 3), {1, 2, false});
  const CodeImages eight = {{3, 1, 0, 2, 3, 1, 0, 2}};
  Changes narrow = one_array;
  narrow.push_back({"array.columns", "2"});
  const Costs apart = costs(tiny({{"array.columns", "2"}}), tall, eight), in_turn = costs(tiny(narrow), tall, eight);
  CHECK(part(apart.latency_s, "array") == relative(4 * 50 * ns));
  CHECK(part(in_turn.latency_s, "array") == relative(8 * 50 * ns));
  CHECK(part(in_turn.latency_s, "adc") == relative(2 * part(apart.latency_s, "adc")));
  CHECK(apart.layers[0].arrays == 2);
  CHECK(in_turn.layers[0].arrays == 1);

  // Both fit when one is digital: nothing to reload, and writing is that of the other.
  Changes digital = one_array;
  digital.push_back({"layers", "{next: {digital: true}}"});
  const Costs d = network_costs(tiny(digital), layers, images);
  CHECK(part(d.energy_J, "reload") == 0);
  CHECK(*d.energy_write_J == relative(12 * 0.5e-12));
  // Its own: 8 multiplications of 3 x 2 bits, an accumulator up to 2 x 3 x 3 = 18 (five bits and a sign), registers of
  // both operands and the sum; 8 weights of 3 bits read once.
  CHECK(part(d.layers[1].energy_breakdown_J, "digital") ==
        relative(8 * ((3 * 2 + 6) * 2 + (3 + 2 + 6) * 3) * fJ + 8 * 3 * 7 * fJ));
  CHECK(part(d.area_breakdown_m2, "digital") ==
        relative(64 * ((3 * 2 + 6) * 19 + (3 + 2 + 6) * 17) * um2 + 8 * 3 * 23 * um2));
  for (const char* name : {"array", "adc", "driver", "mux", "sample_hold", "shift_add", "accumulate", "interconnect"})
    CHECK(part(d.layers[1].energy_breakdown_J, name) == 0);
  CHECK(d.layers[1].latency_s == relative(10 * ns));  // 8 of 64 lanes, beside the buffers
  // Smaller arrays: the first layer alone needs two loads; still only its twelve devices are written.
  digital.push_back({"array.rows", "2"});
  digital.push_back({"array.columns", "2"});
  digital.push_back({"mapping.min_piece_rows", "1"});
  CHECK(part(network_costs(tiny(digital), layers, images).energy_J, "reload") == relative(12 * 0.5e-12));
}

TEST_CASE("cost: a wide digital layer does not widen the accumulators of the arrays") {
  const std::vector<workloads::IntegerWeights> layers = {
      small_layer(), layer_of("next", 1, 200, 1, std::vector<std::int16_t>(200, 3), {1, 2, false})};
  const std::vector<CodeImages> images = {small_images, {std::vector<std::int16_t>(200, 1)}};
  const Costs r = network_costs(tiny({{"layers", "{next: {digital: true}}"}}), layers, images);
  CHECK(part(r.area_breakdown_m2, "accumulate") == part(costs(tiny()).area_breakdown_m2, "accumulate"));
}

TEST_CASE("cost: unset figures are told") {
  Config config = tiny({{"chips", "1"},
                        {"arrays", "1"},
                        {"reload", "true"},
                        {"array.rows", "2"},
                        {"array.columns", "2"},
                        {"mapping.min_piece_rows", "1"}});
  config.technology.write_energy_J.reset();
  config.technology.leakage_W_per_array.reset();
  const Costs r = costs(config);
  CHECK(!r.energy_write_J);
  CHECK(part(r.energy_J, "reload") == 0);
  CHECK(r.energy_is_bound);
  CHECK_FALSE(r.time_is_bound);
  CHECK(contains(r.warnings, "what it takes is not counted, so that energy and efficiency are only bounds"));
  CHECK_FALSE(costs(tiny()).energy_is_bound);                                   // nothing is reloaded
  CHECK(part(r.energy_J, "leakage") == relative(3 * nJ / r.throughput_per_s));  // the one converter's
  CHECK(contains(r.warnings, "write_energy"));
}

}  // namespace bitline::cost_schedule_test
