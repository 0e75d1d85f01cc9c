// SPDX-License-Identifier: Apache-2.0
// One part of a data set, opened: what it holds, and how some of it is read. Each format has a function that opens it
// and reads headers and labels only.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/dataset.h"

namespace bitline::workloads {

struct OpenSet {
  std::string name;                      // of the set
  std::vector<int> dims;                 // of one sample
  std::size_t count = 0;                 // samples in this part
  int classes = 0;                       // of the whole set; 0: no labels
  std::vector<std::string> class_names;  // where the set has them
  Truth targets;                         // where these are the truth: of what size, without any sample
  bool pixels = false;                   // values will be bytes / 255
  std::vector<std::filesystem::path> files;
  std::filesystem::path folder;  // whose files are samples, in place of `files`; empty: there is none
  // Fills `values` and `truth` with samples [first, first + count), which are there.
  std::function<void(std::size_t first, std::size_t count, Samples& out)> read;
};

// IDX, whatever the files are called; `labels` may be empty: no truth. `images` and `labels` may be in parts.
struct IdxRules {
  std::string_view name;
  int classes = 0;  // 0: up to the largest label
  int first_label = 0;
  bool transposed = false;  // columns before rows
  int side = 0;             // pixels of an edge; 0: any
};
OpenSet open_idx(const std::vector<std::filesystem::path>& images, const std::vector<std::filesystem::path>& labels,
                 const IdxRules& rules);
// The binary version of CIFAR-10 (Krizhevsky 2009, "Learning multiple layers of features from tiny images").
OpenSet open_cifar10(const std::vector<std::filesystem::path>& batches);
// An archive with MedMNIST's keys (Yang 2023, doi:10.1038/s41597-022-01721-8).
OpenSet open_npz(const std::filesystem::path& archive, Split split);
// A pair of .npy or IDX files; `more_labels` are counted for the number of classes. Either labels may be empty.
OpenSet open_pair(const std::filesystem::path& inputs, const std::filesystem::path& labels,
                  const std::filesystem::path& more_labels);
// Pictures or sounds in folders that bear the names of their classes, below train, val and test where these are there.
OpenSet open_folder(const std::filesystem::path& folder, Split split);
// Free Spoken Digit Dataset: DIGIT_SPEAKER_NUMBER.wav, numbers 0 to 4 are the test set.
OpenSet open_spoken_digits(const std::filesystem::path& folder, Split split);

// Generated, workloads/vehicles.h: pictures of both parts are numbered from 0, with these draws.
OpenSet open_vehicles(Split split);

// Samples [first, first + count) of an opened part, with the checksums of its files; all_samples = to the end. Throws
// InputError: samples that are not there, what is wrong with a file.
Samples read_some(const OpenSet& set, Split split, std::size_t first, std::size_t count);

// Samples [first, first + count) of a truth.
Truth part_of(const Truth& truth, std::size_t first, std::size_t count);

// Bytes / 255, the nearest floats.
void append_pixels(std::span<const std::uint8_t> bytes, std::vector<float>& values);
const char* part_name(Split split);

}  // namespace bitline::workloads
