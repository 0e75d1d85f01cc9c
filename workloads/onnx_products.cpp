// SPDX-License-Identifier: Apache-2.0
// Gemm and MatMul: products where one operand is constant, digital multiplications of tensors where none is.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

// A matrix of weights as products want it, (inputs, outputs).
Weights dense_weights(int rows, int columns, std::vector<float> values) {
  Weights w;
  w.rows = rows;
  w.columns = columns;
  w.panels.push_back({0, 0, rows, columns, std::move(values)});
  return w;
}

std::vector<float> transposed_matrix(const std::vector<float>& values, int rows, int columns) {
  std::vector<float> out(values.size());
  const auto n = static_cast<std::size_t>(rows), m = static_cast<std::size_t>(columns);
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t c = 0; c < m; ++c) out[c * n + r] = values[r * m + c];
  return out;
}

std::vector<int> swap_last_two(int rank) {
  std::vector<int> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return order;
}

// One value per output from a constant that broadcasts to them; empty when it differs from sample to sample or row to
// row.
std::vector<float> bias_of_outputs(const OnnxNode& node, OnnxBuilder& b, int input, int outputs) {
  const OnnxValue v = b.value(node, input);
  const bool flat = v.shape.size() == (v.rank() > 0 ? v.shape.from_end(0) : 1);
  if (!v.is_constant() || !flat) return {};
  std::vector<float> values = b.reals(node, input, "the bias");
  if (values.size() == 1) values.assign(static_cast<std::size_t>(outputs), values[0]);
  if (values.size() != static_cast<std::size_t>(outputs))
    node.fail(fmt::format("'{}' of shape [{}] is no bias for {} outputs", plain_text(node.input(input)),
                          fmt::join(v.shape.dims, ", "), outputs));
  return values;
}

OnnxValue multiply_dynamic(const OnnxNode& node, OnnxBuilder& b, OnnxValue x, OnnxValue y) {
  const int rank_x = x.rank(), rank_y = y.rank();
  const std::string name = b.layer_name(node);
  if (rank_x < 1 || rank_y < 1) node.fail("cannot multiply a scalar");
  if (rank_x == 1) x = b.reshaped(node, name + ".row", x, {{1, x.dim(0)}});
  if (rank_y == 1) y = b.reshaped(node, name + ".column", y, {{y.dim(0), 1}});
  OnnxValue out = b.add(node, name, MultiplyTensors{}, {x, y});
  Shape shape = out.shape;
  if (rank_y == 1) shape.dims.pop_back();
  if (rank_x == 1) shape.dims.erase(shape.dims.end() - (rank_y == 1 ? 1 : 2));
  return b.reshaped(node, name + ".vector", out, shape);
}

// (.., heads, n, k) times constants (heads, k, m): each head has a panel of its own.
OnnxValue multiply_heads(const OnnxNode& node, OnnxBuilder& b, const OnnxValue& x, const OnnxValue& w) {
  const std::string name = b.layer_name(node, w.name);
  const int rank = x.rank(), heads = w.shape.from_end(2), k = w.shape.from_end(1), m = w.shape.from_end(0);
  std::vector<int> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 2], order[order.size() - 3]);
  OnnxValue rows = b.transposed(node, name + ".gather", x, order);  // (.., n, heads, k)
  Shape flat = rows.shape;
  flat.dims.pop_back();
  flat.dims.back() = heads * k;
  rows = b.reshaped(node, name + ".rows", rows, flat);
  const std::vector<float> values = b.reals(node, 1, "the weights");
  Weights weights;
  weights.rows = heads * k;
  weights.columns = heads * m;
  const auto size = static_cast<std::ptrdiff_t>(k) * m;
  for (int h = 0; h < heads; ++h)
    weights.panels.push_back({h * k, h * m, k, m, {values.begin() + h * size, values.begin() + (h + 1) * size}});
  OnnxValue out = b.add_product(node, name, std::move(weights), {}, rows, b.sharing_key(node, "heads"));
  Shape apart = out.shape;
  apart.dims.back() = heads;
  apart.dims.push_back(m);
  out = b.reshaped(node, name + ".heads", out, apart);
  return b.transposed(node, name + ".scatter", out, order);
}

}  // namespace

void onnx_gemm(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"alpha", "beta", "transA", "transB"});
  node.need_inputs(2, 3);
  OnnxValue x = b.value(node, 0);
  const OnnxValue w = b.value(node, 1);
  if (x.rank() != 2 || w.rank() != 2)
    node.fail(
        fmt::format("needs matrices, but gets {} and {} dimensions; put a Flatten before it", x.rank(), w.rank()));
  const bool transposed = node.integer("transB", 0) != 0;
  const float alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  const std::string name = b.layer_name(node, w.name);
  if (node.integer("transA", 0) != 0) x = b.transposed(node, name + ".transpose", x, {1, 0});
  OnnxValue out;
  bool biased = !b.given(node, 2);
  if (w.is_constant() && !x.is_constant()) {
    std::vector<float> values = b.reals(node, 1, "the weights");
    for (float& v : values) v *= alpha;
    const int rows = w.dim(transposed ? 1 : 0), columns = w.dim(transposed ? 0 : 1);
    if (transposed) values = transposed_matrix(values, columns, rows);
    Weights weights = dense_weights(rows, columns, std::move(values));
    if (!biased) {
      weights.bias = bias_of_outputs(node, b, 2, columns);
      for (float& v : weights.bias) v *= beta;
      biased = !weights.bias.empty();
    }
    out = b.add_product(node, name, std::move(weights), {}, x,
                        b.sharing_key(node, fmt::format("gemm {} {} {}", transposed, alpha, beta)));
  } else {
    const OnnxValue y = transposed ? b.transposed(node, name + ".transpose", w, {1, 0}) : w;
    out = b.add(node, name, MultiplyTensors{}, {x, y});
    if (alpha != 1)
      out = b.add(node, name + ".scale", Arithmetic{Arithmetic::Kind::multiply}, {out, b.real_constant({}, {alpha})});
  }
  if (!biased) {
    OnnxValue c = b.value(node, 2);
    if (beta != 1)
      c = b.add(node, name + ".beta", Arithmetic{Arithmetic::Kind::multiply}, {c, b.real_constant({}, {beta})});
    out = b.add(node, name + ".bias", Arithmetic{}, {out, c});
  }
  b.define(node, 0, out);
}

void onnx_matmul(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(2, 2);
  OnnxValue x = b.value(node, 0);
  const OnnxValue w = b.value(node, 1);
  const auto is_matrix = [](const OnnxValue& v) {  // leading ones say nothing
    return v.is_constant() && v.rank() >= 2 &&
           v.shape.size() == std::int64_t{v.shape.from_end(1)} * v.shape.from_end(0);
  };
  if (!x.is_constant() && x.rank() >= 1 && is_matrix(w) && w.rank() <= std::max(x.rank(), 2)) {
    Weights weights = dense_weights(w.shape.from_end(1), w.shape.from_end(0), b.reals(node, 1, "the weights"));
    return b.define(
        node, 0,
        b.add_product(node, b.layer_name(node, w.name), std::move(weights), {}, x, b.sharing_key(node, "matmul")));
  }
  if (!x.is_constant() && x.rank() >= 1 && w.is_constant() && w.rank() == 1) {
    Weights weights = dense_weights(w.dim(0), 1, b.reals(node, 1, "the weights"));
    const std::string name = b.layer_name(node, w.name);
    OnnxValue out = b.add_product(node, name, std::move(weights), {}, x);
    Shape shape = out.shape;
    shape.dims.pop_back();
    return b.define(node, 0, b.reshaped(node, name + ".vector", out, shape));
  }
  if (is_matrix(x) && x.rank() == 2 && !w.is_constant() && w.rank() >= 2) {  // A x = (x^T A^T)^T
    const std::string name = b.layer_name(node, x.name);
    const int outputs = x.dim(0), inputs = x.dim(1);
    Weights weights =
        dense_weights(inputs, outputs, transposed_matrix(b.reals(node, 0, "the weights"), outputs, inputs));
    const OnnxValue columns = b.transposed(node, name + ".columns", w, swap_last_two(w.rank()));
    OnnxValue out = b.add_product(node, name, std::move(weights), {}, columns);
    return b.define(node, 0, b.transposed(node, name + ".transpose", out, swap_last_two(w.rank())));
  }
  const bool heads = !x.is_constant() && w.is_constant() && w.rank() >= 3 && x.rank() >= 3 &&
                     w.shape.size() == std::int64_t{w.shape.from_end(2)} * w.shape.from_end(1) * w.shape.from_end(0) &&
                     w.rank() <= x.rank() && x.shape.from_end(2) == w.shape.from_end(2) &&
                     x.shape.from_end(0) == w.shape.from_end(1);
  if (heads) return b.define(node, 0, multiply_heads(node, b, x, w));
  b.define(node, 0, multiply_dynamic(node, b, x, w));
}

}  // namespace bitline::workloads
