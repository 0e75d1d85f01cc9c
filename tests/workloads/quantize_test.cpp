// SPDX-License-Identifier: Apache-2.0
// Scales and codes of integer graphs.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/workloads/graph_models.h"
#include "workloads/interpret.h"

namespace bitline::quantize_test {
using namespace workloads;
using namespace bitline::test;

TEST_CASE("input scales come from the calibration samples") {
  Numbers numbers(22);
  GraphMaker n({20});
  n.product(dense(numbers, 20, 9));
  n.activate(Activate::Kind::relu);
  n.product(dense(numbers, 9, 4));
  const auto graph = n.finish();
  const std::vector<float> data = numbers.pixels(30 * 20);
  const IntegerGraph q = quantize(graph, {data, true, true}, code_bits(4, 8));
  const IntegerWeights &a = q.weights[0], &b = q.weights[1];
  CHECK(a.name == "node0");
  CHECK(b.index == 1);
  CHECK(a.input.scale == 1.0 / 255);
  CHECK_FALSE(a.input.is_signed);
  CHECK_FALSE(b.input.is_signed);
  double largest = 0;  // after the activation, in the float network
  for (std::size_t i = 0; i < 30; ++i)
    for (std::size_t o = 0; o < 9; ++o) {
      double y = graph->weights[0].bias[o];
      for (std::size_t r = 0; r < 20; ++r)
        y += double{data[i * 20 + r]} * graph->weights[0].panels[0].weights[r * 9 + o];
      largest = std::max(largest, y);
    }
  CHECK(b.input.scale == doctest::Approx(largest / 255).epsilon(1e-5));
  // The same inputs, said to be any numbers: their own largest, and signs.
  const IntegerGraph any = quantize(graph, {data, false, false}, code_bits(4, 8));
  CHECK(any.weights[0].input.is_signed);
  CHECK(any.weights[0].input.scale == doctest::Approx(*std::ranges::max_element(data) / 127.0));
}

TEST_CASE("pixels at other widths, straight and through moves and a max pool") {
  Numbers numbers(28);
  const std::vector<float> data = numbers.pixels(50 * 12);
  for (const int b : {1, 4, 8, 12, 15}) {
    for (const bool moved : {false, true}) {
      GraphMaker n({3, 2, 2});
      if (moved) {
        n.add(Pool{.window = {}});
        n.add(Transpose{{0, 2, 1}});
        n.add(Pad{.before = {0, 0, 0}, .after = {0, 0, 0}});
        n.add(Transpose{{0, 2, 1}});
      }
      n.add(Reshape{{{12}}});
      n.product(dense(numbers, 12, 2));
      const IntegerGraph q = quantize(n.finish(), {{}, true, true}, code_bits(4, b));  // pixels need no calibration
      const long highest = (1 << b) - 1;
      interpret(q, data, 0, [&](const IntegerWeights&, std::span<const std::int16_t> in, auto&, auto) {
        REQUIRE(in.size() == data.size());
        long wrong = 0;
        for (std::size_t i = 0; i < in.size(); ++i) {
          // round(p highest / 255) in integers; 2 p highest / 255 is never odd, so no ties
          const long p = std::lrint(data[i] * 255.f);
          wrong += in[i] != (2 * p * highest + 255) / 510;
        }
        CHECK(wrong == 0);
      });
    }
  }
}

TEST_CASE("coverage is a nearest-rank quantile; sparse and dead inputs keep a usable scale") {
  // One pixel per sample, 1..100 of 255, through weight 255: the second layer's inputs are 1..100.
  std::vector<float> data;
  for (int i = 100; i >= 1; --i) data.push_back(static_cast<float>(i) / 255.f);
  const auto scale = [&](float weight, float bias, double coverage) {
    GraphMaker n({1});
    n.product(dense(1, 1, {weight}, {bias}));
    n.activate(Activate::Kind::relu);
    n.product(dense(1, 1, {1}));
    return quantize(n.finish(), {data, true, true}, ranged({.input_bits = 4}, coverage)).weights[1].input.scale;
  };
  CHECK(scale(255, 0, 1.0) == doctest::Approx(100.0 / 15));
  CHECK(scale(255, 0, 0.9) == doctest::Approx(90.0 / 15));
  CHECK(scale(255, 0, 0.902) == doctest::Approx(91.0 / 15));
  CHECK(scale(255, 0, 0.005) == doctest::Approx(1.0 / 15));
  CHECK(scale(255, -99, 0.5) == doctest::Approx(1.0 / 15));  // 99 zeros and a 1
  CHECK(scale(255, -1000, 1.0) == 1.0 / 15);                 // all zero
  data.resize(50000, 10 / 255.f);                            // longer than what is kept at a time
  for (std::size_t i = 0; i < 500; ++i) data[100 * i] = 200 / 255.f;
  CHECK(scale(255, 0, 0.98) == doctest::Approx(10.0 / 15));
}

TEST_CASE("weights of several products have one input scale, of all that they read") {
  GraphMaker n({2});
  n.product(dense(2, 2, {1, 0, 0, 1}));
  const int first = n.flow;
  n.add(Arithmetic{Arithmetic::Kind::multiply}, {first, n.constant({1}, {-3})});
  n.add(Product{0, {}, 0});
  const auto graph = n.finish();
  const std::vector<float> data{0.5f, 1, 0.25f, 2};
  const IntegerWeights w = quantize(graph, {data, true, false}, code_bits(8, 8)).weights[0];
  CHECK(w.positions == 2);
  CHECK(w.inputs == 4);
  CHECK(w.input.is_signed);  // one use is
  CHECK(w.input.scale == doctest::Approx(6.0 / 127));
}

TEST_CASE("inputs that the file quantizes keep its steps where the codes fit") {
  Numbers numbers(40);
  const auto input_of = [&](float low, float high, int input_bits, bool rectified) {
    GraphMaker n({4});
    n.add(Activate{.kind = Activate::Kind::quantize, .alpha = 0.125f, .low = low, .high = high});
    if (rectified) n.activate(Activate::Kind::relu);
    n.add(Reshape{{{2, 2}}});
    n.product(dense(numbers, 2, 3));
    const std::vector<float> data{3, 4, -2, 1};
    return quantize(n.finish(), {data, false, false}, code_bits(4, input_bits)).weights[0].input;
  };
  CHECK(input_of(-127, 127, 8, false).scale == 0.125);
  CHECK(input_of(-127, 127, 8, false).is_signed);
  CHECK(input_of(-128, 127, 8, false).scale != 0.125);  // -128 is no code
  CHECK(input_of(0, 255, 8, false).scale == 0.125);
  CHECK_FALSE(input_of(0, 255, 8, false).is_signed);
  CHECK(input_of(0, 255, 7, false).scale == doctest::Approx(4.0 / 127));
  CHECK(input_of(-128, 127, 8, true).scale == 0.125);
}

TEST_CASE("wrong settings are errors with the layer and the numbers") {
  Numbers numbers(41);
  GraphMaker n({1, 3, 4});
  n.add(Reshape{{{12}}});
  n.product(dense(numbers, 12, 3));
  n.product(dense(numbers, 3, 2));
  const auto graph = n.finish();
  const std::vector<float> good = numbers.pixels(60);
  const auto says = [&](const Calibration& c, const auto& settings, std::initializer_list<const char*> words) {
    const std::string message = refusal_of([&] { quantize(graph, c, settings); });
    CAPTURE(message);
    for (const char* word : words) CHECK(message.find(word) != std::string::npos);
  };
  const Calibration usual{good, true, true};
  says({std::span(good).first(13), true, true}, code_bits(4, 8), {"13 calibration values", "3x4"});
  says({{}, true, true}, code_bits(4, 8), {"node2", "calibration"});
  says(usual, code_bits(4, 16), {"node1", "16 input bits"});
  says(usual, code_bits(4, 1), {"node2", "negative"});
  says(usual, code_bits(0, 8), {"node1", "0 weight bits"});
  says(usual, ranged({}, 1.5), {"node1", "coverage of 1.5"});
}

}  // namespace bitline::quantize_test
