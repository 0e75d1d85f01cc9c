// SPDX-License-Identifier: Apache-2.0
// ONNX operators that are matrix products, or fold into one.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "workloads/layers.h"
#include "workloads/onnx_chain.h"

namespace bitline {
namespace {

std::string list(const std::vector<std::int64_t>& dims) { return fmt::format("[{}]", fmt::join(dims, ", ")); }

// The dimensions without leading ones: what is left of a bias after broadcasting over the batch.
std::vector<std::int64_t> without_leading_ones(std::vector<std::int64_t> dims) {
  dims.erase(dims.begin(), std::ranges::find_if(dims, [](std::int64_t d) { return d != 1; }));
  return dims;
}

// One value per output from a constant that broadcasts to them.
std::vector<float> bias_values(const OnnxNode& node, const OnnxTensor& tensor, int outputs, bool is_map) {
  std::vector<std::int64_t> wanted{outputs};
  if (is_map) wanted = {outputs, 1, 1};
  if (tensor.values.size() == 1 && tensor.rank() <= (is_map ? 4 : 2))
    return std::vector<float>(static_cast<std::size_t>(outputs), tensor.values[0]);
  if (tensor.rank() > (is_map ? 4 : 2) || without_leading_ones(tensor.dims) != wanted)
    node.fail(
        fmt::format("'{}' of shape {} is no bias for {} outputs", plain_name(tensor.name), list(tensor.dims), outputs));
  return tensor.values;
}

// The weights of a fully connected layer, transposed to (inputs, outputs) if they are not.
Matrix linear_weights(const OnnxNode& node, const OnnxTensor& tensor, bool transposed) {
  if (tensor.rank() != 2)
    node.fail(
        fmt::format("weights '{}' have shape {}; a matrix is needed", plain_name(tensor.name), list(tensor.dims)));
  const auto a = static_cast<int>(tensor.dims[0]), b = static_cast<int>(tensor.dims[1]);
  if (!transposed) return {a, b, tensor.values};
  Matrix m{b, a, std::vector<float>(tensor.values.size())};
  for (int output = 0; output < a; ++output)
    for (int input = 0; input < b; ++input)
      m.data[static_cast<std::size_t>(input) * a + output] =
          tensor.values[static_cast<std::size_t>(output) * b + input];
  return m;
}

void need_flat(const OnnxNode& node, const OnnxChain& chain) {
  if (chain.rank != 2)
    node.fail(fmt::format("needs (batch, features) but gets {} dimensions; put a Flatten before it", chain.rank));
}

}  // namespace

void onnx_gemm(const OnnxNode& node, OnnxChain& chain) {
  node.allow({"alpha", "beta", "transA", "transB"});
  need_flat(node, chain);
  if (node.integer("transA", 0) != 0) node.fail("transA = 1 is not supported; supported is 0");
  const OnnxTensor tensor = node.weights(1);
  Linear linear{linear_weights(node, tensor, node.integer("transB", 0) != 0), {}};
  const float alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  for (float& w : linear.weights.data) w *= alpha;
  if (!node.input(2).empty()) {
    linear.bias = bias_values(node, node.weights(2), linear.weights.columns, false);
    for (float& b : linear.bias) b *= beta;
  }
  chain.add(node, layer_name(node, tensor.name), std::move(linear));
}

void onnx_matmul(const OnnxNode& node, OnnxChain& chain) {
  node.allow({});
  need_flat(node, chain);
  const OnnxTensor tensor = node.weights(1);
  chain.add(node, layer_name(node, tensor.name), Linear{linear_weights(node, tensor, false), {}});
}

void onnx_add(const OnnxNode& node, OnnxChain& chain) {
  node.allow({});
  const OnnxTensor tensor = node.weights(node.input(0) == chain.flow ? 1 : 0);
  Operation* matrix = chain.matrix();
  if (!matrix) node.fail("adds a constant elsewhere than right after a Gemm, MatMul or Conv, which is not supported");
  const auto added =
      bias_values(node, tensor, weights_of(*matrix)->columns, std::holds_alternative<Convolution>(*matrix));
  std::vector<float>& bias = *bias_of(*matrix);
  bias.resize(added.size());
  for (std::size_t i = 0; i < bias.size(); ++i) {
    bias[i] += added[i];
    if (!std::isfinite(bias[i])) node.fail(fmt::format("the bias of output {} overflows", i));
  }
}

void onnx_conv(const OnnxNode& node, OnnxChain& chain) {
  node.allow({"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"});
  const OnnxTensor tensor = node.weights(1);
  if (chain.rank != 4 || tensor.rank() != 4)
    node.fail(fmt::format("needs (batch, channels, height, width) and a kernel of 4 dimensions, but gets {} and {}",
                          chain.rank, tensor.rank()));
  if (node.integer("group", 1) != 1)
    node.fail(fmt::format("group = {} is not supported; supported is 1", node.integer("group", 1)));
  if (tensor.dims[1] != chain.shape.channels)
    node.fail(fmt::format("its kernel takes {} channels but gets {}", tensor.dims[1], chain.shape.channels));
  const std::vector<std::int64_t> kernel{tensor.dims[2], tensor.dims[3]};
  if (node.integers("kernel_shape", kernel) != kernel)
    node.fail(fmt::format("kernel_shape {} differs from the weights' {}", list(node.integers("kernel_shape", kernel)),
                          list(kernel)));
  const OnnxWindow w = onnx_window(node, chain, kernel[0], kernel[1]);
  const auto columns = static_cast<int>(tensor.dims[0]);
  const auto rows = static_cast<int>(tensor.values.size() / columns);
  Convolution c{.weights = {rows, columns, std::vector<float>(tensor.values.size())},
                .bias = {},
                .kernel_height = w.kernel_height,
                .kernel_width = w.kernel_width,
                .stride_y = w.stride_y,
                .stride_x = w.stride_x,
                .pad_top = w.pad_top,
                .pad_left = w.pad_left,
                .pad_bottom = w.pad_bottom,
                .pad_right = w.pad_right};
  for (int column = 0; column < columns; ++column)  // (output, channel, y, x) is a row of patches per output
    for (int row = 0; row < rows; ++row)
      c.weights.data[static_cast<std::size_t>(row) * columns + column] =
          tensor.values[static_cast<std::size_t>(column) * rows + row];
  if (!node.input(2).empty()) {
    const OnnxTensor bias = node.weights(2);
    if (bias.rank() != 1) node.fail(fmt::format("the bias has shape {}; one dimension is needed", list(bias.dims)));
    c.bias = bias.values;
  }
  chain.add(node, layer_name(node, tensor.name), std::move(c));
}

// y = (x - mean) scale / sqrt(variance + epsilon) + shift, folded into the weights and bias that make x.
void onnx_batch_norm(const OnnxNode& node, OnnxChain& chain) {
  node.allow({"epsilon", "momentum", "spatial", "training_mode"});
  if (node.integer("training_mode", 0) != 0)
    node.fail("training_mode = 1 is not supported; export the network in eval mode");
  if (node.integer("spatial", 1) != 1) node.fail("spatial = 0 is not supported; supported is 1");
  Operation* matrix = chain.matrix();
  if (!matrix)
    node.fail(
        "stands elsewhere than right after a Gemm, MatMul or Conv, where alone it can be folded into the weights");
  Matrix& weights = *weights_of(*matrix);
  std::vector<float>& bias = *bias_of(*matrix);
  const auto columns = static_cast<std::size_t>(weights.columns);
  const OnnxTensor scale = node.weights(1), shift = node.weights(2), mean = node.weights(3), variance = node.weights(4);
  for (const OnnxTensor* t : {&scale, &shift, &mean, &variance})
    if (t->values.size() != columns)
      node.fail(fmt::format("'{}' has {} values for {} channels", plain_name(t->name), t->values.size(), columns));
  const double epsilon = node.number("epsilon", 1e-5f);
  bias.resize(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const double spread = variance.values[c] + epsilon;
    if (!(spread > 0))
      node.fail(
          fmt::format("variance {} plus epsilon {} of channel {} is not positive", variance.values[c], epsilon, c));
    const double gain = scale.values[c] / std::sqrt(spread);
    for (std::size_t i = c; i < weights.data.size(); i += columns) {
      weights.data[i] = static_cast<float>(weights.data[i] * gain);
      if (!std::isfinite(weights.data[i])) node.fail(fmt::format("the folded weights of channel {} overflow", c));
    }
    bias[c] = static_cast<float>((double{bias[c]} - mean.values[c]) * gain + shift.values[c]);
    if (!std::isfinite(bias[c])) node.fail(fmt::format("the folded bias of channel {} overflows", c));
  }
}

}  // namespace bitline
