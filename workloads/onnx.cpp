// SPDX-License-Identifier: Apache-2.0
// Walks an ONNX graph, which must be one chain, and builds the network.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <string_view>

#include "base/error.h"
#include "workloads/layers.h"
#include "workloads/onnx_chain.h"

namespace bitline {
namespace {

struct Operator {
  std::string_view type;
  void (*add)(const OnnxNode&, OnnxChain&);
};

constexpr Operator operators[] = {
    {"Gemm", onnx_gemm},
    {"MatMul", onnx_matmul},
    {"Add", onnx_add},
    {"Conv", onnx_conv},
    {"BatchNormalization", onnx_batch_norm},
    {"Relu", onnx_activation},
    {"LeakyRelu", onnx_activation},
    {"Clip", onnx_activation},
    {"Sigmoid", onnx_activation},
    {"Tanh", onnx_activation},
    {"MaxPool", onnx_pool},
    {"AveragePool", onnx_pool},
    {"GlobalAveragePool", onnx_global_average_pool},
    {"Flatten", onnx_flatten},
    {"Reshape", onnx_reshape},
    {"Softmax", onnx_softmax},
    {"LogSoftmax", onnx_softmax},
    {"Pad", onnx_pad},
    {"Identity", onnx_identity},
    {"Dropout", onnx_identity},
};

std::string supported_operators() {
  std::string list;
  for (const Operator& o : operators) list += fmt::format("{}, ", o.type);
  return list + "Constant";
}

// A Constant node's tensor; the deque keeps tensors made from plain numbers where they are.
void take_constant(const OnnxNode& node, OnnxFile& file, std::deque<onnx::TensorProto>& made) {
  node.allow({"value", "value_float", "value_floats", "value_int", "value_ints"});
  if (const auto* value = node.attribute("value"); value && value->has_t())
    return file.add_constant(node.output(), value->t());
  onnx::TensorProto& tensor = made.emplace_back();
  if (const auto* a = node.attribute("value_float")) {
    tensor.add_float_data(a->f());
  } else if (const auto* b = node.attribute("value_floats")) {
    *tensor.mutable_float_data() = b->floats();
    tensor.add_dims(b->floats_size());
  } else if (const auto* c = node.attribute("value_int")) {
    tensor.add_int64_data(c->i());
  } else if (const auto* d = node.attribute("value_ints")) {
    *tensor.mutable_int64_data() = d->ints();
    tensor.add_dims(d->ints_size());
  } else {
    node.fail("holds no dense tensor of numbers");
  }
  tensor.set_data_type(tensor.int64_data_size() > 0 ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
  file.add_constant(node.output(), tensor);
}

// The one input that is no initializer (older files list these too).
void take_input(const OnnxFile& file, OnnxChain& chain) {
  const onnx::ValueInfoProto* input = nullptr;
  for (const auto& candidate : file.graph().input()) {
    if (file.constant(candidate.name())) continue;
    if (input)
      file.fail(fmt::format("has several inputs, '{}' and '{}'; one image input is supported",
                            plain_name(input->name()), plain_name(candidate.name())));
    input = &candidate;
  }
  if (!input) file.fail("has no input");
  if (input->name().empty()) file.fail("has an input without a name");
  const std::string name = plain_name(input->name());
  const auto& type = input->type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT && type.elem_type() != onnx::TensorProto::DOUBLE)
    file.fail(
        fmt::format("input '{}' has element type {}; supported are float (1) and double (11)", name, type.elem_type()));
  const auto& dims = type.shape().dim();
  if (dims.size() < 2 || dims.size() > 4)
    file.fail(
        fmt::format("input '{}' has {} dimensions; supported are (batch, features), (batch, height, width) and "
                    "(batch, channels, height, width)",
                    name, dims.size()));
  int size[3] = {1, 1, 1};
  // (batch, height, width) has one channel; (batch, features) keeps its features as channels.
  const int offset = dims.size() == 3 ? 1 : 0;
  std::int64_t total = 1;
  for (int i = 1; i < dims.size(); ++i) {
    const std::int64_t d = dims[i].dim_value();
    if (d < 1 || d > largest_tensor / total)
      file.fail(
          fmt::format("dimension {} of input '{}' is {}; all but the batch must be fixed and their product at most {}",
                      i + 1, name, dims[i].has_dim_value() ? std::to_string(d) : "not fixed", largest_tensor));
    total *= d;
    size[i - 1 + offset] = static_cast<int>(d);
  }
  if (dims[0].dim_value() < 0) file.fail(fmt::format("the batch of input '{}' is {}", name, dims[0].dim_value()));
  chain.batch = dims[0].dim_value();
  chain.rank = dims.size();
  chain.shape = chain.network.input = {size[0], size[1], size[2]};
  chain.flow = input->name();
}

void check_data_input(const OnnxNode& node, const OnnxChain& chain) {
  const bool first = node.input(0) == chain.flow;
  const bool second = node.type() == "Add" && node.input(1) == chain.flow;
  if (first == second && first) node.fail("adds the data to itself, which is not supported");
  if (!first && !second)
    node.fail(
        fmt::format("takes '{}', but the data at this point is '{}': only a chain is supported, no branches or skips",
                    plain_name(node.input(0)), plain_name(chain.flow)));
}

}  // namespace

void OnnxChain::add(const OnnxNode& node, const std::string& name, Operation operation) {
  std::string unique = name;
  for (int i = 2; !layer_names.insert(unique).second; ++i) unique = fmt::format("{}_{}", name, i);
  try {
    const Shape output = output_shape(operation, shape);
    network.layers.push_back({unique, std::move(operation), shape, output});
    shape = output;
  } catch (const InputError& e) {
    node.fail(e.what());
  }
}

Operation* OnnxChain::matrix() {
  if (network.layers.empty() || !weights_of(network.layers.back().operation)) return nullptr;
  return &network.layers.back().operation;
}

std::string layer_name(const OnnxNode& node, const std::string& weights) {
  constexpr std::string_view suffix = ".weight";
  if (weights.size() > suffix.size() && weights.ends_with(suffix))
    return plain_name(weights.substr(0, weights.size() - suffix.size()));
  std::string name = node.name();
  if (name.starts_with('/')) {  // torch 2 writes /module/Operator
    name.erase(0, 1);
    const auto slash = name.rfind('/');
    name = slash == std::string::npos ? std::string() : name.substr(0, slash);
  }
  if (!name.empty()) return plain_name(name);
  std::string type = plain_name(node.type());
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return type;
}

Network read_onnx(const std::filesystem::path& path) {
  OnnxFile file(path);
  OnnxChain chain;
  chain.network.name = plain_name(path.stem().string());
  take_input(file, chain);
  std::deque<onnx::TensorProto> made;
  std::set<std::string> tensors{chain.flow};
  for (int i = 0; i < file.graph().node_size(); ++i) {
    const OnnxNode node(file, file.graph().node(i), i);
    const std::string& domain = file.graph().node(i).domain();
    const auto* known = std::ranges::find(operators, node.type(), &Operator::type);
    const bool constant = node.type() == "Constant";
    if ((!domain.empty() && domain != "ai.onnx") || (known == std::end(operators) && !constant))
      node.fail(
          fmt::format("operator {}{} is not supported{}; supported are {}",
                      domain.empty() ? "" : plain_name(domain) + ".", plain_name(node.type()),
                      node.type() == "Shape" ? " (in PyTorch write torch.flatten(x, 1) for x.view(x.size(0), -1))" : "",
                      supported_operators()));
    if (constant) {
      if (tensors.contains(node.output()))
        node.fail(fmt::format("defines '{}' a second time", plain_name(node.output())));
      take_constant(node, file, made);
      continue;
    }
    check_data_input(node, chain);
    known->add(node, chain);
    chain.flow = node.output();
    if (file.constant(chain.flow) || !tensors.insert(chain.flow).second)
      node.fail(fmt::format("defines '{}' a second time", plain_name(chain.flow)));
  }
  if (chain.network.layers.empty()) file.fail("holds no layer that computes anything");
  if (file.graph().output_size() != 1 || file.graph().output(0).name() != chain.flow)
    file.fail(fmt::format("must have one output, the tensor at the end of the chain ('{}'); it has {}{}",
                          plain_name(chain.flow), file.graph().output_size(),
                          file.graph().output_size() == 0
                              ? " (truncated?)"
                              : ", the first is '" + plain_name(file.graph().output(0).name()) + "'"));
  return std::move(chain.network);
}

}  // namespace bitline
