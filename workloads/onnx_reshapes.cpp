// SPDX-License-Identifier: Apache-2.0
// Operators that leave all values as they are, in another shape or order.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

// Axes of Squeeze and Unsqueeze: an attribute until operator set 12, an input since.
std::set<int> axes_of(const OnnxNode& node, OnnxBuilder& b, int rank) {
  const std::vector<std::int64_t> given = b.given(node, 1) ? b.integers(node, 1, "the axes") : node.integers("axes");
  std::set<int> axes;
  for (std::int64_t a : given)
    if (!axes.insert(b.axis(node, a, rank)).second) node.fail(fmt::format("names axis {} twice", a));
  return axes;
}

std::int64_t product_of(const std::vector<std::int64_t>& dims) {
  std::int64_t product = 1;
  for (std::int64_t d : dims) product = d > 0 && product <= largest_values ? product * std::min(d, largest_values) : 0;
  return product;
}

// The shape that Reshape asks for, for a batch of one: 0 keeps a dimension, -1 takes what is left, and where the file
// was written for a fixed batch, that is taken out.
Shape asked_shape(const OnnxNode& node, OnnxBuilder& b, const Shape& from, std::vector<std::int64_t> target) {
  const std::string asked = list_of(target);
  const bool zero_is_zero = node.integer("allowzero", 0) != 0;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && !zero_is_zero && i < from.dims.size()) target[i] = from.dims[i];
    if (target[i] == -1 && !open) {
      open = i;
      target[i] = 1;
    }
  }
  const std::int64_t size = from.size();
  const auto fits = [&] {
    const std::int64_t product = product_of(target);
    return product > 0 && (open ? size % product == 0 : product == size);
  };
  bool right = fits();
  for (std::size_t i = 0; i < target.size() && !right && b.batch() > 1; ++i) {
    if (target[i] % b.batch() != 0) continue;
    target[i] /= b.batch();
    right = fits();
    if (!right) target[i] *= b.batch();
  }
  if (!right) node.fail(fmt::format("cannot make {} of [{}]", asked, fmt::join(from.dims, ", ")));
  if (open) target[*open] = size / product_of(target);
  Shape shape;
  for (std::int64_t d : target) shape.dims.push_back(static_cast<int>(d));
  return shape;
}

}  // namespace

void onnx_identity(const OnnxNode& node, OnnxBuilder& b) {
  if (node.type() == "Dropout") {  // does nothing once trained
    node.allow({"ratio", "seed"});
    if (!b.never_read(node.output(1))) node.fail("its mask is used, which is not supported");
    if (b.given(node, 2) && b.scalar(node, 2, "the training mode") != 0)
      node.fail("is in training mode; export the network in eval mode");
  } else {
    node.allow({});
  }
  b.define(node, 0, b.value(node, 0));
}

void onnx_flatten(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis"});
  node.need_inputs(1, 1);
  const OnnxValue x = b.value(node, 0);
  const std::int64_t axis = node.integer("axis", 1);
  if (axis < -x.rank() || axis > x.rank())
    node.fail(fmt::format("axis {} is outside of a tensor of {} dimensions", axis, x.rank()));
  const int from = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
  Shape shape{{1, 1}};
  for (int i = 0; i < x.rank(); ++i) shape.dims[i < from ? 0 : 1] *= x.dim(i);
  b.define(node, 0, b.reshaped(node, b.layer_name(node), x, shape));
}

void onnx_reshape(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"allowzero"});
  node.need_inputs(2, 2);
  const OnnxValue x = b.value(node, 0);
  const std::vector<std::int64_t> target = b.integers(node, 1, "the new shape");
  if (target.size() > 8) node.fail(fmt::format("makes {} dimensions; at most 8 are supported", target.size()));
  b.define(node, 0, b.reshaped(node, b.layer_name(node), x, asked_shape(node, b, x.shape, target)));
}

void onnx_squeeze(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axes"});
  node.need_inputs(1, 2);
  const OnnxValue x = b.value(node, 0);
  const std::set<int> axes = axes_of(node, b, x.rank());
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    const bool out = axes.empty() ? x.dim(i) == 1 : axes.contains(i);
    if (out && x.dim(i) != 1) node.fail(fmt::format("takes out dimension {}, which is {}", i, x.dim(i)));
    if (!out) shape.dims.push_back(x.dim(i));
  }
  b.define(node, 0, b.reshaped(node, b.layer_name(node), x, shape));
}

void onnx_unsqueeze(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axes"});
  node.need_inputs(1, 2);
  const OnnxValue x = b.value(node, 0);
  const std::size_t added = b.given(node, 1) ? b.integers(node, 1, "the axes").size() : node.integers("axes").size();
  if (added == 0 || added > 8) node.fail(fmt::format("adds {} dimensions", added));
  const int rank = x.rank() + static_cast<int>(added);
  const std::set<int> axes = axes_of(node, b, rank);
  Shape shape;
  for (int i = 0, from = 0; i < rank; ++i) shape.dims.push_back(axes.contains(i) ? 1 : x.dim(from++));
  b.define(node, 0, b.reshaped(node, b.layer_name(node), x, shape));
}

void onnx_transpose(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"perm"});
  node.need_inputs(1, 1);
  const OnnxValue x = b.value(node, 0);
  std::vector<int> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::reverse(order);
  if (node.has("perm")) {
    order.clear();
    for (std::int64_t a : node.integers("perm")) order.push_back(b.axis(node, a, x.rank()));
    if (std::set<int>(order.begin(), order.end()).size() != static_cast<std::size_t>(x.rank()))
      node.fail(fmt::format("perm {} is no order of {} dimensions", list_of(node.integers("perm")), x.rank()));
  }
  b.define(node, 0, b.transposed(node, b.layer_name(node), x, order));
}

void onnx_depth_space(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"blocksize", "mode"});
  node.need_inputs(1, 1);
  const OnnxValue x = b.value(node, 0);
  const int s = small_number(node, "blocksize", node.integer("blocksize", 0), 1);
  if (x.rank() != 4) node.fail(fmt::format("needs 4 dimensions but gets {}", x.rank()));
  const int n = x.dim(0), c = x.dim(1), h = x.dim(2), w = x.dim(3);
  const std::string name = b.layer_name(node), mode = node.text("mode", "DCR");
  const bool to_space = node.type() == "DepthToSpace";
  const bool divides = to_space ? c % (std::int64_t{s} * s) == 0 : h % s == 0 && w % s == 0;
  if (!divides) node.fail(fmt::format("blocks of {} do not divide {}x{}x{}", s, c, h, w));
  if (mode != "DCR" && mode != "CRD") node.fail(fmt::format("mode {} is not supported", plain_text(mode)));
  Shape apart, together;
  std::vector<int> order;
  if (to_space) {
    const int out = c / (s * s);
    apart = mode == "DCR" ? Shape{{n, s, s, out, h, w}} : Shape{{n, out, s, s, h, w}};
    order = mode == "DCR" ? std::vector<int>{0, 3, 4, 1, 5, 2} : std::vector<int>{0, 1, 4, 2, 5, 3};
    together = {{n, out, h * s, w * s}};
  } else {
    apart = {{n, c, h / s, s, w / s, s}};
    order = {0, 3, 5, 1, 2, 4};
    together = {{n, c * s * s, h / s, w / s}};
  }
  OnnxValue v = b.reshaped(node, name + ".blocks", x, apart);
  v = b.transposed(node, name, v, order);
  b.define(node, 0, b.reshaped(node, name + ".map", v, together));
}

}  // namespace bitline::workloads
