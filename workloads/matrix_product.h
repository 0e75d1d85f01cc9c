// SPDX-License-Identifier: Apache-2.0
// Vectors times matrices on one thread.
#pragma once

#include <cstddef>
#include <span>

#include "base/dense.h"
#include "workloads/graph.h"

namespace bitline::workloads {

// Row-major with `stride` values from one row to the next.
template <class T>
struct Rows {
  T* values = nullptr;
  std::size_t stride = 0;
  T* row(std::size_t i) const { return values + i * stride; }
};

// out (vectors, columns) += in (vectors, rows) w (rows, columns), w without gaps. A vector's result is the same bits
// whatever vectors stand around it, and on every machine.
void add_product(std::size_t vectors, Rows<const float> in, const float* w, std::size_t rows, std::size_t columns,
                 Rows<float> out, DenseScratch& scratch);

// out (vectors, columns) = in (vectors, rows) W, without bias.
void multiply_floats(const Weights& weights, std::size_t vectors, const float* in, float* out, DenseScratch& scratch);

// out (n, m) = a (n, k) b (k, m). T is float or double.
template <class T>
void multiply_matrices(const T* a, const T* b, std::size_t n, std::size_t k, std::size_t m, T* out,
                       DenseScratch& scratch);

}  // namespace bitline::workloads
