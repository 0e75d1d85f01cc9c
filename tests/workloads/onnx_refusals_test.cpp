// SPDX-License-Identifier: Apache-2.0
// ONNX files that cannot be used: each is one clear error, never a crash.
#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "tests/workloads/onnx_models.h"
#include "workloads/onnx_import.h"

namespace bitline::onnx_refusals_test {
using namespace workloads;
using namespace bitline::test;

namespace {

std::string refusal_of_bytes(const std::string& bytes) {
  return refusal_of([&] { (void)bitline::workloads::parse_onnx(bytes, "net.onnx"); });
}

// A small network with everything in it.
void fill_network(Model& m) {
  Numbers numbers(11);
  m.floats("conv.weight", {2, 1, 3, 3}, numbers.reals(18));
  m.floats("scale", {2}, {1, 1}), m.floats("shift", {2}, {0, 0}), m.floats("mean", {2}, {0, 0}),
      m.floats("variance", {2}, {1, 1});
  m.floats("fc.weight", {3, 8}, numbers.reals(24));
  m.floats("fc.bias", {3}, numbers.reals(3));
  m.node("Conv", {"conv.weight"}, "first");
  m.node("BatchNormalization", {"scale", "shift", "mean", "variance"});
  m.node("Relu");
  auto& pool = m.node("MaxPool");
  attribute(pool, "kernel_shape", {2, 2});
  attribute(pool, "strides", {2, 2});
  m.node("Flatten");
  attribute(m.node("Gemm", {"fc.weight", "fc.bias"}, "last"), "transB", std::int64_t{1});
}

onnx::TensorShapeProto& input_shape(Model& m) {
  return *m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
}

struct WrongFile {
  const char* what;
  std::function<void(Model&)> damage;
  std::vector<const char*> words;
};

void check_refusals(const std::vector<WrongFile>& cases) {
  for (const WrongFile& c : cases) {
    CAPTURE(c.what);
    Model m({1, 6, 6});
    fill_network(m);
    c.damage(m);
    const std::string message = refusal_of_bytes(m.bytes());
    CAPTURE(message);
    CHECK(message.starts_with("net.onnx: "));
    for (const char* word : c.words) {
      CAPTURE(word);
      CHECK(message.find(word) != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("all operators that are not known are named at once, with their nodes and what could be done") {
  check_refusals({
      {"two unknown, one of them digital",
       [](Model& m) {
         m.graph.mutable_node(2)->set_op_type("TopK");
         m.graph.mutable_node(4)->set_op_type("NonMaxSuppression");
         m.graph.mutable_node(5)->set_domain("com.example");
       },
       {"NonMaxSuppression (node 4)", "TopK (node 2)", "com.example.Gemm (node 5 'last')",
        "TopK could be computed digitally", "Export the network without the others"}},
      {"one, in five nodes",
       [](Model& m) {
         for (int i = 0; i < 5; ++i) m.node("Loop");
       },
       {"Loop (node 6, node 7, node 8, ...)", "None of them", "export the network without them"}},
  });
}

TEST_CASE("graphs that do not hold together") {
  check_refusals({
      {"cycle",
       [](Model& m) { m.graph.mutable_node(0)->set_input(0, "t2"); },
       {"cycle", "node 0 'first' (Conv), node 1 (BatchNormalization)", "wait for each other"}},
      {"missing weights",
       [](Model& m) { m.graph.mutable_node(5)->set_input(1, "nowhere"); },
       {"'last'", "'nowhere'", "no initializer", "complete"}},
      {"left-out weights",
       [](Model& m) { m.graph.mutable_node(5)->set_input(1, ""); },
       {"'last'", "input 2 is missing"}},
      {"too few inputs",
       [](Model& m) { m.graph.mutable_node(5)->mutable_input()->DeleteSubrange(1, 2); },
       {"'last'", "has 1 inputs"}},
      {"tensor defined twice",
       [](Model& m) { m.graph.mutable_node(1)->set_output(0, "t1"); },
       {"node 1", "'t1'", "second time"}},
      {"initializer made by a node",
       [](Model& m) { m.graph.mutable_node(1)->set_output(0, "fc.bias"); },
       {"node 1", "'fc.bias'", "second time"}},
      {"duplicate initializer",
       [](Model& m) { m.graph.mutable_initializer(6)->set_name("fc.weight"); },
       {"fc.weight", "twice"}},
      {"two inputs",
       [](Model& m) { *m.graph.add_input() = m.graph.input(0), m.graph.mutable_input(1)->set_name("mask"); },
       {"'image'", "'mask'", "one is supported"}},
      {"output that is a constant",
       [](Model& m) { m.flow = "fc.bias"; },
       {"'fc.bias'", "does not depend on the input"}},
      {"output that nobody makes", [](Model& m) { m.flow = "elsewhere"; }, {"'elsewhere'", "made by no node"}},
      {"constants only",
       [](Model& m) {
         auto& n = m.node("MatMul", {"scale"});
         n.set_input(0, "fc.weight");
       },
       {"node 6"}},
      {"old", [](Model& m) { m.proto.mutable_opset_import(0)->set_version(6); }, {"operator set 6", "7"}},
  });
  Model m({1, 6, 6});
  fill_network(m);
  m.bytes();
  m.graph.add_output()->set_name("t3");
  CHECK(refusal_of_bytes(m.proto.SerializeAsString()).find("it has 2 ('t6', 't3')") != std::string::npos);
  m.graph.clear_output();
  CHECK(refusal_of_bytes(m.proto.SerializeAsString()).find("it has 0") != std::string::npos);
}

TEST_CASE("sizes beyond any network, and inputs without a size") {
  constexpr std::int64_t huge = std::int64_t{1} << 61;
  check_refusals({
      {"free height",
       [](Model& m) { input_shape(m).mutable_dim(2)->set_dim_param("h"); },
       {"dimension 3", "not fixed"}},
      {"huge image",
       [](Model& m) { input_shape(m).mutable_dim(2)->set_dim_value(huge); },
       {"dimension 3", "2305843009213693952"}},
      {"negative image", [](Model& m) { input_shape(m).mutable_dim(2)->set_dim_value(-6); }, {"dimension 3", "-6"}},
      {"no dimensions", [](Model& m) { input_shape(m).clear_dim(); }, {"'image' has 0 dimensions"}},
      {"text",
       [](Model& m) { m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(8); },
       {"'image' has element type 8"}},
      {"huge tensor", [](Model& m) { m.graph.mutable_initializer(5)->set_dims(0, huge); }, {"fc.weight", "268435456"}},
      {"two gigabytes without values",
       [](Model& m) {
         m.graph.mutable_initializer(5)->set_dims(0, 1 << 15), m.graph.mutable_initializer(5)->set_dims(1, 1 << 13);
       },
       {"fc.weight", "does not hold that many values"}},
      {"negative dimension", [](Model& m) { m.graph.mutable_initializer(5)->set_dims(0, -3); }, {"fc.weight", "-3"}},
      {"empty tensor with a huge dimension",
       [](Model& m) {
         m.graph.mutable_initializer(5)->set_dims(0, 0), m.graph.mutable_initializer(5)->set_dims(1, huge);
       },
       {"fc.weight"}},
      {"huge constant",
       [](Model& m) {
         m.integers("shape", {1 << 20, 1 << 20});
         auto& n = m.node("ConstantOfShape");
         n.set_input(0, "shape");
       },
       {"ConstantOfShape", "limit"}},
      {"huge range",
       [](Model& m) {
         m.floats("start", {}, {0}), m.floats("end", {}, {1e30f}), m.floats("step", {}, {1e-30f});
         auto& n = m.node("Range", {"end", "step"});
         n.set_input(0, "start");
       },
       {"Range", "makes 1.0000000118763894e+60 numbers"}},
      {"huge expansion",
       [](Model& m) {
         m.integers("shape", {1 << 26, 1, 1});
         m.node("Expand", {"shape"});
       },
       {"Expand", "67108864 entries"}},
      {"huge tiles",
       [](Model& m) {
         m.integers("repeats", {1, huge});
         m.node("Tile", {"repeats"});
       },
       {"Tile", "repeats axis 1"}},
      {"huge pads",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "pads", {1 << 20, 1 << 20, 0, 0});
       },
       {"'first'", "limit"}},
      {"huge upsampling",
       [](Model& m) {
         m.floats("scales", {2}, {1, 1e9f}), m.floats("roi", {0}, {});
         m.node("Resize", {"roi", "scales"});
       },
       {"Resize", "makes 3000000000 of 3"}},
  });
}

TEST_CASE("values that are none, types that are none") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const auto put = [](Model& m, int tensor, std::size_t at, float value) {
    m.graph.mutable_initializer(tensor)->mutable_raw_data()->replace(4 * at, 4, reinterpret_cast<const char*>(&value),
                                                                     4);
  };
  check_refusals({
      {"NaN", [&](Model& m) { put(m, 5, 2, nan); }, {"'last'", "value 2", "fc.weight", "nan"}},
      {"infinity", [&](Model& m) { put(m, 0, 0, infinity); }, {"'first'", "inf"}},
      {"double beyond float",
       [](Model& m) {
         auto& t = *m.graph.mutable_initializer(6);
         t.clear_raw_data(), t.set_data_type(onnx::TensorProto::DOUBLE);
         for (int i = 0; i < 3; ++i) t.add_double_data(1e300);
       },
       {"'last'", "inf"}},
      {"short data",
       [](Model& m) { m.graph.mutable_initializer(5)->mutable_raw_data()->pop_back(); },
       {"fc.weight", "[3, 8]"}},
      {"texts",
       [](Model& m) { m.graph.mutable_initializer(5)->set_data_type(onnx::TensorProto::STRING); },
       {"fc.weight", "type 8"}},
      {"an unknown type",
       [](Model& m) { m.graph.mutable_initializer(5)->set_data_type(99); },
       {"fc.weight", "type 99"}},
      {"variance", [&](Model& m) { put(m, 4, 1, -1); }, {"node 1", "variance -1", "channel 1"}},
      {"folding overflows",
       [&](Model& m) { put(m, 1, 1, 1e38f), put(m, 4, 1, 1e-10f); },
       {"node 1", "channel 1 overflow"}},
      {"scale of 0",
       [](Model& m) {
         m.floats("zero", {}, {0});
         m.node("QuantizeLinear", {"zero"}, "q");
       },
       {"'q'", "a scale of 0 is not positive"}},
  });
}

TEST_CASE("attributes and shapes that do not fit") {
  check_refusals({
      {"wrong features",
       [](Model& m) { m.graph.mutable_initializer(5)->set_dims(0, 4), m.graph.mutable_initializer(5)->set_dims(1, 6); },
       {"'last'", "4 outputs"}},
      {"features of another size",
       [](Model& m) {
         m.graph.mutable_initializer(5)->set_dims(0, 4), m.graph.mutable_initializer(5)->set_dims(1, 6);
         m.graph.mutable_node(5)->mutable_input()->RemoveLast();
       },
       {"'last'", "weights for 6 inputs but gets (1, 8)"}},
      {"wrong channels",
       [](Model& m) { m.graph.mutable_initializer(0)->set_dims(1, 2), m.graph.mutable_initializer(0)->set_dims(0, 1); },
       {"'first'", "2 channels", "gets 1"}},
      {"group",
       [](Model& m) { attribute(*m.graph.mutable_node(0), "group", std::int64_t{3}); },
       {"'first'", "3 groups"}},
      {"pads",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "pads", {-1, 0, 0, 0});
       },
       {"'first'", "padding -1"}},
      {"number of pads",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "pads", {1, 1});
       },
       {"'first'", "'pads' has 2 values where 4"}},
      {"stride",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "strides", {0, 1});
       },
       {"'first'", "stride 0"}},
      {"auto_pad",
       [](Model& m) { attribute(*m.graph.mutable_node(0), "auto_pad", "SOME"); },
       {"'first'", "SOME", "SAME_UPPER"}},
      {"kernel shape",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "kernel_shape", {2, 2});
       },
       {"'first'", "[2, 2] differs"}},
      {"unknown attribute",
       [](Model& m) { attribute(*m.graph.mutable_node(0), "magic", std::int64_t{1}); },
       {"'first'", "'magic'", "strides"}},
      {"window too large",
       [](Model& m) { m.graph.mutable_node(3)->mutable_attribute(0)->set_ints(0, 9); },
       {"node 3", "window of 9", "height of 4"}},
      {"no flatten",
       [](Model& m) { m.graph.mutable_node()->DeleteSubrange(4, 1), m.graph.mutable_node(4)->set_input(0, "t4"); },
       {"'last'", "Flatten"}},
      {"wrong attribute type",
       [](Model& m) { attribute(*m.graph.mutable_node(5), "alpha", std::int64_t{1}); },
       {"'last'", "'alpha'"}},
      {"training",
       [](Model& m) { attribute(*m.graph.mutable_node(1), "training_mode", std::int64_t{1}); },
       {"node 1", "eval mode"}},
      {"softmax axis", [](Model& m) { attribute(m.node("Softmax"), "axis", std::int64_t{2}); }, {"Softmax", "axis 2"}},
      {"shape of the data", [](Model& m) { m.node("Reshape", {m.flow}); }, {"Reshape", "computed from the data"}},
      {"reshape",
       [](Model& m) {
         m.integers("s", {-1, 2}), m.node("Reshape", {"s"});
       },
       {"Reshape", "[-1, 2] of [1, 3]"}},
      {"two open dimensions",
       [](Model& m) {
         m.integers("s", {-1, -1}), m.node("Reshape", {"s"});
       },
       {"Reshape", "[-1, -1]"}},
      {"pad",
       [](Model& m) {
         m.integers("p", {0, 1}), m.node("Pad", {"p"});
       },
       {"Pad", "[0, 1]"}},
      {"axes that are no whole numbers",
       [](Model& m) { m.floats("a", {1}, {0.5f}), m.node("Unsqueeze", {"a"}); },
       {"Unsqueeze", "0.5"}},
      {"squeeze of a dimension that is not 1",
       [](Model& m) { m.integers("a", {1}), m.node("Squeeze", {"a"}); },
       {"Squeeze", "dimension 1, which is 3"}},
      {"split",
       [](Model& m) {
         m.integers("s", {2, 2}), attribute(m.node("Split", {"s"}), "axis", std::int64_t{1});
       },
       {"Split", "3 into [2, 2]"}},
      {"empty slice",
       [](Model& m) {
         m.integers("from", {2}), m.integers("to", {2}), m.integers("axes", {1});
         m.node("Slice", {"from", "to", "axes"});
       },
       {"Slice", "takes nothing"}},
      {"gather",
       [](Model& m) { m.integers("i", {3}), attribute(m.node("Gather", {"i"}), "axis", std::int64_t{1}); },
       {"Gather", "entry 3 of 3"}},
      {"shapes that do not broadcast",
       [](Model& m) { m.node("Relu"), m.node("Add", {"scale"}); },
       {"Add", "(1, 3) and (2) do not go together"}},
      {"whole numbers of the data",
       [](Model& m) { attribute(m.node("Cast"), "to", std::int64_t{7}); },
       {"Cast", "whole numbers"}},
      {"comparing data", [](Model& m) { m.node("Less", {"fc.bias"}); }, {"Less", "computed from the data"}},
      {"dequantizing data",
       [](Model& m) { m.floats("s", {}, {1}), m.node("DequantizeLinear", {"s"}); },
       {"DequantizeLinear", "no QuantizeLinear made"}},
      {"whole numbers between",
       [](Model& m) { m.floats("s", {}, {1}), m.node("QuantizeLinear", {"s"}), m.node("Relu"); },
       {"Relu", "only DequantizeLinear"}},
      {"LSTM of another rank",
       [](Model& m) {
         m.floats("w", {1, 4, 3}, std::vector<float>(12)), m.floats("r", {1, 4, 1}, std::vector<float>(4)),
             m.node("LSTM", {"w", "r"});
       },
       {"LSTM", "3 dimensions each"}},
      {"LSTM of another size",
       [](Model& m) {
         m.integers("s", {1, 1, 3}), m.node("Reshape", {"s"});
         m.floats("w", {1, 4, 2}, std::vector<float>(8)), m.floats("r", {1, 4, 1}, std::vector<float>(4)),
             m.node("LSTM", {"w", "r"});
       },
       {"LSTM", "[1, 4, 3] and [1, 4, 1] are needed"}},
  });
}

TEST_CASE("a file cut anywhere is an error") {
  Model m({1, 6, 6});
  fill_network(m);
  const std::string bytes = m.bytes();
  REQUIRE(refusal_of_bytes(bytes) == "no error");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    CHECK(refusal_of_bytes(bytes.substr(0, cut)) != "no error");
  }
}

TEST_CASE("changed bytes never do more than raise an InputError") {
  Model m({1, 6, 6});
  fill_network(m);
  const std::string bytes = m.bytes();
  Numbers numbers(13);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string damaged = bytes;
    for (int i = numbers.between(1, 4); i > 0; --i)
      damaged[numbers.bits() % damaged.size()] = static_cast<char>(numbers.between(0, 255));
    CHECK_NOTHROW((void)refusal_of_bytes(damaged));
  }
  for (const std::string& garbage :
       {std::string(), std::string(1000, '\0'), std::string(1000, '\xff'), std::string("not a network\n")})
    CHECK(refusal_of_bytes(garbage) != "no error");
  CHECK_THROWS_AS(bitline::workloads::read_onnx("/nowhere/at-all.onnx"), bitline::InputError);
}

}  // namespace bitline::onnx_refusals_test
