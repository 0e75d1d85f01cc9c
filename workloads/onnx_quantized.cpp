// SPDX-License-Identifier: Apache-2.0
// Files that quantize themselves (QDQ): QuantizeLinear and DequantizeLinear around what is computed. Constants become
// real weights; data are rounded to the file's steps.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

// Scale and zero point, one of each or one per entry of `axis`.
struct Steps1D {
  std::vector<double> scale, zero;
  double lowest = 0, highest = 255;
  std::size_t outer = 1, along = 1, inner = 1;
  std::size_t number(std::size_t i) const { return scale.size() == 1 ? 0 : i / inner % along; }
};

// Codes of the zero point's type: int8, uint8 and 16-bit ones.
void set_range(const OnnxNode& node, OnnxBuilder& b, Steps1D& s) {
  using Type = onnx::TensorProto;
  std::int64_t type = node.integer("output_dtype", 0);
  if (b.given(node, 2)) type = b.constant(node, 2, "the zero point")->type;
  switch (type) {
    case Type::INT8:
      s.lowest = -128, s.highest = 127;
      break;
    case Type::INT16:
      s.lowest = -32768, s.highest = 32767;
      break;
    case Type::UINT16:
      s.lowest = 0, s.highest = 65535;
      break;
    case Type::INT32:
      s.lowest = -2147483648.0, s.highest = 2147483647;
      break;
    default:
      break;  // uint8
  }
}

Steps1D linear_steps_of(const OnnxNode& node, OnnxBuilder& b, const OnnxValue& x) {
  node.allow({"axis", "block_size", "output_dtype", "saturate"});
  node.need_inputs(2, 3);
  if (node.integer("block_size", 0) != 0) node.fail("block_size is not supported");
  Steps1D s;
  s.scale = b.constant(node, 1, "the scale")->values;
  s.zero = b.given(node, 2) ? b.constant(node, 2, "the zero point")->values : std::vector<double>(s.scale.size(), 0);
  if (s.scale.empty() || s.zero.size() != s.scale.size())
    node.fail(fmt::format("has {} scales and {} zero points", s.scale.size(), s.zero.size()));
  for (double v : s.scale)
    if (!(v > 0) || !std::isfinite(v)) node.fail(fmt::format("a scale of {} is not positive", v));
  if (s.scale.size() > 1) {
    const int axis = b.axis(node, node.integer("axis", 1), x.rank());
    for (int i = 0; i < x.rank(); ++i)
      (i < axis ? s.outer : i == axis ? s.along : s.inner) *= static_cast<std::size_t>(x.dim(i));
    if (s.along != s.scale.size())
      node.fail(fmt::format("has {} scales for {} entries of axis {}", s.scale.size(), s.along, axis));
  }
  set_range(node, b, s);
  return s;
}

}  // namespace

void onnx_quantize_linear(const OnnxNode& node, OnnxBuilder& b) {
  OnnxValue x = b.value(node, 0);
  const Steps1D s = linear_steps_of(node, b, x);
  if (x.is_constant()) {
    Constant c = *b.constant_of(x);
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      const std::size_t n = s.number(i);
      // In single precision, as the operator says: ties are there that a longer quotient would break.
      const float quotient = static_cast<float>(c.values[i]) / static_cast<float>(s.scale[n]);
      c.values[i] = std::clamp(std::nearbyint(double{quotient}) + s.zero[n], s.lowest, s.highest);
    }
    c.integers = true;
    OnnxValue made = b.constant_value(std::move(c));
    made.name = x.name;
    return b.define(node, 0, made);
  }
  if (s.scale.size() > 1)
    node.fail("gives data of each channel a scale of its own, which is supported for weights only");
  x.quantized = QuantizedLinear{s.scale[0], s.zero[0], s.lowest, s.highest};
  x.foldable.reset();
  b.define(node, 0, x);
}

void onnx_dequantize_linear(const OnnxNode& node, OnnxBuilder& b) {
  OnnxValue x = b.value(node, 0);
  const Steps1D s = linear_steps_of(node, b, x);
  if (x.is_constant()) {
    Constant c = *b.constant_of(x);
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      const std::size_t n = s.number(i);
      c.values[i] = static_cast<float>((c.values[i] - s.zero[n]) * s.scale[n]);
    }
    c.integers = false;
    OnnxValue made = b.constant_value(std::move(c));
    made.name = x.name;
    return b.define(node, 0, made);
  }
  if (!x.quantized)
    node.fail(
        "reads data that no QuantizeLinear made; only files with QuantizeLinear before DequantizeLinear are supported");
  const QuantizedLinear q = *x.quantized;
  if (s.scale.size() > 1 || q.scale != s.scale[0] || q.zero != s.zero[0])
    node.fail("has another scale or zero point than the QuantizeLinear before it, which is not supported");
  x.quantized.reset();
  const Activate a{.kind = Activate::Kind::quantize,
                   .alpha = static_cast<float>(q.scale),
                   .beta = 0,
                   .low = static_cast<float>(q.lowest - q.zero),
                   .high = static_cast<float>(q.highest - q.zero)};
  b.define(node, 0, b.add(node, b.layer_name(node), a, {x}));
}

}  // namespace bitline::workloads
