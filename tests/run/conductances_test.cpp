// SPDX-License-Identifier: Apache-2.0
// Conductances kept by array (`keep: conductances`) and read back in place of writing (`conductances: DIR`).
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/files.h"
#include "base/npy.h"
#include "tests/run/helpers.h"
#include "workloads/onnx_import.h"

namespace bitline::conductances_test {
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace read;
using namespace run;
using namespace bitline::test;

namespace {

// Equal to nine digits. Doctest's own tolerance is at least epsilon itself, comparable to a nanosiemens.
doctest::Approx relative(double expected) { return doctest::Approx(expected).epsilon(1e-9).scale(1e-30); }

namespace fs = std::filesystem;

// A folder of its own that goes with it.
struct Scratch {
  fs::path folder;
  explicit Scratch(const std::string& name)
      : folder(fs::temp_directory_path() / fmt::format("bitline-conductances-{}-{}", name, getpid())) {
    fs::remove_all(folder);
  }
  ~Scratch() { fs::remove_all(folder); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  fs::path file(int array, const std::string& what) const { return folder / fmt::format("{}_{}.npy", array, what); }
};

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

void save(const fs::path& file, const NpyArray& a) { write_npy(file, std::span<const double>(a.data), a.shape); }

Result main_job(std::vector<Override> overrides, const fs::path& keep_in = {}) {
  overrides.insert(overrides.begin(),
                   {{"instances", "1"}, {"workload.images", "60"}, {"workload.calibration_images", "16"}});
  RunOptions options = run_options();
  options.conductance_folder = keep_in;
  return run::run(load(source / "configs/fashion-mlp.yaml", overrides, {{source / "configs"}}), options);
}

// What reading decides: outputs, converters, energy.
std::vector<double> numbers(const Result& r) {
  std::vector<double> n{r.quality.value,
                        r.quality.loss,
                        r.write.level_accuracy,
                        r.write.rms_error_S,
                        r.write.fault_frac,
                        static_cast<double>(r.write.cells),
                        r.costs.energy_per_inference_J,
                        r.costs.latency_per_inference_s};
  for (const auto& l : r.costs.layers) n.push_back(l.energy_J);
  for (const auto& l : r.reads) n.insert(n.end(), {l.snr_db, l.adc_clipped_frac, l.adc_full_scale_A});
  return n;
}

bool skipped() {
  if (have_fashion_mnist()) return false;
  MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
  return true;
}

// The message of the InputError that `f` throws.
template <class F>
std::string input_error(F&& f) {
  try {
    f();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no InputError";
}

bool names(const std::string& message, const std::string& what) {
  CAPTURE(message);
  const bool found = message.find(what) != std::string::npos;
  CHECK(found);
  return found;
}

// A small chip without a network: two blocks of one layer, each on an array of 20 rows.
struct Small {
  Config config;
  Chip chip;
  std::vector<std::int16_t> inputs;
  Small(const std::string& cell, int columns, const fs::path& measured, int seed)
      : config(config_of(fmt::format("{{cell: {}, array: {{rows: 20, columns: {}}}, seed: {}, device: {{write: {{type: "
                                     "gaussian, sigma: [1 uS]}}}}{}}}",
                                     cell, columns, seed,
                                     measured.empty() ? "" : ", conductances: \"" + measured.string() + "\""))),
        chip(chip_of(config, random_layer(33, 6, layout(config.cell, 4), 4, {1, 8, false}, 3))),
        inputs(random_inputs(5, 33, {1, 8, false}, 5)) {}
  std::vector<double> product(const View& view) const {
    std::vector<double> y(5 * 6);
    execute_layer(chip, view, 0, inputs, {5, 0, 0, 1}, y, nullptr);
    return y;
  }
};

}  // namespace

TEST_CASE("conductances: kept by array, mapped cells at their targets and NaN elsewhere") {
  if (skipped()) return;
  const Scratch kept("kept");
  const Result r = main_job(
      {{"keep", "conductances"}, {"age", "1 day"}, {"device.drift", "{type: power-law, t0: 20 s, nu_mean: 0.05}"}},
      kept.folder);
  const workloads::Graph network = workloads::read_onnx(source / "models/fashion-mlp.onnx");
  // Targets from the weights and the published mapping: (20 - 2) / 7 uS for each level above 2 uS.
  std::vector<std::vector<double>> target(4, std::vector<double>(576 * 128 * 2, no_value));
  std::size_t l = 0, devices = 0;
  for (const auto& layer : network.weights) {
    const auto q = quantize_weights(std::span<const float>(layer.panels[0].weights), layer.rows, layer.columns,
                                    LayerQuantization{});
    for (const auto& b : r.mapping.layers[l++].blocks)
      for (int i = 0; i < b.rows; ++i)
        for (int j = 0; j < b.columns; ++j) {
          const int w = q.codes[static_cast<std::size_t>(b.layer_row + i) * layer.columns + b.layer_column + j];
          const std::size_t at = (static_cast<std::size_t>(b.row + i) * 128 + b.column + j) * 2;
          target[b.array][at] = 2e-6 + std::max(w, 0) * 18e-6 / 7;
          target[b.array][at + 1] = 2e-6 + std::max(-w, 0) * 18e-6 / 7;
          devices += 2;
        }
  }
  CHECK(devices == 2 * (784 * 256 + 256 * 128 + 128 * 10));
  double squares = 0;
  for (int a = 0; a < 4; ++a) {
    CAPTURE(a);
    const NpyArray t = read_npy(kept.file(a, "target")), w = read_npy(kept.file(a, "written")),
                   aged = read_npy(kept.file(a, "aged"));
    for (const NpyArray* file : {&t, &w, &aged}) CHECK(file->shape == std::vector<std::size_t>{576, 128, 2});
    std::size_t wrong = 0, undrifted = 0;
    const double decay = std::pow(1 + 86400.0 / 20, -0.05);
    for (std::size_t i = 0; i < t.data.size(); ++i) {
      const double g = target[a][i];
      if (std::isnan(g)) {
        wrong += !std::isnan(t.data[i]) + !std::isnan(w.data[i]) + !std::isnan(aged.data[i]);
      } else {
        wrong += std::abs(t.data[i] - g) > 1e-15;
        undrifted += std::abs(aged.data[i] - w.data[i] * decay) > 1e-15;
        if (i % 2) {
          const double error = (w.data[i - 1] - w.data[i]) - (t.data[i - 1] - t.data[i]);
          squares += error * error;
        }
      }
    }
    CHECK(wrong == 0);
    CHECK(undrifted == 0);
  }
  CHECK(!fs::exists(kept.file(4, "target")));
  CHECK(r.write.rms_error_S == relative(std::sqrt(squares / (devices / 2.0))));
}

TEST_CASE("conductances: reading back what was kept reproduces the run to the bit") {
  if (skipped()) return;
  for (const auto& more : {std::vector<Override>{},
                           {{"device.faults", "{stuck_on: 0.5 %, stuck_off: 1 %, dead_row: 1 %}"},
                            {"age", "1 day"},
                            {"device.drift", "{type: power-law, t0: 20 s, nu_mean: 0.05, nu_sigma: 0.02}"}},
                           {{"cell", "{type: 1t1r-differential}"}, {"chips", "auto"}}}) {
    const Scratch kept("again"), second("second");
    std::vector<Override> keep = more, read = more;
    keep.push_back({"keep", "conductances"});
    read.insert(read.end(), {{"conductances", kept.folder.string()}, {"keep", "conductances"}});
    const Result first = main_job(keep, kept.folder), again = main_job(read, second.folder);
    CHECK(numbers(first) == numbers(again));
    for (int a = 0; a < again.mapping.arrays_used; ++a)
      for (const char* what : {"target", "written", "aged"})
        CHECK(read_file(kept.file(a, what)) == read_file(second.file(a, what)));
  }
}

TEST_CASE("conductances: measured ones leave nothing of writing to chance") {
  if (skipped()) return;
  const Scratch kept("seeds"), other("other");
  const std::vector<Override> silent = {{"device.read_noise.relative", "0"}};
  const auto with = [&](const char* seed, std::vector<Override> more, const fs::path& keep_in = {}) {
    more.insert(more.end(), silent.begin(), silent.end());
    more.push_back({"seed", seed});
    return numbers(main_job(more, keep_in));
  };
  const auto first = with("1", {{"keep", "conductances"}}, kept.folder);
  CHECK(with("2", {}) != first);
  CHECK(with("2", {{"conductances", kept.folder.string()}}) == first);
  // With read noise the seed still counts.
  const std::string folder = kept.folder.string();
  CHECK(numbers(main_job({{"conductances", folder}, {"seed", "2"}})) !=
        numbers(main_job({{"conductances", folder}, {"seed", "3"}})));
}

TEST_CASE("conductances: files that do not describe the mapped arrays are refused by name") {
  if (skipped()) return;
  const Scratch kept("bad");
  const Result r = main_job({{"keep", "conductances"}}, kept.folder);
  const auto read = [&] { return input_error([&] { main_job({{"conductances", kept.folder.string()}}); }); };
  CHECK(read() == "no InputError");
  const PlacedBlock& block = r.mapping.layers[1].blocks[0];
  const fs::path file = kept.file(block.array, "written");
  const NpyArray good = read_npy(file);
  const std::size_t mapped = (static_cast<std::size_t>(block.row + 3) * 128 + block.column + 5) * 2 + 1;
  const std::string place = fmt::format("array {} ", block.array),
                    where = fmt::format("row {}, column {}, device 1", block.row + 3, block.column + 5);

  for (double value : {no_value, -1e-9, std::numeric_limits<double>::infinity()}) {
    NpyArray bad = good;
    bad.data[mapped] = value;
    save(file, bad);
    const std::string message = read();
    names(message, place);
    names(message, where);
  }
  NpyArray ohms = good;
  for (double& g_S : ohms.data) g_S = g_S > 0 ? 1 / g_S : 0;
  save(file, ohms);
  names(read(), "are these ohms, or uS?");

  NpyArray swapped = good;
  swapped.shape = {128, 576, 2};
  save(file, swapped);
  names(read(), file.filename().string());
  NpyArray flat = good;
  flat.shape = {576, 256};
  save(file, flat);
  std::string message = read();
  names(message, file.filename().string());
  names(message, "(576, 128, 2)");

  const std::string bytes = [&] {
    save(file, good);
    return read_file(file);
  }();
  write_file(file, bytes.substr(0, bytes.size() - 8));
  names(read(), file.filename().string());
  write_file(file, "not an array");
  names(read(), file.filename().string());
  fs::remove(file);
  names(read(), file.filename().string());

  save(file, good);
  CHECK(read() == "no InputError");
}

TEST_CASE("conductances: cells that hold no weight may hold anything") {
  const Scratch kept("unmapped");
  const Small small("{type: 2t2r}", 8, {}, 1);
  keep_conductances(small.chip, written_chip(small.chip).state, kept.folder);
  REQUIRE(small.chip.placement.arrays_used == 2);
  std::size_t unmapped = 0;
  for (int a = 0; a < 2; ++a) {
    NpyArray file = read_npy(kept.file(a, "written"));
    CHECK(file.shape == std::vector<std::size_t>{20, 8, 2});
    for (double& g : file.data)
      if (std::isnan(g)) g = ++unmapped % 2 ? -1 : 1e300;
    save(kept.file(a, "written"), file);
  }
  CHECK(unmapped == 2 * 20 * 8 * 2 - 33 * 6 * 2);
  const Small again("{type: 2t2r}", 8, kept.folder, 2);
  CHECK(again.product(view_of(again.chip)) == small.product(view_of(small.chip)));
}

TEST_CASE("conductances: a pair on two columns is two cells of one device, positive first") {
  const Scratch kept("pair");
  for (const char* subtract : {"digital", "analog"}) {
    CAPTURE(subtract);
    const std::string cell = fmt::format("{{type: 1t1r-differential, subtract: {}}}", subtract);
    const Small small(cell, 12, {}, 1);
    keep_conductances(small.chip, written_chip(small.chip).state, kept.folder);
    for (const auto& block : small.chip.layers[0].blocks) {
      const NpyArray target = read_npy(kept.file(block.array, "target"));
      REQUIRE(target.shape == std::vector<std::size_t>{20, 12, 1});
      std::size_t wrong = 0;
      for (int r = 0; r < block.rows; ++r)
        for (int c = 0; c < block.columns; ++c) {
          const int w = small.chip.layers[0].matrix.panels[0].codes[static_cast<std::size_t>(block.row + r) * 6 +
                                                                    block.column + c];
          const std::size_t at = static_cast<std::size_t>(block.array_row + r) * 12 + block.array_column + 2 * c;
          wrong += std::abs(target.data[at] - (2e-6 + std::max(w, 0) * 18e-6 / 7)) > 1e-15;
          wrong += std::abs(target.data[at + 1] - (2e-6 + std::max(-w, 0) * 18e-6 / 7)) > 1e-15;
        }
      CHECK(wrong == 0);
    }
    const Small again(cell, 12, kept.folder, 2);
    CHECK(again.product(view_of(again.chip)) == small.product(view_of(small.chip)));
    // A file of 2T2R cells is not one of these.
    NpyArray file = read_npy(kept.file(1, "written"));
    file.shape = {20, 6, 2};
    save(kept.file(1, "written"), file);
    names(input_error([&] { Small(cell, 12, kept.folder, 1); }), "1_written.npy");
  }
}

TEST_CASE("conductances: offset cells are kept without their reference column") {
  const Scratch kept("offset");
  const Small small("{type: 1t1r-offset}", 8, {}, 1);
  keep_conductances(small.chip, written_chip(small.chip).state, kept.folder);
  const NpyArray file = read_npy(kept.file(0, "written"));
  CHECK(file.shape == std::vector<std::size_t>{20, 8, 1});
  const Small again("{type: 1t1r-offset}", 8, kept.folder, 1);
  CHECK(again.product(view_of(again.chip)) == small.product(view_of(small.chip)));
}

TEST_CASE("conductances: layers of different cells cannot share files") {
  const Scratch kept("mixed");
  CHECK_THROWS_AS(chip_of(config_of("{keep: conductances, layers: {layer: {cell: {type: 1t1r-offset}}}}"),
                          random_layer(8, 2, layout(OffsetCell{}, 4), 4, {1, 8, false}, 3)),
                  ConfigError);
}

}  // namespace bitline::conductances_test
