// SPDX-License-Identifier: Apache-2.0
// Whole runs: the same bits for any thread count and batch, and the statistics a run reports.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/config_writer.h"
#include "base/files.h"
#include "tests/run/small_data.h"
#include "tests/temporary_folder.h"
#include "workloads/onnx_import.h"

namespace bitline::run_test {
using namespace workloads;
using namespace arch;
using namespace cost;
using namespace run;
using namespace bitline::test;

namespace {

LoadedConfig main_job(std::vector<Override> overrides) {
  overrides.insert(overrides.begin(),
                   {{"instances", "3"}, {"workload.images", "500"}, {"workload.calibration_images", "64"}});
  return load(source / "configs/fashion-mlp.yaml", overrides, {{source / "configs"}});
}

// Everything a result holds that must not depend on how it was computed.
std::vector<double> numbers(const Result& r) {
  std::vector<double> n{r.quality.value,
                        r.quality.ci95.lower,
                        r.quality.ci95.upper,
                        r.quality.ci95_images.lower,
                        r.quality.ci95_images.upper,
                        r.quality.loss,
                        r.quality.loss_ci95.lower,
                        r.write.level_accuracy,
                        r.write.rms_error_S,
                        r.costs.energy_per_inference_J,
                        r.costs.latency_per_inference_s,
                        r.costs.area_m2};
  for (const auto& c : r.quality.chips) n.push_back(c.value);
  for (const auto& l : r.costs.layers) n.push_back(l.energy_J);
  for (const auto& l : r.reads) n.insert(n.end(), {l.snr_db, l.adc_clipped_frac, l.adc_full_scale_A});
  return n;
}

#define NEEDS_FASHION_MNIST()                                                                   \
  if (!have_fashion_mnist()) {                                                                  \
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)"); \
    return;                                                                                     \
  }

}  // namespace

TEST_CASE("one and two threads, any batch and a rerun of resolved.yaml give the same bits") {
  NEEDS_FASHION_MNIST();
  for (const auto& more : {std::vector<Override>{},
                           {{"adc.errors.noise", "0.5"},
                            {"adc.errors.offset", "0.3"},
                            {"device.faults.stuck_on", "0.5 %"},
                            {"calibrate", "per-chip"},
                            {"correct", "scale-and-offset"},
                            {"adc.range", "{type: mean-square-error}"},
                            {"quantization.activation_range", "mean-square-error"},
                            {"array.active_rows", "100"}},
                           {{"cell", "{type: 1t1r-offset}"},
                            {"chips", "auto"},
                            {"device.write", "{type: window, half_width: 0.3 uS}"},
                            {"age", "1 day"},
                            {"device.drift", "{type: power-law, t0: 20 s, nu_mean: 0.05, nu_sigma: 0.02}"}}}) {
    const LoadedConfig loaded = main_job(more);
    RunOptions options = run_options();
    options.threads = 1;
    options.batch = 64;
    const auto reference = numbers(run::run(loaded, options));
    for (auto [threads, batch] : {std::pair<int, std::size_t>{2, 64}, {2, 7}, {1, 500}}) {
      options.threads = threads;
      options.batch = batch;
      CHECK(numbers(run::run(loaded, options)) == reference);
    }
    const auto folder = std::filesystem::temp_directory_path() / ("bitline-run-test-" + config_hash(loaded.config));
    write_file(folder / "resolved.yaml", resolved_yaml(loaded));
    const LoadedConfig again = load(folder / "resolved.yaml", {}, {{source / "configs"}});
    CHECK(config_hash(again.config) == config_hash(loaded.config));
    CHECK(resolved_yaml(again).size() > 1000);
    options.threads = 2;
    options.batch = 64;
    CHECK(numbers(run::run(again, options)) == reference);
    CHECK(again.annotations.assumed.size() == loaded.annotations.assumed.size());
    std::filesystem::remove_all(folder);
  }
}

TEST_CASE("a result tells what went into the network") {
  NEEDS_FASHION_MNIST();
  const Result plain = run::run(main_job({{"instances", "1"}}), run_options());
  REQUIRE(plain.input);
  CHECK(plain.input->network == "fashion-mlp.onnx");
  CHECK(plain.input->layers == 3);
  CHECK(plain.input->weights == 784 * 256 + 256 * 128 + 128 * 10);
  CHECK(plain.input->outputs == 10);
  CHECK(plain.input->classes == 10);
  CHECK(plain.input->samples == 500);
  CHECK(plain.input->least == 0);
  CHECK(plain.input->largest == 1);
  // Of bytes / 255 of the first 500 images, by NumPy in double; a pixel here is the nearest float.
  CHECK(plain.input->mean == doctest::Approx(0.29506353541416563).epsilon(1e-7));
  CHECK(plain.input->deviation == doctest::Approx(0.35690076702682805).epsilon(1e-7));
  CHECK(plain.input->normalized.empty());
  const Result scaled =
      run::run(main_job({{"instances", "1"}, {"workload.normalize", "{mean: 0.286, std: 0.353}"}}), run_options());
  CHECK(scaled.input->normalized == "(x - 0.286) / 0.353");
  CHECK(scaled.input->least == doctest::Approx(-0.286 / 0.353).epsilon(1e-6));
  CHECK(scaled.input->mean == doctest::Approx((0.29506353541416563 - 0.286) / 0.353).epsilon(1e-5));
}

TEST_CASE("published figures of replaced parts are named, and so they are on a rerun") {
  NEEDS_FASHION_MNIST();
  const LoadedConfig loaded = main_job({{"instances", "1"}, {"workload.images", "20"}, {"device.write", "exact"}});
  const Result r = run::run(loaded, run_options());
  CHECK(r.published.empty());
  REQUIRE(r.published_left_out.size() == 1);
  CHECK(r.published_left_out[0].what == "level accuracy after writing");
  CHECK(r.published_left_out[0].why == "device.write was replaced");
}

TEST_CASE("errors of the data name the place in the config, the places looked in and the list of sets") {
  for (const char* name : {"no-such-set", "mnist"}) {
    CAPTURE(name);
    try {
      run::run(main_job({{"workload.dataset", name}}),
               {.data = {{"/no/such/folder"}}, .model_folders = {source / "models"}});
      CHECK(false);
    } catch (const ConfigError& e) {
      const Diagnostic& d = e.diagnostics().at(0);
      CHECK(d.path == "workload.dataset");
      CHECK(std::string(d.where.file.str()).starts_with("--set workload.dataset"));
      CHECK(d.message.find("/no/such/folder") != std::string::npos);
      CHECK(d.remedy.find("bitline list datasets") != std::string::npos);
    }
  }
}

TEST_CASE("level accuracy is the configured one within its statistical error") {
  NEEDS_FASHION_MNIST();
  const Result r = run::run(main_job({{"instances", "4"}, {"workload.images", "10"}}), run_options());
  // 4 x 234,752 weights: five standard errors; false alarm below 1e-6.
  CHECK(r.write.cells == 4 * (784 * 256 + 256 * 128 + 128 * 10));
  CHECK(std::abs(r.write.level_accuracy - 0.8456) <
        5 * std::sqrt(0.8456 * (1 - 0.8456) / static_cast<double>(r.write.cells)));
}

TEST_CASE("4-bit weights written with errors lose accuracy against ideal ones, image by image") {
  NEEDS_FASHION_MNIST();
  // Write errors alone: perfect converters, no read noise. All test images; the interval of the paired difference
  // excludes 0.
  const Result r = run::run(
      main_job(
          {{"instances", "6"}, {"workload.images", "10000"}, {"adc", "ideal"}, {"device.read_noise.relative", "0"}}),
      run_options());
  CHECK(r.quality.inputs == 10000);
  CHECK(r.quality.loss_ci95.lower > 0);
  CHECK(r.quality.loss == doctest::Approx(r.quality.reference_quantized - r.quality.value).epsilon(1e-9).scale(1e-30));
}

TEST_CASE("parts add up to totals; twice the images leave the mean energy in place") {
  NEEDS_FASHION_MNIST();
  const Result r = run::run(main_job({{"instances", "2"}}), run_options());
  double layers = 0;  // and what no layer answers for
  for (const auto& l : r.costs.layers) layers += l.energy_J;
  for (const Part part : {Part::clock, Part::reload, Part::leakage}) layers += r.costs.energy_J[part];
  CHECK(r.costs.energy_per_inference_J == doctest::Approx(r.costs.energy_J.total()).epsilon(1e-12).scale(1e-30));
  CHECK(layers == doctest::Approx(r.costs.energy_per_inference_J).epsilon(1e-12).scale(1e-30));
  CHECK(r.costs.area_m2 == doctest::Approx(r.costs.area_breakdown_m2.total()).epsilon(1e-12).scale(1e-30));
  CHECK(r.costs.latency_per_inference_s == doctest::Approx(r.costs.latency_s.total()).epsilon(1e-12).scale(1e-30));
  CHECK(r.mapping.arrays_used == 4);
}

TEST_CASE("array energy is the power of every driven device, computed device by device") {
  NEEDS_FASHION_MNIST();
  // Perfect devices: conductances follow from the weights, drives from the pixels. First layer only, whole arrays.
  const LoadedConfig loaded =
      main_job({{"instances", "1"}, {"workload.images", "20"}, {"device.write", "exact"}, {"adc", "ideal"}});
  const Result r = run::run(loaded, run_options());
  const workloads::Graph network = workloads::read_onnx(source / "models/fashion-mlp.onnx");
  const workloads::Samples data = load_samples({}, workloads::Split::test, 0, 20, run_options().data);
  // Which columns of an array a row of the layer shares with other layers or unused cells: from the published mapping.
  std::vector<std::vector<double>> row_S(4, std::vector<double>(576, 0));
  std::vector<std::vector<int>> used(4, std::vector<int>(576, 0));
  std::size_t l = 0;
  for (const auto& layer : network.weights) {
    const auto q = quantize_weights(std::span<const float>(layer.panels[0].weights), layer.rows, layer.columns,
                                    LayerQuantization{});
    for (const auto& b : r.mapping.layers[l].blocks)
      for (int i = 0; i < b.rows; ++i)
        for (int j = 0; j < b.columns; ++j) {
          const int w =
              std::abs(q.codes[static_cast<std::size_t>(b.layer_row + i) * layer.columns + b.layer_column + j]);
          row_S[b.array][b.row + i] += 2 * 2e-6 + w * 18e-6 / 7;
          ++used[b.array][b.row + i];
        }
    ++l;
  }
  double expected_J = 0;
  for (const auto& b : r.mapping.layers[0].blocks)
    for (std::size_t image = 0; image < 20; ++image)
      for (int i = 0; i < b.rows; ++i) {
        const long pixel = std::lround(255 * data.values[image * 784 + static_cast<std::size_t>(b.layer_row + i)]);
        const double g = row_S[b.array][b.row + i] + (128 - used[b.array][b.row + i]) * 2 * 2e-6;
        expected_J += __builtin_popcount(static_cast<unsigned>(pixel)) * 0.2 * 0.2 * 50e-9 * g / 20;
      }
  CHECK(r.costs.layers[0].energy_breakdown_J[Part::array] == doctest::Approx(expected_J).epsilon(1e-9).scale(1e-30));
}

TEST_CASE("rescaled layers stay exact on ideal arrays, and the float network stays itself") {
  const TemporaryFolder folder;
  const std::vector<Override> ideal{{"adc", "ideal"}, {"device.write", "exact"}, {"device.read_noise.relative", "0"}};
  const Result plain = run::run(small_job(folder.path, ideal), run_options());
  for (const char* how : {"smooth", "equalize"}) {
    std::vector<Override> overrides = ideal;
    overrides.push_back({"quantization.rescale", how});
    const Result r = run::run(small_job(folder.path, overrides), run_options());
    CHECK(r.quality.reference_float == plain.quality.reference_float);
    for (const auto& layer : r.reads) CHECK(std::isinf(layer.snr_db));  // exact
    CHECK(std::ranges::any_of(r.warnings, [](const std::string& w) {
      return w == "layer fc1: quantization.rescale leaves its inputs as they are: they are the network's own";
    }));
  }
}

TEST_CASE("columns that converters distort are corrected: most of the lost accuracy comes back") {
  NEEDS_FASHION_MNIST();
  const auto accuracy = [](const std::string& errors, const std::string& correct) {
    return run::run(
               main_job(
                   {{"instances", "2"}, {"workload.images", "1000"}, {"adc.errors", errors}, {"correct", correct}}),
               run_options())
        .quality.value;
  };
  const std::string errors = "{gain: 10 %, offset: 4}";
  const double without = accuracy("{}", "none"), lost = accuracy(errors, "none"),
               corrected = accuracy(errors, "scale-and-offset");
  MESSAGE("accuracy without errors " << without << ", with " << lost << ", corrected " << corrected);
  CHECK(lost < without - 0.02);
  CHECK(corrected > without - 0.2 * (without - lost));
}

TEST_CASE("faults, ageing, saturating converters and unknown layers are told or felt") {
  NEEDS_FASHION_MNIST();
  const double clean = run::run(main_job({{"instances", "1"}}), run_options()).quality.value;
  CHECK(run::run(main_job({{"instances", "1"}, {"device.faults.stuck_on", "20 %"}}), run_options()).quality.value <
        clean - 0.1);
  CHECK(run::run(main_job({{"instances", "1"}, {"device.faults.dead_row", "50 %"}}), run_options()).quality.value <
        clean - 0.02);
  CHECK(run::run(main_job({{"instances", "1"}, {"adc.bits", "2"}, {"adc.cost", "{energy: 1 pJ, area: 100 um2}"}}),
                 run_options())
            .quality.value < clean - 0.05);
  const Result clipped =
      run::run(main_job({{"instances", "1"}, {"adc.range", "{type: fixed, current: 1 uA}"}}), run_options());
  CHECK(clipped.reads[0].adc_clipped_frac > 0.5);
  CHECK_THROWS_AS(run::run(main_job({{"layers", "{fc9: {digital: true}}"}}), run_options()), ConfigError);
  CHECK_THROWS_AS(run::run(main_job({{"chips", "1"}}), run_options()), ConfigError);
  CHECK_THROWS_AS(run::run(main_job({{"workload.dataset", "no-such-set"}}), run_options()), ConfigError);
  const Result digital = run::run(
      main_job({{"instances", "1"}, {"layers", "{fc1: {digital: true}, fc2: {digital: true}, fc3: {digital: true}}"}}),
      run_options());
  CHECK(digital.quality.value == digital.quality.reference_quantized);
}

}  // namespace bitline::run_test
