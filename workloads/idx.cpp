// SPDX-License-Identifier: Apache-2.0
// IDX: two zero bytes, the type (8 = unsigned byte), the number of dimensions, their sizes as big-endian 32-bit
// numbers, the data.
#include "workloads/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "workloads/gzip.h"

namespace bitline {
namespace {

constexpr std::uint64_t largest_bytes = std::uint64_t{1} << 30;  // twice the largest EMNIST set
constexpr std::uint8_t unsigned_byte = 8;

}  // namespace

IdxArray read_idx_array(const std::filesystem::path& file, std::size_t rank) {
  const std::string name = file.string();
  std::string stored = read_file(file, largest_bytes);
  IdxArray array{.shape = {}, .data = {}, .checksum = checksum(stored)};
  ByteReader reader(std::move(stored), name);

  const std::vector<std::uint8_t> magic = reader.read(4);
  if (magic.size() < 4)
    throw InputError(fmt::format("{}: truncated: {} bytes, an IDX header needs {}", name, magic.size(), 4 + 4 * rank));
  if (magic[0] != 0 || magic[1] != 0 || magic[2] != unsigned_byte || magic[3] != rank)
    throw InputError(fmt::format(
        "{}: starts with {:02x}, but an IDX file of {}-dimensional unsigned bytes starts with 00 00 08 {:02x}", name,
        fmt::join(magic, " "), rank, rank));

  const std::vector<std::uint8_t> sizes = reader.read(4 * rank);
  if (sizes.size() < 4 * rank)
    throw InputError(
        fmt::format("{}: truncated: {} bytes, an IDX header needs {}", name, 4 + sizes.size(), 4 + 4 * rank));
  std::uint64_t total = 1;
  bool too_large = false;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint8_t* s = &sizes[4 * i];
    array.shape.push_back(std::uint32_t{s[0]} << 24 | std::uint32_t{s[1]} << 16 | std::uint32_t{s[2]} << 8 | s[3]);
    if (!too_large) total *= array.shape.back();  // at most 2^30 x 2^32: no overflow
    too_large = too_large || total > largest_bytes;
  }
  const std::string shape = fmt::format("{}", fmt::join(array.shape, " x "));
  if (total == 0) throw InputError(fmt::format("{}: its header says {}: there is nothing in it", name, shape));
  if (too_large)
    throw InputError(
        fmt::format("{}: its header says {}, more than {} bytes: the header is damaged", name, shape, largest_bytes));

  array.data = reader.read(total);
  if (array.data.size() < total)
    throw InputError(fmt::format("{}: truncated: its header says {} = {} bytes, but {} are there", name, shape, total,
                                 array.data.size()));
  // Reading past the end also makes zlib compare the check sum.
  if (!reader.read(1).empty())
    throw InputError(fmt::format("{}: more data than the {} = {} bytes its header says", name, shape, total));
  return array;
}

}  // namespace bitline
