// SPDX-License-Identifier: Apache-2.0
// Data sets by name, and IDX pairs.
#include "workloads/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "workloads/dataset_cifar.h"
#include "workloads/dataset_files.h"
#include "workloads/idx.h"

namespace bitline {
namespace fs = std::filesystem;
namespace {

constexpr DatasetInfo known[] = {
    {"fashion-mnist", "clothes, 28 x 28 grey, 10 classes, 60,000 / 10,000 images (Xiao 2017, arXiv:1708.07747)",
     "apt-get install dataset-fashion-mnist; or place {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz] in "
     "DIR/fashion-mnist "
     "and give --data DIR"},
    {"mnist", "handwritten digits, 28 x 28 grey, 10 classes, 60,000 / 10,000 images (LeCun 1998, doi:10.1109/5.726791)",
     "place {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz] in DIR/mnist and give --data DIR"},
    {"emnist-letters",
     "handwritten letters, 28 x 28 grey, 26 classes, 124,800 / 20,800 images (Cohen 2017, arXiv:1702.05373)",
     "place emnist-letters-{train,test}-{images-idx3,labels-idx1}-ubyte[.gz] in DIR/emnist-letters and give --data "
     "DIR"},
    {"cifar10", "photographs, 32 x 32 colour, 10 classes, 50,000 / 10,000 images (Krizhevsky 2009)",
     "unpack the binary version (data_batch_1.bin .. data_batch_5.bin, test_batch.bin) in DIR/cifar10 and give --data "
     "DIR"},
};

// What is particular to each named IDX set.
struct IdxSet {
  std::string_view name, train_prefix, test_prefix;
  int classes, first_label;
  bool transposed;
};
constexpr IdxSet idx_sets[] = {
    {"fashion-mnist", "train", "t10k", 10, 0, false},
    {"mnist", "train", "t10k", 10, 0, false},
    {"emnist-letters", "emnist-letters-train", "emnist-letters-test", 26, 1, true},
};
constexpr std::uint32_t mnist_side = 28;

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

void append_file(const fs::path& file, IdxArray& array, Dataset& data, std::vector<std::uint8_t>& to) {
  if (to.empty())
    to = std::move(array.data);
  else
    to.insert(to.end(), array.data.begin(), array.data.end());
  data.files.push_back(file.string());
  data.checksums.push_back(std::move(array.checksum));
}

// Images and labels that belong together, each in one or more files.
Dataset read_pair(const std::vector<fs::path>& images, const std::vector<fs::path>& labels) {
  Dataset data;
  for (const fs::path& file : images) {
    IdxArray array = read_idx_array(file, 3);
    const Shape shape{1, static_cast<int>(array.shape[1]), static_cast<int>(array.shape[2])};
    if (!data.pixels.empty() && shape != data.shape)
      throw InputError(fmt::format("{}: images of {} x {}, but those of {} have {} x {}", file.string(), shape.height,
                                   shape.width, images.front().string(), data.shape.height, data.shape.width));
    data.shape = shape;
    append_file(file, array, data, data.pixels);
  }
  for (const fs::path& file : labels) {
    IdxArray array = read_idx_array(file, 1);
    append_file(file, array, data, data.labels);
  }
  if (!labels.empty() && data.labels.size() != data.count())
    throw InputError(fmt::format(
        "{} holds {} labels, but {}{} {} images: these files do not belong together, or one is missing",
        labels.front().string(), data.labels.size(), images.front().string(),
        images.size() == 1 ? " holds" : fmt::format(" and its {} other parts hold", images.size() - 1), data.count()));
  return data;
}

void transpose_images(Dataset& data) {
  std::vector<std::uint8_t> turned(data.shape.size());
  for (std::size_t image = 0; image < data.count(); ++image) {
    std::uint8_t* pixels = &data.pixels[image * turned.size()];
    for (std::size_t y = 0; y < mnist_side; ++y)
      for (std::size_t x = 0; x < mnist_side; ++x) turned[y * mnist_side + x] = pixels[x * mnist_side + y];
    std::ranges::copy(turned, pixels);
  }
}

Dataset load_idx_set(const DatasetInfo& info, const IdxSet& set, Split split, const DataPath& where) {
  const std::string prefix(split == Split::train ? set.train_prefix : set.test_prefix);
  const std::vector<fs::path> places = places_of(info, where);
  for (const fs::path& folder : places) {
    const std::vector<fs::path> images = whole_or_parts(folder, prefix + "-images", "idx3-ubyte");
    if (images.empty()) continue;
    const std::vector<fs::path> labels = whole_or_parts(folder, prefix + "-labels", "idx1-ubyte");
    if (labels.empty())
      throw InputError(
          fmt::format("data set {}: {} is there, but {}-labels-idx1-ubyte[.gz] is not beside it\nto get it: {}",
                      set.name, images.front().string(), prefix, info.get));
    Dataset data = read_pair(images, labels);
    if (data.shape != Shape{1, mnist_side, mnist_side})
      throw InputError(fmt::format("{}: images of {} x {}, but those of {} have {} x {}", images.front().string(),
                                   data.shape.height, data.shape.width, set.name, mnist_side, mnist_side));
    for (std::size_t i = 0; i < data.labels.size(); ++i) {
      const int label = data.labels[i] - set.first_label;
      if (label < 0 || label >= set.classes)
        throw InputError(fmt::format("{}: label {} at image {}, but those of {} are {}..{}", labels.front().string(),
                                     data.labels[i], i, set.name, set.first_label, set.first_label + set.classes - 1));
      data.labels[i] = static_cast<std::uint8_t>(label);
    }
    for (const FirstLabels& other : first_labels)
      if (other.name != set.name && data.labels.size() >= other.labels.size() &&
          std::ranges::equal(other.labels, std::span(data.labels).first(other.labels.size())))
        throw InputError(fmt::format(
            "{} belongs to {}, not to {}: both use the same file names; keep them in folders called {} and {}",
            labels.front().string(), other.name, set.name, other.name, set.name));
    if (set.transposed) transpose_images(data);
    data.classes = set.classes;
    return data;
  }
  not_found(info, prefix + "-images-idx3-ubyte[.gz]", places);
}

// Keeps images [first, first + count).
void cut(Dataset& data, Split split, std::size_t first, std::size_t count) {
  const std::size_t total = data.count();
  const char* part = split == Split::train ? "training" : "test";
  if (first >= total)
    throw InputError(fmt::format("data set {}: asked for images from number {}, but it has {} {} images (0..{})",
                                 data.name, first, total, part, total - 1));
  if (count == all_images) count = total - first;
  if (count == 0) throw InputError(fmt::format("data set {}: asked for 0 images", data.name));
  if (count > total - first)
    throw InputError(
        fmt::format("data set {}: asked for {} images from number {}, but only {} of its {} {} images are left there",
                    data.name, count, first, total - first, total, part));
  const auto keep = [](std::vector<std::uint8_t>& v, std::size_t from, std::size_t n) {
    v.resize(from + n);
    v.erase(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(from));
  };
  const auto size = static_cast<std::size_t>(data.shape.size());
  keep(data.pixels, first * size, count * size);
  keep(data.labels, first, count);
}

}  // namespace

std::span<const DatasetInfo> datasets() { return known; }

Dataset load_dataset(const std::string& name, Split split, std::size_t first, std::size_t count,
                     const DataPath& where) {
  const auto info = std::ranges::find(known, name, &DatasetInfo::name);
  if (info == std::end(known)) {
    std::string names;
    for (const DatasetInfo& set : known) names += fmt::format("{}{}", names.empty() ? "" : ", ", set.name);
    throw InputError(fmt::format("data set '{}' is unknown; there are {}", name, names));
  }
  const auto set = std::ranges::find(idx_sets, name, &IdxSet::name);
  Dataset data =
      set == std::end(idx_sets) ? load_cifar10(*info, split, where) : load_idx_set(*info, *set, split, where);
  data.name = name;
  cut(data, split, first, count);
  return data;
}

Dataset read_idx(const fs::path& images, const fs::path& labels) {
  Dataset data = labels.empty() ? read_pair({images}, {}) : read_pair({images}, {labels});
  data.name = images.filename().string();
  if (!data.labels.empty()) data.classes = *std::ranges::max_element(data.labels) + 1;
  return data;
}

}  // namespace bitline
