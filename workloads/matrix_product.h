// SPDX-License-Identifier: Apache-2.0
// Vectors times matrices on one thread.
#pragma once

#include <cstddef>

#include "base/dense.h"
#include "workloads/graph.h"

namespace bitline::workloads {

// out (vectors, columns) = in (vectors, rows) W, without bias. A vector's result is the same bits whatever vectors
// stand around it, and on every machine.
void multiply_floats(const Weights& weights, std::size_t vectors, const float* in, float* out, DenseScratch& scratch);

// out (n, m) = a (n, k) b (k, m). T is float or double.
template <class T>
void multiply_matrices(const T* a, const T* b, std::size_t n, std::size_t k, std::size_t m, T* out,
                       DenseScratch& scratch);

}  // namespace bitline::workloads
