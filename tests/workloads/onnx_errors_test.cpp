// SPDX-License-Identifier: Apache-2.0
// ONNX files that cannot be used: each is one clear error, never a crash.
#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "base/error.h"
#include "tests/workloads/onnx_models.h"

namespace bitline::onnx_errors_test {
using namespace bitline::test;

namespace {

std::string message_of(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

// A small CNN with everything in it.
void fill(Model& m) {
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

}  // namespace

TEST_CASE("what is wrong is named, with the node and what is supported") {
  struct Case {
    const char* what;
    std::function<void(Model&)> damage;
    std::vector<const char*> words;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const Case cases[] = {
      {"operator",
       [](Model& m) { m.graph.mutable_node(2)->set_op_type("Gelu"); },
       {"node 2", "Gelu", "not supported", "LeakyRelu"}},
      {"domain", [](Model& m) { m.graph.mutable_node(2)->set_domain("com.example"); }, {"node 2", "com.example.Relu"}},
      {"skip",
       [](Model& m) { m.graph.mutable_node(3)->set_input(0, "t1"); },
       {"node 3", "MaxPool", "'t1'", "'t3'", "chain"}},
      {"data to itself", [](Model& m) { m.node("Add", {m.flow}); }, {"node 6", "itself"}},
      {"two inputs",
       [](Model& m) { *m.graph.add_input() = m.graph.input(0), m.graph.mutable_input(1)->set_name("mask"); },
       {"'image'", "'mask'"}},
      {"free height",
       [](Model& m) {
         m.graph.mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->mutable_shape()
             ->mutable_dim(2)
             ->set_dim_param("h");
       },
       {"dimension 3", "not fixed"}},
      {"huge image",
       [](Model& m) {
         m.graph.mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->mutable_shape()
             ->mutable_dim(2)
             ->set_dim_value(std::int64_t{1} << 62);
       },
       {"dimension 3", "4611686018427387904"}},
      {"NaN",
       [&](Model& m) {
         m.graph.mutable_initializer(5)->mutable_raw_data()->replace(8, 4, reinterpret_cast<const char*>(&nan), 4);
       },
       {"'last'", "value 2", "fc.weight", "nan"}},
      {"infinity",
       [&](Model& m) {
         m.graph.mutable_initializer(0)->mutable_raw_data()->replace(0, 4, reinterpret_cast<const char*>(&infinity), 4);
       },
       {"'first'", "inf"}},
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
      {"huge tensor",
       [](Model& m) { m.graph.mutable_initializer(5)->set_dims(0, std::int64_t{1} << 61); },
       {"fc.weight"}},
      {"negative dimension", [](Model& m) { m.graph.mutable_initializer(5)->set_dims(0, -3); }, {"fc.weight", "-3"}},
      {"external",
       [](Model& m) { m.graph.mutable_initializer(5)->set_data_location(onnx::TensorProto::EXTERNAL); },
       {"fc.weight", "another file"}},
      {"half floats",
       [](Model& m) { m.graph.mutable_initializer(5)->set_data_type(onnx::TensorProto::FLOAT16); },
       {"fc.weight", "type 10"}},
      {"missing weights", [](Model& m) { m.graph.mutable_node(5)->set_input(1, "nowhere"); }, {"'last'", "nowhere"}},
      {"wrong features",
       [](Model& m) { m.graph.mutable_initializer(5)->set_dims(0, 4), m.graph.mutable_initializer(5)->set_dims(1, 6); },
       {"'last'", "4"}},
      {"wrong channels",
       [](Model& m) { m.graph.mutable_initializer(0)->set_dims(1, 2), m.graph.mutable_initializer(0)->set_dims(0, 1); },
       {"'first'", "2 channels", "gets 1"}},
      {"group",
       [](Model& m) { attribute(*m.graph.mutable_node(0), "group", std::int64_t{2}); },
       {"'first'", "group = 2"}},
      {"dilations",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "dilations", {2, 2});
       },
       {"'first'", "dilations [2, 2]"}},
      {"pads",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "pads", {-1, 0, 0, 0});
       },
       {"'first'", "padding -1"}},
      {"huge pads",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "pads", {1 << 20, 1 << 20, 0, 0});
       },
       {"'first'", "limit"}},
      {"stride",
       [](Model& m) {
         attribute(*m.graph.mutable_node(0), "strides", {0, 1});
       },
       {"'first'", "stride 0"}},
      {"same lower",
       [](Model& m) { attribute(*m.graph.mutable_node(0), "auto_pad", "SAME_LOWER"); },
       {"'first'", "SAME_LOWER", "SAME_UPPER"}},
      {"unknown attribute",
       [](Model& m) { attribute(*m.graph.mutable_node(0), "magic", std::int64_t{1}); },
       {"'first'", "'magic'", "strides"}},
      {"window too large",
       [](Model& m) { m.graph.mutable_node(3)->mutable_attribute(0)->set_ints(0, 9); },
       {"node 3", "window of 9", "height of 4"}},
      {"ceil",
       [](Model& m) { attribute(*m.graph.mutable_node(3), "ceil_mode", std::int64_t{1}); },
       {"node 3", "ceil_mode"}},
      {"batch norm alone",
       [](Model& m) {
         m.graph.mutable_node()->SwapElements(1, 2), m.graph.mutable_node(1)->set_input(0, "t1"),
             m.graph.mutable_node(1)->set_output(0, "t2"), m.graph.mutable_node(2)->set_input(0, "t2"),
             m.graph.mutable_node(2)->set_output(0, "t3");
       },
       {"node 2", "BatchNormalization", "right after"}},
      {"variance",
       [](Model& m) {
         const float v = -1;
         m.graph.mutable_initializer(4)->mutable_raw_data()->replace(4, 4, reinterpret_cast<const char*>(&v), 4);
       },
       {"node 1", "variance -1", "channel 1"}},
      {"no flatten",
       [](Model& m) { m.graph.mutable_node()->DeleteSubrange(4, 1), m.graph.mutable_node(4)->set_input(0, "t4"); },
       {"'last'", "Flatten"}},
      {"transposed input",
       [](Model& m) { attribute(*m.graph.mutable_node(5), "transA", std::int64_t{1}); },
       {"'last'", "transA"}},
      {"wrong attribute type",
       [](Model& m) { attribute(*m.graph.mutable_node(5), "alpha", std::int64_t{1}); },
       {"'last'", "'alpha'"}},
      {"bias shape",
       [](Model& m) {
         m.graph.mutable_initializer(6)->set_dims(0, 1), m.graph.mutable_initializer(6)->add_dims(3),
             m.graph.mutable_initializer(6)->add_dims(1);
       },
       {"'last'", "[1, 3, 1]"}},
      {"stray add", [](Model& m) { m.node("Relu"), m.node("Add", {"fc.bias"}); }, {"node 7", "Add"}},
      {"duplicate initializer",
       [](Model& m) { m.graph.mutable_initializer(6)->set_name("fc.weight"); },
       {"fc.weight", "twice"}},
      {"tensor defined twice",
       [](Model& m) { m.graph.mutable_node(1)->set_output(0, "t1"), m.graph.mutable_node(2)->set_input(0, "t1"); },
       {"node 1", "'t1'", "second time"}},
      {"old", [](Model& m) { m.proto.mutable_opset_import(0)->set_version(6); }, {"operator set 6", "7"}},
      {"softmax axis",
       [](Model& m) { attribute(m.node("Softmax"), "axis", std::int64_t{0}); },
       {"Softmax", "axis = 0"}},
      {"computed shape", [](Model& m) { m.node("Reshape", {"somewhere"}); }, {"Reshape", "torch.flatten"}},
      {"pad",
       [](Model& m) {
         m.integers("p", {0, 1}), m.node("Pad", {"p"});
       },
       {"Pad", "[0, 1]"}},
      {"shape", [](Model& m) { m.node("Shape"); }, {"Shape", "not supported", "torch.flatten"}},
      {"reshape",
       [](Model& m) {
         m.integers("s", {-1, 2}), m.node("Reshape", {"s"});
       },
       {"Reshape", "[-1, 2]", "(batch, 3)"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Model m({1, 6, 6});
    fill(m);
    c.damage(m);
    const std::string message = message_of(m.bytes());
    CAPTURE(message);
    CHECK(message.find("bitline-onnx-") != std::string::npos);  // the file
    for (const char* word : c.words) {
      CAPTURE(word);
      CHECK(message.find(word) != std::string::npos);
    }
  }
}

TEST_CASE("the output must be the end of the chain") {
  Model m({1, 6, 6});
  fill(m);
  m.bytes();
  m.graph.mutable_output(0)->set_name("t2");
  CHECK(message_of(m.proto.SerializeAsString()).find("'t2'") != std::string::npos);
  m.graph.clear_output();
  CHECK(message_of(m.proto.SerializeAsString()).find("it has 0") != std::string::npos);
}

TEST_CASE("a file cut anywhere is an error") {
  Model m({1, 6, 6});
  fill(m);
  const std::string bytes = m.bytes();
  REQUIRE(message_of(bytes) == "no error");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    CHECK(message_of(bytes.substr(0, cut)) != "no error");
  }
}

TEST_CASE("changed bytes never do more than raise an InputError") {
  Model m({1, 6, 6});
  fill(m);
  const std::string bytes = m.bytes();
  Numbers numbers(13);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string damaged = bytes;
    for (int i = numbers.between(1, 4); i > 0; --i)
      damaged[numbers.bits() % damaged.size()] = static_cast<char>(numbers.between(0, 255));
    CHECK_NOTHROW((void)message_of(damaged));
  }
  for (const std::string& garbage :
       {std::string(), std::string(1000, '\0'), std::string(1000, '\xff'), std::string("not a network\n")})
    CHECK(message_of(garbage) != "no error");
  CHECK_THROWS_AS(read_onnx("/nowhere/at-all.onnx"), InputError);
}

}  // namespace bitline::onnx_errors_test
