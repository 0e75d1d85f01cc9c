// SPDX-License-Identifier: Apache-2.0
// Pulses of writing: counted by write-verify, paid for, and held against what devices endure.
#include <fmt/format.h>

#include "base/files.h"
#include "tests/cost/cost_chips.h"
#include "tests/temporary_folder.h"
#include "workloads/onnx_import.h"

namespace bitline::writing_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace arch;
using namespace chip;
using namespace cost;
using namespace run;
using namespace bitline::test;

namespace {

// Steps of exactly 3 uS from 0 that stop 1 uS beyond the target: 2 uS takes one pulse; 8, 14 and 20 uS, of the weights
// 1, 2 and 3 on the tiny chip, take 3, 5 and 7.
const std::string by_threes =
    "{type: write-verify, half_width: 1.1 uS, set_step: [3 uS], spread: 0, start: 0 uS, max_pulses: 50}";

Result network(std::vector<Override> overrides) {
  overrides.insert(overrides.begin(), {{"instances", "2"},
                                       {"workload.images", "5"},
                                       {"workload.calibration_images", "16"},
                                       {"programming", "{voltage: 1.2 V, pulse: 100 ns, verify: true, pulses: 3}"}});
  return run::run(load(source / "configs/fashion-mlp.yaml", overrides, {{source / "configs"}}), run_options());
}

#define NEEDS_FASHION_MNIST()                                                                   \
  if (!have_fashion_mnist()) {                                                                  \
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)"); \
    return;                                                                                     \
  }

}  // namespace

TEST_CASE("write-verify: pulses of every device are counted") {
  // Weights 3, -1, 0, 2, -3, 1: 7 + 3 + 5 + 7 + 3 pulses, and one for each of the seven devices at 2 uS.
  const Chip chip = chip_with(tiny({{"device.write", by_threes}}), {small_layer()});
  const WriteReport report = written_chip(chip).report;
  CHECK(report.devices == 12);
  CHECK(report.pulses == 7 + 3 + 5 + 7 + 3 + 7);
  CHECK(report.given_up == 0);
  const WriteReport limited =
      written_chip(chip_with(tiny({{"device.write", by_threes}, {"device.write.max_pulses", "3"}}), {small_layer()}))
          .report;
  CHECK(limited.pulses == 3 + 3 + 3 + 3 + 3 + 7);
  CHECK(limited.given_up == 3);
}

TEST_CASE("counted pulses: as many as the curve needs for each device") {
  // Three pulses from 2 to 20 uS: a weight w takes |w| of one device.
  const Config c = tiny(
      {{"device.write", "{type: pulses}"}, {"device.plasticity.potentiation.update", "{type: linear, pulses: 3}"}});
  const WriteReport report = written_chip(chip_with(c, {small_layer()})).report;
  CHECK(report.pulses == 3 + 1 + 2 + 3 + 1);
  CHECK(report.unpulsed == 7);
  CHECK(report.at_level == report.cells);

  const TemporaryFolder folder;
  write_file(folder.path / "curve.csv", "0\n1\n2\n4\n");
  const auto config = [](const std::vector<Override>& overrides) {
    return load(source / "configs/fashion-mlp.yaml", overrides, {{source / "configs"}}).config;
  };
  const Override pulses{"device.write", "{type: pulses}"},
      table{"device.plasticity.potentiation.update",
            fmt::format("{{type: table, file: '{}'}}", (folder.path / "curve.csv").string())};
  const auto read = std::get<TableUpdate>(*config({pulses, table}).device.plasticity->potentiation->update);
  CHECK(read.points == std::vector<double>{0, 1, 2, 4});
  CHECK(read.file.empty());  // so that the resolved config stands alone
  CHECK_THROWS_WITH_AS(config({pulses}), doctest::Contains("plasticity.potentiation.update"), ConfigError);
}

TEST_CASE("counted pulses cost what the device's own pulses do, unless others are given") {
  NEEDS_FASHION_MNIST();
  const auto pulsed = [](const char* drive, const char* programming) {
    return run::run(load(source / "configs/fashion-mlp.yaml",
                         {{"instances", "1"},
                          {"workload.images", "5"},
                          {"workload.calibration_images", "16"},
                          {"device.write", "{type: pulses}"},
                          {"device.plasticity.potentiation",
                           fmt::format("{{drive: {}, update: {{type: linear, pulses: 7}}}}", drive)},
                          {"programming", programming}},
                         {{source / "configs"}}),
                    run_options());
  };
  const Result own = pulsed("{amplitude: 1.2 V, width: 100 ns}", "{}"),
               given = pulsed("{amplitude: 3 V, width: 1 ms}", "{voltage: 1.2 V, pulse: 100 ns}"),
               longer = pulsed("{amplitude: 1.2 V, width: 200 ns}", "{}");
  CHECK(*own.costs.energy_write_J == *given.costs.energy_write_J);
  CHECK(*own.costs.write_time_s == *given.costs.write_time_s);
  CHECK(*longer.costs.write_time_s == relative(2 * *own.costs.write_time_s));
  CHECK(!own.write.failed_frac);
}

TEST_CASE("writing costs as many pulses as were counted, whatever programming.pulses says") {
  NEEDS_FASHION_MNIST();
  // From g_min in steps of one level: a weight w takes |w| pulses of two devices.
  const Override by_levels{"device.write",
                           "{type: write-verify, half_width: 1 uS, set_step: [2.5714 uS], spread: 0, start: 2 uS}"};
  const workloads::Graph layers = workloads::read_onnx(source / "models/fashion-mlp.onnx");
  // Of all devices: pulses; and summed over pulses, the conductance during and after each, when steps are counted and
  // when three steps lead to the target.
  double expected = 0, devices = 0, during_S = 0, after_S = 0, three_during_S = 0, three_after_S = 0;
  constexpr double step_S = 2.5714e-6;
  for (const auto& layer : layers.weights) {
    const auto q = quantize_weights(std::span<const float>(layer.panels[0].weights), layer.rows, layer.columns,
                                    LayerQuantization{});
    for (const int w : q.codes) {
      const double n = std::abs(w), way_S = n * 18e-6 / 7;
      expected += n, devices += 2;
      during_S += n * 2e-6 + n * n / 2 * step_S, after_S += n * 2e-6 + n * (n + 1) / 2 * step_S;
      three_during_S += 3 * (4e-6 + way_S / 2), three_after_S += 3 * 4e-6 + 2 * way_S;
    }
  }
  expected /= devices;
  const Result counted = network({by_levels}), same = network({by_levels, {"programming.pulses", "30"}});
  CHECK(*counted.write.pulses_per_cell == relative(expected));
  CHECK(*counted.write.failed_frac == 0);
  CHECK(*same.costs.energy_write_J == *counted.costs.energy_write_J);

  const Result given = network({{"device.write", "exact"}});  // 3 pulses
  CHECK(!given.write.pulses_per_cell);
  CHECK(!given.write.failed_frac);
  // A pulse of 1.2 V and 100 ns and its read of 0.2 V in the device, and what each costs wherever it lands.
  const Input read = load(source / "configs/fashion-mlp.yaml", {}, {{source / "configs"}}).config.input;
  const double pulse_J = 1.44 * 100e-9, read_J = read.v_read_V * read.v_read_V * read.t_read_s;  // of 1 S
  const double each_J =
      (*given.costs.energy_write_J - three_during_S * pulse_J - three_after_S * read_J) / (3 * devices);
  CHECK(each_J > 0);
  CHECK(*counted.costs.energy_write_J ==
        doctest::Approx(during_S * pulse_J + after_S * read_J + expected * devices * each_J).epsilon(1e-9));
  // The array with most pulses decides, and no array has more than seven for each device.
  CHECK(*counted.costs.write_time_s > *given.costs.write_time_s / 3 * expected);
  CHECK(*counted.costs.write_time_s < *given.costs.write_time_s / 3 * 7);
}

TEST_CASE("where nothing is written, write-verify costs the pulses of its targets") {
  // 1, 3, 5 and 7 pulses: 32 of twelve devices. n steps of 3 uS from 0 meet 3 n^2 / 2 uS on their way, and 3 n (n + 1)
  // / 2 after them: 222 and 270 uS together. One pulse each, from cost_system_test.cpp: 1.44 G t and lines.
  const auto with = [](const std::string& verify) {
    Config config = tiny(
        {{"device.write", by_threes}, {"programming", "{voltage: 1.2 V, pulse: 100 ns, pulses: 50" + verify + "}"}});
    config.technology.write_energy_J.reset();
    config.technology.write_time_s.reset();
    return costs(config);
  };
  const Costs r = with(", verify: false");
  CHECK(*r.energy_write_J == relative(222e-6 * 1.44 * 100 * ns + 32 * 1.44 * 3.2 * fJ));
  CHECK(*r.write_time_s == relative(32 * 100 * ns));
  // The reads of write-verify cost what they cost unless the config says no: 50 ns at 0.2 V, a conversion of 30 ns.
  const Costs verified = with("");
  CHECK(*verified.energy_write_J ==
        relative(222e-6 * 1.44 * 100 * ns + 270e-6 * 0.04 * 50 * ns + 32 * (1.44 * 3.2 * fJ + 5000 * fJ)));
  CHECK(*verified.write_time_s == relative(32 * 180 * ns));
  CHECK(*with(", verify: true").energy_write_J == *verified.energy_write_J);
}

TEST_CASE("most devices of the main job are at g_min: NeuRRAM's take few pulses because they start there") {
  NEEDS_FASHION_MNIST();
  const workloads::Graph layers = workloads::read_onnx(source / "models/fashion-mlp.onnx");
  double moved = 0, devices = 0;
  for (const auto& layer : layers.weights) {
    const auto q = quantize_weights(std::span<const float>(layer.panels[0].weights), layer.rows, layer.columns,
                                    LayerQuantization{});
    for (const int w : q.codes) moved += w != 0, devices += 2;
  }
  const WriteResult w = network({{"device", "rram-neurram"}}).write;
  CHECK(*w.unpulsed_frac == relative(1 - moved / devices));
  CHECK(*w.unpulsed_frac == doctest::Approx(0.654).epsilon(1e-3));
  CHECK(*w.pulses_per_cell == doctest::Approx(2.3).epsilon(0.01));
}

TEST_CASE("what would tell the cost of writing is named, what is there is not") {
  const auto needs = [](const std::string& programming, bool energy = false, bool time = false) {
    Config config = tiny({{"programming", programming}});
    if (!energy) config.technology.write_energy_J.reset();
    if (!time) config.technology.write_time_s.reset();
    return costs(config).write_needs;
  };
  CHECK(needs("{}") ==
        "programming.voltage and programming.pulse, or technology.write_energy and technology.write_time");
  CHECK(needs("{voltage: 1 V}", true) == "programming.pulse, or technology.write_time");
  CHECK(needs("{pulse: 1 us}", false, true) == "programming.voltage, or technology.write_energy");
  CHECK(needs("{voltage: 1 V, pulse: 1 us}") == "");
  CHECK(needs("{}", true, true) == "");
}

TEST_CASE("devices that start in their window take no pulse and are counted") {
  // From 2 uS, where seven of the twelve devices belong.
  const std::string at_g_min =
      "{type: write-verify, half_width: 1.1 uS, set_step: [3 uS], spread: 0, start: 2 uS, max_pulses: 50}";
  CHECK(written_chip(chip_with(tiny({{"device.write", at_g_min}}), {small_layer()})).report.unpulsed == 7);
  CHECK(written_chip(chip_with(tiny({{"device.write", by_threes}}), {small_layer()})).report.unpulsed == 0);
}

TEST_CASE("endurance: told when writing and every refresh until the age of the run take more pulses") {
  NEEDS_FASHION_MNIST();
  const auto warns = [](const std::string& age, const std::string& endurance, std::vector<Override> more) {
    more.insert(more.end(), {{"instances", "1"}, {"age", age}, {"device.endurance", endurance}});
    return network(more).warnings;
  };
  // Once: 3 pulses. After 10.5 h with a refresh each hour: eleven times.
  const Override refresh{"programming.refresh", "1 h"};
  CHECK(!contains(warns("10.5 h", "3", {}), "endurance"));
  CHECK(
      contains(warns("10.5 h", "2", {}), "device.endurance: 3 pulses until the age of the run, but a device bears 2"));
  CHECK(!contains(warns("10.5 h", "33", {refresh}), "endurance"));
  CHECK(contains(warns("10.5 h", "32", {refresh}), "device.endurance: 33 pulses"));
  CHECK(!contains(warns("59 min", "3", {refresh}), "endurance"));
  // Counted pulses where there are some: the highest level takes seven, whatever the mean is.
  const Override by_levels{"device.write",
                           "{type: write-verify, half_width: 1 uS, set_step: [2.5714 uS], spread: 0, start: 2 uS}"};
  CHECK(!contains(warns("10.5 h", "77", {by_levels, refresh}), "endurance"));
  CHECK(contains(warns("10.5 h", "76", {by_levels, refresh}), "device.endurance: 77 pulses"));
}

TEST_CASE("a run with refreshes says when its reads are") {
  NEEDS_FASHION_MNIST();
  const auto moment = [](const std::string& age, std::vector<Override> more) {
    more.insert(more.end(), {{"instances", "1"}, {"age", age}});
    return network(more).write;
  };
  const WriteResult between = moment("25 h", {{"programming.refresh", "12 h"}});
  CHECK(between.read_after_s == 3600);
  CHECK(*between.refresh_in_s == 11 * 3600);
  const WriteResult never = moment("25 h", {});
  CHECK(never.read_after_s == 25 * 3600);
  CHECK(!never.refresh_in_s);
}

TEST_CASE("a Curie temperature is warned of when the devices are warmer") {
  NEEDS_FASHION_MNIST();
  const auto warnings = [](const std::string& temperature) {
    return network({{"instances", "1"}, {"device.curie", "320 K"}, {"device.temperature", temperature}}).warnings;
  };
  CHECK(contains(warnings("321 K"), "device.curie: at 321 K"));
  CHECK(!contains(warnings("319 K"), "device.curie"));
  const auto drifting = [](const std::string& temperature, const std::string& energy) {
    return network({{"instances", "1"},
                    {"age", "1 s"},
                    {"device.drift", "{type: power-law}"},
                    {"device.temperature", temperature},
                    {"device.thermal.drift_energy", energy}})
        .warnings;
  };
  CHECK(contains(drifting("400 K", "0 eV"), "so 400 K changes nothing"));
  CHECK(!contains(drifting("400 K", "0.3 eV"), "changes nothing"));
  CHECK(!contains(drifting("300 K", "0 eV"), "changes nothing"));
}

}  // namespace bitline::writing_test
