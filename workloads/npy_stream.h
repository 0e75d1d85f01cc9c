// SPDX-License-Identifier: Apache-2.0
// Arrays of .npy files and of members of .npz archives, read from front to back and no further than asked for.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/npy.h"
#include "workloads/byte_reader.h"

namespace bitline::workloads {

// Everything throws InputError: no such array, an empty one, truncated, too long, a number that is not finite.
class NpyStream {
 public:
  explicit NpyStream(ByteReader bytes);  // reads the header

  const std::string& name() const { return bytes_.name(); }
  const std::string& dtype() const { return header_.dtype; }
  bool is_bytes() const { return header_.dtype == "|u1"; }
  bool is_whole() const { return header_.dtype[1] != 'f'; }
  const std::vector<std::size_t>& shape() const { return header_.shape; }
  std::size_t count() const { return header_.shape.front(); }  // items of the first dimension
  std::size_t item() const { return item_; }                   // numbers of each
  std::vector<int> item_dims() const;                          // (1) where items are single numbers

  // Hands over the numbers of items [first, first + count), whole items at a time. Once only. An array in Fortran
  // order is read whole.
  void read(std::size_t first, std::size_t count, const std::function<void(std::span<const double>)>& take);
  std::vector<double> read_all();

 private:
  std::vector<double> read_stored(std::size_t items, std::size_t before);
  void expect_end();
  [[noreturn]] void truncated(std::size_t have) const;

  ByteReader bytes_;
  NpyHeader header_;
  std::size_t item_ = 1;
};

}  // namespace bitline::workloads
