// SPDX-License-Identifier: Apache-2.0
// Exact sums of integer codes over binary planes, the inner loop of everything.
//
// A plane drives each row with 0 or 1. Four rows make a nibble, and the 16 possible sums of four code rows are
// tabulated once for a batch, so that a nibble costs one table row instead of four multiply-adds ("four Russians":
// Arlazarov et al. 1970). All sums are integers: |code| <= 16383 over at most 65536 rows stays below 2^31, so any order
// gives the same bits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitline::array {

inline constexpr int largest_code = 16383;
// Variances need less: 16 nibbles of four such codes fit 16 bits, so that their sums cost half.
inline constexpr int largest_variance_code = 1023;

// Codes of (rows, columns), row-major.
struct CodeMatrix {
  int rows = 0, columns = 0;
  std::vector<std::int16_t> data;
};

// Binary planes of a batch over a range of rows, as nibbles: `vectors` planes of `rows` bits.
class PlaneBatch {
 public:
  PlaneBatch(std::size_t vectors, int rows);
  std::size_t vectors() const { return vectors_; }
  int rows() const { return rows_; }
  int nibbles() const { return nibbles_; }
  std::uint8_t* row(std::size_t vector) { return data_.data() + vector * nibbles_; }
  const std::uint8_t* row(std::size_t vector) const { return data_.data() + vector * nibbles_; }
  void set(std::size_t vector, int row) {
    data_[vector * nibbles_ + row / 4] |= static_cast<std::uint8_t>(1u << (row % 4));
  }

 private:
  std::size_t vectors_;
  int rows_, nibbles_;
  std::vector<std::uint8_t> data_;
};

// out[v * codes.columns + c] = sum of codes[first_row + r][c] over the rows r that plane v drives. Overwrites out.
void plane_sums(const CodeMatrix& codes, int first_row, const PlaneBatch& planes, std::span<std::int32_t> out);

// The same for codes and for variances (0 .. largest_variance_code) in one pass over the planes.
void plane_sums(const CodeMatrix& codes, const CodeMatrix& variances, int first_row, const PlaneBatch& planes,
                std::span<std::int32_t> out, std::span<std::int32_t> variance_out);

}  // namespace bitline::array
