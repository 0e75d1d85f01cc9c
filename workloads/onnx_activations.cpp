// SPDX-License-Identifier: Apache-2.0
// Operators of one tensor, value by value.
#include <fmt/format.h>

#include <limits>
#include <string_view>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

struct ActivationOperator {
  std::string_view type;
  Activate::Kind kind;
  // Attributes `alpha` and `beta` (called gamma by Selu), and their defaults.
  std::string_view alpha = {}, beta = {};
  float default_alpha = 0, default_beta = 0;
};

constexpr ActivationOperator activations[] = {
    {"Relu", Activate::Kind::relu},
    {"LeakyRelu", Activate::Kind::leaky_relu, "alpha", {}, 0.01f},
    {"Sigmoid", Activate::Kind::sigmoid},
    {"Tanh", Activate::Kind::tanh},
    {"Elu", Activate::Kind::elu, "alpha", {}, 1},
    {"Selu", Activate::Kind::selu, "alpha", "gamma", 1.67326319217681884765625f, 1.05070102214813232421875f},
    {"Celu", Activate::Kind::celu, "alpha", {}, 1},
    {"Mish", Activate::Kind::mish},
    {"Softplus", Activate::Kind::softplus},
    {"Softsign", Activate::Kind::softsign},
    {"HardSigmoid", Activate::Kind::hard_sigmoid, "alpha", "beta", 0.2f, 0.5f},
    {"HardSwish", Activate::Kind::hard_swish, {}, {}, 1.f / 6, 0.5f},
    {"ThresholdedRelu", Activate::Kind::threshold, "alpha", {}, 1},
    {"Exp", Activate::Kind::exponential},
    {"Log", Activate::Kind::logarithm},
    {"Sqrt", Activate::Kind::square_root},
    {"Reciprocal", Activate::Kind::reciprocal},
    {"Abs", Activate::Kind::absolute},
    {"Neg", Activate::Kind::negate},
    {"Sign", Activate::Kind::sign},
    {"Floor", Activate::Kind::floor},
    {"Ceil", Activate::Kind::ceiling},
    {"Round", Activate::Kind::round},
    {"Erf", Activate::Kind::erf},
    {"Sin", Activate::Kind::sine},
    {"Cos", Activate::Kind::cosine},
};

}  // namespace

void onnx_activation(const OnnxNode& node, OnnxBuilder& b) {
  node.need_inputs(1, 1);
  Activate a;
  if (node.type() == "Gelu") {
    node.allow({"approximate"});
    const std::string way = node.text("approximate", "none");
    if (way != "none" && way != "tanh") node.fail(fmt::format("approximate = {} is not supported", plain_text(way)));
    a.kind = way == "tanh" ? Activate::Kind::gelu_tanh : Activate::Kind::gelu;
  }
  for (const ActivationOperator& o : activations) {
    if (o.type != node.type()) continue;
    if (!o.beta.empty()) {
      node.allow({o.alpha, o.beta});
    } else if (!o.alpha.empty()) {
      node.allow({o.alpha});
    } else {
      node.allow({});
    }
    a.kind = o.kind;
    a.alpha = o.alpha.empty() ? o.default_alpha : node.number(o.alpha, o.default_alpha);
    a.beta = o.beta.empty() ? o.default_beta : node.number(o.beta, o.default_beta);
  }
  b.define(node, 0, b.add(node, b.layer_name(node), a, {b.value(node, 0)}));
}

// Bounds are attributes until operator set 10, inputs since.
void onnx_clip(const OnnxNode& node, OnnxBuilder& b) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Activate a{.kind = Activate::Kind::clip, .low = -infinity, .high = infinity};
  if (node.opset() < 11) {
    node.allow({"min", "max"});
    a.low = node.number("min", a.low);
    a.high = node.number("max", a.high);
  } else {
    node.allow({});
    node.need_inputs(1, 3);
    if (b.given(node, 1)) a.low = static_cast<float>(b.scalar(node, 1, "the lower bound"));
    if (b.given(node, 2)) a.high = static_cast<float>(b.scalar(node, 2, "the upper bound"));
  }
  b.define(node, 0, b.add(node, b.layer_name(node), a, {b.value(node, 0)}));
}

}  // namespace bitline::workloads
