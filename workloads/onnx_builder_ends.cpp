// SPDX-License-Identifier: Apache-2.0
// The two ends of an ONNX graph: its input, and its output with all that leads to it.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "workloads/onnx_builder.h"

namespace bitline::workloads {
namespace {

void check_input_type(const OnnxModel& model, const std::string& name, int type) {
  constexpr int readable[] = {onnx::TensorProto::FLOAT,    onnx::TensorProto::DOUBLE, onnx::TensorProto::FLOAT16,
                              onnx::TensorProto::BFLOAT16, onnx::TensorProto::INT64,  onnx::TensorProto::INT32};
  if (std::ranges::find(readable, type) == std::end(readable))
    model.fail(
        fmt::format("input '{}' has element type {}; supported are float (1), double (11), float16 (10), bfloat16 "
                    "(16), int64 (7) and int32 (6)",
                    name, type));
}

// Tensors that something reachable from the outputs reads, and the nodes that make them.
void mark_needed(const Graph& graph, std::vector<bool>& tensors, std::vector<bool>& nodes) {
  for (int t : graph.outputs) tensors[static_cast<std::size_t>(t)] = true;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    nodes[n] = std::ranges::any_of(node.out, [&](int t) { return tensors[static_cast<std::size_t>(t)]; });
    if (!nodes[n]) continue;
    for (int t : node.in) tensors[static_cast<std::size_t>(t)] = true;
    for (int t : node.out) tensors[static_cast<std::size_t>(t)] = true;
  }
}

void mark_weights(const Graph& graph, std::vector<bool>& used) {
  for (const Node& node : graph.nodes) {
    if (const auto* product = std::get_if<Product>(&node.op)) used[static_cast<std::size_t>(product->weights)] = true;
    if (const auto* loop = std::get_if<Loop>(&node.op)) mark_weights(*loop->body, used);
  }
}

void renumber_weights(Graph& graph, const std::vector<int>& number) {
  for (Node& node : graph.nodes) {
    if (auto* product = std::get_if<Product>(&node.op))
      product->weights = number[static_cast<std::size_t>(product->weights)];
    if (auto* loop = std::get_if<Loop>(&node.op)) {
      auto body = std::make_shared<Graph>(*loop->body);
      renumber_weights(*body, number);
      loop->body = std::move(body);
    }
  }
}

// New numbers for those that stay; the others are taken out.
template <class T>
std::vector<int> keep_marked(std::vector<T>& list, const std::vector<bool>& marked) {
  std::vector<int> number(list.size(), -1);
  std::vector<T> kept;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (marked[i]) {
      number[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(list[i]));
    }
  list = std::move(kept);
  return number;
}

}  // namespace

// The one input that is no initializer (older files list these too).
void OnnxBuilder::take_input() {
  const onnx::ValueInfoProto* input = nullptr;
  for (const auto& candidate : model_.graph().input()) {
    if (model_.initializer(candidate.name())) continue;
    if (input)
      model_.fail(fmt::format("has several inputs, '{}' and '{}'; one is supported", plain_text(input->name()),
                              plain_text(candidate.name())));
    input = &candidate;
  }
  if (!input) model_.fail("has no input");
  if (input->name().empty()) model_.fail("has an input without a name");
  const std::string name = plain_text(input->name());
  check_input_type(model_, name, input->type().tensor_type().elem_type());
  const auto& dims = input->type().tensor_type().shape().dim();
  if (dims.size() < 1 || dims.size() > 6)
    model_.fail(fmt::format("input '{}' has {} dimensions; supported are 1 to 6, with the batch", name, dims.size()));
  // The batch is the dimension that is not fixed, else the first one.
  int batch_axis = 0;
  const auto is_open = [&](int i) { return !dims[i].has_dim_value(); };
  for (int i = dims.size(); i-- > 0;)
    if (is_open(i)) batch_axis = i;
  Shape shape;
  std::int64_t total = 1;
  for (int i = 0; i < dims.size(); ++i) {
    const std::int64_t d = i == batch_axis ? 1 : dims[i].dim_value();
    if (d < 1 || d > largest_values / total)
      model_.fail(
          fmt::format("dimension {} of input '{}' is {}; all but the batch must be fixed and their product at most {}",
                      i + 1, name, is_open(i) ? "not fixed" : std::to_string(d), largest_values));
    total *= d;
    shape.dims.push_back(static_cast<int>(d));
  }
  if (!is_open(batch_axis)) batch_ = dims[batch_axis].dim_value();
  if (batch_ < 0) model_.fail(fmt::format("the batch of input '{}' is {}", name, batch_));
  batch_ = std::max<std::int64_t>(batch_, 1);
  graph_.inputs.push_back(static_cast<int>(graph_.tensors.size()));
  graph_.tensors.push_back({name, shape, {}});
  OnnxValue v = value_of_tensor(graph_.inputs.front());
  const int type = input->type().tensor_type().elem_type();
  v.integers = type == onnx::TensorProto::INT64 || type == onnx::TensorProto::INT32;
  values_[input->name()] = v;
}

void OnnxBuilder::drop_unused() {
  std::vector<bool> tensors(graph_.tensors.size(), false), nodes(graph_.nodes.size(), false),
      weights(graph_.weights.size(), false);
  mark_needed(graph_, tensors, nodes);
  for (int t : graph_.inputs) tensors[static_cast<std::size_t>(t)] = true;
  keep_marked(graph_.nodes, nodes);
  const std::vector<int> tensor_number = keep_marked(graph_.tensors, tensors);
  const auto renumber = [&](std::vector<int>& list) {
    for (int& t : list) t = tensor_number[static_cast<std::size_t>(t)];
  };
  for (Node& node : graph_.nodes) {
    renumber(node.in);
    renumber(node.out);
  }
  renumber(graph_.inputs);
  renumber(graph_.outputs);
  mark_weights(graph_, weights);
  renumber_weights(graph_, keep_marked(graph_.weights, weights));
}

Graph OnnxBuilder::finish() {
  const auto& outputs = model_.graph().output();
  if (outputs.size() != 1) {
    std::string names;
    for (const auto& o : outputs) names += fmt::format("{}'{}'", names.empty() ? "" : ", ", plain_text(o.name()));
    model_.fail(
        fmt::format("must have one output; it has {}{}", outputs.size(),
                    outputs.empty() ? " (truncated?)" : fmt::format(" ({}): export the one that is judged", names)));
  }
  const std::string& name = outputs[0].name();
  const auto found = values_.find(name);
  if (found == values_.end()) model_.fail(fmt::format("its output '{}' is made by no node", plain_text(name)));
  if (found->second.is_constant() || found->second.quantized)
    model_.fail(fmt::format("its output '{}' {}", plain_text(name),
                            found->second.quantized ? "are whole numbers of QuantizeLinear; end with DequantizeLinear"
                                                    : "does not depend on the input"));
  graph_.outputs.push_back(found->second.tensor);
  drop_unused();
  if (graph_.nodes.empty()) model_.fail("holds no layer that computes anything");
  try {
    check(graph_);
  } catch (const InputError& e) {
    model_.fail(e.what());
  }
  return std::move(graph_);
}

}  // namespace bitline::workloads
