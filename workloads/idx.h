// SPDX-License-Identifier: Apache-2.0
// IDX files of unsigned bytes, gzip or plain: the format of MNIST (LeCun, Cortes, Burges 1998).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "workloads/byte_reader.h"

namespace bitline::workloads {

// Everything throws InputError: not such a file, another number of dimensions than asked for, an empty one, more than
// 1 GiB, truncated, or too long.
class IdxFile {
 public:
  // Reads the header, which must be that of `rank` dimensions.
  IdxFile(const std::filesystem::path& file, std::size_t rank);

  std::size_t count() const { return shape_.front(); }  // items of the first dimension
  std::size_t item() const { return item_; }            // bytes of each
  const std::vector<std::uint32_t>& shape() const { return shape_; }

  // Hands over the bytes of items [first, first + count), whole items at a time. Once only. Nothing behind them is
  // unpacked; after the last item of the file, nothing may follow.
  void read(std::size_t first, std::size_t count, const std::function<void(std::span<const std::uint8_t>)>& take);

 private:
  void expect(std::size_t got, std::size_t wanted) const;

  ByteReader bytes_;
  std::vector<std::uint32_t> shape_;
  std::size_t item_ = 1, passed_ = 0;
};

// All bytes of a file of one dimension, such as labels.
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file);

}  // namespace bitline::workloads
