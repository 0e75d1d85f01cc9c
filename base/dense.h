// SPDX-License-Identifier: Apache-2.0
// Products of dense matrices, the same bits on every machine: each element adds up its terms in their order, 256 at a
// time, with a product and a sum rounded apart. About as fast as the processor multiplies and adds.
#pragma once

#include <cstddef>
#include <vector>

#include "base/isa.h"

namespace bitline {

// A matrix in memory: element (i, j) lies at data[i * row_step + j * column_step].
template <class Number>
struct Strided {
  const Number* data;
  std::size_t row_step, column_step = 1;
};

// Memory of one thread, which products use again.
class DenseScratch {
 public:
  template <class Number>
  Number* get(std::size_t n) {
    const std::size_t lines = (n * sizeof(Number) + sizeof(Line) - 1) / sizeof(Line);
    if (lines_.size() < lines) lines_.resize(lines);
    return reinterpret_cast<Number*>(lines_.data());
  }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> lines_;
};

enum class DensePart { all, upper };  // upper: elements below the diagonal may be left as they are

// c (rows, columns), c_step from row to row, += a (rows, inner) times b (inner, columns).
void add_product(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<float>& a,
                 const Strided<float>& b, float* c, std::size_t c_step, DenseScratch& scratch,
                 DensePart part = DensePart::all, Isa isa = isas().front());
void add_product(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<double>& a,
                 const Strided<double>& b, double* c, std::size_t c_step, DenseScratch& scratch,
                 DensePart part = DensePart::all, Isa isa = isas().front());

}  // namespace bitline
