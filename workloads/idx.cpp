// SPDX-License-Identifier: Apache-2.0
// IDX: two zero bytes, the type (8 = unsigned byte), the number of dimensions, their sizes as big-endian 32-bit
// numbers, the data.
#include "workloads/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::workloads {
namespace {

constexpr std::uint64_t largest_idx_bytes = std::uint64_t{1} << 30;  // 1.5 times the largest EMNIST set
constexpr std::uint8_t unsigned_byte = 8;

}  // namespace

IdxFile::IdxFile(const std::filesystem::path& file, std::size_t rank) : bytes_(file) {
  const std::string& name = bytes_.name();
  const std::vector<std::uint8_t> magic = bytes_.read(4);
  if (magic.size() < 4)
    throw InputError(fmt::format("{}: truncated: {} bytes, an IDX header needs {}", name, magic.size(), 4 + 4 * rank));
  if (magic[0] != 0 || magic[1] != 0 || magic[2] != unsigned_byte || magic[3] != rank)
    throw InputError(fmt::format(
        "{}: starts with {:02x}, but an IDX file of {}-dimensional unsigned bytes starts with 00 00 08 {:02x}", name,
        fmt::join(magic, " "), rank, rank));

  const std::vector<std::uint8_t> sizes = bytes_.read(4 * rank);
  if (sizes.size() < 4 * rank)
    throw InputError(
        fmt::format("{}: truncated: {} bytes, an IDX header needs {}", name, 4 + sizes.size(), 4 + 4 * rank));
  std::uint64_t total = 1;
  bool too_large = false;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint8_t* s = &sizes[4 * i];
    shape_.push_back(std::uint32_t{s[0]} << 24 | std::uint32_t{s[1]} << 16 | std::uint32_t{s[2]} << 8 | s[3]);
    if (!too_large) total *= shape_.back();  // at most 2^30 x 2^32: no overflow
    too_large = too_large || total > largest_idx_bytes;
  }
  const std::string shape = fmt::format("{}", fmt::join(shape_, " x "));
  if (total == 0) throw InputError(fmt::format("{}: its header says {}: there is nothing in it", name, shape));
  if (too_large)
    throw InputError(fmt::format("{}: its header says {}, more than {} bytes: the header is damaged", name, shape,
                                 largest_idx_bytes));
  item_ = static_cast<std::size_t>(total / shape_.front());
}

void IdxFile::expect(std::size_t got, std::size_t wanted) const {
  if (got == wanted) return;
  const std::string shape = fmt::format("{}", fmt::join(shape_, " x "));
  throw InputError(fmt::format("{}: truncated: its header says {} = {} bytes, but {} are there", bytes_.name(), shape,
                               count() * item_, passed_ + got));
}

void IdxFile::read(std::size_t first, std::size_t items,
                   const std::function<void(std::span<const std::uint8_t>)>& take) {
  expect(bytes_.skip(first * item_), first * item_);
  passed_ = first * item_;
  std::vector<std::uint8_t> chunk;
  const std::size_t most = std::max<std::size_t>(1, (std::size_t{1} << 20) / item_);
  for (std::size_t done = 0; done < items;) {
    const std::size_t n = std::min(most, items - done);
    chunk = bytes_.read(n * item_);
    expect(chunk.size(), n * item_);
    passed_ += chunk.size();
    take(chunk);
    done += n;
  }
  // Reading past the end also makes zlib compare the check sum.
  if (first + items == count() && bytes_.skip(1) > 0)
    throw InputError(fmt::format("{}: more data than the {} = {} bytes its header says", bytes_.name(),
                                 fmt::join(shape_, " x "), count() * item_));
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file) {
  IdxFile idx(file, 1);
  std::vector<std::uint8_t> labels;
  idx.read(0, idx.count(),
           [&](std::span<const std::uint8_t> some) { labels.insert(labels.end(), some.begin(), some.end()); });
  return labels;
}

}  // namespace bitline::workloads
