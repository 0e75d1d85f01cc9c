// SPDX-License-Identifier: Apache-2.0
// Data sets: images as bytes with labels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/network.h"

namespace bitline {

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

enum class Split { train, test };

// Folders to look in, first match wins. The app puts --data, $BITLINE_DATA and the system's places here.
struct DataPath {
  std::vector<std::filesystem::path> folders;
};

// What load_dataset() knows, for `bitline list datasets` and for messages.
struct DatasetInfo {
  std::string_view name;     // as in configs
  std::string_view meaning;  // one line
  std::string_view get;      // how a user gets it
};
std::span<const DatasetInfo> datasets();

inline constexpr std::size_t all_images = static_cast<std::size_t>(-1);

// `name`: "fashion-mnist", "mnist", "emnist-letters" (stored transposed, labels from 1), "cifar10" (binary version).
// Looks in FOLDER/name, then FOLDER. `count` images from `first`; all_images = to the end. Throws InputError: the
// places looked in and how to get the set; what is wrong with the file; images asked for that are not there.
Dataset load_dataset(const std::string& name, Split split, std::size_t first, std::size_t count, const DataPath& where);

// The files that load_dataset() reads, found but not read. Throws InputError as it does for a set that is not there.
std::vector<std::filesystem::path> dataset_files(const std::string& name, Split split, const DataPath& where);

// Any gzip or plain IDX pair; `labels` may be an empty path. Classes are counted up to the largest label.
Dataset read_idx(const std::filesystem::path& images, const std::filesystem::path& labels);

}  // namespace bitline
