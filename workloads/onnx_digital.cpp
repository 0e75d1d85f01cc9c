// SPDX-License-Identifier: Apache-2.0
// ONNX operators that are computed digitally: pooling, activations, reshaping.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "workloads/layers.h"
#include "workloads/onnx_chain.h"

namespace bitline {
namespace {

int small(const OnnxNode& node, const char* what, std::int64_t value, std::int64_t lowest) {
  if (value < lowest || value > (1 << 20))
    node.fail(fmt::format("{} {} is out of the range {}..{}", what, value, lowest, 1 << 20));
  return static_cast<int>(value);
}

void need_map(const OnnxNode& node, const OnnxChain& chain) {
  if (chain.rank != 4)
    node.fail(fmt::format("needs (batch, channels, height, width) but gets {} dimensions", chain.rank));
}

// Bounds of Clip: attributes until operator set 10, inputs since.
Activation clip(const OnnxNode& node) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Activation a{.kind = Activation::Kind::clip, .low = -infinity, .high = infinity};
  if (node.file().opset() < 11) {
    node.allow({"min", "max"});
    a.low = node.number("min", a.low);
    a.high = node.number("max", a.high);
  } else {
    node.allow({});
    if (!node.input(1).empty()) a.low = node.scalar(1);
    if (!node.input(2).empty()) a.high = node.scalar(2);
  }
  return a;
}

}  // namespace

OnnxWindow onnx_window(const OnnxNode& node, const OnnxChain& chain, std::int64_t kernel_height,
                       std::int64_t kernel_width) {
  const auto strides = node.integers("strides", {1, 1}), dilations = node.integers("dilations", {1, 1});
  auto pads = node.integers("pads", {0, 0, 0, 0});  // begin y, begin x, end y, end x
  if (dilations[0] != 1 || dilations[1] != 1)
    node.fail(fmt::format("dilations [{}] are not supported; supported is [1, 1]", fmt::join(dilations, ", ")));
  const std::int64_t kernel[] = {kernel_height, kernel_width}, size[] = {chain.shape.height, chain.shape.width};
  const std::string automatic = node.text("auto_pad", "NOTSET");
  for (int i = 0; i < 2; ++i) {
    small(node, "kernel size", kernel[i], 1);
    small(node, "stride", strides[i], 1);
    if (automatic == "VALID") {
      pads[i] = pads[i + 2] = 0;
    } else if (automatic ==
               "SAME_UPPER") {  // ceil(size / stride) outputs; an odd padding has its larger half at the end
      const std::int64_t outputs = (size[i] + strides[i] - 1) / strides[i];
      const std::int64_t padding = std::max<std::int64_t>(0, (outputs - 1) * strides[i] + kernel[i] - size[i]);
      pads[i] = padding / 2;
      pads[i + 2] = padding - pads[i];
    } else if (automatic != "NOTSET") {
      node.fail(
          fmt::format("auto_pad {} is not supported; supported are NOTSET, VALID, SAME_UPPER", plain_name(automatic)));
    }
  }
  for (std::int64_t pad : pads) small(node, "padding", pad, 0);
  return {.kernel_height = static_cast<int>(kernel[0]),
          .kernel_width = static_cast<int>(kernel[1]),
          .stride_y = static_cast<int>(strides[0]),
          .stride_x = static_cast<int>(strides[1]),
          .pad_top = static_cast<int>(pads[0]),
          .pad_left = static_cast<int>(pads[1]),
          .pad_bottom = static_cast<int>(pads[2]),
          .pad_right = static_cast<int>(pads[3])};
}

void onnx_activation(const OnnxNode& node, OnnxChain& chain) {
  Activation a;
  if (node.type() == "Clip") {
    a = clip(node);
  } else if (node.type() == "LeakyRelu") {
    node.allow({"alpha"});
    a = {.kind = Activation::Kind::leaky_relu, .alpha = node.number("alpha", 0.01f)};
  } else {
    node.allow({});
    a.kind = node.type() == "Relu"   ? Activation::Kind::relu
             : node.type() == "Tanh" ? Activation::Kind::tanh
                                     : Activation::Kind::sigmoid;
  }
  chain.add(node, layer_name(node), a);
}

void onnx_pool(const OnnxNode& node, OnnxChain& chain) {
  need_map(node, chain);
  const bool average = node.type() == "AveragePool";
  if (average) {
    node.allow({"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"});
  } else {
    node.allow({"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"});
  }
  if (!node.attribute("kernel_shape")) node.fail("has no kernel_shape");
  if (node.integer("ceil_mode", 0) != 0) node.fail("ceil_mode = 1 is not supported; supported is 0");
  const auto kernel = node.integers("kernel_shape", {1, 1});
  const OnnxWindow w = onnx_window(node, chain, kernel[0], kernel[1]);
  if (average && node.integer("count_include_pad", 0) != 0 && (w.pad_top || w.pad_left || w.pad_bottom || w.pad_right))
    node.fail("count_include_pad = 1 with padding is not supported; supported is 0 (average over real pixels)");
  chain.add(node, layer_name(node),
            Pool{.kind = average ? Pool::Kind::average : Pool::Kind::max,
                 .kernel_height = w.kernel_height,
                 .kernel_width = w.kernel_width,
                 .stride_y = w.stride_y,
                 .stride_x = w.stride_x,
                 .pad_top = w.pad_top,
                 .pad_left = w.pad_left,
                 .pad_bottom = w.pad_bottom,
                 .pad_right = w.pad_right});
}

// torch writes a Pad of zero width before an AveragePool.
void onnx_pad(const OnnxNode& node, OnnxChain&) {
  node.allow({"mode", "pads", "value"});
  const auto* attribute = node.attribute("pads");  // until operator set 10
  const std::vector<std::int64_t> pads =
      attribute ? std::vector<std::int64_t>(attribute->ints().begin(), attribute->ints().end())
                : node.integer_constant(1);
  if (std::ranges::any_of(pads, [](std::int64_t pad) { return pad != 0; }))
    node.fail(fmt::format("pads by [{}]; supported is no padding at all (give the padding to the Conv or MaxPool)",
                          fmt::join(pads, ", ")));
}

void onnx_global_average_pool(const OnnxNode& node, OnnxChain& chain) {
  node.allow({});
  need_map(node, chain);
  chain.add(node, layer_name(node),
            Pool{.kind = Pool::Kind::average,
                 .kernel_height = chain.shape.height,
                 .kernel_width = chain.shape.width,
                 .stride_y = 1,
                 .stride_x = 1});
}

void onnx_flatten(const OnnxNode& node, OnnxChain& chain) {
  node.allow({"axis"});
  const std::int64_t axis = node.integer("axis", 1);
  if (axis != 1 && axis != 1 - chain.rank) node.fail(fmt::format("axis = {} is not supported; supported is 1", axis));
  if (chain.rank > 2) chain.add(node, layer_name(node), Flatten{});
  chain.rank = 2;
}

void onnx_reshape(const OnnxNode& node, OnnxChain& chain) {
  node.allow({"allowzero"});
  if (!node.file().constant(node.input(1)))
    node.fail("the new shape is computed; only a constant one is supported (in PyTorch write torch.flatten(x, 1))");
  const auto target = node.integer_constant(1);
  const std::int64_t features = chain.shape.size();
  const bool keeps_batch = target.size() == 2 && ((target[0] == 0 && node.integer("allowzero", 0) == 0) ||
                                                  target[0] == -1 || (chain.batch > 0 && target[0] == chain.batch));
  const bool fits = keeps_batch && (target[1] == features || (target[1] == -1 && target[0] != -1) ||
                                    (target[1] == 0 && chain.rank == 2 && node.integer("allowzero", 0) == 0));
  if (!fits)
    node.fail(fmt::format("reshapes to [{}]; supported is (batch, {}), all features of an image in one row",
                          fmt::join(target, ", "), features));
  if (chain.rank > 2) chain.add(node, layer_name(node), Flatten{});
  chain.rank = 2;
}

// Over the features of an image; before operator set 13 the axis meant "from here on".
void onnx_softmax(const OnnxNode& node, OnnxChain& chain) {
  node.allow({"axis"});
  const bool to_the_end = node.file().opset() < 13;
  const std::int64_t axis = node.integer("axis", to_the_end ? 1 : -1);
  const bool all = axis == 1 || axis == 1 - chain.rank;
  if (!all || (!to_the_end && chain.shape.size() != chain.shape.channels))
    node.fail(fmt::format("axis = {} over {} dimensions is not supported; supported is axis 1 of (batch, features)",
                          axis, chain.rank));
  chain.add(node, layer_name(node), Softmax{.logarithm = node.type() == "LogSoftmax"});
}

void onnx_identity(const OnnxNode& node, OnnxChain&) {
  if (node.type() == "Identity")
    node.allow({});
  else
    node.allow({"ratio", "seed"});  // Dropout does nothing once trained
}

}  // namespace bitline
