// SPDX-License-Identifier: Apache-2.0
// Images without their centre, a classifier as judge, and whole runs on made-up pictures, without any data set.
#include <doctest/doctest.h>

#include <cmath>

#include "arch/config.h"
#include "base/error.h"
#include "base/files.h"
#include "experiments/experiment.h"
#include "experiments/systems/feature_judge.h"
#include "experiments/systems/holed_images.h"
#include "run/result_json.h"
#include "tests/temporary_folder.h"

namespace bitline::inpainting_test {
using namespace experiments;
using workloads::Samples;
namespace {

const std::filesystem::path source = BITLINE_SOURCE_DIR;

Samples pictures(int side, std::size_t count) {
  Samples s;
  s.name = "pictures";
  s.dims = {1, side, side};
  for (std::size_t i = 0; i < count * s.size(); ++i) s.values.push_back(static_cast<float>(i % 97) / 96.f);
  return s;
}

std::string problem(auto&& call) {
  try {
    call();
  } catch (const InputError& e) {
    return e.what();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

TEST_CASE("a hole is the centre, row by row, and what is put back is what was cut out") {
  const Samples images = pictures(6, 3);
  const std::vector<float> cut = centres(images, 2);
  REQUIRE(cut.size() == 12);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 4; ++k) CHECK(cut[4 * i + k] == images.values[36 * i + (2 + k / 2) * 6 + 2 + k % 2]);
  const Samples holed = with_hole(images, 2);
  CHECK(centres(holed, 2) == std::vector<float>(12, 0));
  CHECK(with_centres(holed, 2, std::vector<double>(cut.begin(), cut.end())).values == images.values);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < images.values.size(); ++i) changed += holed.values[i] != images.values[i];
  CHECK(changed <= 12);
  CHECK(problem([&] { check_hole(images, 3); }).find("even") != std::string::npos);
  CHECK(problem([&] { check_hole(images, 6); }).find("no place") != std::string::npos);
  CHECK(problem([&] { check_hole(images, 4); }).empty());
}

TEST_CASE("squared errors are means over pixels of the hole") {
  CHECK(square_error(std::vector<double>{0, 1, 0.5, 0.5}, std::vector<float>{0, 0, 1, 0.5f}) ==
        doctest::Approx((1 + 0.25) / 4));
  CHECK(square_error_of_mean(std::vector<float>{0.5f, 0.25f}, std::vector<float>{1, 0, 0, 0.25f}) ==
        doctest::Approx((0.25 + 0.0625 + 0.25) / 4));
}

// Of pictures of 2 x 2 pixels: two features, the pixels of the first row; two scores, those of the second.
std::shared_ptr<const workloads::Graph> pixels_as_features() {
  auto g = std::make_shared<workloads::Graph>();
  g->name = "pixels";
  g->tensors.push_back({"image", {{1, 2, 2}}, {}});
  g->inputs = {0};
  g->outputs = {append(*g, "flat", workloads::Reshape{{{4}}}, {0})};
  check(*g);
  return g;
}

TEST_CASE("the judge: features moved by d are d^2 apart, scaled by 1 + e their variance times e^2, and classes count") {
  Samples images = pictures(2, 40);
  workloads::Labels labels;
  labels.classes = 2;
  for (std::size_t i = 0; i < 40; ++i) labels.of_sample.push_back(images.values[4 * i + 3] > images.values[4 * i + 2]);
  labels.of_sample[0] = 1 - labels.of_sample[0];
  images.truth = labels;
  const FeatureJudge judge(pixels_as_features(), images);
  CHECK(judge.features() == 2);
  CHECK(judge.original_accuracy() == doctest::Approx(39.0 / 40));
  CHECK(judge(images).distance < 1e-12);
  Samples moved = images, scaled = images;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    moved.values[4 * i] += 0.25f;  // exact in single precision but for rounding of sums: 1e-7
    moved.values[4 * i + 2] = 2;   // every image goes to class 0
    sum += images.values[4 * i], squares += std::pow(images.values[4 * i], 2);
  }
  const double mean = sum / 40, variance = (squares - 40 * mean * mean) / 39;
  CHECK(judge(moved).distance == doctest::Approx(0.0625).epsilon(1e-5));
  CHECK(judge(moved).accuracy == doctest::Approx(std::ranges::count(labels.of_sample, 0) / 40.0));
  // Both features scaled by 1.5: |0.5 mean|^2 + 0.25 variance each (covariances commute).
  double expected = 0;
  for (const std::size_t f : {0u, 1u}) {
    double s = 0, q = 0;
    for (std::size_t i = 0; i < 40; ++i) s += images.values[4 * i + f], q += std::pow(images.values[4 * i + f], 2);
    expected += 0.25 * s / 40 * s / 40 + 0.25 * (q - s * s / 40) / 39;
  }
  for (std::size_t i = 0; i < 40; ++i) scaled.values[4 * i] *= 1.5f, scaled.values[4 * i + 1] *= 1.5f;
  CHECK(judge(scaled).distance == doctest::Approx(expected).epsilon(1e-5));
  CHECK(variance > 0);
  images.truth = workloads::Labels{labels.of_sample, 4, {}, {}};
  CHECK(problem([&] { FeatureJudge(pixels_as_features(), images); }).find("no features") != std::string::npos);
  images.truth = std::monostate{};
  CHECK(problem([&] { FeatureJudge(pixels_as_features(), images); }).find("classes") != std::string::npos);
}

// --- whole runs ------------------------------------------------------------------------------------------------------

void write_idx(const std::filesystem::path& folder, const std::string& part, std::uint8_t count) {
  std::string images("\0\0\x08\x03\0\0\0", 7), labels("\0\0\x08\x01\0\0\0", 7);
  images += static_cast<char>(count), labels += static_cast<char>(count);
  for (int side = 0; side < 2; ++side) images += std::string("\0\0\0\x1c", 4);
  // Bars of changing place and brightness.
  for (int i = 0; i < count; ++i) {
    labels += static_cast<char>(i % 10);
    for (int y = 0; y < 28; ++y)
      for (int x = 0; x < 28; ++x) {
        const bool lit = (i % 2 ? x : y) / 3 == i % 9;
        images += static_cast<char>(lit ? 255 - 8 * (i % 16) : 0);
      }
  }
  write_file(folder / (part + "-images-idx3-ubyte"), images);
  write_file(folder / (part + "-labels-idx1-ubyte"), labels);
}

// Made-up pictures that go by the name of the stand-in.
class Job {
 public:
  Job() {
    std::filesystem::create_directories(folder_.path / "fashion-mnist");
    write_idx(folder_.path / "fashion-mnist", "train", 30);
    write_idx(folder_.path / "fashion-mnist", "t10k", 40);
  }
  arch::LoadedConfig config(std::vector<Override> more = {}) const {
    std::vector<Override> overrides{
        {"workload.images", "40"}, {"workload.calibration_images", "16"}, {"instances", "2"}};
    overrides.insert(overrides.end(), more.begin(), more.end());
    return arch::load(source / "configs/inpainting.yaml", overrides, {{source / "configs"}});
  }
  run::Result run(const arch::LoadedConfig& config, int threads = 2) const {
    run::RunOptions options;
    options.data.folders = {folder_.path};
    options.model_folders = {source / "models"};
    options.threads = threads;
    return experiments::run(config, options);
  }

 private:
  test::TemporaryFolder folder_;
};

double figure(const run::Result& r, const std::string& name) {
  for (const auto& [n, value] : r.experiment->figures)
    if (n == name) return value;
  FAIL("no figure ", name);
  return 0;
}

TEST_CASE(
    "inpainting on a stand-in: all figures, no claim that the stand-in cannot carry, the same bits on one thread") {
  const Job job;
  const run::Result r = job.run(job.config());
  REQUIRE(r.experiment);
  REQUIRE(r.experiment->claims.size() == 1);
  CHECK(r.experiment->claims.front().id == "frechet-grows");
  CHECK(r.experiment->notes.front().find("stands in") != std::string::npos);
  CHECK(r.quality.metric == "frechet");
  CHECK(r.quality.value == figure(r, "experiment_12"));
  CHECK(r.quality.reference_quantized == figure(r, "simulation_12"));
  CHECK(r.quality.loss == doctest::Approx(figure(r, "experiment_12") - figure(r, "simulation_12")));
  CHECK(r.mapping.arrays_used == 4);
  CHECK(r.write.level_accuracy == doctest::Approx(0.8456).epsilon(0.003));  // 509,952 cells: sigma 0.0005
  CHECK(r.costs.energy_per_inference_J > 0);
  CHECK(figure(r, "encoder_s") == doctest::Approx(8));
  CHECK(r.experiment->pictures.size() == 8);
  CHECK(r.experiment->tables.size() == 4);
  const run::Result one = job.run(job.config(), 1);
  for (const auto& [name, value] : r.experiment->figures) CHECK(figure(one, name) == value);
}

TEST_CASE("the experiment on ideal arrays is the simulation") {
  const Job job;
  const run::Result r = job.run(
      job.config({{"device.write", "{type: exact}"}, {"device.read_noise.relative", "0"}, {"adc", "{type: ideal}"}}));
  for (const char* hole : {"4", "8", "12"})
    CHECK(figure(r, std::string("experiment_") + hole) == figure(r, std::string("simulation_") + hole));
}

TEST_CASE("configs of inpainting that make no sense are refused, with the key") {
  const Job job;
  const auto refused = [&](const char* key, const char* value) {
    return problem([&] { job.run(job.config({{key, value}})); });
  };
  CHECK(refused("experiment.holes", "[8, 4]").find("experiment.holes") != std::string::npos);
  CHECK(refused("experiment.encoder.amplitude", "1 V").find("experiment.encoder.amplitude") != std::string::npos);
  CHECK(refused("experiment.encoder.device", "pcm").find("experiment.encoder.device") != std::string::npos);
  CHECK(refused("experiment.encoder.pulses", "6").find("no whole groups of 6") != std::string::npos);
  CHECK(refused("experiment.encoder.pulses", "8").find("reads") != std::string::npos);  // 98 features for 196
  CHECK(refused("experiment.holes", "[4, 6]").find("inpainting-fashion-mnist-residual-6.onnx") != std::string::npos);
  CHECK(refused("experiment.data", "[{set: mnist}]").find("mnist") != std::string::npos);
}

}  // namespace
}  // namespace bitline::inpainting_test
