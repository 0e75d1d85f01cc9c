// SPDX-License-Identifier: Apache-2.0
// Pooling over windows, and over whole maps.
#include <fmt/format.h>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {

void onnx_pool(const OnnxNode& node, OnnxBuilder& b) {
  const bool average = node.type() == "AveragePool";
  if (average) {
    node.allow({"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"});
  } else {
    node.allow({"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"});
  }
  node.need_inputs(1, 1);
  if (!b.never_read(node.output(1))) node.fail("the places of its maxima are used, which is not supported");
  if (!node.has("kernel_shape")) node.fail("has no kernel_shape");
  const OnnxValue in = b.value(node, 0);
  const OnnxValue x = as_map(node, b, in);
  const std::vector<std::int64_t> kernel = node.integers("kernel_shape");
  if (static_cast<int>(kernel.size()) != in.rank() - 2)
    node.fail(fmt::format("its kernel of {} dimensions does not fit a tensor of {}", kernel.size(), in.rank()));
  Pool p{.kind = average ? Pool::Kind::average : Pool::Kind::largest,
         .window = onnx_window(node, kernel, x.dim(2), x.dim(3)),
         .ceil_mode = node.integer("ceil_mode", 0) != 0,
         .counts_padding = average && node.integer("count_include_pad", 0) != 0};
  b.define(node, 0, from_map(node, b, b.add(node, b.layer_name(node), p, {x}), in.rank()));
}

void onnx_global_pool(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(1, 1);
  const OnnxValue in = b.value(node, 0);
  const OnnxValue x = as_map(node, b, in);
  Pool p;
  p.kind = node.type() == "GlobalAveragePool" ? Pool::Kind::average : Pool::Kind::largest;
  p.window.kernel_height = small_number(node, "height", x.dim(2), 1);
  p.window.kernel_width = small_number(node, "width", x.dim(3), 1);
  b.define(node, 0, from_map(node, b, b.add(node, b.layer_name(node), p, {x}), in.rank()));
}

}  // namespace bitline::workloads
