// SPDX-License-Identifier: Apache-2.0
// The digital operations on values: all of a graph but products and loops. The float network, the integer truth and the
// chip all use these, and constants are folded by them.
#pragma once

#include <cstddef>
#include <span>

#include "workloads/graph.h"

namespace bitline::workloads {

// A tensor of several samples, one after another; a constant is there once.
template <class T>
struct Operand {
  const T* values = nullptr;
  const Shape* shape = nullptr;
  bool constant = false;
  std::size_t size() const { return static_cast<std::size_t>(shape->size()); }
  std::size_t stride() const { return constant ? 0 : size(); }  // from one sample to the next
};

// What `op` makes of `samples` samples; `out` has the shape that output_shapes() gives. T is float or double. Throws
// InputError when an index of a Gather is out of range. `out` may be the first operand's values where
// works_in_place() says so.
template <class T>
void compute(const Op& op, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out);

// Whether each value of the output depends on that value of the first operand alone (of the same shape), and on others.
bool works_in_place(const Op& op);

// --- by family ------------------------------------------------------------------------------------------------------
template <class T>
void compute(const Arithmetic&, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out);
template <class T>
void compute(const Select&, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out);
template <class T>
void compute(const Activate&, std::span<const T> in, T* out);

// The nominal curve.
template <class T>
void compute(const Diode&, std::size_t samples, const Operand<T>& in, T* out);

template <class T>
void compute(const Pool&, std::size_t samples, const Operand<T>& in, T* out);
template <class T>
void compute(const Overlap&, std::size_t samples, const Operand<T>& in, T* out);

template <class T>
void compute(const Reduce&, std::size_t samples, const Operand<T>& in, T* out);
template <class T>
void compute(const Normalize&, std::size_t samples, const Operand<T>& in, T* out);
template <class T>
void compute(const Softmax&, std::size_t samples, const Operand<T>& in, T* out);

template <class T>
void compute(const Transpose&, std::size_t samples, const Operand<T>& in, T* out);
template <class T>
void compute(const Concat&, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out);
template <class T>
void compute(const Slice&, std::size_t samples, const Operand<T>& in, T* out);
template <class T>
void compute(const Pad&, std::size_t samples, const Operand<T>& in, T* out);
template <class T>
void compute(const Gather&, std::size_t samples, std::span<const Operand<T>> in, T* out);
template <class T>
void compute(const Resize&, std::size_t samples, const Operand<T>& in, T* out);

template <class T>
void compute(const MultiplyTensors&, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out);

}  // namespace bitline::workloads
