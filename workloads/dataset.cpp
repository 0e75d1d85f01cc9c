// SPDX-License-Identifier: Apache-2.0
// Which reader a source asks for.
#include "workloads/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/nearest.h"
#include "workloads/dataset_files.h"
#include "workloads/open_set.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view get_emnist =
    "unpack emnist-SET-{train,test}-{images-idx3,labels-idx1}-ubyte[.gz] of \"EMNIST in the format of MNIST\" "
    "(nist.gov/itl/products-and-services/emnist-dataset) in a folder of the set's name in DIR and give --data DIR";

constexpr DatasetInfo known_sets[] = {
    {"fashion-mnist", "clothes, 28 x 28 grey, 10 classes, 60,000 / 10,000 images (Xiao 2017, arXiv:1708.07747)",
     "apt-get install dataset-fashion-mnist; or place {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz] in "
     "DIR/fashion-mnist "
     "and give --data DIR"},
    {"mnist", "handwritten digits, 28 x 28 grey, 10 classes, 60,000 / 10,000 images (LeCun 1998, doi:10.1109/5.726791)",
     "torchvision.datasets.MNIST('DIR', download=True), or place {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz] in "
     "DIR/mnist; and give --data DIR, or say export BITLINE_DATA=DIR"},
    {"emnist-letters",
     "handwritten letters, 28 x 28 grey, 26 classes, 124,800 / 20,800 images (Cohen 2017, arXiv:1702.05373)",
     get_emnist},
    {"emnist-digits",
     "handwritten digits, 28 x 28 grey, 10 classes, 240,000 / 40,000 images (Cohen 2017, arXiv:1702.05373)",
     get_emnist},
    {"emnist-balanced",
     "handwritten digits and letters, 28 x 28 grey, 47 classes, 112,800 / 18,800 images (Cohen 2017, "
     "arXiv:1702.05373)",
     get_emnist},
    {"cifar10", "photographs, 32 x 32 colour, 10 classes, 50,000 / 10,000 images (Krizhevsky 2009)",
     "unpack the binary version (data_batch_1.bin .. data_batch_5.bin, test_batch.bin) in DIR/cifar10 and give --data "
     "DIR"},
    {"breastmnist",
     "ultrasound, 28 x 28 grey, 2 classes, 546 / 156 images (Yang 2023, doi:10.1038/s41597-022-01721-8); the other "
     "sets of MedMNIST by their names",
     "place breastmnist.npz of MedMNIST (doi:10.5281/zenodo.10519652) in DIR or DIR/medmnist and give --data DIR"},
    {"fsdd", "spoken digits, 8 kHz, up to 10 classes (Jackson 2018, doi:10.5281/zenodo.1342401)",
     "place the recordings DIGIT_SPEAKER_NUMBER.wav in DIR/fsdd and give --data DIR"},
    {"vehicles", "generated outlines of sedan, SUV, pickup and airplane, 64 x 64 grey, 4 classes, 4,000 / 1,000 images",
     ""},
};

// What is particular to each named IDX set.
struct IdxSet {
  std::string_view train_prefix, test_prefix, torchvision_folder;
  IdxRules rules;
};
constexpr IdxSet idx_sets[] = {
    {"train", "t10k", "FashionMNIST/raw", {"fashion-mnist", 10, 0, false, 28}},
    {"train", "t10k", "MNIST/raw", {"mnist", 10, 0, false, 28}},
    {"emnist-letters-train", "emnist-letters-test", "EMNIST/raw", {"emnist-letters", 26, 1, true, 28}},
    {"emnist-digits-train", "emnist-digits-test", "EMNIST/raw", {"emnist-digits", 10, 0, true, 28}},
    {"emnist-balanced-train", "emnist-balanced-test", "EMNIST/raw", {"emnist-balanced", 47, 0, true, 28}},
};

OpenSet open_idx_set(const DatasetInfo& info, const IdxSet& set, Split split, const DataPath& where) {
  const std::string prefix(split == Split::train ? set.train_prefix : set.test_prefix);
  const std::vector<fs::path> places = places_of(info, where, std::string(set.torchvision_folder));
  for (const fs::path& folder : places) {
    const std::vector<fs::path> images = whole_or_parts(folder, prefix + "-images", "idx3-ubyte");
    if (images.empty()) continue;
    const std::vector<fs::path> labels = whole_or_parts(folder, prefix + "-labels", "idx1-ubyte");
    if (labels.empty())
      throw InputError(
          fmt::format("data set {}: {} is there, but {}-labels-idx1-ubyte[.gz] is not beside it\nto get it: {}",
                      info.name, images.front().string(), prefix, info.get));
    return open_idx(images, labels, set.rules);
  }
  not_found(info, prefix + "-images-idx3-ubyte[.gz]", places_of(info, where));
}

OpenSet open_cifar_set(const DatasetInfo& info, Split split, const DataPath& where) {
  std::vector<std::string> names{"test_batch.bin"};
  if (split == Split::train) {
    names.clear();
    for (int i = 1; i <= 5; ++i) names.push_back(fmt::format("data_batch_{}.bin", i));
  }
  const std::vector<fs::path> places = places_of(info, where, "cifar-10-batches-bin");
  for (const fs::path& folder : places) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / names.front(), ignored)) continue;
    std::vector<fs::path> batches;
    for (const std::string& name : names) batches.push_back(folder / name);
    return open_cifar10(batches);
  }
  not_found(info, names.front(), places);
}

OpenSet open_spoken_set(const DatasetInfo& info, Split split, const DataPath& where) {
  const std::vector<fs::path> places = places_of(info, where, "recordings");
  for (const fs::path& folder : places) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".wav") return open_spoken_digits(folder, split);
  }
  not_found(info, "DIGIT_SPEAKER_NUMBER.wav", places);
}

OpenSet open_medmnist_set(const DatasetInfo& info, Split split, const DataPath& where) {
  const std::string file = fmt::format("{}.npz", info.name);
  std::vector<fs::path> places = places_of(info, where);
  for (const fs::path& folder : where.folders) places.push_back(folder / "medmnist");
  for (const fs::path& folder : places) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / file, ignored)) return open_npz(folder / file, split);
  }
  not_found(info, file, places);
}

OpenSet open_known(const DatasetInfo& info, Split split, const DataPath& where) {
  if (info.name == "breastmnist") return open_medmnist_set(info, split, where);
  if (split == Split::validation)
    throw InputError(fmt::format("data set {} has no validation part, only training and test", info.name));
  if (info.name == "vehicles") return open_vehicles(split);
  if (info.name == "cifar10") return open_cifar_set(info, split, where);
  if (info.name == "fsdd") return open_spoken_set(info, split, where);
  return open_idx_set(info, *std::ranges::find(idx_sets, info.name, [](const IdxSet& s) { return s.rules.name; }),
                      split, where);
}

fs::path array_file(const std::string& name, const char* key, const DataPath& where) {
  if (name.empty()) return {};
  std::vector<fs::path> looked;
  const fs::path file = find_path(name, where, looked);
  if (file.empty())
    throw InputError(fmt::format("workload.dataset.{}: no file '{}'; looked for {}", key, name, [&] {
      std::string places;
      for (const fs::path& p : looked) places += (places.empty() ? "" : ", ") + p.string();
      return places;
    }()));
  return file;
}

OpenSet open_arrays(const DataSource& source, Split split, const DataPath& where) {
  const fs::path inputs = array_file(source.inputs, "inputs", where),
                 labels = array_file(source.labels, "labels", where);
  const fs::path other = array_file(source.calibration_inputs, "calibration_inputs", where);
  const fs::path other_labels = array_file(source.calibration_labels, "calibration_labels", where);
  if (split == Split::validation)
    throw InputError(fmt::format("{}: files of arrays have no validation part", inputs.string()));
  return split == Split::train && !other.empty() ? open_pair(other, other_labels, labels)
                                                 : open_pair(inputs, labels, other_labels);
}

OpenSet open_path(const std::string& name, Split split, const DataPath& where) {
  std::vector<fs::path> looked;
  const fs::path path = find_path(name, where, looked);
  if (path.empty()) {
    std::vector<std::string> names;
    for (const DatasetInfo& set : known_sets) names.emplace_back(set.name);
    const std::string near = did_you_mean(name, names);
    throw InputError(fmt::format("data set '{}' is unknown; {}there are {}; and it is no file or folder; looked in{}",
                                 name, near.empty() ? "" : near + " ", fmt::join(names, ", "),
                                 places_text(where.folders)));
  }
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return open_folder(path, split);
  if (path.extension() == ".npy" || path.string().find("idx") != std::string::npos)
    throw InputError(fmt::format("data set '{}' is one file of a pair: write dataset: {{inputs: FILE, labels: FILE}}",
                                 path.string()));
  return open_npz(path, split);
}

OpenSet open_set(const DataSource& source, Split split, const DataPath& where) {
  if (!source.inputs.empty()) return open_arrays(source, split, where);
  const auto info = std::ranges::find(known_sets, source.name, &DatasetInfo::name);
  return info != std::end(known_sets) ? open_known(*info, split, where) : open_path(source.name, split, where);
}

}  // namespace

std::span<const DatasetInfo> datasets() { return known_sets; }

const char* part_name(Split split) {
  return split == Split::train ? "training" : split == Split::test ? "test" : "validation";
}

void append_pixels(std::span<const std::uint8_t> bytes, std::vector<float>& values) {
  const std::size_t at = values.size();
  values.resize(at + bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) values[at + i] = static_cast<float>(bytes[i]) / 255.f;
}

std::string dims_text(std::span<const int> dims) {
  return dims.empty() ? "one number" : fmt::format("{}", fmt::join(dims, " x "));
}

Samples read_some(const OpenSet& set, Split split, std::size_t first, std::size_t count) {
  const char* part = part_name(split);
  if (first >= set.count)
    throw InputError(fmt::format("data set {}: asked for samples from number {}, but it has {} {} samples (0..{})",
                                 set.name, first, set.count, part, static_cast<long long>(set.count) - 1));
  if (count == all_samples) count = set.count - first;
  if (count == 0) throw InputError(fmt::format("data set {}: asked for 0 samples", set.name));
  if (count > set.count - first)
    throw InputError(
        fmt::format("data set {}: asked for {} samples from number {}, but only {} of its {} {} samples are left there",
                    set.name, count, first, set.count - first, set.count, part));
  Samples samples;
  samples.name = set.name;
  samples.dims = set.dims;
  samples.pixels = set.pixels;
  set.read(first, count, samples);
  if (auto* labels = std::get_if<Labels>(&samples.truth)) labels->names = set.class_names;
  for (const fs::path& file : set.files) samples.files.push_back({file.string(), checksum_of(file)});
  return samples;
}

Samples load_samples(const DataSource& source, Split split, std::size_t first, std::size_t count,
                     const DataPath& where) {
  return read_some(open_set(source, split, where), split, first, count);
}

Contents contents_of(const DataSource& source, Split split, const DataPath& where) {
  const OpenSet set = open_set(source, split, where);
  Truth truth = set.targets;
  if (set.classes > 0) truth = Labels{{}, set.classes, set.class_names, {}};
  return {set.name, set.dims, set.count, std::move(truth)};
}

std::vector<fs::path> data_files(const DataSource& source, Split split, const DataPath& where) {
  std::vector<fs::path> files;
  try {
    const OpenSet set = open_set(source, split, where);
    files = set.files;
    if (!set.folder.empty()) files.push_back(set.folder);
  } catch (const InputError&) {  // cannot be read as it stands: whatever is where the set would be
    for (const fs::path& folder : where.folders) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(folder / source.name, ignored))
        if (entry.is_regular_file(ignored)) files.push_back(entry.path());
    }
    std::ranges::sort(files);
  }
  return files;
}

void normalize(Samples& samples, const Standardize& by) {
  const std::size_t channels = samples.dims.empty() ? 1 : static_cast<std::size_t>(samples.dims.front());
  for (const auto& [key, list] : {std::pair{"mean", &by.mean}, {"std", &by.std}})
    if (list->size() != 1 && list->size() != channels)
      throw InputError(
          fmt::format("workload.normalize.{}: {} numbers, but samples of {} have {} channels ({}); give one "
                      "number, or one per channel",
                      key, list->size(), samples.name, channels, dims_text(samples.dims)));
  const std::size_t plane = samples.size() / std::max<std::size_t>(1, channels);
  std::size_t c = 0;
  for (std::size_t at = 0; at < samples.values.size(); at += plane, c = (c + 1) % channels) {
    const auto mean = static_cast<float>(by.mean[by.mean.size() == 1 ? 0 : c]);
    const auto std = static_cast<float>(by.std[by.std.size() == 1 ? 0 : c]);
    for (std::size_t i = at; i < at + plane; ++i) samples.values[i] = (samples.values[i] - mean) / std;
  }
  samples.pixels = false;
}

}  // namespace bitline::workloads
