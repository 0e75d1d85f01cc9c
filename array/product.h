// SPDX-License-Identifier: Apache-2.0
// Exact sums of integer codes over binary planes: what every read of an array is made of.
//
// A plane drives each row with 0 or 1. All sums are integers: |code| <= 16383 over at most 65536 rows stays below 2^31,
// so any order gives the same bits, and so does every instruction set (array/kernels.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/isa.h"

namespace bitline::array {

inline constexpr int largest_code = 16383;
// Variances need less: 16 nibbles of four such codes fit 16 bits, so that their sums cost half.
inline constexpr int largest_variance_code = 1023;

// Codes of (rows, columns), row-major.
struct CodeMatrix {
  int rows = 0, columns = 0;
  std::vector<std::int16_t> data;
};

// Where vectors of any instruction set may be loaded from.
struct alignas(64) CacheLine {
  std::byte bytes[64];
};

// Rows of a code matrix that are driven together, as one instruction set sums them.
class PackedCodes {
 public:
  PackedCodes() = default;
  // Rows first_row .. first_row + rows - 1 of `codes`.
  PackedCodes(Isa isa, const CodeMatrix& codes, int first_row, int rows);
  bool empty() const { return data_.empty(); }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int stripes() const;  // of 16 columns
  const void* data() const { return data_.data(); }
  Isa isa() const { return isa_; }

 private:
  Isa isa_ = Isa::baseline;
  int rows_ = 0, columns_ = 0;
  std::vector<CacheLine> data_;
};

// The codes again, for those who look at single ones: what the sums of each row alone are.
CodeMatrix unpacked(const PackedCodes& codes);

// Binary planes of a batch over a range of rows. Memory is kept from batch to batch.
class PlaneBatch {
 public:
  static constexpr int word_rows = 64;

  PlaneBatch() = default;
  PlaneBatch(std::size_t planes, int rows) { reset(planes, rows); }
  // So many planes of no row.
  void reset(std::size_t planes, int rows);
  std::size_t planes() const { return planes_; }
  int rows() const { return rows_; }
  int words() const { return (rows_ + word_rows - 1) / word_rows; }
  // Bits of rows 64 w .. 64 w + 63 of a plane; bits beyond the last row stay 0.
  std::uint64_t& word(int w, std::size_t plane) { return data_[static_cast<std::size_t>(w) * planes_ + plane]; }
  const std::uint64_t* data() const { return data_.data(); }  // [w][plane]
  void set(std::size_t plane, int row) { word(row / word_rows, plane) |= std::uint64_t{1} << (row % word_rows); }

 private:
  std::size_t planes_ = 0;
  int rows_ = 0;
  std::vector<std::uint64_t> data_;
};

// Sums of a range of stripes of 16 columns: of(stripe, plane)[c] is column 16 stripe + c. Memory is kept.
class StripeSums {
 public:
  static constexpr int columns = 16;

  void resize(int stripes, std::size_t planes);
  int stripes() const { return stripes_; }
  std::size_t planes() const { return planes_; }
  std::int32_t* of(int stripe, std::size_t plane) {
    return data() + (static_cast<std::size_t>(stripe) * planes_ + plane) * columns;
  }
  const std::int32_t* of(int stripe, std::size_t plane) const {
    return const_cast<StripeSums*>(this)->of(stripe, plane);
  }
  std::int32_t* data() { return reinterpret_cast<std::int32_t*>(lines_.data()); }
  const std::int32_t* data() const { return const_cast<StripeSums*>(this)->data(); }
  std::size_t size() const { return static_cast<std::size_t>(stripes_) * planes_ * columns; }

 private:
  int stripes_ = 0;
  std::size_t planes_ = 0;
  std::vector<CacheLine> lines_;
};

// sums.of(s, v)[c] = sum over the rows r that plane v drives of the code of row r, column 16 (first_stripe + s) + c;
// those of columns that the matrix does not have are unspecified.
void plane_sums(const PackedCodes& codes, const PlaneBatch& planes, int first_stripe, int stripes, StripeSums& sums);

// The same for codes of 0 .. largest_variance_code, which cost less.
void variance_sums(const PackedCodes& codes, const PlaneBatch& planes, int first_stripe, int stripes, StripeSums& sums);

}  // namespace bitline::array
