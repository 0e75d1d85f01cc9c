// SPDX-License-Identifier: Apache-2.0
// Convolutions and transposed convolutions over one or two dimensions, in groups.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

// Begin and end padding of one side; with auto_pad as many outputs as ceil(size / stride), the odd one where it says.
std::pair<std::int64_t, std::int64_t> padding_of_side(const std::string& automatic, std::int64_t size,
                                                      std::int64_t reach, std::int64_t stride) {
  const std::int64_t outputs = (size + stride - 1) / stride;
  const std::int64_t padding = std::max<std::int64_t>(0, (outputs - 1) * stride + reach - size);
  const std::int64_t less = padding / 2, more = padding - less;
  return automatic == "SAME_UPPER" ? std::pair{less, more} : std::pair{more, less};
}

std::vector<float> bias_of_channels(const OnnxNode& node, OnnxBuilder& b, int channels) {
  if (!b.given(node, 2)) return {};
  std::vector<float> bias = b.reals(node, 2, "the bias");
  if (b.value(node, 2).rank() != 1 || bias.size() != static_cast<std::size_t>(channels))
    node.fail(fmt::format("the bias has shape [{}]; {} values in one dimension are needed",
                          fmt::join(b.value(node, 2).shape.dims, ", "), channels));
  return bias;
}

struct Kernel {
  std::vector<std::int64_t> dims;  // (outputs, channels of a group, kernel ...), or for transposed ones the other way
  std::vector<std::int64_t> size;  // of the window
  std::vector<float> values;
  std::int64_t places = 1;  // of the window
  int groups = 1;
};

Kernel kernel_of(const OnnxNode& node, OnnxBuilder& b, int rank) {
  const OnnxValue w = b.value(node, 1);
  if (w.rank() != rank)
    node.fail(
        fmt::format("needs (batch, channels, height, width) and a kernel of as many dimensions, but gets {} and {}",
                    rank, w.rank()));
  Kernel k;
  k.dims.assign(w.shape.dims.begin(), w.shape.dims.end());
  if (std::ranges::any_of(k.dims, [](std::int64_t d) { return d < 1; }))
    node.fail(fmt::format("its kernel of shape {} is empty", list_of(k.dims)));
  k.size.assign(k.dims.begin() + 2, k.dims.end());
  for (std::int64_t s : k.size) k.places *= s;
  if (node.has("kernel_shape") && node.integers("kernel_shape") != k.size)
    node.fail(fmt::format("kernel_shape {} differs from the weights' {}", list_of(node.integers("kernel_shape")),
                          list_of(k.size)));
  k.values = b.reals(node, 1, "the kernel");
  k.groups = small_number(node, "group", node.integer("group", 1), 1);
  if (k.dims[0] % k.groups != 0) node.fail(fmt::format("{} groups do not divide {} channels", k.groups, k.dims[0]));
  return k;
}

// Padding that a Pad of zeros before it adds, over the last two dimensions; the value that it pads is `x` then.
void take_padding(OnnxBuilder& b, OnnxValue& x, Window& w) {
  const Node* made = b.maker(x);
  const auto* pad = made ? std::get_if<Pad>(&made->op) : nullptr;
  if (!pad || pad->kind != Pad::Kind::constant || pad->value != 0) return;
  const std::size_t n = pad->before.size();
  for (std::size_t i = 0; i + 2 < n; ++i)
    if (pad->before[i] != 0 || pad->after[i] != 0) return;
  w.pad_top += pad->before[n - 2], w.pad_left += pad->before[n - 1];
  w.pad_bottom += pad->after[n - 2], w.pad_right += pad->after[n - 1];
  x = b.value_of_tensor(made->in.front());
}

}  // namespace

Window onnx_window(const OnnxNode& node, const std::vector<std::int64_t>& kernel, int height, int width) {
  const std::size_t sides = kernel.size();
  if (sides < 1 || sides > 2) node.fail(fmt::format("slides over {} dimensions; supported are 1 and 2", sides));
  const auto strides = node.integers("strides", sides, 1), dilations = node.integers("dilations", sides, 1);
  auto pads = node.integers("pads", 2 * sides, 0);  // all begins, then all ends
  const std::string automatic = node.text("auto_pad", "NOTSET");
  for (std::size_t i = 0; i < sides; ++i) {
    small_number(node, "kernel size", kernel[i], 1);
    small_number(node, "stride", strides[i], 1);
    small_number(node, "dilation", dilations[i], 1);
    const std::int64_t size = sides == 1 || i == 1 ? width : height;
    if (automatic == "VALID") {
      pads[i] = pads[i + sides] = 0;
    } else if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      std::tie(pads[i], pads[i + sides]) =
          padding_of_side(automatic, size, (kernel[i] - 1) * dilations[i] + 1, strides[i]);
    } else if (automatic != "NOTSET" && !automatic.empty()) {
      node.fail(fmt::format("auto_pad {} is not supported; supported are NOTSET, VALID, SAME_UPPER, SAME_LOWER",
                            plain_text(automatic)));
    }
  }
  for (std::int64_t pad : pads) small_number(node, "padding", pad, 0);
  const std::size_t y = 0, x = sides - 1;
  Window w;
  w.kernel_width = static_cast<int>(kernel[x]), w.stride_x = static_cast<int>(strides[x]);
  w.dilation_x = static_cast<int>(dilations[x]);
  w.pad_left = static_cast<int>(pads[x]), w.pad_right = static_cast<int>(pads[x + sides]);
  if (sides == 2) {
    w.kernel_height = static_cast<int>(kernel[y]), w.stride_y = static_cast<int>(strides[y]);
    w.dilation_y = static_cast<int>(dilations[y]);
    w.pad_top = static_cast<int>(pads[y]), w.pad_bottom = static_cast<int>(pads[y + sides]);
  }
  return w;
}

OnnxValue as_map(const OnnxNode& node, OnnxBuilder& b, const OnnxValue& v) {
  if (v.rank() == 4) return v;
  if (v.rank() != 3)
    node.fail(fmt::format("needs (batch, channels, height, width) or (batch, channels, length) but gets {} dimensions",
                          v.rank()));
  return b.reshaped(node, b.layer_name(node) + ".map", v, {{v.dim(0), v.dim(1), 1, v.dim(2)}});
}

OnnxValue from_map(const OnnxNode& node, OnnxBuilder& b, const OnnxValue& v, int rank) {
  if (rank == 4) return v;
  return b.reshaped(node, b.layer_name(node) + ".line", v, {{v.dim(0), v.dim(1), v.dim(3)}});
}

void onnx_conv(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"});
  node.need_inputs(2, 3);
  OnnxValue x = b.value(node, 0);
  const int rank = x.rank();
  Kernel k = kernel_of(node, b, rank);
  x = as_map(node, b, x);
  const int outputs = static_cast<int>(k.dims[0]), channels = static_cast<int>(k.dims[1]);
  if (std::int64_t{channels} * k.groups != x.dim(1))
    node.fail(fmt::format("its kernel takes {} channels but gets {}", std::int64_t{channels} * k.groups, x.dim(1)));
  Window window = onnx_window(node, k.size, x.dim(2), x.dim(3));
  take_padding(b, x, window);
  Weights w;
  w.columns = outputs;
  w.rows = static_cast<int>(channels * k.groups * k.places);
  w.bias = bias_of_channels(node, b, outputs);
  const int rows = w.rows / k.groups, columns = outputs / k.groups;
  for (int g = 0; g < k.groups; ++g) {
    Panel p{g * rows, g * columns, rows, columns,
            std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))};
    const float* from = k.values.data() + static_cast<std::size_t>(g) * p.weights.size();
    for (int column = 0; column < columns; ++column)  // (output, channel, y, x) is a row of patches per output
      for (int row = 0; row < rows; ++row)
        p.weights[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(column)] = *from++;
    w.panels.push_back(std::move(p));
  }
  OnnxValue out = b.add_product(node, b.layer_name(node, b.value(node, 1).name), std::move(w), window, x,
                                b.sharing_key(node, fmt::format("conv {}", k.groups)));
  b.define(node, 0, from_map(node, b, out, rank));
}

namespace {

// Padding and size of the output of a transposed convolution along one side.
struct TransposedSide {
  std::int64_t before = 0, after = 0, size = 1;
};

std::vector<TransposedSide> transposed_sides(const OnnxNode& node, const std::vector<std::int64_t>& kernel,
                                             const std::vector<std::int64_t>& input) {
  const std::size_t sides = kernel.size();
  const auto strides = node.integers("strides", sides, 1), dilations = node.integers("dilations", sides, 1);
  const auto pads = node.integers("pads", 2 * sides, 0), extra = node.integers("output_padding", sides, 0);
  const std::string automatic = node.text("auto_pad", "NOTSET");
  std::vector<std::int64_t> wanted = node.integers("output_shape");
  if (wanted.size() == sides + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty() && wanted.size() != sides) node.fail(fmt::format("output_shape {} is none", list_of(wanted)));
  std::vector<TransposedSide> result;
  for (std::size_t i = 0; i < sides; ++i) {
    small_number(node, "kernel size", kernel[i], 1);
    small_number(node, "stride", strides[i], 1);
    small_number(node, "dilation", dilations[i], 1);
    small_number(node, "output padding", extra[i], 0);
    TransposedSide s{small_number(node, "padding", pads[i], 0), small_number(node, "padding", pads[i + sides], 0), 1};
    const std::int64_t full = (input[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 + extra[i];
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER" || !wanted.empty()) {
      s.size = wanted.empty() ? input[i] * strides[i] : wanted[i];
      const std::int64_t total = full - s.size;
      if (total < 0) node.fail(fmt::format("cannot make {} values of {} along one side", s.size, full));
      s.before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      s.after = total - s.before;
    } else {
      s.size = full - s.before - s.after;
    }
    if (s.size < 1 || s.size > largest_values) node.fail(fmt::format("makes {} values along one side", s.size));
    result.push_back(s);
  }
  return result;
}

}  // namespace

// Each input makes a window of outputs by a product; overlapping windows are added.
void onnx_conv_transpose(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides"});
  node.need_inputs(2, 3);
  OnnxValue x = b.value(node, 0);
  const int rank = x.rank();
  Kernel k = kernel_of(node, b, rank);
  x = as_map(node, b, x);
  if (k.dims[0] != x.dim(1)) node.fail(fmt::format("its kernel takes {} channels but gets {}", k.dims[0], x.dim(1)));
  const int outputs = small_number(node, "number of outputs", k.dims[1] * k.groups, 1);
  std::vector<std::int64_t> size{x.dim(2), x.dim(3)};
  if (rank == 3) size.erase(size.begin());
  const std::vector<TransposedSide> sides = transposed_sides(node, k.size, size);
  const std::size_t last = sides.size() - 1;

  Overlap overlap;
  overlap.channels = outputs;
  Window& w = overlap.window;
  w.kernel_width = static_cast<int>(k.size[last]);
  w.stride_x = static_cast<int>(node.integers("strides", sides.size(), 1)[last]);
  w.dilation_x = static_cast<int>(node.integers("dilations", sides.size(), 1)[last]);
  w.pad_left = static_cast<int>(sides[last].before), w.pad_right = static_cast<int>(sides[last].after);
  overlap.width = static_cast<int>(sides[last].size);
  if (last == 1) {
    w.kernel_height = static_cast<int>(k.size[0]);
    w.stride_y = static_cast<int>(node.integers("strides", 2, 1)[0]);
    w.dilation_y = static_cast<int>(node.integers("dilations", 2, 1)[0]);
    w.pad_top = static_cast<int>(sides[0].before), w.pad_bottom = static_cast<int>(sides[0].after);
    overlap.height = static_cast<int>(sides[0].size);
  }
  overlap.bias = bias_of_channels(node, b, outputs);

  Weights weights;
  weights.rows = x.dim(1);
  weights.columns = small_number(node, "number of columns", outputs * k.places, 1);
  const int rows = weights.rows / k.groups, columns = weights.columns / k.groups;
  const auto cells = static_cast<std::ptrdiff_t>(rows) * columns;
  for (int g = 0; g < k.groups; ++g)  // (channel, output, y, x) is (row, column) already
    weights.panels.push_back(
        {g * rows, g * columns, rows, columns, {k.values.begin() + g * cells, k.values.begin() + (g + 1) * cells}});
  const std::string name = b.layer_name(node, b.value(node, 1).name);
  const OnnxValue windows = b.add_product(node, name, std::move(weights), Window{}, x,
                                          b.sharing_key(node, fmt::format("transposed {}", k.groups)));
  OnnxValue out = b.add(node, name + ".overlap", overlap, {windows});
  out.foldable = windows.foldable;
  if (out.foldable) {
    out.foldable->columns_of_channel = static_cast<int>(k.places);
    out.foldable->overlap = static_cast<int>(b.graph().nodes.size()) - 1;
  }
  b.define(node, 0, from_map(node, b, out, rank));
}

}  // namespace bitline::workloads
