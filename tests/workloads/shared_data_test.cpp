// SPDX-License-Identifier: Apache-2.0
// Real data sets, where they are there: beside the project, or where BITLINE_DATA says.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "workloads/dataset.h"
#include "workloads/interpret.h"
#include "workloads/onnx_import.h"

namespace bitline::shared_data_test {
using namespace workloads;
namespace fs = std::filesystem;

namespace {

// Empty, with a message, where the set is missing.
fs::path real_data(const char* folder) {
  const char* given = std::getenv("BITLINE_DATA");
  for (const fs::path& root : {fs::path(given ? given : ""), fs::path(BITLINE_SOURCE_DIR) / "../shared/data"})
    if (!root.empty() && fs::exists(root / folder)) return root / folder;
  MESSAGE("skipped: no folder " << std::string(folder) << " of data beside the project");
  return {};
}

Samples load_real(const fs::path& path, Split split) {
  DataSource source;
  source.name = path.string();
  return load_samples(source, split, 0, all_samples, {});
}

}  // namespace

TEST_CASE("BreastMNIST: 546, 78 and 156 images, 27 % of them malignant (Yang 2023, Table 3)") {
  const fs::path folder = real_data("medmnist");
  if (folder.empty()) return;
  const Samples training = load_real(folder / "breastmnist.npz", Split::train);
  const Samples validation = load_real(folder / "breastmnist.npz", Split::validation);
  const Samples test = load_real(folder / "breastmnist.npz", Split::test);
  CHECK(training.count() == 546);
  CHECK(validation.count() == 78);
  CHECK(test.count() == 156);
  CHECK(test.dims == std::vector<int>{1, 28, 28});
  std::size_t malignant = 0;
  for (const Samples* part : {&training, &validation, &test})
    for (const int label : std::get<Labels>(part->truth).of_sample) malignant += label == 0;
  CHECK(malignant == 210);  // of 780 (Al-Dhabyani 2020, doi:10.1016/j.dib.2019.104863: 210 malignant)
}

TEST_CASE("the MNIST network is right on 98.99 % of the test images, as torch found") {
  const fs::path folder = real_data("mnist");
  if (folder.empty()) return;
  DataSource source;
  source.name = "mnist";
  const Samples test = load_samples(source, Split::test, 0, all_samples, {{folder}});
  const Graph graph = read_onnx(fs::path(BITLINE_SOURCE_DIR) / "models/mnist-mlp.onnx");
  const std::vector<float> outputs = interpret_float(graph, test.values);
  const std::vector<int>& labels = std::get<Labels>(test.truth).of_sample;
  int right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    right += std::max_element(&outputs[10 * i], &outputs[10 * i] + 10) - &outputs[10 * i] == labels[i];
  CHECK(right == 9899);
}

TEST_CASE("spoken digits 0, 5 and 8: 90 recordings to test with, 810 to train with") {
  const fs::path folder = real_data("fsdd");
  if (folder.empty()) return;
  DataSource source;
  source.name = "fsdd";
  const DataPath where{{folder.parent_path()}};
  const Contents test = contents_of(source, Split::test, where), training = contents_of(source, Split::train, where);
  CHECK(test.count == 90);
  CHECK(training.count == 810);
  CHECK(std::get<Labels>(test.truth).classes == 3);
  CHECK(test.dims == training.dims);
  const Samples some = load_samples(source, Split::test, 0, 9, where);
  CHECK(std::get<Labels>(some.truth).of_sample == std::vector<int>{0, 1, 2, 0, 1, 2, 0, 1, 2});
}

}  // namespace bitline::shared_data_test
