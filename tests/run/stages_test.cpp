// SPDX-License-Identifier: Apache-2.0
// Stages that runs share: the same bits as without, made anew exactly where what they read has changed.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/files.h"
#include "run/identity.h"
#include "run/result_document.h"
#include "run/shelf.h"
#include "run/stage_settings.h"
#include "tests/run/small_data.h"
#include "tests/temporary_folder.h"

namespace bitline::stages_test {
using namespace periphery;
using namespace arch;
using namespace run;
using namespace bitline::test;

namespace {

// All of result.json but what may differ between two runs.
std::string document(const Result& result) {
  Json all = result_document(result);
  all.erase("timing");
  all.erase("provenance");
  return all.dump();
}

// At least one key of every record, and those whose neighbours in a record belong to another stage.
const std::vector<Override> changes{
    {"technology", "22nm"},
    {"technology.vdd", "1.25 V"},
    {"adc.cost.model", "circuit"},
    {"adc.cost.energy", "2 pJ"},
    {"mapping.schedule", "pipelined"},
    {"periphery.bus_bits", "64"},
    {"periphery.off_chip", "true"},
    {"periphery.digital.bits", "24"},
    {"programming", "{voltage: 2 V, pulse: 50 ns}"},
    {"programming.pulses", "3"},
    {"layers", "{fc2: {adc.cost.energy: 3 pJ}}"},
    {"device.endurance", "0.5"},
    {"seed", "2"},
    {"instances", "1"},
    {"chips", "3"},
    {"array.active_rows", "100"},
    {"mapping.unused", "open"},
    {"mapping.min_piece_rows", "64"},
    {"device.read_noise.relative", "3 %"},
    {"input.t_read", "60 ns"},
    {"input.v_read", "0.1 V"},
    {"input.bits", "6"},
    {"adc.bits", "6"},
    {"adc.shared_by", "4"},
    {"adc.errors.offset", "0.5"},
    {"adc.range", "{type: full-scale}"},
    {"adc", "{type: ramp, clock: 200 MHz}"},
    {"calibrate", "per-array"},
    {"layers", "{fc2: {digital: true}}"},
    {"layers", "{fc2: {adc.bits: 5}}"},
    {"quantization.weight_bits", "3"},
    {"quantization.activation_coverage", "99 %"},
    {"layers", "{fc2: {quantization.activation_coverage: 98 %}}"},
    {"quantization.activation_range", "mean-square-error"},
    {"quantization.rescale", "smooth"},
    {"quantization.rescale", "{type: smooth, strength: 70 %}"},
    {"quantization.rescale", "equalize"},
    {"adc.range", "{type: mean-square-error}"},
    {"correct", "scale"},
    {"use", "{type: in-time, span: 1 day, moments: 2}"},
    {"use", "{type: in-time, span: 1 day, moments: 3}"},
    {"use", "{type: in-time, span: 1 day, time_per_image: 1 s, moments: 2, images: share}"},
    {"correct", "scale-and-offset"},
    {"workload.images", "7"},
    {"workload.calibration_images", "5"},
    {"workload.normalize", "{mean: 0.2, std: 0.5}"},
    {"workload.scores", "[cross-entropy, {type: top-k, k: 3}]"},
};

}  // namespace

TEST_CASE("runs that share a shelf give the same documents as runs that share nothing") {
  const TemporaryFolder folder;
  Shelf shared;
  CHECK(document(run::run(small_job(folder.path), run_options(), shared)) ==
        document(run::run(small_job(folder.path), run_options())));
  for (const Override& change : changes) {
    INFO(change.path, " = ", change.value);
    const LoadedConfig loaded = small_job(folder.path, {change});
    CHECK(document(run::run(loaded, run_options(), shared)) == document(run::run(loaded, run_options())));
  }
  // And where time passes between writing and reading.
  const std::vector<Override> aged{{"device", "pcm"}, {"age", "10 day"}};
  for (const Override& change : {Override{"programming.refresh", "3 day"}, {"compensate", "global"}, {"age", "1 h"}}) {
    INFO(change.path, " = ", change.value);
    const LoadedConfig loaded = small_job(folder.path, {aged[0], aged[1], change});
    CHECK(document(run::run(loaded, run_options(), shared)) == document(run::run(loaded, run_options())));
  }
}

TEST_CASE("what only costs follow from makes no stage anew; what reads follow from does") {
  const TemporaryFolder folder;
  Shelf shelf;
  run::run(small_job(folder.path), run_options(), shelf);
  const std::size_t all = shelf.counts().made;
  // Network and the list of its files, two parts of the data, integers, two references, placement, design, two chips,
  // scores, the range of the samples' values, what metal would do.
  CHECK(all == 14);
  for (const Override& cost : {Override{"technology.vdd", "1.25 V"},
                               {"adc.cost.model", "circuit"},
                               {"periphery.interconnect", "mesh"},
                               {"programming.parallel", "8"},
                               {"layers", "{}"},
                               {"name", "other"}}) {
    INFO(cost.path, " = ", cost.value);
    run::run(small_job(folder.path, {cost}), run_options(), shelf);
    CHECK(shelf.counts().made == all);
  }
  const auto made_by = [&](const Override& change) {
    const std::size_t before = shelf.counts().made;
    run::run(small_job(folder.path, {change}), run_options(), shelf);
    return shelf.counts().made - before;
  };
  CHECK(made_by({"technology", "22nm"}) == 1);             // other metal
  CHECK(made_by({"instances", "3"}) == 2);                 // one chip, scores
  CHECK(made_by({"mapping.schedule", "pipelined"}) == 1);  // placement, which comes out alike
  CHECK(made_by({"adc.bits", "6"}) == 5);                  // placement, design, chips, scores
  CHECK(made_by({"workload.scores", "[auc]"}) == 1);       // scores
  // integers, their reference, placement, design, chips, scores, metal
  CHECK(made_by({"quantization.weight_bits", "3"}) == 8);
}

TEST_CASE("costs of shapes are counted once for all technologies") {
  Shelf shelf;
  const auto with = [&](const std::vector<Override>& more) {
    return load(source / "configs/vgg8-cost.yaml", more, {{source / "configs"}});
  };
  for (const auto& more : {std::vector<Override>{}, {{"technology", "45nm"}}, {{"mapping.schedule", "pipelined"}}})
    CHECK(document(run::run(with(more), run_options(), shelf)) == document(run::run(with(more), run_options())));
  CHECK(shelf.counts().made == 2);  // one for each schedule, which decides where blocks go
  run::run(with({{"array.rows", "64"}}), run_options(), shelf);
  CHECK(shelf.counts().made == 3);
  // What the devices are decides what arrays dissipate.
  for (const auto& more : {std::vector<Override>{{"device.g_max", "80 uS"}}, {{"seed", "7"}}}) {
    CAPTURE(more[0].path);
    CHECK(document(run::run(with(more), run_options(), shelf)) == document(run::run(with(more), run_options())));
  }
  CHECK(shelf.counts().made == 5);
}

TEST_CASE("a network or data set that changes on disk is read anew") {
  const TemporaryFolder folder;
  Shelf shelf;
  const auto with_network = [&](const std::string& shipped) {
    std::filesystem::copy_file(source / "models" / shipped, folder.path / "net.onnx",
                               std::filesystem::copy_options::overwrite_existing);
    return run::run(
        small_job(folder.path, {{"workload.network", (folder.path / "net.onnx").string()}, {"chips", "auto"}}),
        run_options(), shelf);
  };
  CHECK(with_network("fashion-mlp.onnx").mapping.layers.size() == 3);
  CHECK(with_network("fashion-cnn.onnx").mapping.layers.size() > 3);
}

TEST_CASE("every key of a config is known to change the chip, or costs and what runs on it alone") {
  // A new key fails here: let it through chip_settings() where reads depend on it, then add it to one of these.
  const std::set<std::string> chip{"seed",         "chips",
                                   "tiles",        "arrays",
                                   "array",        "wires",
                                   "cell",         "device",
                                   "input",        "adc",
                                   "layers",       "reload",
                                   "quantization", "mapping",
                                   "bias",         "age",
                                   "use",          "calibrate",
                                   "compensate",   "correct",
                                   "conductances", "conductances_missing"},
      others{"instances", "technology", "periphery", "programming", "workload", "experiment"};
  std::set<std::string> keys;
  for (const KeyGroup& group : key_groups()) keys.insert(group.begin(), group.end());
  std::set<std::string> known = chip;
  known.insert(others.begin(), others.end());
  CHECK(keys == known);
}

TEST_CASE("settings of the chip leave out costs and keep the rest") {
  Config config;
  config.technology.vdd_V = 7;
  config.periphery.bus_bits = 3;
  config.mapping.schedule = Schedule::pipelined;
  config.mapping.min_piece_rows = 5;
  config.age_s = 100, config.programming.refresh_s = 30;
  config.adc = RampAdc{.common = {.bits = 5, .shared_by = 3, .cost = {.model = AdcCostModel::circuit}}, .clock_Hz = 7};
  const Config chip = chip_settings(config);
  CHECK(chip.technology.vdd_V == Technology{}.vdd_V);
  CHECK(chip.periphery.bus_bits == Periphery{}.bus_bits);
  CHECK(chip.mapping.schedule == Schedule::sequential);
  CHECK(placement_settings(config).mapping.schedule == Schedule::pipelined);
  CHECK(chip.mapping.min_piece_rows == 5);
  CHECK(chip.age_s == 10);
  const auto& adc = std::get<RampAdc>(chip.adc);
  CHECK(adc.common.bits == 5);
  CHECK(adc.common.shared_by == 3);
  CHECK(adc.common.cost.model == AdcCost{}.model);
  CHECK(adc.clock_Hz == RampAdc{}.clock_Hz);
}

}  // namespace bitline::stages_test
