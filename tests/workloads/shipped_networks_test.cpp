// SPDX-License-Identifier: Apache-2.0
// The shipped networks against torch's own outputs of 64 test images (scripts/train/reference.py).
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/npy.h"
#include "workloads/dataset.h"
#include "workloads/interpret.h"
#include "workloads/onnx_import.h"

namespace bitline::shipped_networks_test {
using namespace workloads;
namespace fs = std::filesystem;

namespace {

// Unset, with a message, where the set is not installed.
std::optional<Samples> first_images(std::size_t count) {
  DataSource source;
  source.name = "fashion-mnist";
  try {
    return load_samples(source, Split::test, 0, count, DataPath{{"/usr/share/datasets"}});
  } catch (const InputError& missing) {
    MESSAGE("skipped: " << missing.what());
    return {};
  }
}

}  // namespace

TEST_CASE("each shipped network gives what torch gives, to 1e-4 of the largest output") {
  const auto images = first_images(64);
  if (!images) return;
  const fs::path root = BITLINE_SOURCE_DIR;
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(root / "tests/workloads/data")) {
    if (entry.path().extension() != ".npy") continue;
    CAPTURE(entry.path().stem().string());
    const Graph graph = read_onnx(root / "models" / entry.path().filename().replace_extension(".onnx"));
    const NpyArray torch = read_npy(entry.path());
    const std::vector<float> ours = interpret_float(graph, images->values);
    REQUIRE(ours.size() == torch.data.size());
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      largest = std::max(largest, std::abs(torch.data[i]));
      difference = std::max(difference, std::abs(double{ours[i]} - torch.data[i]));
    }
    CHECK(difference <= 1e-4 * largest);
    ++compared;
  }
  CHECK(compared >= 4);
}

}  // namespace bitline::shipped_networks_test
