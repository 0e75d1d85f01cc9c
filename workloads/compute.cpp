// SPDX-License-Identifier: Apache-2.0
#include "workloads/compute.h"

#include <algorithm>

#include "base/error.h"
#include "workloads/neuron.h"

namespace bitline::workloads {
namespace {

template <class T>
struct Computer {
  std::size_t samples;
  std::span<const Operand<T>> in;
  const Shape& shape;
  T* out;

  void operator()(const Product&) const { throw RunError("a product is no digital operation"); }
  void operator()(const Loop&) const { throw RunError("a loop is no digital operation"); }
  void operator()(const Arithmetic& op) const { compute(op, samples, in, shape, out); }
  void operator()(const Select& op) const { compute(op, samples, in, shape, out); }
  void operator()(const Concat& op) const { compute(op, samples, in, shape, out); }
  void operator()(const MultiplyTensors& op) const { compute(op, samples, in, shape, out); }
  void operator()(const Gather& op) const { compute(op, samples, in, out); }
  void operator()(const Activate& op) const {
    compute(op, std::span<const T>(in[0].values, samples * in[0].size()), out);
  }
  void operator()(const Neuron& op) const { count_rates(op, {}, {}, samples, *in[0].shape, in[0].values, out); }
  void operator()(const Reshape&) const { std::copy_n(in[0].values, samples * in[0].size(), out); }
  void operator()(const auto& op) const { compute(op, samples, in[0], out); }
};

}  // namespace

template <class T>
void compute(const Op& op, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out) {
  std::visit(Computer<T>{samples, in, shape, out}, op);
}

bool works_in_place(const Op& op) {
  return std::holds_alternative<Activate>(op) || std::holds_alternative<Diode>(op) ||
         std::holds_alternative<Neuron>(op) || std::holds_alternative<Arithmetic>(op) ||
         std::holds_alternative<Reshape>(op) || std::holds_alternative<Softmax>(op) ||
         std::holds_alternative<Normalize>(op);
}

template void compute(const Op&, std::size_t, std::span<const Operand<float>>, const Shape&, float*);
template void compute(const Op&, std::size_t, std::span<const Operand<double>>, const Shape&, double*);

}  // namespace bitline::workloads
