// SPDX-License-Identifier: Apache-2.0
// Images and labels in IDX files, whole or in parts.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "workloads/idx.h"
#include "workloads/open_set.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

// MNIST and Fashion-MNIST have the same file names and sizes; their first labels tell them apart.
struct FirstLabels {
  std::string_view name;
  std::array<std::uint8_t, 10> labels;
};
constexpr FirstLabels first_labels[] = {
    {"fashion-mnist", {9, 0, 0, 3, 0, 2, 7, 2, 5, 5}},
    {"fashion-mnist", {9, 2, 1, 1, 6, 1, 4, 6, 5, 7}},
    {"mnist", {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}},
    {"mnist", {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}},
};

struct ImagePart {
  fs::path file;
  std::size_t count;
};

// Sizes of all parts, which must agree.
std::vector<ImagePart> image_parts(const std::vector<fs::path>& images, const IdxRules& rules, OpenSet& set) {
  std::vector<ImagePart> parts;
  for (const fs::path& file : images) {
    const IdxFile idx(file, 3);
    const int height = static_cast<int>(idx.shape()[1]), width = static_cast<int>(idx.shape()[2]);
    if (rules.side > 0 && (height != rules.side || width != rules.side))
      throw InputError(fmt::format("{}: images of {} x {}, but those of {} have {} x {}", file.string(), height, width,
                                   rules.name, rules.side, rules.side));
    const std::vector<int> dims{1, height, width};
    if (!parts.empty() && dims != set.dims)
      throw InputError(fmt::format("{}: images of {} x {}, but those of {} have {} x {}", file.string(), height, width,
                                   images.front().string(), set.dims[1], set.dims[2]));
    set.dims = dims;
    set.count += idx.count();
    parts.push_back({file, idx.count()});
  }
  return parts;
}

void check_set(std::span<const int> labels, const fs::path& file, const IdxRules& rules) {
  for (const FirstLabels& other : first_labels)
    if (!rules.name.empty() && other.name != rules.name && labels.size() >= other.labels.size() &&
        std::ranges::equal(other.labels, labels.first(other.labels.size())))
      throw InputError(fmt::format(
          "{} belongs to {}, not to {}: both use the same file names; keep them in folders called {} and {}",
          file.string(), other.name, rules.name, other.name, rules.name));
}

Labels read_labels(const std::vector<fs::path>& files, const IdxRules& rules) {
  Labels labels;
  labels.classes = rules.classes;
  for (const fs::path& file : files) {
    for (const std::uint8_t stored : read_idx_labels(file)) {
      const int label = stored - rules.first_label;
      if (rules.classes > 0 && (label < 0 || label >= rules.classes))
        throw InputError(fmt::format("{}: label {} at image {}, but those of {} are {}..{}", file.string(), stored,
                                     labels.of_sample.size(), rules.name, rules.first_label,
                                     rules.first_label + rules.classes - 1));
      if (rules.classes == 0) labels.classes = std::max(labels.classes, label + 1);
      labels.of_sample.push_back(label);
    }
  }
  if (!files.empty()) check_set(labels.of_sample, files.front(), rules);
  return labels;
}

void append_transposed(std::span<const std::uint8_t> images, std::size_t height, std::size_t width,
                       std::vector<float>& values) {
  std::vector<std::uint8_t> turned(height * width);
  for (; !images.empty(); images = images.subspan(turned.size())) {
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x) turned[y * width + x] = images[x * height + y];
    append_pixels(turned, values);
  }
}

}  // namespace

OpenSet open_idx(const std::vector<fs::path>& images, const std::vector<fs::path>& labels, const IdxRules& rules) {
  OpenSet set;
  set.name = rules.name.empty() ? images.front().filename().string() : std::string(rules.name);
  set.pixels = true;
  const std::vector<ImagePart> parts = image_parts(images, rules, set);
  if (rules.transposed) std::swap(set.dims[1], set.dims[2]);
  Labels truth = read_labels(labels, rules);
  if (!labels.empty() && truth.of_sample.size() != set.count)
    throw InputError(fmt::format(
        "{} holds {} labels, but {}{} {} images: these files do not belong together, or one is missing",
        labels.front().string(), truth.of_sample.size(), images.front().string(),
        images.size() == 1 ? " holds" : fmt::format(" and its {} other parts hold", images.size() - 1), set.count));
  set.classes = truth.classes;
  set.files = images;
  set.files.insert(set.files.end(), labels.begin(), labels.end());
  const bool transposed = rules.transposed;
  set.read = [parts, truth = std::move(truth), transposed](std::size_t first, std::size_t count, Samples& out) {
    const auto height = static_cast<std::size_t>(out.dims[1]), width = static_cast<std::size_t>(out.dims[2]);
    std::size_t begin = 0;  // of this part
    for (const ImagePart& part : parts) {
      const std::size_t from = std::max(first, begin), to = std::min(first + count, begin + part.count);
      if (from < to)
        IdxFile(part.file, 3).read(from - begin, to - from, [&](std::span<const std::uint8_t> some) {
          if (transposed)
            append_transposed(some, height, width, out.values);
          else
            append_pixels(some, out.values);
        });
      begin += part.count;
    }
    if (truth.of_sample.empty()) return;
    const auto at = truth.of_sample.begin() + static_cast<std::ptrdiff_t>(first);
    out.truth = Labels{{at, at + static_cast<std::ptrdiff_t>(count)}, truth.classes, {}, {}};
  };
  return set;
}

}  // namespace bitline::workloads
