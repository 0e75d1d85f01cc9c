// SPDX-License-Identifier: Apache-2.0
// What an ONNX file becomes: names, what is folded, left out, shared and grouped.
#include "workloads/onnx_import.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "tests/temporary_folder.h"
#include "tests/workloads/onnx_models.h"
#include "workloads/interpret.h"

namespace bitline::onnx_import_test {
using namespace workloads;
using namespace bitline::test;

namespace {

Graph graph_of(Model& m) { return parse_onnx(m.bytes(), "net"); }

std::vector<std::string> names_of(const Graph& g) {
  std::vector<std::string> names;
  for (const Node& n : g.nodes) names.push_back(n.name);
  return names;
}

std::vector<std::string> operations_of(const Graph& g) {
  std::vector<std::string> names;
  for (const Node& n : g.nodes) names.emplace_back(name_of(n.op));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("layers are called after their weights, else their node, else their operator; equal names become unique") {
  Numbers numbers(1);
  Model m({2, 3});
  m.floats("fc1.weight", {6, 4}, numbers.reals(24));
  m.floats("w", {4, 4}, numbers.reals(16));
  m.node("Flatten");
  m.node("MatMul", {"fc1.weight"}, "MatMul_0");
  m.node("Relu", {}, "/act/Relu");
  m.node("MatMul", {"w"}, "/head/last/MatMul");
  m.node("Relu"), m.node("Relu");
  m.node("MatMul", {"w"}, "Relu");
  const Graph g = graph_of(m);
  CHECK(names_of(g) == Names{"flatten", "fc1", "act", "head.last", "relu", "relu_2", "Relu"});
  CHECK(g.weights[0].name == "fc1");
  CHECK(g.input() == Shape{{1, 2, 3}});
  CHECK(g.name == "net");
}

TEST_CASE("layers are called as the framework's modules, whatever the exporter kept") {
  Numbers numbers(1);
  for (const auto& [node, name] : {std::pair{"/f/f.0/MatMul", "f.0"},
                                   {"/encoder/f/f.12/MatMul", "encoder.f.12"},
                                   {"/layer1/layer1.0/conv1/MatMul", "layer1.0.conv1"},
                                   {"/blocks.0/attention/query/MatMul", "blocks.0.attention.query"},
                                   {"/fc/fc1/MatMul", "fc.fc1"},
                                   {"/MatMul", "matmul"}}) {
    CAPTURE(node);
    Model m({4});
    m.floats("onnx::MatMul_12", {4, 4}, numbers.reals(16));
    m.node("MatMul", {"onnx::MatMul_12"}, node);
    CHECK(graph_of(m).weights.at(0).name == name);
  }
}

TEST_CASE("constants after a product, and batch norm through moves, go into its weights") {
  Numbers numbers(2);
  Model m({2, 4, 5});
  const auto w = numbers.reals(3 * 2);
  m.floats("conv.weight", {3, 2, 1, 1}, w);
  m.floats("scale", {3}, {2, 1, -1}), m.floats("shift", {3}, {0, 0.5f, 0}), m.floats("mean", {3}, {1, 0, 0}),
      m.floats("variance", {3}, {0.75f, 3.75f, 15.75f});
  m.floats("half", {}, {0.5f}), m.floats("bias", {3, 1, 1}, {1, 2, 3}), m.floats("four", {1, 1, 1, 3}, {4, 4, 8});
  m.floats("one", {}, {1.f});
  m.node("Conv", {"conv.weight"});
  attribute(m.node("BatchNormalization", {"scale", "shift", "mean", "variance"}), "epsilon", 0.25f);
  m.node("Add", {"bias"});
  m.node("Mul", {"half"});
  attribute(m.node("Transpose"), "perm", std::vector<std::int64_t>{0, 2, 3, 1});
  m.node("Div", {"four"});
  m.node("Sub", {"one"});
  m.node("Mul", {"one"});  // nothing
  const Graph g = graph_of(m);
  CHECK(operations_of(g) == Names{"product", "transpose"});
  // gain: scale / sqrt(variance + 1/4) = 2, 1/2, -1/4; then x 1/2, / (4, 4, 8).
  const float gain[] = {0.25f, 0.0625f, -0.015625f};
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t r = 0; r < 2; ++r)
      CHECK(g.weights[0].panels[0].weights[r * 3 + c] == doctest::Approx(w[c * 2 + r] * gain[c]));
  CHECK(g.weights[0].bias[0] == doctest::Approx((-1 * 2 + 0 + 1) * 0.5 / 4 - 1));
  CHECK(g.weights[0].bias[1] == doctest::Approx((0 + 0.5 + 2) * 0.5 / 4 - 1));
}

TEST_CASE("nothing is folded into a product that others read as well") {
  Numbers numbers(3);
  Model m({4});
  m.floats("w", {4, 3}, numbers.reals(12)), m.floats("b", {3}, {1, 2, 3});
  m.node("MatMul", {"w"});
  const std::string product = m.flow;
  m.node("Add", {"b"});
  m.node("Mul", {product});
  const Graph g = graph_of(m);
  CHECK(operations_of(g) == Names{"product", "add", "multiply"});
  CHECK(g.weights[0].bias.empty());
  CHECK(g.tensors[static_cast<std::size_t>(g.nodes[1].in[1])].values == std::vector<float>{1, 2, 3});
}

TEST_CASE("a batch norm without a product before it, or after an activation, is computed") {
  Numbers numbers(4);
  Model m({3, 2, 2});
  for (const char* name : {"s", "b", "m", "v"}) m.floats(name, {3}, {1, 2, 3});
  m.floats("w", {3, 3, 1, 1}, numbers.reals(9));
  m.node("BatchNormalization", {"s", "b", "m", "v"}, "bn");
  m.node("Conv", {"w"}, "conv");
  m.node("Relu");
  m.node("BatchNormalization", {"s", "b", "m", "v"}, "bn2");
  CHECK(names_of(graph_of(m)) == Names{"bn", "bn.shift", "conv", "relu", "bn2", "bn2.shift"});
}

TEST_CASE("padding by zeros goes into the convolution, other padding does not") {
  for (const float value : {0.f, 1.f}) {
    Numbers numbers(5);
    Model m({1, 4, 4});
    m.floats("w", {1, 1, 3, 3}, numbers.reals(9));
    m.integers("pads", {0, 0, 1, 2, 0, 0, 0, 1});
    m.floats("value", {}, {value});
    m.node("Pad", {"pads", "value"});
    auto& conv = m.node("Conv", {"w"});
    attribute(conv, "pads", std::vector<std::int64_t>{1, 0, 0, 0});
    const Graph g = graph_of(m);
    CHECK(operations_of(g) == (value == 0 ? Names{"product"} : Names{"pad", "product"}));
    const Window window = *std::get<Product>(g.nodes.back().op).window;
    CHECK(window.pad_top == (value == 0 ? 2 : 1));
    CHECK(window.pad_left == (value == 0 ? 2 : 0));
    CHECK(window.pad_right == (value == 0 ? 1 : 0));
  }
}

TEST_CASE("groups are panels of their own: no cell holds a zero between them") {
  Numbers numbers(6);
  Model m({4, 3, 3});
  const auto w = numbers.reals(6 * 2 * 4);
  m.floats("w", {6, 2, 2, 2}, w);
  attribute(m.node("Conv", {"w"}), "group", std::int64_t{2});
  const Weights weights = graph_of(m).weights[0];
  REQUIRE(weights.panels.size() == 2);
  CHECK(weights.rows == 16);
  CHECK(weights.columns == 6);
  CHECK(weights.count() == 48);
  const Panel& second = weights.panels[1];
  CHECK(second.row == 8);
  CHECK(second.column == 3);
  // Output 4 (the second of the group), channel 3 (the second), y 1, x 0.
  CHECK(second.weights[static_cast<std::size_t>((1 * 4 + 2) * 3 + 1)] == w[(4 * 2 + 1) * 4 + 2]);
}

TEST_CASE("the same constants multiplied twice are one weights") {
  Numbers numbers(7);
  Model m({2, 4});
  m.floats("fc.weight", {4, 4}, numbers.reals(16)), m.floats("fc.bias", {4}, numbers.reals(4));
  m.node("MatMul", {"fc.weight"});
  m.node("Tanh");
  m.node("MatMul", {"fc.weight"});
  m.node("Add", {"fc.bias"});  // not into weights that both use
  const Graph g = graph_of(m);
  REQUIRE(g.weights.size() == 1);
  CHECK(operations_of(g) == Names{"product", "tanh", "product", "add"});
  CHECK(std::get<Product>(g.nodes[2].op).first_position == 2);
}

TEST_CASE("nodes that the output does not need are left out, also those that nobody knows") {
  Numbers numbers(8);
  Model m({4});
  m.floats("w", {4, 3}, numbers.reals(12)), m.floats("idle.weight", {4, 9}, numbers.reals(36));
  m.node("MatMul", {"idle.weight"});
  m.node("TopK");
  m.flow = "image";
  m.node("MatMul", {"w"});
  const Graph g = graph_of(m);
  CHECK(g.nodes.size() == 1);
  CHECK(g.weights.size() == 1);
  CHECK(g.tensors.size() == 2);
}

TEST_CASE("nodes need not stand in order") {
  Numbers numbers(9);
  Model m({4});
  m.floats("w", {4, 3}, numbers.reals(12));
  m.node("MatMul", {"w"});
  m.node("Relu");
  const std::string bytes = m.bytes();
  m.graph.mutable_node()->SwapElements(0, 1);
  CHECK(operations_of(parse_onnx(m.proto.SerializeAsString(), "net")) == Names{"product", "relu"});
}

TEST_CASE("transposes that undo each other vanish") {
  Numbers numbers(10);
  Model m({2, 3, 4});
  attribute(m.node("Transpose"), "perm", std::vector<std::int64_t>{0, 2, 3, 1});
  attribute(m.node("Transpose"), "perm", std::vector<std::int64_t>{0, 3, 1, 2});
  m.node("Relu");
  CHECK(operations_of(graph_of(m)) == Names{"relu"});
}

TEST_CASE("an LSTM is one product of all inputs and a loop with one product of the state") {
  Numbers numbers(11);
  Model m({5, 3});
  m.floats("w", {2, 8, 3}, numbers.reals(48)), m.floats("r", {2, 8, 2}, numbers.reals(32));
  attribute(m.node("Transpose"), "perm", std::vector<std::int64_t>{1, 0, 2});
  auto& lstm = m.node("LSTM", {"w", "r"}, "/rnn/LSTM");
  attribute(lstm, "hidden_size", std::int64_t{2}), attribute(lstm, "direction", "bidirectional");
  const Graph g = graph_of(m);
  REQUIRE(g.weights.size() == 4);
  CHECK(g.weights[0].name == "rnn.input");
  CHECK(g.weights[1].name == "rnn.hidden");
  CHECK(g.weights[3].name == "rnn.hidden_reverse");
  CHECK(g.weights[1].rows == 2);
  CHECK(g.weights[1].columns == 8);
  std::size_t loops = 0;
  for (const Node& node : g.nodes)
    if (const auto* loop = std::get_if<Loop>(&node.op)) {
      ++loops;
      CHECK(loop->steps == 5);
      CHECK(loop->backwards == (loops == 2));
    }
  CHECK(loops == 2);
  const auto graph = std::make_shared<const Graph>(g);
  const std::vector<float> data = numbers.reals(2 * 15);
  const IntegerGraph q = quantize(graph, {data, false, false}, code_bits(4, 8));
  for (const IntegerWeights& w : q.weights) CHECK(w.positions == 5);
}

TEST_CASE("weights in a file beside the model are read, where the model says") {
  const TemporaryFolder folder;
  Numbers numbers(12);
  Model m({4});
  const auto w = numbers.reals(12);
  auto& tensor = m.floats("w", {4, 3}, w);
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto entry = [&](const char* key, const std::string& value) {
    auto* e = tensor.add_external_data();
    e->set_key(key), e->set_value(value);
  };
  entry("location", "net.bin"), entry("offset", "8"), entry("length", "48");
  m.node("MatMul", {"w"});
  const std::filesystem::path file = folder.path / "net.onnx", beside = folder.path / "net.bin";
  std::ofstream(file, std::ios::binary) << m.bytes();
  const auto refusal = [&] { return refusal_of([&] { read_onnx(file); }); };
  CHECK(refusal().find("net.bin', which cannot be read") != std::string::npos);
  std::string bytes(8 + 48, 'x');
  std::copy_n(reinterpret_cast<const char*>(w.data()), 48, bytes.begin() + 8);
  std::ofstream(beside, std::ios::binary) << bytes.substr(0, 55);
  CHECK(refusal().find("bytes 8 to 56 of") != std::string::npos);
  std::ofstream(beside, std::ios::binary) << bytes;
  std::vector<std::filesystem::path> others;
  const Graph g = read_onnx(file, &others);
  CHECK(others == std::vector<std::filesystem::path>{beside});
  CHECK(onnx_weight_files(file) == others);
  std::filesystem::remove(beside);
  CHECK(onnx_weight_files(file) == others);  // named, though missing
  CHECK(onnx_weight_files(folder.path / "absent.onnx").empty());
  CHECK(g.weights[0].panels[0].weights == w);
  CHECK(refusal_of([&] { parse_onnx(m.bytes(), "net"); }).find("from memory") != std::string::npos);
  for (const char* outside : {"../net.bin", "/net.bin", ""}) {
    tensor.mutable_external_data(0)->set_value(outside);
    std::ofstream(file, std::ios::binary) << m.bytes();
    CHECK(refusal().find("own folder") != std::string::npos);
  }
  tensor.mutable_external_data(0)->set_value("net.bin"), tensor.mutable_external_data(2)->set_value("44");
  std::ofstream(file, std::ios::binary) << m.bytes();
  CHECK(refusal().find("needs 48 bytes, but 44") != std::string::npos);
}

TEST_CASE("padding is 0 after inputs are normalised in the file, and inputs are signed then") {
  Model m({1, 2, 2});
  m.floats("mean", {}, {0.5f}), m.floats("w", {1, 1, 3, 3}, std::vector<float>(9, 1.f));
  m.node("Sub", {"mean"});
  attribute(m.node("Conv", {"w"}), "pads", std::vector<std::int64_t>{1, 1, 1, 1});
  const auto g = std::make_shared<const Graph>(graph_of(m));
  const std::vector<float> x{1, 0, 1, 1};
  CHECK(interpret_float(*g, x) == std::vector<float>(4, 1.f));  // 0.5 - 0.5 + 0.5 + 0.5 and nothing from outside
  const IntegerGraph q = quantize(g, {x, true, true}, code_bits(4, 8));
  CHECK(q.weights[0].input.is_signed);
  CHECK(q.weights[0].input.scale == doctest::Approx(0.5 / 127));
}

TEST_CASE("whole numbers of the data are looked up in a constant table") {
  Model m({3});
  m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
  m.floats("embedding.weight", {4, 2}, {0, 1, 10, 11, 20, 21, 30, 31});
  auto& n = m.node("Gather", {});
  n.clear_input();
  n.add_input("embedding.weight"), n.add_input("image");
  const Graph g = graph_of(m);
  CHECK(g.weights.empty());
  CHECK(interpret_float(g, std::vector<float>{3, 0, 1}) == std::vector<float>{30, 31, 0, 1, 10, 11});
}

}  // namespace bitline::onnx_import_test
