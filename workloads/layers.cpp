// SPDX-License-Identifier: Apache-2.0
#include "workloads/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace bitline {
namespace {

void check_size(std::int64_t channels, std::int64_t height, std::int64_t width, const char* what) {
  // Each factor is below 2^31, so dividing keeps the comparison free of overflow.
  if (channels > largest_tensor || height > largest_tensor / channels || width > largest_tensor / (channels * height))
    throw InputError(fmt::format("{} of {}x{}x{} values is larger than the limit of {}", what, channels, height, width,
                                 largest_tensor));
}

void check_weights(const Matrix& weights, const std::vector<float>& bias) {
  const auto size = static_cast<std::int64_t>(weights.data.size());
  if (weights.rows <= 0 || weights.columns <= 0 || std::int64_t{weights.rows} * weights.columns != size)
    throw InputError(fmt::format("a weight matrix of {} rows and {} columns cannot hold {} values", weights.rows,
                                 weights.columns, size));
  if (!bias.empty() && bias.size() != static_cast<std::size_t>(weights.columns))
    throw InputError(fmt::format("{} bias values for {} outputs", bias.size(), weights.columns));
  const auto finite = [](float x) { return std::isfinite(x); };
  if (!std::ranges::all_of(weights.data, finite)) throw InputError("a weight is NaN or infinite");
  if (!std::ranges::all_of(bias, finite)) throw InputError("a bias is NaN or infinite");
}

// Number of window positions along one side.
int windows(const char* side, int size, int kernel, int stride, int before, int after) {
  constexpr int limit = 1 << 20;  // keeps sums far from overflow
  if (kernel < 1 || stride < 1 || before < 0 || after < 0 || std::max({kernel, stride, before, after}) > limit)
    throw InputError(fmt::format("kernel {}, stride {} and padding {} + {} along the {} are out of range", kernel,
                                 stride, before, after, side));
  const std::int64_t room = std::int64_t{size} + before + after - kernel;
  if (room < 0)
    throw InputError(fmt::format("a window of {} does not fit the {} of {} with padding {} + {}", kernel, side, size,
                                 before, after));
  return static_cast<int>(room / stride + 1);
}

template <class Window>
Shape slide(const Window& w, int channels, const Shape& input) {
  const Shape output{channels, windows("height", input.height, w.kernel_height, w.stride_y, w.pad_top, w.pad_bottom),
                     windows("width", input.width, w.kernel_width, w.stride_x, w.pad_left, w.pad_right)};
  check_size(output.channels, output.height, output.width, "an output");
  return output;
}

struct OutputShape {
  const Shape& input;

  Shape operator()(const Linear& l) const {
    check_weights(l.weights, l.bias);
    if (l.weights.rows != input.size())
      throw InputError(
          fmt::format("has weights for {} inputs but gets {} ({})", l.weights.rows, input.size(), to_string(input)));
    return {l.weights.columns, 1, 1};
  }
  Shape operator()(const Convolution& c) const {
    check_weights(c.weights, c.bias);
    const Shape output = slide(c, c.weights.columns, input);
    const std::int64_t kernel = std::int64_t{c.kernel_height} * c.kernel_width;
    if (c.weights.rows % kernel != 0 || c.weights.rows / kernel != input.channels)
      throw InputError(fmt::format("has {} weight rows, but {} channels and a {}x{} kernel need {}", c.weights.rows,
                                   input.channels, c.kernel_height, c.kernel_width, input.channels * kernel));
    check_size(output.height, output.width, c.weights.rows, "the set of patches");
    return output;
  }
  Shape operator()(const Pool& p) const {
    // A window wholly in the padding would have no value.
    if (std::max(p.pad_top, p.pad_bottom) >= p.kernel_height || std::max(p.pad_left, p.pad_right) >= p.kernel_width)
      throw InputError(fmt::format("a padding of {}, {}, {}, {} reaches the size of the {}x{} window", p.pad_top,
                                   p.pad_left, p.pad_bottom, p.pad_right, p.kernel_height, p.kernel_width));
    return slide(p, input.channels, input);
  }
  Shape operator()(const Activation& a) const {
    if (!std::isfinite(a.alpha) || std::isnan(a.low) || std::isnan(a.high) || a.low > a.high)
      throw InputError(fmt::format("alpha {}, low {}, high {} do not make an activation", a.alpha, a.low, a.high));
    return input;
  }
  Shape operator()(const Flatten&) const { return {input.size(), 1, 1}; }
  Shape operator()(const Softmax&) const { return input; }
};

}  // namespace

std::string to_string(const Shape& shape) {
  if (shape.height == 1 && shape.width == 1) return std::to_string(shape.channels);
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

Shape output_shape(const Operation& operation, const Shape& input) {
  if (input.channels < 1 || input.height < 1 || input.width < 1)
    throw InputError(fmt::format("an image of {}x{}x{} is empty", input.channels, input.height, input.width));
  check_size(input.channels, input.height, input.width, "an input");
  return std::visit(OutputShape{input}, operation);
}

const Matrix* weights_of(const Operation& operation) {
  if (const auto* l = std::get_if<Linear>(&operation)) return &l->weights;
  if (const auto* c = std::get_if<Convolution>(&operation)) return &c->weights;
  return nullptr;
}
Matrix* weights_of(Operation& operation) { return const_cast<Matrix*>(weights_of(std::as_const(operation))); }

const std::vector<float>* bias_of(const Operation& operation) {
  if (const auto* l = std::get_if<Linear>(&operation)) return &l->bias;
  if (const auto* c = std::get_if<Convolution>(&operation)) return &c->bias;
  return nullptr;
}
std::vector<float>* bias_of(Operation& operation) {
  return const_cast<std::vector<float>*>(bias_of(std::as_const(operation)));
}

void check_network(const Network& network) {
  if (network.layers.empty()) throw InputError(fmt::format("network '{}' has no layers", network.name));
  Shape shape = network.input;
  for (const Layer& layer : network.layers) {
    const auto fail = [&](const std::string& what) {
      throw InputError(fmt::format("network '{}', layer '{}': {}", network.name, layer.name, what));
    };
    if (layer.input != shape)
      fail(fmt::format("its input is declared as {} but the layer before gives {}", to_string(layer.input),
                       to_string(shape)));
    try {
      shape = output_shape(layer.operation, shape);
    } catch (const InputError& e) {
      fail(e.what());
    }
    if (layer.output != shape)
      fail(fmt::format("its output is declared as {} but it gives {}", to_string(layer.output), to_string(shape)));
  }
}

bool gives_nonnegative(const Operation& operation, bool before) {
  if (weights_of(operation)) return false;
  if (const auto* s = std::get_if<Softmax>(&operation)) return !s->logarithm;
  const auto* a = std::get_if<Activation>(&operation);
  if (!a) return before;  // pooling and flattening choose or average
  switch (a->kind) {
    case Activation::Kind::relu:
    case Activation::Kind::sigmoid:
      return true;
    case Activation::Kind::leaky_relu:
      return before || a->alpha <= 0;
    case Activation::Kind::clip:
      return a->low >= 0 || (before && a->high >= 0);
    case Activation::Kind::tanh:
      return before;
  }
  return false;
}

}  // namespace bitline
