// SPDX-License-Identifier: Apache-2.0
// How costs must move with what a user turns, and what whole networks cost.
#include <doctest/doctest.h>

#include "tests/cost/cost_chips.h"

namespace bitline::cost_property_test {
using namespace periphery;
using namespace workloads;
using namespace arch;
using namespace chip;
using namespace read;
using namespace cost;
using namespace run;
using namespace bitline::test;

TEST_CASE("cost: twice the images with every image twice leaves all means in place") {
  const CodeImages twice = {small_images[0], small_images[1], small_images[0], small_images[1]};
  const Costs once = costs(tiny()), again = costs(tiny(), small_layer(), twice);
  for (const auto& [part, joules] : once.energy_J) {
    CAPTURE(name_of(part));
    CHECK(joules == relative(again.energy_J[part]));
  }
  CHECK(once.latency_per_inference_s == again.latency_per_inference_s);
}

TEST_CASE("cost: twice the images take twice the energy that depends on them") {
  const Chip chip = chip_with(tiny(), {small_layer()});
  const View view = view_of(chip);
  const auto counted = [&](std::vector<std::int16_t> in) {
    const std::size_t vectors = in.size() / 3;
    std::vector<double> out(vectors * 2);
    Activity activity;
    execute_layer(chip, view, 0, in, {vectors, 0, 0, 1}, out, &activity);
    return read_ledger(chip.layers[0], view, activity);
  };
  const Ledger once = counted({3, 1, 0, 2, 0, 1}), twice = counted({3, 1, 0, 2, 0, 1, 3, 1, 0, 2, 0, 1});
  CHECK(twice.array_J == relative(2 * once.array_J));
  for (const Action a : {Action::line_drive, Action::line_activation}) CHECK(twice[a] == 2 * once[a]);
  const Tariff prices = tariff(chip.config, chip, chain_flow(chip.config, chip));
  CHECK(data_energy_J(chip, prices, 0, twice) == relative(2 * data_energy_J(chip, prices, 0, once)));
  // What depends on the images: arrays, and per driven line its charge and its driver.
  const double line_F = 4 * 2 * 0.2 * fJ;
  CHECK(data_energy_J(chip, prices, 0, once) ==
        relative(once.array_J + once[Action::line_activation] * (line_F * 0.04 + 5 * fJ)));
}

TEST_CASE("cost: finer converters, larger nodes and larger arrays cost more; a faster clock is quicker") {
  const auto with = [](const std::vector<std::pair<std::string, std::string>>& changes) {
    // The regression's converter at a fixed conversion time: at a fixed clock a finer one is slower, which saves area.
    std::vector<std::pair<std::string, std::string>> all = {
        {"adc", "ideal"},
        {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale, cost: {model: regression, time: 90 ns}}"}};
    all.insert(all.end(), changes.begin(), changes.end());
    return costs(tiny(all));
  };
  const auto rises = [&](const char* key, std::vector<const char*> values) {
    double energy_J = 0, area_m2 = 0;
    for (const char* value : values) {
      CAPTURE(key);
      CAPTURE(value);
      const Costs r = with({{key, value}});
      CHECK(r.energy_per_inference_J > energy_J);
      CHECK(r.area_m2 > area_m2);
      energy_J = r.energy_per_inference_J;
      area_m2 = r.area_m2;
    }
  };
  rises("adc.bits", {"4", "5", "6", "7", "8", "9", "10", "11", "12"});
  rises("technology.node", {"22 nm", "40 nm", "65 nm", "130 nm", "180 nm"});
  rises("array.columns", {"4", "6", "8", "16", "32"});  // longer lines, more unused cells crossed
  rises("array.rows", {"4", "8", "16", "64"});
  // The converter's rate comes from the clock when no time is given: quicker, never cheaper or smaller.
  double latency_s = 1, area_m2 = 0, adc_J = 0;
  for (const char* clock : {"10 MHz", "100 MHz", "1 GHz", "20 GHz"}) {
    CAPTURE(clock);
    const Costs r = costs(tiny({{"adc", "ideal"},
                                {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale}"},
                                {"technology.clock", clock}}));
    CHECK(r.latency_per_inference_s < latency_s);
    CHECK(r.area_m2 > area_m2);
    CHECK(part(r.energy_J, "adc") >= adc_J);
    latency_s = r.latency_per_inference_s, area_m2 = r.area_m2, adc_J = part(r.energy_J, "adc");
  }
}

namespace {

Result cnn(const std::vector<Override>& more) {
  std::vector<Override> overrides = {{"instances", "1"},
                                     {"workload.network", "fashion-cnn.onnx"},
                                     {"workload.dataset", "fashion-mnist"},
                                     {"workload.images", "12"},
                                     {"workload.calibration_images", "16"}};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return run::run(load(source / "configs/ideal.yaml", overrides, {{source / "configs"}}), run_options());
}

}  // namespace

TEST_CASE("cost: copies of a convolution shorten it and leave an ideal chip's answers alone") {
  if (!have_fashion_mnist()) {
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    return;
  }
  const Result one = cnn({}), four = cnn({{"layers", "{conv1: {duplicate: 4}}"}});
  CHECK(one.quality.value == one.quality.reference_quantized);
  CHECK(four.quality.value == one.quality.value);
  CHECK(four.quality.reference_quantized == one.quality.reference_quantized);
  CHECK(four.costs.layers[0].latency_s < 0.3 * one.costs.layers[0].latency_s);  // each copy on an array of its own
  for (std::size_t l = 1; l < one.costs.layers.size(); ++l) {
    CHECK(four.costs.layers[l].macs == one.costs.layers[l].macs);
    CHECK(four.costs.layers[l].conversions == one.costs.layers[l].conversions);
  }
  CHECK(four.costs.layers[0].conversions == one.costs.layers[0].conversions);
  // As many drives of as much conductance: copies of a layer differ only in the other columns their rows cross.
  CHECK(part(four.costs.layers[0].energy_breakdown_J, "driver") ==
        relative(part(one.costs.layers[0].energy_breakdown_J, "driver")));
  CHECK(cnn({{"mapping.schedule", "pipelined"}}).costs.throughput_per_s >= one.costs.throughput_per_s);
  CHECK(cnn({{"mapping.schedule", "pipelined"}, {"layers", "{conv1: {duplicate: 4}}"}}).costs.throughput_per_s >=
        four.costs.throughput_per_s);
}

TEST_CASE("cost: a run with fewer chips reloads the mapped devices of the network") {
  if (!have_fashion_mnist()) {
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    return;
  }
  const auto mlp = [](std::vector<Override> more) {
    more.insert(more.end(), {{"instances", "1"},
                             {"workload.images", "4"},
                             {"workload.calibration_images", "16"},
                             {"reload", "true"},
                             {"technology.write_energy", "1 nJ"},
                             {"technology.write_time", "1 us"}});
    return run::run(load(source / "configs/fashion-mlp.yaml", more, {{source / "configs"}}), run_options());
  };
  const Result all = mlp({}), half = mlp({{"chips", "1"}});
  const double devices = 2.0 * (784 * 256 + 256 * 128 + 128 * 10);
  CHECK(part(all.costs.energy_J, "reload") == 0);
  CHECK(part(half.costs.energy_J, "reload") == relative(devices * 1e-9));
  // Arrays are written side by side, their loads one after another: the one with most devices decides.
  std::map<int, double> written;
  for (const auto& layer : half.mapping.layers)
    for (const auto& b : layer.blocks) written[b.array % 2] += 2.0 * b.rows * b.columns;
  CHECK(part(half.costs.latency_s, "reload") == relative(std::max(written[0], written[1]) * 1e-6));
  CHECK(written[0] + written[1] == devices);
  CHECK(*half.costs.energy_write_J == relative(devices * 1e-9));
  CHECK(half.quality.value == all.quality.value);  // the same cells, written the same way
  const Result digital = mlp({{"chips", "1"}, {"layers", "{fc2: {digital: true}, fc3: {digital: true}}"}});
  CHECK(part(digital.costs.energy_J, "reload") == relative(2.0 * 784 * 256 * 1e-9));
}

}  // namespace bitline::cost_property_test
