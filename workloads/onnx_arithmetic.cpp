// SPDX-License-Identifier: Apache-2.0
// Operators of two or more tensors, value by value. Constants of one value, or one per channel, go into the product
// before them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

Arithmetic::Kind kind_of_operator(const std::string& type) {
  if (type == "Add" || type == "Sum" || type == "Mean") return Arithmetic::Kind::add;
  if (type == "Sub") return Arithmetic::Kind::subtract;
  if (type == "Mul") return Arithmetic::Kind::multiply;
  if (type == "Div") return Arithmetic::Kind::divide;
  if (type == "Pow") return Arithmetic::Kind::power;
  if (type == "Max") return Arithmetic::Kind::largest;
  if (type == "Min") return Arithmetic::Kind::smallest;
  return Arithmetic::Kind::leak;
}

// One value per channel from a constant that broadcasts to `x` and differs along the channels only; empty when there is
// no such.
std::vector<double> values_of_channels(const OnnxBuilder& b, const OnnxValue& x, const OnnxValue& constant) {
  if (!x.foldable || constant.rank() > x.rank()) return {};
  const int channels = x.dim(x.foldable->axis);
  const auto c = b.constant_of(constant);
  if (c->values.size() == 1) return std::vector<double>(static_cast<std::size_t>(channels), c->values[0]);
  const int from_end = x.rank() - 1 - x.foldable->axis;
  const bool along_channels =
      from_end < constant.rank() && constant.shape.from_end(from_end) == channels && constant.shape.size() == channels;
  return along_channels ? c->values : std::vector<double>{};
}

// Whether the constant changes nothing: x + 0, x / 1.
bool is_neutral(const OnnxBuilder& b, Arithmetic::Kind kind, const OnnxValue& constant) {
  if (constant.shape.size() != 1) return false;
  const double v = b.constant_of(constant)->values.at(0);
  return kind == Arithmetic::Kind::add || kind == Arithmetic::Kind::subtract      ? v == 0
         : kind == Arithmetic::Kind::multiply || kind == Arithmetic::Kind::divide ? v == 1
                                                                                  : false;
}

// x with a constant, folded into the product that made x, or left out. False when neither can be.
bool fold_constant(const OnnxNode& node, OnnxBuilder& b, Arithmetic::Kind kind, const OnnxValue& x,
                   const OnnxValue& constant) {
  if (constant.rank() <= x.rank() && is_neutral(b, kind, constant)) {
    b.define(node, 0, x);
    return true;
  }
  const std::vector<double> values = values_of_channels(b, x, constant);
  if (values.empty() || !std::ranges::all_of(values, [](double v) { return std::isfinite(v); })) return false;
  std::vector<double> gain(values.size(), 1), minus(values.size(), 0), plus(values.size(), 0);
  switch (kind) {
    case Arithmetic::Kind::add:
      plus = values;
      break;
    case Arithmetic::Kind::subtract:
      minus = values;
      break;
    case Arithmetic::Kind::multiply:
      gain = values;
      break;
    case Arithmetic::Kind::divide:
      if (std::ranges::find(values, 0.0) != values.end()) return false;
      std::ranges::transform(values, gain.begin(), [](double v) { return 1 / v; });
      break;
    default:
      return false;
  }
  if (!b.fold(node, x, gain, minus, plus)) return false;
  b.define(node, 0, x);
  return true;
}

}  // namespace

void onnx_arithmetic(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(2, 2);
  const Arithmetic::Kind kind = kind_of_operator(node.type());
  const OnnxValue x = b.value(node, 0), y = b.value(node, 1);
  if (!x.is_constant() && y.is_constant() && fold_constant(node, b, kind, x, y)) return;
  const bool commutes = kind == Arithmetic::Kind::add || kind == Arithmetic::Kind::multiply;
  if (commutes && x.is_constant() && !y.is_constant() && fold_constant(node, b, kind, y, x)) return;
  b.define(node, 0, b.add(node, b.layer_name(node), Arithmetic{kind}, {x, y}));
}

void onnx_variadic(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  if (node.inputs() < 1) node.fail("has no inputs");
  const std::string name = b.layer_name(node);
  OnnxValue sum = b.value(node, 0);
  for (int i = 1; i < node.inputs(); ++i)
    sum = b.add(node, i == 1 ? name : fmt::format("{}.{}", name, i), Arithmetic{kind_of_operator(node.type())},
                {sum, b.value(node, i)});
  if (node.type() == "Mean" && node.inputs() > 1)
    sum = b.add(node, name + ".mean", Arithmetic{Arithmetic::Kind::multiply},
                {sum, b.real_constant({}, {1.f / static_cast<float>(node.inputs())})});
  b.define(node, 0, sum);
}

void onnx_where(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(3, 3);
  b.define(node, 0, b.add(node, b.layer_name(node), Select{}, {b.value(node, 0), b.value(node, 1), b.value(node, 2)}));
}

}  // namespace bitline::workloads
