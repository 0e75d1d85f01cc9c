// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/compute.h"

namespace bitline::workloads {
namespace {

std::vector<float> to_floats(const std::vector<double>& values) {
  std::vector<float> floats(values.size());
  std::ranges::transform(values, floats.begin(), [](double v) { return static_cast<float>(v); });
  return floats;
}

// The axis that a reshape leaves as it is: as many values before it, and as large.
std::optional<int> same_axis(const Shape& from, int axis, const Shape& to) {
  std::int64_t before = 1, passed = 1;
  for (int i = 0; i < axis; ++i) before *= from.dims[static_cast<std::size_t>(i)];
  const int size = from.dims[static_cast<std::size_t>(axis)];
  std::optional<int> found;
  for (int i = 0; i < to.rank(); ++i) {
    if (passed == before && to.dims[static_cast<std::size_t>(i)] == size) found = i;
    passed *= to.dims[static_cast<std::size_t>(i)];
  }
  return found;
}

}  // namespace

OnnxBuilder::OnnxBuilder(const OnnxModel& model, std::map<std::string, int> uses)
    : model_(model), uses_(std::move(uses)) {
  graph_.name = plain_text(model.name());
  for (const auto& tensor : model.graph().initializer())
    values_[tensor.name()] = {.name = tensor.name(),
                              .shape = model.header(tensor).shape,
                              .integers = model.header(tensor).integers,
                              .constant = nullptr,
                              .stored = &tensor,
                              .tensor = -1,
                              .foldable = {},
                              .quantized = {}};
}

OnnxValue OnnxBuilder::value(const OnnxNode& node, int i) const {
  if (node.input(i).empty()) node.fail(fmt::format("input {} is missing", i + 1));
  const auto found = values_.find(node.input(i));
  if (found == values_.end()) node.fail(fmt::format("reads '{}', which is made by no node", plain_text(node.input(i))));
  return found->second;
}

std::shared_ptr<const Constant> OnnxBuilder::constant_of(const OnnxValue& v) const {
  if (v.constant) return v.constant;
  return std::make_shared<const Constant>(model_.read(*v.stored));
}

std::shared_ptr<const Constant> OnnxBuilder::constant(const OnnxNode& node, int i, const char* what) const {
  const OnnxValue v = value(node, i);
  if (!v.is_constant())
    node.fail(fmt::format("{} ('{}') is computed from the data; only constants of the file are supported there", what,
                          plain_text(node.input(i))));
  return constant_of(v);
}

std::vector<float> OnnxBuilder::reals(const OnnxNode& node, int i, const char* what) const {
  const auto c = constant(node, i, what);
  for (std::size_t k = 0; k < c->values.size(); ++k)
    if (!std::isfinite(c->values[k]))
      node.fail(fmt::format("value {} of '{}' is {}; weights must be finite floats", k, plain_text(node.input(i)),
                            c->values[k]));
  return to_floats(c->values);
}

std::vector<std::int64_t> OnnxBuilder::integers(const OnnxNode& node, int i, const char* what) const {
  const auto c = constant(node, i, what);
  std::vector<std::int64_t> values;
  constexpr double most = 4.6e18;  // what stands for "to the end" is near 2^63
  for (double v : c->values) {
    if (!(v == std::nearbyint(v))) node.fail(fmt::format("{} '{}' holds {}", what, plain_text(node.input(i)), v));
    values.push_back(static_cast<std::int64_t>(std::clamp(v, -most, most)));
  }
  return values;
}

double OnnxBuilder::scalar(const OnnxNode& node, int i, const char* what) const {
  const auto c = constant(node, i, what);
  if (c->values.size() != 1 || std::isnan(c->values[0]))
    node.fail(fmt::format("{} '{}' is not one number", what, plain_text(node.input(i))));
  return c->values[0];
}

int OnnxBuilder::axis(const OnnxNode& node, std::int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank)
    node.fail(fmt::format("axis {} is outside of a tensor of {} dimensions", axis, rank));
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

OnnxValue OnnxBuilder::constant_value(Constant c) const {
  OnnxValue v;
  v.shape = c.shape;
  v.integers = c.integers;
  v.constant = std::make_shared<const Constant>(std::move(c));
  return v;
}

OnnxValue OnnxBuilder::real_constant(Shape shape, const std::vector<float>& values) const {
  return constant_value({std::move(shape), false, 0, {values.begin(), values.end()}});
}

std::string OnnxBuilder::unique_name(const std::string& name) {
  std::string unique = name;
  for (int i = 2; !names_.insert(unique).second; ++i) unique = fmt::format("{}_{}", name, i);
  return unique;
}

namespace {

// What PyTorch calls the module of a node: "/blocks.0/attention/query/MatMul" is blocks.0.attention.query, and
// "/f/f.0/Gemm" is f.0, as children of a sequence repeat its name.
std::string module_name(std::string_view node) {
  std::string name, last;
  for (std::size_t from = 1, slash; (slash = node.find('/', from)) != std::string_view::npos; from = slash + 1) {
    const std::string_view part = node.substr(from, slash - from);
    if (!last.empty() && part.starts_with(last + "."))
      name += part.substr(last.size());
    else
      name += (name.empty() ? "" : ".") + std::string(part);
    last = part;
  }
  return name;
}

}  // namespace

std::string OnnxBuilder::layer_name(const OnnxNode& node, const std::string& weights) const {
  constexpr std::string_view suffix = ".weight";
  if (weights.size() > suffix.size() && weights.ends_with(suffix))
    return plain_text(weights.substr(0, weights.size() - suffix.size()));
  std::string name = node.name();
  if (name.starts_with('/')) name = module_name(name);
  if (!name.empty()) return plain_text(name);
  std::string type = plain_text(node.type());
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return type;
}

int OnnxBuilder::place(const OnnxNode& node, const OnnxValue& v) {
  if (v.quantized)
    node.fail(fmt::format("reads '{}', whole numbers that QuantizeLinear made; only DequantizeLinear can follow it",
                          plain_text(v.name)));
  if (!v.is_constant()) return v.tensor;
  if (v.stored && placed_stored_.contains(v.stored)) return placed_stored_[v.stored];
  if (v.constant && placed_.contains(v.constant.get())) return placed_[v.constant.get()];
  const auto c = constant_of(v);
  if (c->values.empty()) node.fail(fmt::format("reads '{}', which is empty", plain_text(v.name)));
  if (std::ranges::any_of(c->values, [](double x) { return std::isnan(x); }))
    node.fail(fmt::format("the constant '{}' holds NaN", plain_text(v.name)));
  const int tensor = static_cast<int>(graph_.tensors.size());
  graph_.tensors.push_back({plain_text(v.name), v.shape, to_floats(c->values)});
  if (v.stored) {
    placed_stored_[v.stored] = tensor;
  } else {
    placed_[c.get()] = tensor;
    kept_.push_back(c);
  }
  return tensor;
}

OnnxValue OnnxBuilder::compute_now(const OnnxNode& node, const Op& op, const std::vector<OnnxValue>& in) const {
  std::vector<std::shared_ptr<const Constant>> constants;
  std::vector<Operand<double>> operands;
  std::vector<Shape> shapes;
  bool integers = true;
  for (const OnnxValue& v : in) {
    constants.push_back(constant_of(v));
    integers = integers && constants.back()->integers;
    operands.push_back({constants.back()->values.data(), &constants.back()->shape, false});
    shapes.push_back(v.shape);
  }
  Constant made;
  made.integers = integers;
  try {
    made.shape = output_shapes(op, shapes, {}).front();
    made.values.resize(static_cast<std::size_t>(made.shape.size()));
    compute(op, 1, std::span<const Operand<double>>(operands), made.shape, made.values.data());
  } catch (const InputError& e) {
    node.fail(e.what());
  }
  const auto* arithmetic = std::get_if<Arithmetic>(&op);
  if (integers && arithmetic && arithmetic->kind == Arithmetic::Kind::divide)
    for (double& v : made.values) v = std::trunc(v);
  if (!integers)  // as the file would compute: floor(0.7 x 10) is 7 there
    for (double& v : made.values) v = static_cast<float>(v);
  OnnxValue value = constant_value(std::move(made));
  value.name = in.front().name;
  return value;
}

std::vector<OnnxValue> OnnxBuilder::add_all(const OnnxNode& node, const std::string& name, Op op,
                                            const std::vector<OnnxValue>& in) {
  const bool now = !std::holds_alternative<Product>(op) && !std::holds_alternative<Loop>(op) &&
                   std::ranges::all_of(in, &OnnxValue::is_constant);
  if (now) return {compute_now(node, op, in)};
  std::vector<int> tensors;
  for (const OnnxValue& v : in) tensors.push_back(place(node, v));
  try {
    append(graph_, unique_name(name), std::move(op), tensors);
  } catch (const InputError& e) {
    // append() names the network and the node; the file's node says more.
    const std::string text = e.what();
    const auto colon = text.find("': ");
    node.fail(colon == std::string::npos ? text : text.substr(colon + 3));
  }
  std::vector<OnnxValue> made;
  const int index = static_cast<int>(graph_.nodes.size()) - 1;
  const bool moves = only_moves(graph_.nodes.back().op);
  for (int t : graph_.nodes.back().out) {
    maker_[t] = index;
    made.push_back(value_of_tensor(t));
    made.back().integers = moves && std::ranges::all_of(in, &OnnxValue::integers);
  }
  return made;
}

OnnxValue OnnxBuilder::add(const OnnxNode& node, const std::string& name, Op op, const std::vector<OnnxValue>& in) {
  return add_all(node, name, std::move(op), in).front();
}

OnnxValue OnnxBuilder::value_of_tensor(int tensor) const {
  OnnxValue v;
  v.tensor = tensor;
  v.shape = graph_.tensors[static_cast<std::size_t>(tensor)].shape;
  v.name = graph_.tensors[static_cast<std::size_t>(tensor)].name;
  return v;
}

OnnxValue OnnxBuilder::reshaped(const OnnxNode& node, const std::string& name, const OnnxValue& from,
                                const Shape& shape) {
  if (from.shape == shape) return from;
  OnnxValue to = add(node, name, Reshape{shape}, {from});
  if (from.foldable)
    if (const auto axis = same_axis(from.shape, from.foldable->axis, shape)) {
      to.foldable = from.foldable;
      to.foldable->axis = *axis;
    }
  return to;
}

OnnxValue OnnxBuilder::transposed(const OnnxNode& node, const std::string& name, const OnnxValue& from,
                                  std::vector<int> order) {
  if (std::ranges::is_sorted(order) && static_cast<int>(order.size()) == from.rank()) return from;
  OnnxValue source = from;
  // Two that follow each other are one, or none.
  const Node* made = maker(from);
  const auto* before = made ? std::get_if<Transpose>(&made->op) : nullptr;
  if (before && before->order.size() == order.size()) {
    for (int& axis : order) axis = before->order[static_cast<std::size_t>(this->axis(node, axis, from.rank()))];
    source = value_of_tensor(made->in.front());
    source.integers = from.integers;
    if (std::ranges::is_sorted(order)) return source;
  }
  OnnxValue to = add(node, name, Transpose{order}, {source});
  if (from.foldable && source.tensor == from.tensor) {
    to.foldable = from.foldable;
    to.foldable->axis = static_cast<int>(std::ranges::find(order, from.foldable->axis) - order.begin());
  }
  return to;
}

const Node* OnnxBuilder::maker(const OnnxValue& v) const {
  const auto found = maker_.find(v.tensor);
  return v.is_constant() || found == maker_.end() ? nullptr : &graph_.nodes[static_cast<std::size_t>(found->second)];
}

void OnnxBuilder::define(const OnnxNode& node, int output, OnnxValue v) {
  if (node.output(output).empty()) return;
  if (v.name.empty()) v.name = node.output(output);
  if (!read_once(node.output(output))) v.foldable.reset();  // others need what it is now
  values_[node.output(output)] = std::move(v);
}

bool OnnxBuilder::read_once(const std::string& name) const {
  const auto found = uses_.find(name);
  return found != uses_.end() && found->second == 1;
}

}  // namespace bitline::workloads
