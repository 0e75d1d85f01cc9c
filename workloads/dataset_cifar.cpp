// SPDX-License-Identifier: Apache-2.0
// Records of 3073 bytes: the label, then 32 x 32 bytes of red, of green and of blue.
#include "workloads/dataset_cifar.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "workloads/dataset_files.h"

namespace bitline {
namespace fs = std::filesystem;
namespace {

constexpr int cifar_side = 32;
constexpr int classes = 10;
constexpr std::size_t pixels = 3 * cifar_side * cifar_side;
constexpr std::size_t record = 1 + pixels;
constexpr std::uintmax_t largest_cifar_file = std::uintmax_t{1} << 30;

void append_batch(const fs::path& file, Dataset& data) {
  const std::string bytes = read_file(file, largest_cifar_file);
  if (bytes.empty() || bytes.size() % record != 0)
    throw InputError(
        fmt::format("{}: {} bytes, which is no whole number of records of {} bytes (label, 3 x 32 x 32 pixels): "
                    "truncated, or not the binary version of CIFAR-10",
                    file.string(), bytes.size(), record));
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    const auto label = static_cast<std::uint8_t>(bytes[at]);
    if (label >= classes)
      throw InputError(
          fmt::format("{}: label {} at image {}, but CIFAR-10 has classes 0..{}: not the binary version of CIFAR-10",
                      file.string(), label, at / record, classes - 1));
    data.labels.push_back(label);
    data.pixels.insert(data.pixels.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at + 1),
                       bytes.begin() + static_cast<std::ptrdiff_t>(at + record));
  }
  data.files.push_back(file.string());
  data.checksums.push_back(checksum(bytes));
}

}  // namespace

Dataset load_cifar10(const DatasetInfo& set, Split split, const DataPath& where) {
  std::vector<std::string> names{"test_batch.bin"};
  if (split == Split::train) {
    names.clear();
    for (int i = 1; i <= 5; ++i) names.push_back(fmt::format("data_batch_{}.bin", i));
  }
  const std::vector<fs::path> places = places_of(set, where, "cifar-10-batches-bin");
  for (const fs::path& folder : places) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / names.front(), ignored)) continue;
    Dataset data;
    data.shape = {3, cifar_side, cifar_side};
    data.classes = classes;
    for (const std::string& name : names) append_batch(folder / name, data);
    return data;
  }
  not_found(set, names.front(), places);
}

}  // namespace bitline
