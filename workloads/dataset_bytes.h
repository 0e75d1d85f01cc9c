// SPDX-License-Identifier: Apache-2.0
// Images as bytes with labels: what the chain of layers reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/network.h"

namespace bitline {

using workloads::DataPath;
using workloads::DatasetInfo;
using workloads::datasets;
using workloads::Split;
inline constexpr std::size_t all_images = workloads::all_samples;

struct Dataset {
  std::string name;
  Shape shape;                         // of one image
  int classes = 0;                     // 0 when there are no labels
  std::vector<std::uint8_t> pixels;    // (count, channels, height, width)
  std::vector<std::uint8_t> labels;    // count, or empty
  std::vector<std::string> files;      // what was read
  std::vector<std::string> checksums;  // of those files
  std::size_t count() const { return shape.size() ? pixels.size() / shape.size() : 0; }
};

// load_samples() of images, as bytes. Throws InputError also where the set holds anything else.
Dataset load_dataset(const workloads::DataSource& source, Split split, std::size_t first, std::size_t count,
                     const DataPath& where);
Dataset load_dataset(const std::string& name, Split split, std::size_t first, std::size_t count, const DataPath& where);

// Any gzip or plain IDX pair; `labels` may be an empty path. Classes are counted up to the largest label.
Dataset read_idx(const std::filesystem::path& images, const std::filesystem::path& labels);

}  // namespace bitline
