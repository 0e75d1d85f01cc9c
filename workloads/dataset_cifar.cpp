// SPDX-License-Identifier: Apache-2.0
// CIFAR-10: records of 3073 bytes: the label, then 32 x 32 bytes of red, of green and of blue.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "workloads/byte_reader.h"
#include "workloads/open_set.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

constexpr int cifar_side = 32, cifar_classes = 10;
constexpr std::size_t record = 1 + 3 * cifar_side * cifar_side;
constexpr std::uintmax_t largest_batch = std::uintmax_t{1} << 30;

std::size_t records_of(const fs::path& file) {
  std::error_code ec;
  const std::uintmax_t bytes = fs::file_size(file, ec);
  if (ec) throw InputError(fmt::format("{}: cannot be read: {}", file.string(), ec.message()));
  if (bytes == 0 || bytes % record != 0 || bytes > largest_batch)
    throw InputError(
        fmt::format("{}: {} bytes, which is no whole number of records of {} bytes (label, 3 x 32 x 32 pixels): "
                    "truncated, or not the binary version of CIFAR-10",
                    file.string(), bytes, record));
  return static_cast<std::size_t>(bytes / record);
}

// Records [from, to) of a file.
void read_records(const fs::path& file, std::size_t from, std::size_t to, Labels& labels, std::vector<float>& values) {
  ByteReader bytes(file, file.string(), from * record, (to - from) * record, false);
  std::vector<std::uint8_t> image(record);
  for (std::size_t i = from; i < to; ++i) {
    if (bytes.read(image) < record) throw InputError(fmt::format("{}: truncated within image {}", file.string(), i));
    if (image[0] >= cifar_classes)
      throw InputError(
          fmt::format("{}: label {} at image {}, but CIFAR-10 has classes 0..{}: not the binary version of CIFAR-10",
                      file.string(), image[0], i, cifar_classes - 1));
    labels.of_sample.push_back(image[0]);
    append_pixels(std::span(image).subspan(1), values);
  }
}

}  // namespace

OpenSet open_cifar10(const std::vector<fs::path>& batches) {
  OpenSet set;
  set.name = "cifar10";
  set.dims = {3, cifar_side, cifar_side};
  set.classes = cifar_classes;
  set.pixels = true;
  set.files = batches;
  std::vector<std::size_t> counts;
  for (const fs::path& file : batches) {
    counts.push_back(records_of(file));
    set.count += counts.back();
  }
  set.read = [batches, counts](std::size_t first, std::size_t count, Samples& out) {
    Labels labels{{}, cifar_classes, {}, {}};
    std::size_t begin = 0;  // of this file
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const std::size_t from = std::max(first, begin), to = std::min(first + count, begin + counts[b]);
      if (from < to) read_records(batches[b], from - begin, to - begin, labels, out.values);
      begin += counts[b];
    }
    out.truth = std::move(labels);
  };
  return set;
}

}  // namespace bitline::workloads
