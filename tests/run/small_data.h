// SPDX-License-Identifier: Apache-2.0
// The shipped network on a few made-up pictures: whole runs without a data set, in a tenth of a second.
#pragma once

#include "base/files.h"
#include "base/npy.h"
#include "tests/run/helpers.h"

namespace bitline::test {

inline constexpr std::size_t small_samples = 12;

// Pixels that are multiples of 1 / 255, classes in turn.
inline void write_small_data(const std::filesystem::path& folder) {
  std::mt19937 engine(7);
  std::vector<float> pixels(small_samples * 784);
  std::string classes("\0\0\x08\x01\0\0\0", 7);  // IDX: bytes, one dimension
  classes += static_cast<char>(small_samples);
  for (float& p : pixels) p = static_cast<float>(engine() % 256) / 255.f;
  for (std::size_t i = 0; i < small_samples; ++i) classes += static_cast<char>(i % 10);
  write_npy(folder / "inputs.npy", std::span<const float>(pixels), {small_samples, 1, 28, 28});
  write_file(folder / "labels-idx1-ubyte", classes);
}

inline std::vector<Override> small_overrides(const std::filesystem::path& folder) {
  return {{"instances", "2"},
          {"published", "[]"},
          {"workload.images", std::to_string(small_samples)},
          {"workload.calibration_images", "8"},
          {"workload.dataset", "{inputs: " + (folder / "inputs.npy").string() +
                                   ", labels: " + (folder / "labels-idx1-ubyte").string() + "}"}};
}

// Writes the data to `folder`.
inline arch::LoadedConfig small_job(const std::filesystem::path& folder, const std::vector<Override>& more = {}) {
  write_small_data(folder);
  std::vector<Override> overrides = small_overrides(folder);
  overrides.insert(overrides.end(), more.begin(), more.end());
  return arch::load(source / "configs/fashion-mlp.yaml", overrides, {{source / "configs"}});
}

}  // namespace bitline::test
