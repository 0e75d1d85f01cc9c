// SPDX-License-Identifier: Apache-2.0
// Factors between layers: what they are, what they leave as it is, and where there are none.
#include "workloads/rescale.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/workloads/graph_models.h"
#include "workloads/interpret.h"
#include "workloads/rescale_links.h"

namespace bitline::rescale_test {
using namespace workloads;
using namespace bitline::test;

namespace {

constexpr Window three{
    .kernel_height = 3, .kernel_width = 3, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1};
constexpr Window halves{.kernel_height = 2, .kernel_width = 2, .stride_y = 2, .stride_x = 2};

auto all(const Rescale& how) {
  return [=](int, const std::string&) { return how; };
}

// Of the same samples: float outputs are the same but for rounding of weights and sums in single precision.
void check_same(const std::shared_ptr<const Graph>& before, const Rescaled& after, std::span<const float> samples) {
  const std::vector<float> was = interpret_float(*before, samples), is = interpret_float(*after.graph, samples);
  REQUIRE(was.size() == is.size());
  float largest = 0;
  for (const float y : was) largest = std::max(largest, std::abs(y));
  REQUIRE(largest > 0);
  for (std::size_t i = 0; i < was.size(); ++i) CHECK(std::abs(was[i] - is[i]) < 1e-5f * largest);
  CHECK(after.graph != before);
}

}  // namespace

TEST_CASE("smooth factors are those of the formula, folded into both layers") {
  GraphMaker n({2});
  n.product(dense(2, 2, {1, 0.5f, 0, 2}, {0.25f, -1}));
  n.activate(Activate::Kind::relu);
  n.product(dense(2, 2, {0.125f, -0.5f, 3, 1}));
  const auto graph = n.finish();
  // Hidden: (x0 + 0.25, x0 / 2 + 2 x1 - 1), of (1, 0.5) and (4, 3): 1.25, 0.5 and 4.25, 7.
  const std::vector<float> samples{1, 0.5f, 4, 3};
  const Rescaled r = rescaled(graph, {samples, false, false}, all(SmoothRescale{0.25}));
  const double s[] = {std::pow(4.25, 0.25) / std::pow(0.5, 0.75), std::pow(7, 0.25) / std::pow(3, 0.75)};
  const Weights &first = r.graph->weights[0], &second = r.graph->weights[1];
  const auto near = [](float a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); };
  const float was[] = {1, 0.5f, 0, 2}, then[] = {0.125f, -0.5f, 3, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(near(first.panels[0].weights[i], was[i] / s[i % 2]));
    CHECK(near(second.panels[0].weights[i], then[i] * s[i / 2]));
  }
  CHECK(near(first.bias[0], 0.25 / s[0]));
  CHECK(near(first.bias[1], -1 / s[1]));
  check_same(graph, r, samples);
  REQUIRE(r.notes.size() == 1);
  CHECK(r.notes[0].find(
            "layer node0: quantization.rescale leaves its inputs as they are: they are the network's own") == 0);
  CHECK(graph->weights[0].panels[0].weights[0] == 1);  // the network itself stays
}

TEST_CASE("equalized layers have the same range before and after each channel") {
  Numbers numbers(5);
  GraphMaker n({6});
  n.product(dense(numbers, 6, 8));
  n.activate(Activate::Kind::relu);
  n.product(dense(numbers, 8, 7));
  n.activate(Activate::Kind::relu);
  n.product(dense(numbers, 7, 3));
  const auto graph = n.finish();
  const std::vector<float> samples = numbers.reals(60);
  const Rescaled r = rescaled(graph, {samples, false, false}, all(EqualizeRescale{}));
  check_same(graph, r, samples);
  const std::vector<ChannelLink> links = channel_links(*r.graph);
  REQUIRE(links.size() == 3);
  for (std::size_t k = 1; k < 3; ++k) {
    const std::vector<double> before = column_ranges(*r.graph, links[k]), after = row_ranges(*r.graph, links[k]);
    REQUIRE(before.size() == (k == 1 ? 8 : 7));
    for (std::size_t j = 0; j < before.size(); ++j)
      CHECK(before[j] == doctest::Approx(after[j]).epsilon(4e-3));  // until factors are within 0.1 %
  }
}

TEST_CASE("factors pass convolutions, groups, pools, means and reshapes") {
  Numbers numbers(9);
  GraphMaker n({1, 2, 8, 8});
  n.product(dense(numbers, 18, 4), three);
  n.activate(Activate::Kind::relu);
  n.add(Pool{.window = halves});
  n.product(grouped(numbers, 4, 9, 2), three);  // channel j has two columns
  n.activate(Activate::Kind::leaky_relu);
  n.add(Pool{.kind = Pool::Kind::average, .window = halves});
  n.add(Reshape{{{1, 32}}});
  n.product(dense(numbers, 32, 5));
  n.add(Reshape{{{5, 1, 1}}});
  n.add(Reduce{.axes = {1, 2}});
  n.add(Reshape{{{1, 5}}});
  n.add(Transpose{{1, 0}});
  n.add(Reshape{{{5}}});
  n.product(dense(numbers, 5, 3));
  const auto graph = n.finish();
  const std::vector<float> samples = numbers.reals(7 * 128);
  for (const Rescale& how : {Rescale(SmoothRescale{}), Rescale(EqualizeRescale{})}) {
    const Rescaled r = rescaled(graph, {samples, false, false}, all(how));
    check_same(graph, r, samples);
    CHECK(r.notes.size() == 1);
  }
  const std::vector<ChannelLink> links = channel_links(*graph);
  REQUIRE(links.size() == 4);
  CHECK(links[1].channels == 4);
  CHECK(links[1].row[0] == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                            2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3});
  CHECK(links[2].channels == 8);  // of four values of the map each
  CHECK(links[2].row[0][3] == 0);
  CHECK(links[2].row[0][4] == 1);
}

TEST_CASE("a normalization takes the factors of all that read it; a layer alone can be left out") {
  Numbers numbers(3);
  GraphMaker n({3, 4});
  const int start = n.flow;
  n.add(Normalize{.axes = {1}});
  const int gain = n.constant({4}, {1, 2, 0.5f, 8}), shift = n.constant({4}, {0.5f, 0, -1, 3});
  n.add(Arithmetic{Arithmetic::Kind::multiply}, {n.flow, gain});
  const int normal = n.add(Arithmetic{Arithmetic::Kind::add}, {n.flow, shift});
  const int q = n.product(dense(numbers, 4, 4), {}, {normal}), k = n.product(dense(numbers, 4, 4), {}, {normal});
  const int sum = n.add(Arithmetic{Arithmetic::Kind::multiply}, {q, k});
  n.add(Arithmetic{Arithmetic::Kind::add}, {sum, start});
  n.product(dense(numbers, 4, 2));
  const auto graph = n.finish();
  const std::vector<float> samples = numbers.reals(5 * 12);
  const Rescaled r = rescaled(graph, {samples, false, false}, all(SmoothRescale{}));
  check_same(graph, r, samples);
  REQUIRE(r.notes.size() == 1);
  CHECK(r.notes[0].find("layer node7") == 0);
  CHECK(r.notes[0].find("'node6' before them joins or parts channels") != std::string::npos);
  const std::vector<ChannelLink> links = channel_links(*graph);
  REQUIRE(links.size() == 2);
  CHECK(links[0].readers == std::vector<int>{0, 1});
  CHECK_FALSE(links[0].maker);
  CHECK(links[0].constants.size() == 2);
  // Cross-layer equalization has no layer before; and the two must agree.
  CHECK(rescaled(graph, {samples, false, false}, all(EqualizeRescale{})).notes.size() == 3);
  const Rescaled one = rescaled(graph, {samples, false, false}, [](int i, const std::string&) {
    return i == 0 ? Rescale(SmoothRescale{}) : Rescale(NoRescale{});
  });
  REQUIRE(one.notes.size() == 1);
  CHECK(one.notes[0].find("ask for something else") != std::string::npos);
  CHECK(rescaled(graph, {samples, false, false}, all(NoRescale{})).graph == graph);
}

TEST_CASE("what a factor would change is left as it is") {
  Numbers numbers(4);
  const auto why = [&](const std::function<void(GraphMaker&)>& between) {
    GraphMaker n({4});
    n.product(dense(numbers, 4, 4));
    between(n);
    n.product(dense(numbers, 4, 4));
    return channel_links(*n.finish()).back().why_not;
  };
  using Kind = Activate::Kind;
  CHECK(why([](GraphMaker&) {}) == "");
  for (const Kind kind : {Kind::relu, Kind::leaky_relu, Kind::absolute, Kind::negate})
    CHECK(why([&](GraphMaker& n) { n.activate(kind); }) == "");
  for (const Kind kind :
       {Kind::clip, Kind::sigmoid, Kind::tanh, Kind::gelu, Kind::sign, Kind::quantize, Kind::threshold})
    CHECK(why([&](GraphMaker& n) { n.activate(kind); }).find("does not let factors pass") != std::string::npos);
  CHECK(why([](GraphMaker& n) { n.add(Softmax{}); }) != "");
  CHECK(why([](GraphMaker& n) { n.add(Arithmetic{}, {n.flow, n.flow}); }) != "");
  CHECK(why([](GraphMaker& n) { n.add(Arithmetic{}, {n.flow, n.constant({4}, {1, 2, 3, 4})}); }) == "");
  CHECK(why([](GraphMaker& n) { n.add(Arithmetic{}, {n.flow, n.constant({1}, {1})}); }) != "");  // one for all channels
  CHECK(why([](GraphMaker& n) { n.add(Arithmetic{Arithmetic::Kind::divide}, {n.constant({1}, {1}), n.flow}); }) != "");
  CHECK(why([](GraphMaker& n) { n.graph.outputs = {n.flow}; }) != "");
}

}  // namespace bitline::rescale_test
