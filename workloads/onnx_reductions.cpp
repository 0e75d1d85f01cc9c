// SPDX-License-Identifier: Apache-2.0
// Sums, means and extremes along axes, and softmax.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

Reduce::Kind kind_of_reduction(const std::string& type) {
  if (type == "ReduceMean") return Reduce::Kind::mean;
  if (type == "ReduceMax") return Reduce::Kind::largest;
  if (type == "ReduceMin") return Reduce::Kind::smallest;
  if (type == "ReduceProd") return Reduce::Kind::product;
  if (type == "ReduceSumSquare" || type == "ReduceL2") return Reduce::Kind::sum_of_squares;
  return Reduce::Kind::sum;  // ReduceSum, ReduceL1
}

}  // namespace

// Axes are an attribute or, in newer operator sets, an input; none are all of them, unless the node says it does
// nothing.
void onnx_reduce(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axes", "keepdims", "noop_with_empty_axes"});
  node.need_inputs(1, 2);
  OnnxValue x = b.value(node, 0);
  const std::vector<std::int64_t> given = b.given(node, 1) ? b.integers(node, 1, "the axes") : node.integers("axes");
  Reduce r{kind_of_reduction(node.type()), {}};
  for (std::int64_t a : given) r.axes.push_back(b.axis(node, a, x.rank()));
  if (given.empty() && node.integer("noop_with_empty_axes", 0) != 0) return b.define(node, 0, x);
  if (given.empty()) {
    r.axes.resize(x.shape.dims.size());
    std::iota(r.axes.begin(), r.axes.end(), 0);
  }
  const std::string name = b.layer_name(node);
  if (node.type() == "ReduceL1") x = b.add(node, name + ".absolute", Activate{.kind = Activate::Kind::absolute}, {x});
  OnnxValue out = b.add(node, name, r, {x});
  if (node.type() == "ReduceL2")
    out = b.add(node, name + ".root", Activate{.kind = Activate::Kind::square_root}, {out});
  if (node.integer("keepdims", 1) == 0) {
    Shape kept;
    for (int i = 0; i < out.rank(); ++i)
      if (std::ranges::find(r.axes, i) == r.axes.end()) kept.dims.push_back(out.dim(i));
    out = b.reshaped(node, name + ".squeeze", out, kept);
  }
  b.define(node, 0, out);
}

// Over one axis; before operator set 13 the axis meant "from here on".
void onnx_softmax(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis"});
  node.need_inputs(1, 1);
  const OnnxValue x = b.value(node, 0);
  const bool to_the_end = node.opset() < 13;
  const int axis = b.axis(node, node.integer("axis", to_the_end ? 1 : -1), x.rank());
  const bool logarithm = node.type() == "LogSoftmax";
  const std::string name = b.layer_name(node);
  if (!to_the_end || axis == x.rank() - 1) return b.define(node, 0, b.add(node, name, Softmax{axis, logarithm}, {x}));
  Shape rows{{1, 1}};
  for (int i = 0; i < x.rank(); ++i) rows.dims[i < axis ? 0 : 1] *= x.dim(i);
  const OnnxValue flat = b.reshaped(node, name + ".rows", x, rows);
  b.define(node, 0, b.reshaped(node, name + ".shape", b.add(node, name, Softmax{1, logarithm}, {flat}), x.shape));
}

}  // namespace bitline::workloads
