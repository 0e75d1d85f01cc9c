// SPDX-License-Identifier: Apache-2.0
// What is known when the file is read: constants, shapes of tensors, and what is computed from them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

Constant integers_of(std::vector<double> values) {
  return {{{static_cast<int>(values.size())}}, true, 0, std::move(values)};
}

double compared(const std::string& type, double x, double y) {
  if (type == "Equal") return x == y;
  if (type == "Less") return x < y;
  if (type == "LessOrEqual") return x <= y;
  if (type == "Greater") return x > y;
  if (type == "GreaterOrEqual") return x >= y;
  if (type == "And") return x != 0 && y != 0;
  if (type == "Or") return x != 0 || y != 0;
  return (x != 0) != (y != 0);  // Xor
}

}  // namespace

void onnx_constant(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"value", "value_float", "value_floats", "value_int", "value_ints"});
  Constant c;
  if (const auto* value = node.attribute("value"); value && value->has_t()) {
    c = b.model().read(value->t());
  } else if (const auto* f = node.attribute("value_float")) {
    c.values = {f->f()};
  } else if (const auto* fs = node.attribute("value_floats")) {
    c.values.assign(fs->floats().begin(), fs->floats().end());
    c.shape.dims = {fs->floats_size()};
  } else if (const auto* i = node.attribute("value_int")) {
    c.values = {static_cast<double>(i->i())};
    c.integers = true;
  } else if (const auto* is = node.attribute("value_ints")) {
    c = integers_of({is->ints().begin(), is->ints().end()});
  } else {
    node.fail("holds no dense tensor of numbers");
  }
  b.define(node, 0, b.constant_value(std::move(c)));
}

void onnx_shape(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"end", "start"});
  node.need_inputs(1, 1);
  const Shape shape = b.value(node, 0).shape;
  if (node.type() == "Size") {
    return b.define(node, 0, b.constant_value({{}, true, 0, {static_cast<double>(shape.size())}}));
  }
  const std::int64_t rank = shape.rank();
  const auto bound = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const std::int64_t start = bound(node.integer("start", 0)), end = bound(node.integer("end", rank));
  std::vector<double> dims;
  for (std::int64_t i = start; i < end; ++i) dims.push_back(shape.dims[static_cast<std::size_t>(i)]);
  b.define(node, 0, b.constant_value(integers_of(std::move(dims))));
}

void onnx_constant_of_shape(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"value"});
  node.need_inputs(1, 1);
  Constant c;
  double value = 0;
  if (const auto* a = node.attribute("value"); a && a->has_t()) {
    const Constant given = b.model().read(a->t());
    if (given.values.size() != 1) node.fail("its value is not one number");
    value = given.values[0];
    c.integers = given.integers;
  }
  std::int64_t count = 1;
  for (std::int64_t d : b.integers(node, 0, "the shape")) {
    if (d < 0 || d > largest_values || (d > 0 && count > largest_values / d))
      node.fail(
          fmt::format("makes a tensor of {} values along one dimension, more than the limit of {}", d, largest_values));
    count *= d;
    c.shape.dims.push_back(static_cast<int>(d));
  }
  c.values.assign(static_cast<std::size_t>(count), value);
  b.define(node, 0, b.constant_value(std::move(c)));
}

void onnx_range(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(3, 3);
  const double start = b.scalar(node, 0, "the start"), limit = b.scalar(node, 1, "the limit"),
               step = b.scalar(node, 2, "the step");
  const double count = std::max(0.0, std::ceil((limit - start) / step));
  if (!(count <= static_cast<double>(1 << 24))) node.fail(fmt::format("makes {} numbers", count));
  Constant c;
  c.integers = b.constant(node, 0, "the start")->integers;
  c.shape.dims = {static_cast<int>(count)};
  for (int i = 0; i < static_cast<int>(count); ++i) c.values.push_back(start + i * step);
  b.define(node, 0, b.constant_value(std::move(c)));
}

// Data are real everywhere: a cast of them to another real type does nothing. Cut off to whole numbers are constants
// only.
void onnx_cast(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"saturate", "to"});
  OnnxValue v = b.value(node, 0);
  using Type = onnx::TensorProto;
  std::int64_t to = node.integer("to", 0);
  bool real = to == Type::FLOAT || to == Type::DOUBLE || to == Type::FLOAT16 || to == Type::BFLOAT16;
  if (node.type() == "CastLike") real = !b.value(node, 1).integers;
  if (!v.is_constant()) {
    if (!real && !v.integers) node.fail("makes whole numbers of the data, which is not supported");
    v.integers = !real;
    return b.define(node, 0, v);
  }
  Constant c = *b.constant_of(v);
  if (!real && !c.integers)
    for (double& x : c.values) x = std::isfinite(x) ? std::trunc(x) : 0;
  if (to == Type::BOOL && node.type() != "CastLike")
    for (double& x : c.values) x = x != 0;
  c.integers = !real;
  OnnxValue made = b.constant_value(std::move(c));
  made.name = v.name;
  b.define(node, 0, made);
}

void onnx_compare(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"fmod"});
  const bool unary = node.type() == "Not";
  node.need_inputs(unary ? 1 : 2, unary ? 1 : 2);
  const auto x = b.constant(node, 0, "what it compares");
  Constant c;
  c.integers = true;
  if (unary) {
    c.shape = x->shape;
    for (double v : x->values) c.values.push_back(v == 0);
    return b.define(node, 0, b.constant_value(std::move(c)));
  }
  const auto y = b.constant(node, 1, "what it compares with");
  // Adding nothing broadcasts both to one shape.
  const auto broadcast = [&](const OnnxValue& v, const OnnxValue& other) {
    const OnnxValue zero =
        b.add(node, {}, Arithmetic{Arithmetic::Kind::multiply}, {other, b.constant_value({{}, true, 0, {0}})});
    return b.constant_of(b.add(node, {}, Arithmetic{}, {v, zero}));
  };
  const auto wide_x = broadcast(b.value(node, 0), b.value(node, 1)),
             wide_y = broadcast(b.value(node, 1), b.value(node, 0));
  c.shape = wide_x->shape;
  for (std::size_t i = 0; i < wide_x->values.size(); ++i) {
    const double p = wide_x->values[i], q = wide_y->values[i];
    if (node.type() == "Mod") {
      if (q == 0) node.fail("divides by 0");
      const double rest = std::fmod(p, q);
      c.values.push_back(node.integer("fmod", 0) == 0 && rest != 0 && (rest < 0) != (q < 0) ? rest + q : rest);
    } else {
      c.values.push_back(compared(node.type(), p, q));
    }
  }
  b.define(node, 0, b.constant_value(std::move(c)));
}

// The upper or lower triangle of constant matrices, as masks of attention are made.
void onnx_trilu(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"upper"});
  node.need_inputs(1, 2);
  Constant c = *b.constant(node, 0, "the matrix");
  const std::int64_t k = b.given(node, 1) ? b.integers(node, 1, "the diagonal").at(0) : 0;
  const bool upper = node.integer("upper", 1) != 0;
  if (c.shape.rank() < 2) node.fail(fmt::format("needs a matrix but gets {} dimensions", c.shape.rank()));
  const std::int64_t rows = c.shape.from_end(1), columns = c.shape.from_end(0);
  for (std::size_t i = 0; i < c.values.size(); ++i) {
    const std::int64_t column = static_cast<std::int64_t>(i) % columns,
                       row = static_cast<std::int64_t>(i) / columns % rows;
    const bool keep = upper ? column - row >= k : column - row <= k;
    if (!keep) c.values[i] = 0;
  }
  b.define(node, 0, b.constant_value(std::move(c)));
}

}  // namespace bitline::workloads
