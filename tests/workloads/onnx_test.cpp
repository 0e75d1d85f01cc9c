// SPDX-License-Identifier: Apache-2.0
// ONNX files that are read: each operator against loops written here.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/workloads/onnx_models.h"
#include "workloads/interpret.h"
#include "workloads/onnx_import.h"

namespace bitline::onnx_test {
using namespace workloads;
using namespace bitline::test;

namespace {

Graph read(Model& model) { return parse_onnx(model.bytes(), "net.onnx"); }

const Panel& only_panel(const Graph& graph) {
  REQUIRE(graph.weights.size() == 1);
  REQUIRE(graph.weights[0].panels.size() == 1);
  return graph.weights[0].panels[0];
}

// The float network on random pixels against `truth(pixels of one sample)`.
template <class Truth>
void check_float(const Graph& graph, std::size_t samples, std::uint32_t seed, const Truth& truth) {
  const auto inputs = static_cast<std::size_t>(graph.input().size());
  const auto outputs = static_cast<std::size_t>(graph.output_size());
  Numbers numbers(seed);
  const std::vector<float> pixels = numbers.pixels(samples * inputs);
  const std::vector<float> got = interpret_float(graph, pixels);
  REQUIRE(got.size() == samples * outputs);
  for (std::size_t s = 0; s < samples; ++s) {
    const std::vector<double> x(pixels.begin() + static_cast<std::ptrdiff_t>(s * inputs),
                                pixels.begin() + static_cast<std::ptrdiff_t>((s + 1) * inputs));
    const std::vector<double> want = truth(x);
    REQUIRE(want.size() == outputs);
    for (std::size_t i = 0; i < outputs; ++i) CHECK(got[s * outputs + i] == doctest::Approx(want[i]).epsilon(2e-5));
  }
}

struct Image {
  int channels, height, width;
};

// Direct convolution from the ONNX layout (output, channel, y, x), with the value at a padded coordinate 0.
std::vector<double> convolve(const std::vector<double>& x, Image in, const std::vector<float>& w,
                             const std::vector<float>& b, int outputs, int kh, int kw, int sy, int sx, int top,
                             int left, int oh, int ow) {
  std::vector<double> y;
  for (int o = 0; o < outputs; ++o)
    for (int i = 0; i < oh; ++i)
      for (int j = 0; j < ow; ++j) {
        double sum = b[o];
        for (int c = 0; c < in.channels; ++c)
          for (int u = 0; u < kh; ++u)
            for (int v = 0; v < kw; ++v) {
              const int yy = i * sy + u - top, xx = j * sx + v - left;
              if (yy >= 0 && yy < in.height && xx >= 0 && xx < in.width)
                sum += x[(c * in.height + yy) * in.width + xx] * w[((o * in.channels + c) * kh + u) * kw + v];
            }
        y.push_back(sum);
      }
  return y;
}

}  // namespace

TEST_CASE("a torch-like MLP: names, shapes, transposed weights, alpha and beta") {
  Numbers numbers(1);
  Model m({12});
  const auto w1 = numbers.reals(5 * 12), b1 = numbers.reals(5), w2 = numbers.reals(5 * 3), b2 = numbers.reals(3);
  m.floats("fc1.weight", {5, 12}, w1);
  m.floats("fc1.bias", {5}, b1);
  m.floats("head", {5, 3}, w2);
  m.floats("head_b", {1, 3}, b2);
  attribute(m.node("Gemm", {"fc1.weight", "fc1.bias"}, "Gemm_0"), "transB", std::int64_t{1});
  m.node("Relu", {}, "/act/Relu");
  auto& gemm = m.node("Gemm", {"head", "head_b"}, "Gemm_1");
  attribute(gemm, "alpha", 0.5f);
  attribute(gemm, "beta", 2.f);
  m.node("Dropout");
  const Graph n = read(m);
  REQUIRE(n.nodes.size() == 3);
  CHECK(n.nodes[0].name == "fc1");
  CHECK(n.nodes[1].name == "act");
  CHECK(n.nodes[2].name == "Gemm_1");
  CHECK(n.input() == Shape{{1, 12}});
  CHECK(n.output_size() == 3);
  REQUIRE(n.weights[0].rows == 12);
  CHECK(n.weights[0].panels[0].weights[7 * 5 + 2] == w1[2 * 12 + 7]);
  check_float(n, 5, 2, [&](const std::vector<double>& x) {
    std::vector<double> h(5), y(3);
    for (int o = 0; o < 5; ++o) {
      h[o] = b1[o];
      for (int i = 0; i < 12; ++i) h[o] += x[i] * w1[o * 12 + i];
      h[o] = std::max(h[o], 0.0);
    }
    for (int o = 0; o < 3; ++o) {
      double sum = 0;
      for (int i = 0; i < 5; ++i) sum += h[i] * w2[i * 3 + o];
      y[o] = 0.5 * sum + 2.0 * b2[o];
    }
    return y;
  });
}

TEST_CASE("MatMul and Add, in both orders of operands, typed data, doubles, Constant nodes") {
  Model m({2});
  auto& w = *m.graph.add_initializer();  // typed instead of raw
  w.set_name("w"), w.set_data_type(onnx::TensorProto::DOUBLE);
  w.add_dims(2), w.add_dims(2);
  for (double v : {1.0, 2.0, 3.0, -4.0}) w.add_double_data(v);
  m.node("MatMul", {"w"});
  auto& constant = *m.graph.add_node();
  constant.set_op_type("Constant");
  constant.add_output("bias");
  auto* value = constant.add_attribute();
  value->set_name("value_floats"), value->set_type(onnx::AttributeProto::FLOATS);
  value->add_floats(0.25f), value->add_floats(0.5f);
  auto& add = m.node("Add", {"bias"});
  std::swap(*add.mutable_input(0), *add.mutable_input(1));
  m.node("Identity");
  const Graph n = read(m);
  REQUIRE(n.nodes.size() == 1);
  CHECK(n.nodes[0].name == "matmul");
  const auto y = interpret_float(n, std::vector<float>{1.f, 0.2f});
  CHECK(y[0] == doctest::Approx(1 + 3 * 0.2 + 0.25));
  CHECK(y[1] == doctest::Approx(2 - 4 * 0.2 + 0.5));
}

TEST_CASE("convolution with padding and stride equals direct convolution") {
  Numbers numbers(3);
  const Image in{2, 7, 6};
  const auto w = numbers.reals(3 * 2 * 3 * 2), b = numbers.reals(3);
  struct Case {
    const char* automatic;
    std::vector<std::int64_t> pads;
    int sy, sx, top, left, oh, ow;
  };
  const Case cases[] = {
      {nullptr, {0, 0, 0, 0}, 1, 1, 0, 0, 5, 5}, {nullptr, {2, 0, 1, 3}, 1, 1, 2, 0, 8, 8},
      {nullptr, {1, 1, 1, 1}, 2, 3, 1, 1, 4, 3}, {nullptr, {4, 3, 4, 3}, 2, 1, 4, 3, 7, 11},
      {"VALID", {}, 2, 1, 0, 0, 3, 5},           {"SAME_UPPER", {}, 1, 1, 1, 0, 7, 6},
      {"SAME_UPPER", {}, 2, 2, 1, 0, 4, 3},
  };
  for (const Case& c : cases) {
    Model m({in.channels, in.height, in.width});
    m.floats("conv.weight", {3, 2, 3, 2}, w);
    m.floats("conv.bias", {3}, b);
    auto& conv = m.node("Conv", {"conv.weight", "conv.bias"});
    attribute(conv, "strides", {c.sy, c.sx});
    attribute(conv, "kernel_shape", {3, 2});
    if (c.automatic)
      attribute(conv, "auto_pad", c.automatic);
    else
      attribute(conv, "pads", c.pads);
    const Graph n = read(m);
    CAPTURE(c.oh);
    CHECK(n.nodes[0].name == "conv");
    CHECK(n.output_size() == 3 * c.oh * c.ow);
    CHECK(only_panel(n).weights[((1 * 3 + 2) * 2 + 1) * 3 + 2] == w[((2 * 2 + 1) * 3 + 2) * 2 + 1]);
    check_float(n, 3, 4, [&](const std::vector<double>& x) {
      return convolve(x, in, w, b, 3, 3, 2, c.sy, c.sx, c.top, c.left, c.oh, c.ow);
    });
  }
}

TEST_CASE("batch norm is folded into the layer before it") {
  Numbers numbers(5);
  const Image in{2, 4, 4};
  const auto w = numbers.reals(3 * 2 * 2 * 2), shift = numbers.reals(3), mean = numbers.reals(3);
  const std::vector<float> scale{0.5f, -2.f, 1.25f}, variance{0.25f, 4.f, 0.01f};
  Model m({2, 4, 4});
  m.floats("c.weight", {3, 2, 2, 2}, w);
  m.floats("s", {3}, scale), m.floats("b", {3}, shift), m.floats("m", {3}, mean), m.floats("v", {3}, variance);
  m.node("Conv", {"c.weight"});
  attribute(m.node("BatchNormalization", {"s", "b", "m", "v"}), "epsilon", 0.125f);
  const Graph n = read(m);
  REQUIRE(n.nodes.size() == 1);
  check_float(n, 2, 6, [&](const std::vector<double>& x) {
    auto y = convolve(x, in, w, {0, 0, 0}, 3, 2, 2, 1, 1, 0, 0, 3, 3);
    for (int i = 0; i < 27; ++i)
      y[i] = (y[i] - mean[i / 9]) / std::sqrt(variance[i / 9] + 0.125) * scale[i / 9] + shift[i / 9];
    return y;
  });
}

TEST_CASE("pooling, with padding that does not count") {
  for (const bool average : {false, true}) {
    Model m({2, 5, 5});
    auto& pool = m.node(average ? "AveragePool" : "MaxPool");
    attribute(pool, "kernel_shape", {3, 2});
    attribute(pool, "strides", {2, 1});
    attribute(pool, "pads", {1, 1, 1, 0});
    const Graph n = read(m);
    CHECK(n.output_size() == 2 * 3 * 5);
    check_float(n, 2, 7, [&](const std::vector<double>& x) {
      std::vector<double> y;
      for (int c = 0; c < 2; ++c)
        for (int i = 0; i < 3; ++i)
          for (int j = 0; j < 5; ++j) {
            double sum = 0, largest = -1;
            int count = 0;
            for (int u = 0; u < 3; ++u)
              for (int v = 0; v < 2; ++v) {
                const int yy = 2 * i + u - 1, xx = j + v - 1;
                if (yy < 0 || yy > 4 || xx < 0 || xx > 4) continue;
                sum += x[c * 25 + yy * 5 + xx], ++count;
                largest = std::max(largest, x[c * 25 + yy * 5 + xx]);
              }
            y.push_back(average ? sum / count : largest);
          }
      return y;
    });
  }
  Model m({2, 5, 5});
  m.integers("none", std::vector<std::int64_t>(8));
  m.node("Pad", {"none"});
  m.node("GlobalAveragePool");
  m.node("Flatten");
  const Graph n = read(m);
  CHECK(n.output_size() == 2);
  check_float(n, 2, 8, [&](const std::vector<double>& x) {
    std::vector<double> y(2);
    for (int i = 0; i < 50; ++i) y[i / 25] += x[i] / 25;
    return y;
  });
}

TEST_CASE("activations and softmax") {
  const auto result = [&](const std::string& type, const auto& adjust, int opset = 13) {  // of -1.5 and 0.5
    Model m({2}, opset);
    m.floats("w", {2, 2}, {-1.5f, 0.5f, 0, 0});
    m.floats("low", {}, {-1.f}), m.floats("high", {}, {0.25f});
    m.node("MatMul", {"w"});
    adjust(m.node(type));
    return interpret_float(read(m), std::vector<float>{1.f, 0.f});
  };
  const auto plain = [](auto&) {};
  CHECK(result("Relu", plain) == std::vector<float>{0, 0.5f});
  CHECK(result("LeakyRelu", plain)[0] == doctest::Approx(-0.015));
  CHECK(result("LeakyRelu", [](auto& n) { attribute(n, "alpha", 0.5f); })[0] == -0.75f);
  CHECK(result("Clip", [](auto& n) { n.add_input("low"), n.add_input("high"); }) == std::vector<float>{-1, 0.25f});
  CHECK(result("Clip", [](auto& n) { n.add_input(""), n.add_input("high"); }) == std::vector<float>{-1.5f, 0.25f});
  CHECK(result(
            "Clip", [](auto& n) { attribute(n, "min", 0.f), attribute(n, "max", 6.f); }, 10) ==
        std::vector<float>{0, 0.5f});
  CHECK(result("Sigmoid", plain)[0] == doctest::Approx(1 / (1 + std::exp(1.5))));
  CHECK(result("Tanh", plain)[1] == doctest::Approx(std::tanh(0.5)));
  CHECK(result("Softmax", plain)[1] == doctest::Approx(1 / (1 + std::exp(-2.0))));
  CHECK(result("LogSoftmax", plain)[0] == doctest::Approx(-std::log(1 + std::exp(2.0))));
}

TEST_CASE("Flatten and Reshape give (batch, features); equal names become unique") {
  for (const auto& target : std::vector<std::vector<std::int64_t>>{{-1, 12}, {0, -1}, {0, 12}}) {
    Model m({3, 2, 2});
    m.integers("shape", target);
    m.floats("w", {12, 2}, std::vector<float>(24, 1.f));
    m.node("Relu"), m.node("Relu");
    m.node("Reshape", {"shape"});
    m.node("Flatten");
    m.node("MatMul", {"w"});
    const Graph n = read(m);
    CHECK(n.nodes[1].name == "relu_2");
    CHECK(n.output_size() == 2);
  }
}

}  // namespace bitline::onnx_test
