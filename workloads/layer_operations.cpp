// SPDX-License-Identifier: Apache-2.0
#include "workloads/layer_operations.h"

#include <algorithm>

namespace bitline {
namespace {

// Sum over window positions of the real pixels each holds along one side.
double pixels_along(int size, int kernel, int stride, int before, int windows) {
  double sum = 0;
  for (int w = 0; w < windows; ++w) {
    const int first = w * stride - before;
    sum += std::max(0, std::min(first + kernel, size) - std::max(first, 0));
  }
  return sum;
}

struct Counts {
  const Layer& layer;
  double in() const { return layer.input.size(); }
  double out() const { return layer.output.size(); }

  OperationCounts moved() const {
    OperationCounts c;
    c.values_read = in(), c.values_written = out();
    return c;
  }
  // `rows` x `columns` weights at each of the output's positions.
  OperationCounts product(const Matrix& weights, const std::vector<float>& bias) const {
    OperationCounts c = moved();
    c.macs = out() * weights.rows;
    c.additions = std::any_of(bias.begin(), bias.end(), [](float b) { return b != 0; }) ? out() : 0;
    c.values_read += static_cast<double>(weights.rows) * weights.columns + static_cast<double>(bias.size());
    return c;
  }

  OperationCounts operator()(const Linear& l) const { return product(l.weights, l.bias); }
  OperationCounts operator()(const Convolution& l) const { return product(l.weights, l.bias); }
  OperationCounts operator()(const Pool& p) const {
    OperationCounts c = moved();
    const double pixels =
        layer.input.channels *
        pixels_along(layer.input.height, p.kernel_height, p.stride_y, p.pad_top, layer.output.height) *
        pixels_along(layer.input.width, p.kernel_width, p.stride_x, p.pad_left, layer.output.width);
    (p.kind == Pool::Kind::max ? c.comparisons : c.additions) = std::max(0.0, pixels - out());
    if (p.kind == Pool::Kind::average) c.multiplications = out();  // by the reciprocal of the number of pixels
    return c;
  }
  OperationCounts operator()(const Activation& a) const {
    OperationCounts c = moved();
    switch (a.kind) {
      case Activation::Kind::relu:
        c.comparisons = out();
        break;
      case Activation::Kind::leaky_relu:
        c.comparisons = c.multiplications = out();
        break;
      case Activation::Kind::clip:
        c.comparisons = 2 * out();
        break;
      case Activation::Kind::sigmoid:
      case Activation::Kind::tanh:
        c.lookups = out();
        break;
    }
    return c;
  }
  OperationCounts operator()(const Flatten&) const { return {}; }
  OperationCounts operator()(const Softmax& s) const {
    OperationCounts c = moved();
    c.values_read = 3 * in();  // for the maximum, for the sum, for the results
    c.comparisons = in() - 1;
    c.exponentials = in();
    c.additions = in() + in() - 1;  // differences from the maximum, and the sum
    if (s.logarithm)
      c.lookups = 1, c.additions += in();
    else
      c.divisions = 1, c.multiplications = in();
    return c;
  }
};

struct Name {
  std::string_view operator()(const Linear&) const { return "linear"; }
  std::string_view operator()(const Convolution&) const { return "convolution"; }
  std::string_view operator()(const Pool& p) const { return p.kind == Pool::Kind::max ? "max pool" : "average pool"; }
  std::string_view operator()(const Activation& a) const {
    switch (a.kind) {
      case Activation::Kind::relu:
        return "relu";
      case Activation::Kind::leaky_relu:
        return "leaky relu";
      case Activation::Kind::clip:
        return "clip";
      case Activation::Kind::sigmoid:
        return "sigmoid";
      case Activation::Kind::tanh:
        return "tanh";
    }
    return "";
  }
  std::string_view operator()(const Flatten&) const { return "flatten"; }
  std::string_view operator()(const Softmax& s) const { return s.logarithm ? "log softmax" : "softmax"; }
};

}  // namespace

OperationCounts operations(const Layer& layer) { return std::visit(Counts{layer}, layer.operation); }

std::string_view operation_name(const Operation& operation) { return std::visit(Name{}, operation); }

bool keeps_codes(const Operation& operation) {
  if (const auto* a = std::get_if<Activation>(&operation))
    return a->kind == Activation::Kind::relu || a->kind == Activation::Kind::clip;
  return std::holds_alternative<Pool>(operation) || std::holds_alternative<Flatten>(operation);
}

}  // namespace bitline
