// SPDX-License-Identifier: Apache-2.0
// Batch norm, folded where it can be, and the norms that look at each sample.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

std::vector<float> floats_of(const std::vector<double>& values) {
  std::vector<float> out;
  for (double v : values) out.push_back(static_cast<float>(v));
  return out;
}

// A constant with one value for each entry of axis 1.
OnnxValue of_channels(const OnnxBuilder& b, const OnnxValue& x, const std::vector<float>& values) {
  Shape shape;
  shape.dims.assign(static_cast<std::size_t>(std::max(x.rank() - 1, 1)), 1);
  shape.dims.front() = static_cast<int>(values.size());
  return b.real_constant(shape, values);
}

// y = x scale + shift, leaving out what does nothing.
OnnxValue scaled(const OnnxNode& node, OnnxBuilder& b, const std::string& name, OnnxValue x, const OnnxValue* scale,
                 const OnnxValue* shift) {
  const auto all_are = [&](const OnnxValue& v, double number) {
    if (!v.is_constant()) return false;
    const auto c = b.constant_of(v);
    return std::ranges::all_of(c->values, [=](double value) { return value == number; });
  };
  if (scale && !all_are(*scale, 1))
    x = b.add(node, name + ".scale", Arithmetic{Arithmetic::Kind::multiply}, {x, *scale});
  if (shift && !all_are(*shift, 0)) x = b.add(node, name + ".shift", Arithmetic{Arithmetic::Kind::add}, {x, *shift});
  return x;
}

std::vector<float> channel_values(const OnnxNode& node, OnnxBuilder& b, int input, int channels, const char* what) {
  std::vector<float> values = b.reals(node, input, what);
  if (values.size() != static_cast<std::size_t>(channels))
    node.fail(
        fmt::format("'{}' has {} values for {} channels", plain_text(node.input(input)), values.size(), channels));
  return values;
}

}  // namespace

// y = (x - mean) scale / sqrt(variance + epsilon) + shift.
void onnx_batch_norm(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"epsilon", "momentum", "spatial", "training_mode"});
  node.need_inputs(5, 5);
  if (node.integer("training_mode", 0) != 0)
    node.fail("training_mode = 1 is not supported; export the network in eval mode");
  if (node.integer("spatial", 1) != 1) node.fail("spatial = 0 is not supported; supported is 1");
  const OnnxValue x = b.value(node, 0);
  if (x.rank() < 2) node.fail(fmt::format("needs (batch, channels, ..) but gets {} dimensions", x.rank()));
  const int channels = x.dim(1);
  const auto scale = channel_values(node, b, 1, channels, "the scale"),
             shift = channel_values(node, b, 2, channels, "the shift"),
             mean = channel_values(node, b, 3, channels, "the mean"),
             variance = channel_values(node, b, 4, channels, "the variance");
  const double epsilon = node.number("epsilon", 1e-5f);
  std::vector<double> gain;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double spread = variance[c] + epsilon;
    if (!(spread > 0))
      node.fail(fmt::format("variance {} plus epsilon {} of channel {} is not positive", variance[c], epsilon, c));
    gain.push_back(scale[c] / std::sqrt(spread));
  }
  const std::vector<double> minus(mean.begin(), mean.end()), plus(shift.begin(), shift.end());
  if (x.foldable && x.foldable->axis == 1 && b.fold(node, x, gain, minus, plus)) return b.define(node, 0, x);
  std::vector<double> offset;
  for (std::size_t c = 0; c < gain.size(); ++c) offset.push_back(plus[c] - minus[c] * gain[c]);
  const std::string name = b.layer_name(node);
  const OnnxValue gains = of_channels(b, x, floats_of(gain)), offsets = of_channels(b, x, floats_of(offset));
  const OnnxValue product = b.add(node, name, Arithmetic{Arithmetic::Kind::multiply}, {x, gains});
  b.define(node, 0, b.add(node, name + ".shift", Arithmetic{Arithmetic::Kind::add}, {product, offsets}));
}

void onnx_layer_norm(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis", "epsilon", "stash_type"});
  node.need_inputs(1, 3);
  if (!b.never_read(node.output(1)) || !b.never_read(node.output(2)))
    node.fail("its mean or deviation is used, which is not supported");
  const OnnxValue x = b.value(node, 0);
  Normalize n{{}, node.number("epsilon", 1e-5f), node.type() == "LayerNormalization"};
  for (int i = b.axis(node, node.integer("axis", -1), x.rank()); i < x.rank(); ++i) n.axes.push_back(i);
  const std::string name = b.layer_name(node);
  const OnnxValue out = b.add(node, name, n, {x});
  const OnnxValue scale = b.given(node, 1) ? b.value(node, 1) : OnnxValue(),
                  shift = b.given(node, 2) ? b.value(node, 2) : OnnxValue();
  b.define(node, 0,
           scaled(node, b, name, out, b.given(node, 1) ? &scale : nullptr, b.given(node, 2) ? &shift : nullptr));
}

void onnx_instance_norm(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"epsilon"});
  node.need_inputs(3, 3);
  const OnnxValue x = b.value(node, 0);
  if (x.rank() < 3) node.fail(fmt::format("needs (batch, channels, ..) but gets {} dimensions", x.rank()));
  Normalize n{{}, node.number("epsilon", 1e-5f), true};
  for (int i = 2; i < x.rank(); ++i) n.axes.push_back(i);
  const std::string name = b.layer_name(node);
  const OnnxValue scale = of_channels(b, x, channel_values(node, b, 1, x.dim(1), "the scale")),
                  shift = of_channels(b, x, channel_values(node, b, 2, x.dim(1), "the shift"));
  b.define(node, 0, scaled(node, b, name, b.add(node, name, n, {x}), &scale, &shift));
}

// Scale and shift are those of groups in operator sets 18 to 20, of channels since.
void onnx_group_norm(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"epsilon", "num_groups", "stash_type"});
  node.need_inputs(3, 3);
  const OnnxValue x = b.value(node, 0);
  if (x.rank() < 3) node.fail(fmt::format("needs (batch, channels, ..) but gets {} dimensions", x.rank()));
  const int channels = x.dim(1), groups = small_number(node, "num_groups", node.integer("num_groups", 0), 1);
  if (channels % groups != 0) node.fail(fmt::format("{} groups do not divide {} channels", groups, channels));
  const std::string name = b.layer_name(node);
  const Shape together{{x.dim(0), groups, static_cast<int>(x.shape.size() / x.dim(0) / groups)}};
  OnnxValue out = b.reshaped(node, name + ".groups", x, together);
  const Normalize normalize{{2}, node.number("epsilon", 1e-5f), true};
  out = b.add(node, name, normalize, {out});
  out = b.reshaped(node, name + ".channels", out, x.shape);
  const auto spread = [&](int input, const char* what) {
    std::vector<float> values = b.reals(node, input, what);
    if (values.size() != static_cast<std::size_t>(groups) && values.size() != static_cast<std::size_t>(channels))
      node.fail(fmt::format("{} has {} values for {} groups of {} channels", what, values.size(), groups, channels));
    const std::size_t each = static_cast<std::size_t>(channels) / values.size();
    std::vector<float> all;
    for (float v : values) all.insert(all.end(), each, v);
    return of_channels(b, x, all);
  };
  const OnnxValue scale = spread(1, "the scale"), shift = spread(2, "the shift");
  b.define(node, 0, scaled(node, b, name, out, &scale, &shift));
}

// x / sqrt(sum of squares) along an axis.
void onnx_lp_norm(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis", "p"});
  node.need_inputs(1, 1);
  if (node.integer("p", 2) != 2)
    node.fail(fmt::format("p = {} is not supported; supported is 2", node.integer("p", 2)));
  const OnnxValue x = b.value(node, 0);
  const std::string name = b.layer_name(node);
  OnnxValue length =
      b.add(node, name, Reduce{Reduce::Kind::sum_of_squares, {b.axis(node, node.integer("axis", -1), x.rank())}}, {x});
  length = b.add(node, name + ".root", Activate{.kind = Activate::Kind::square_root}, {length});
  b.define(node, 0, b.add(node, name + ".divide", Arithmetic{Arithmetic::Kind::divide}, {x, length}));
}

}  // namespace bitline::workloads
