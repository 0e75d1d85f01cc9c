// SPDX-License-Identifier: Apache-2.0
// Loading an experiment: shipped configs, defaults, diagnostics that several fields decide.
#include "arch/config.h"

#include <doctest/doctest.h>

#include "tests/arch/helpers.h"

namespace bitline::config_test {
using namespace device;
using namespace periphery;
using namespace array;
using namespace arch;
using namespace bitline::test;

TEST_CASE("the two-chip accelerator is what its paper says") {
  const Config c = load(source / "configs/fashion-mlp.yaml", {}, shipped).config;
  CHECK(c.chips == 2);
  CHECK(c.tiles * c.arrays == 2);
  CHECK(c.array.rows == 576);
  CHECK(c.array.columns == 128);
  CHECK(c.array.topology == Topology::voltage_rows);
  CHECK_FALSE(c.array.active_rows);
  CHECK(std::holds_alternative<SignWeightedCell>(c.cell));
  CHECK(c.quantization.weight_bits == 4);
  CHECK(c.input.encoding == Encoding::bit_serial);
  CHECK(c.input.bits == 8);
  CHECK(std::get<LevelAccuracyWrite>(c.device.write).accuracy == 0.8456);
  CHECK(c.device.g_min_S == 2e-6);
  CHECK(c.device.g_max_S == 20e-6);
  const SarAdc adc = std::get<SarAdc>(c.adc);
  CHECK(adc.common.bits == 8);
  CHECK(std::get<CalibratedRange>(adc.common.range).coverage == 0.9999);
  CHECK(c.instances == 10);
  CHECK(c.workload.network == "fashion-mlp.onnx");  // shipped: no path of a machine
  CHECK(c.technology.node_m == 130e-9);
}

TEST_CASE("assumptions and sources of the shipped accelerator are recorded") {
  const LoadedConfig l = load(source / "configs/fashion-mlp.yaml", {}, shipped);
  const auto& assumed = l.annotations.assumed;
  CHECK(std::any_of(assumed.begin(), assumed.end(),
                    [](const Assumption& a) { return a.path == "adc.shared_by" && a.value == "8"; }));
  CHECK(std::any_of(assumed.begin(), assumed.end(),
                    [](const Assumption& a) { return a.path == "device.g_min" && a.value == "2 uS"; }));
  CHECK(has(l.annotations.sources.at("device.write.accuracy"), "Yang"));
  CHECK(has(l.annotations.origins.at("device.g_max").file, "rram-2t2r.yaml"));
  CHECK(has(l.annotations.origins.at("array.rows").file, "two-chip-2t2r.yaml"));
  CHECK(has(l.annotations.origins.at("seed").file, "fashion-mlp.yaml"));
}

TEST_CASE("the 144k macro's charge and currents") {
  const Config c = load(source / "configs/chip/rram-144k.yaml", {}, shipped).config;
  const RampAdc adc = std::get<RampAdc>(c.adc);
  CHECK(std::get<ChargeRange>(adc.common.range).charge_C == 12.0703125e-12);
  CHECK(std::get<ChargeRange>(adc.common.range).time_s == 100e-9);
  CHECK(adc.common.bits == 4);
  CHECK(c.input.encoding == Encoding::ternary);
  CHECK(c.device.g_max_S == 19.16e-6);
}

TEST_CASE("overrides reach every depth; a changed type drops the old keys") {
  const ConfigFolder f;
  CHECK(std::get<SarAdc>(f.with("", {{"adc.bits", "6"}}).config.adc).common.bits == 6);
  CHECK(std::get<SarAdc>(f.with("", {{"adc.bits", "6"}}).config.adc).common.shared_by == 4);
  CHECK(std::holds_alternative<IdealAdc>(f.with("", {{"adc.type", "ideal"}}).config.adc));
  CHECK(std::holds_alternative<IdealAdc>(f.with("", {{"adc", "ideal"}}).config.adc));
  CHECK(std::get<RampAdc>(f.with("", {{"adc", "{type: ramp, clock: 1 GHz}"}}).config.adc).common.shared_by == 1);
  CHECK(f.with("", {{"technology.vdd", "1 V"}}).config.technology.vdd_V == 1);
  CHECK(f.with("", {{"technology.vdd", "1 V"}}).config.technology.node_m == 130e-9);
  CHECK(f.with("", {{"array.active_rows", "16"}}).config.array.active_rows == 16);
  // A word is a type; keys over it are the type's.
  const Config c = load(source / "configs/ideal.yaml", {{"adc", "sar"}, {"adc.bits", "5"}}, shipped).config;
  CHECK(std::get<SarAdc>(c.adc).common.bits == 5);
  CHECK(f.with("", {{"device", "rram-2t2r"}, {"device.g_max", "30 uS"}}).config.device.g_max_S == 30e-6);
  CHECK(f.with("", {{"device", "rram-2t2r"}, {"device.g_max", "30 uS"}}).config.device.g_min_S == 2e-6);
}

TEST_CASE("cross checks name the key, the numbers and the remedy") {
  const ConfigFolder f;
  struct Row {
    const char *path, *value, *at, *message;
  };
  const Row rows[] = {
      {"array.active_rows", "65", "array.active_rows", "is 65 but the array has 64 rows"},
      {"device.g_max", "1 uS", "device", "g_m"},
      {"cell", "{type: 2t2r, slices: 4}", "cell.slices", "4 slices"},
      {"device.levels", "[1 uS, 2 uS]", "device.levels", "8"},
      {"input.encoding", "analog", "", ""},
      {"adc", "{type: flash, bits: 2, thresholds: [1, 2]}", "adc.thresholds", "2 thresholds"},
      {"published", "[{what: a, published: 1, ours: b, source: c, kind: guessed}]", "published.0.kind", "guessed"},
      {"workload.network", "not-there.onnx", "workload.network", "not-there.onnx"},
  };
  for (const Row& r : rows) {
    CAPTURE(r.path);
    const auto all = f.wrong_set(r.path, r.value);
    if (!*r.at) {
      CHECK(all.empty());
      continue;
    }
    REQUIRE(all.size() >= 1);
    CHECK(all[0].path.starts_with(r.at));
    CHECK(has(all[0].message, r.message));
    CHECK(all[0].where.file == std::string("--set ") + r.path + "=" + r.value);
  }
  CHECK(has(f.wrong("array: {}\n").at(0).message, "given twice"));
  const auto analog = diagnostics_of([&] {
    f.with("", {{"input.encoding", "analog"}, {"array.topology", "gated-rows"}});
  });
  REQUIRE(analog.size() == 1);
  CHECK(analog[0].path == "input.encoding");
  CHECK(has(analog[0].remedy, "voltage-rows"));
}

TEST_CASE("fields and cross checks are reported together, without errors that follow from errors") {
  const ConfigFolder f;
  const auto all = diagnostics_of([&] {
    f.loaded(R"(array: {rows: 0, active_rows: 600}
device: {g_min: 30 uS, g_max: 20 uS}
adc: {type: sar, bitz: 8}
instances: 0
layers: {fc: {adc.bits: 99}}
workload: {network: nowhere.onnx}
)");
  });
  std::vector<std::string> paths;
  for (const auto& d : all) paths.push_back(d.path);
  CHECK(std::count(paths.begin(), paths.end(), "array.rows") == 1);
  CHECK(std::count(paths.begin(), paths.end(), "array.active_rows") == 0);  // follows from array.rows
  CHECK(std::count_if(paths.begin(), paths.end(), [](const std::string& p) { return p.starts_with("device"); }) == 1);
  CHECK(std::count(paths.begin(), paths.end(), "adc.bitz") == 1);
  CHECK(std::count(paths.begin(), paths.end(), "instances") == 1);
  CHECK(std::count(paths.begin(), paths.end(), "layers.fc.adc.bits") == 1);
  CHECK(std::count(paths.begin(), paths.end(), "workload.network") == 1);
  CHECK(std::count(paths.begin(), paths.end(), "technology") == 1);
  CHECK(all.size() == 7);
}

TEST_CASE("required parts") {
  const ConfigFolder f;
  const auto no_technology = diagnostics_of([&] { f.loaded("name: x\n"); });
  REQUIRE(no_technology.size() == 1);
  CHECK(no_technology[0].path == "technology");
  const auto part = diagnostics_of([&] { f.loaded("technology: {node: 65 nm}\n"); });
  CHECK(part.size() == 4);  // vdd, clock, wire_capacitance, cell_area; what parts cost may be modelled
  const auto no_network = f.wrong("workload: {images: 10}\n");
  REQUIRE(no_network.size() == 1);
  CHECK(no_network[0].path == "workload.network");
  CHECK(f.with("").config.workload.network.empty());
}

TEST_CASE("a network beside the config is found from anywhere; a folder is none") {
  const ConfigFolder f;
  f.file("sub/net.onnx", "x");
  CHECK(f.with("workload: {network: sub/net.onnx}\n").config.workload.network ==
        std::filesystem::weakly_canonical(f.path / "sub/net.onnx").string());
  CHECK(f.wrong("workload: {network: sub}\n").size() == 1);
  f.file("lower/base.yaml", std::string(complete) + "workload: {network: ../sub/net.onnx}\n");
  CHECK(f.loaded("base: lower/base.yaml\n").config.workload.network ==
        std::filesystem::weakly_canonical(f.path / "sub/net.onnx").string());
  // In an override, a path is relative to the current folder, whatever slashes it has.
  const auto absolute = (f.path / "sub/net.onnx").string();
  const auto relative = std::filesystem::relative(absolute).string();
  CHECK(std::filesystem::equivalent(f.with("", {{"workload.network", relative}}).config.workload.network, absolute));
}

}  // namespace bitline::config_test
