// SPDX-License-Identifier: Apache-2.0
// Shapes, consistency and positions of graphs.
#include "workloads/graph.h"

#include <doctest/doctest.h>

#include <limits>

#include "tests/workloads/graph_models.h"
#include "workloads/facts.h"

namespace bitline::graph_test {
using namespace workloads;
using namespace bitline::test;

namespace {

Shape shape_after(const Op& op, std::vector<Shape> in, std::vector<Weights> weights = {}) {
  return output_shapes(op, in, weights).front();
}

void says(const Op& op, std::vector<Shape> in, const char* words, std::vector<Weights> weights = {}) {
  const std::string message = refusal_of([&] { (void)output_shapes(op, in, weights); });
  CAPTURE(message);
  CHECK(message.find(words) != std::string::npos);
}

constexpr Window three{.kernel_height = 3, .kernel_width = 3};

}  // namespace

TEST_CASE("shapes of outputs") {
  Numbers numbers(1);
  Window window = three;
  window.stride_y = 2, window.pad_top = 1, window.pad_right = 2, window.dilation_x = 2;
  const std::vector<Weights> weights{dense(numbers, 27, 8), dense(numbers, 5, 2)};
  CHECK(shape_after(Product{0, window, 0}, {{{1, 3, 9, 9}}}, weights) == Shape{{1, 8, 4, 7}});
  CHECK(shape_after(Product{1, {}, 0}, {{{4, 6, 5}}}, weights) == Shape{{4, 6, 2}});
  CHECK(shape_after(MultiplyTensors{}, {{{2, 1, 4, 3}}, {{5, 3, 7}}}) == Shape{{2, 5, 4, 7}});
  CHECK(shape_after(Arithmetic{}, {{{4, 1, 3}}, {{5, 1}}}) == Shape{{4, 5, 3}});
  CHECK(shape_after(Select{}, {{{3}}, {{2, 1}}, {}}) == Shape{{2, 3}});
  CHECK(shape_after(Pool{.window = {.kernel_height = 2, .kernel_width = 2, .stride_y = 2, .stride_x = 2}},
                    {{{3, 9, 8}}}) == Shape{{3, 4, 4}});
  CHECK(shape_after(Reduce{Reduce::Kind::sum, {0, 2}}, {{{3, 9, 8}}}) == Shape{{1, 9, 1}});
  CHECK(shape_after(Concat{1}, {{{2, 3}}, {{2, 5}}}) == Shape{{2, 8}});
  CHECK(shape_after(Slice{0, 6, -3, 3}, {{{7, 2}}}) == Shape{{3, 2}});
  CHECK(shape_after(Gather{1, {}}, {{{4, 9, 2}}, {{5, 6}}}) == Shape{{4, 5, 6, 2}});
  CHECK(shape_after(Transpose{{2, 0, 1}}, {{{3, 4, 5}}}) == Shape{{5, 3, 4}});
  CHECK(shape_after(Pad{.before = {1, 0}, .after = {0, 2}}, {{{3, 4}}}) == Shape{{4, 6}});
}

TEST_CASE("a last window that hangs over is kept in ceil mode if it starts on a value or the first padding") {
  Pool pool{.window = {.kernel_height = 3, .kernel_width = 3, .stride_y = 2, .stride_x = 3}, .ceil_mode = true};
  // Windows of 3 on 6 values: floor 2, ceil 3 (at 4). On 7 by threes: at 0, 3 and 6.
  CHECK(shape_after(pool, {{{1, 6, 7}}}) == Shape{{1, 3, 3}});
  pool.window.pad_right = 1, pool.window.stride_x = 4;
  CHECK(shape_after(pool, {{{1, 6, 4}}}).from_end(0) == 1);  // the second would start in the last padding
}

TEST_CASE("what does not fit is named with its numbers") {
  Numbers numbers(2);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Weights> weights{dense(numbers, 27, 8), dense(numbers, 5, 2)};
  says(Product{1, {}, 0}, {{{4, 6}}}, "weights for 5 inputs but gets (4, 6)", weights);
  says(Product{0, three, 0}, {{{4, 6, 6}}}, "27 weight rows, but 4 channels and a 3x3 kernel need 36", weights);
  says(Product{0, three, 0}, {{{6, 6}}}, "gets 2 dimensions", weights);
  says(Product{0, three, 0}, {{{3, 2, 9}}}, "a window of 3 does not fit the height of 2", weights);
  says(Product{7, {}, 0}, {{{5}}}, "number 7 of 2", weights);
  says(Product{0, three, 0}, {{{3, 1 << 13, 1 << 13}}}, "set of patches", weights);
  says(Arithmetic{}, {{{4}}, {{3}}}, "(4) and (3) do not go together");
  says(Arithmetic{}, {{{4}}}, "1 tensors where 2");
  says(MultiplyTensors{}, {{{2, 3}}, {{4, 2}}}, "cannot multiply (2, 3) by (4, 2)");
  says(Softmax{2, false}, {{{2, 3}}}, "axis 2");
  says(Reshape{{{7}}}, {{{2, 3}}}, "7 values of 6");
  says(Reshape{{{1 << 20, 1 << 20}}}, {{{2, 3}}}, "limit");
  says(Transpose{{0, 0}}, {{{2, 3}}}, "names 0 twice");
  says(Slice{0, 1, 1, 3}, {{{3}}}, "takes 3 from 1");
  says(Slice{0, 1, -1, 3}, {{{3}}}, "takes 3 from 1");
  says(Concat{0}, {{{2, 3}}, {{2, 4}}}, "cannot join");
  says(Gather{0, {3}}, {{{3}}}, "entry 3 of 3");
  says(Pad{.kind = Pad::Kind::reflect, .before = {3}, .after = {0}}, {{{3}}}, "pads axis 0 of 3 values by 3");
  says(Pool{.window = {.pad_top = 1}}, {{{1, 4, 4}}}, "padding");
  says(Activate{.alpha = nan}, {{{3}}}, "alpha nan");
  says(Activate{.kind = Activate::Kind::clip, .low = 1, .high = 0}, {{{3}}}, "low 1, high 0");
  says(Activate{}, {{{3, 0}}}, "empty");
}

TEST_CASE("a graph that does not hold together is refused with the node") {
  Numbers numbers(3);
  const auto message_of = [&](const std::function<void(Graph&)>& damage) {
    GraphMaker n({6});
    n.product(dense(numbers, 6, 4));
    n.activate(Activate::Kind::relu);
    n.product(dense(numbers, 4, 2));
    n.graph.outputs = {n.flow};
    damage(n.graph);
    return refusal_of([&] { check(n.graph); });
  };
  CHECK(message_of([](Graph&) {}) == "no error");
  const auto says_of = [&](const std::function<void(Graph&)>& damage, const char* words) {
    const std::string message = message_of(damage);
    CAPTURE(message);
    CHECK(message.find(words) != std::string::npos);
  };
  says_of([](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); }, "'node1': reads a tensor that is not made before it");
  says_of([](Graph& g) { g.nodes[1].in = {99}; }, "'node1'");
  says_of([](Graph& g) { g.nodes[1].name = "node0"; }, "another node has this name");
  says_of([](Graph& g) { g.tensors[2].shape = {{5}}; }, "declared as 5 but it gives 4");
  says_of([](Graph& g) { g.weights[1].panels[0].weights[3] = std::numeric_limits<float>::infinity(); }, "infinite");
  says_of([](Graph& g) { g.weights[1].panels.push_back({3, 1, 1, 1, {1.f}}); }, "lie over each other");
  says_of([](Graph& g) { g.weights[1].panels[0].row = 1; }, "does not lie in 4 rows");
  says_of([](Graph& g) { g.weights[1].bias.push_back(1); }, "3 bias values for 2 outputs");
  says_of([](Graph& g) { g.weights[1].name = "node0"; }, "two weights are called 'node0'");
  says_of([](Graph& g) { g.weights.push_back(g.weights[0]), g.weights[2].name = "idle"; },
          "'idle' belong to no product");
  says_of([](Graph& g) { g.nodes.clear(); }, "no nodes");
  says_of([](Graph& g) { g.outputs = {1000}; }, "output that no node makes");
}

TEST_CASE("positions of a sample count through all uses of weights, and through the steps of loops") {
  Numbers numbers(4);
  GraphMaker n({5, 4});
  n.product(dense(numbers, 4, 4));  // 5 vectors
  const int sequence = n.flow;
  n.add(Product{0, {}, 0});           // the same weights again
  n.flow = n.add(Slice{0, 0, 1, 1});  // one of five
  n.add(Product{0, {}, 0});
  auto body = std::make_shared<Graph>();
  body->tensors = {{"h", {{1, 4}}, {}}, {"x", {{4}}, {}}};
  body->inputs = {0, 1};
  const int added = append(*body, n.graph.weights, "sum", Arithmetic{}, {0, 1});
  const int next = append(*body, n.graph.weights, "step", Product{0, {}, 0}, {added});
  body->outputs = {next};
  n.add(Loop{body, 5, 1, false}, {n.flow, sequence});
  n.finish();
  const auto first_of = [&](std::size_t node) { return std::get<Product>(n.graph.nodes[node].op).first_position; };
  CHECK(first_of(0) == 0);
  CHECK(first_of(1) == 5);
  CHECK(first_of(3) == 10);
  const Loop& loop = std::get<Loop>(n.graph.nodes[4].op);
  CHECK(std::get<Product>(loop.body->nodes[1].op).first_position == 11);  // 11 .. 15 in its five steps
  const std::vector<PlacedNode> all = all_nodes(n.graph);
  REQUIRE(all.size() == 6);
  CHECK(all[5].times == 5);
  CHECK(all[5].node->name == "step");
}

TEST_CASE("a sample fits where its dimensions are the same but for ones, and any shape fits where one is read flat") {
  CHECK(takes({{1, 1, 28, 28}}, {{28, 28}}));
  CHECK(takes({{1, 784}}, {{1, 28, 28}}));
  CHECK(takes({{28, 1, 28}}, {{1, 28, 28}}));
  CHECK_FALSE(takes({{1, 3, 32, 32}}, {{32, 32, 3}}));
  CHECK_FALSE(takes({{1, 783}}, {{28, 28}}));
  CHECK(to_string(Shape{{1, 3, 32, 1}}) == "3x32x1");
  CHECK(to_string(Shape{{1, 1}}) == "1");
}

TEST_CASE("whether values can be negative is known from the operations") {
  using Kind = Activate::Kind;
  struct Case {
    Op op;
    bool from_signed, from_unsigned;  // no negative values after it
  };
  const auto activation = [](Kind kind, float alpha = 0.01f, float low = 0, float high = 6) {
    return Activate{.kind = kind, .alpha = alpha, .low = low, .high = high};
  };
  const Case cases[] = {
      {Reshape{{{6}}}, false, true},
      {activation(Kind::relu), true, true},
      {activation(Kind::leaky_relu, 0.5f), false, true},
      {activation(Kind::leaky_relu, 0.f), true, true},
      {activation(Kind::clip, 0, 0, 6), true, true},
      {activation(Kind::clip, 0, -1, 1), false, true},
      {activation(Kind::sigmoid), true, true},
      {activation(Kind::tanh), false, true},
      {activation(Kind::silu), false, true},
      {activation(Kind::negate), false, false},
      {activation(Kind::absolute), true, true},
      {Softmax{}, true, true},
      {Softmax{0, true}, false, false},
      {Reduce{Reduce::Kind::mean, {0}}, false, true},
      {Reduce{Reduce::Kind::sum_of_squares, {0}}, true, true},
      {Normalize{{0}}, false, false},
      {Normalize{{0}, 1e-5, false}, false, true},
      {Pad{.before = {1}, .after = {0}, .value = -1}, false, false},
      {Resize{0, 2, {0, 1}, {1.25f, -0.25f}}, false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(name_of(c.op));
    GraphMaker n({6});
    n.graph.outputs = {n.add(c.op)};
    const auto last = static_cast<std::size_t>(n.flow);
    CHECK(facts_of(n.graph, {{false, false, {}}})[last].nonnegative == c.from_signed);
    CHECK(facts_of(n.graph, {{true, false, {}}})[last].nonnegative == c.from_unsigned);
  }
  GraphMaker two({6});
  const int squares = two.add(Arithmetic{Arithmetic::Kind::add}, {0, two.constant({6}, {0, 1, 2, 3, 4, 5})});
  CHECK(facts_of(two.graph, {{true, true, {}}})[static_cast<std::size_t>(squares)].nonnegative);
  CHECK_FALSE(facts_of(two.graph, {{true, true, {}}})[static_cast<std::size_t>(squares)].pixels);
  const int difference = two.add(Arithmetic{Arithmetic::Kind::subtract}, {0, squares});
  CHECK_FALSE(facts_of(two.graph, {{true, true, {}}})[static_cast<std::size_t>(difference)].nonnegative);
}

TEST_CASE("a carried tensor is without negative values if it is so at first and after each step") {
  for (const bool rectified : {false, true}) {
    GraphMaker n({3, 2});
    auto body = std::make_shared<Graph>();
    body->tensors = {{"h", {{2}}, {}}, {"x", {{2}}, {}}};
    body->inputs = {0, 1};
    int next = append(*body, "sum", Arithmetic{Arithmetic::Kind::subtract}, {1, 0});
    if (rectified) next = append(*body, "relu", Activate{}, {next});
    body->outputs = {next};
    const Loop loop{body, 3, 1, false};
    CHECK(facts_in_loop(loop, {{true, true, {}}, {true, true, {}}})[0].nonnegative == rectified);
    CHECK_FALSE(facts_in_loop(loop, {{true, true, {}}, {true, true, {}}})[0].pixels);
    CHECK_FALSE(facts_in_loop(loop, {{false, false, {}}, {true, true, {}}})[0].nonnegative);
  }
}

}  // namespace bitline::graph_test
