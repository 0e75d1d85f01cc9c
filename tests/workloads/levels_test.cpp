// SPDX-License-Identifier: Apache-2.0
// Which products can be computed at the same time, and in how many rounds the vectors of one come.
#include "workloads/levels.h"

#include <doctest/doctest.h>

#include "tests/workloads/graph_models.h"
#include "workloads/integer_graph.h"

namespace bitline::levels_test {
using namespace workloads;
using namespace bitline::test;

TEST_CASE("products of one level wait for none of each other: both ways of a branch, then what joins them") {
  Numbers numbers(6);
  GraphMaker n({4});
  const int x = n.product(dense(numbers, 4, 4));                           // 0
  const int left = n.product(dense(numbers, 4, 4), {}, {x});               // 1
  const int far = n.product(dense(numbers, 4, 4), {}, {left});             // 2
  const int right = n.product(dense(numbers, 4, 4), {}, {x});              // 1, beside `left`
  const int sum = n.add(Arithmetic{}, {far, n.add(Activate{}, {right})});  // the longest way counts
  n.product(dense(numbers, 4, 4), {}, {sum});                              // 3
  CHECK(levels_of_weights(*n.finish()) == std::vector<int>{0, 1, 2, 1, 3});
}

TEST_CASE("a loop begins at the level of what it is given; its steps are rounds") {
  // h = (h V + x[t] W) U, then a product with the last h.
  Numbers numbers(6);
  GraphMaker n({5, 4});
  n.product(dense(numbers, 4, 4));  // 0, five vectors at once
  const int sequence = n.flow;
  for (int i = 0; i < 3; ++i) {
    n.graph.weights.push_back(dense(numbers, 4, 4));
    n.graph.weights.back().name = std::string(1, "VWU"[i]);
  }
  auto body = std::make_shared<Graph>();
  body->tensors = {{"h", {{4}}, {}}, {"x", {{4}}, {}}};
  body->inputs = {0, 1};
  const int v = append(*body, n.graph.weights, "v", Product{1, {}, 0}, {0}),
            w = append(*body, n.graph.weights, "w", Product{2, {}, 0}, {1}),
            both = append(*body, n.graph.weights, "both", Arithmetic{}, {v, w});
  body->outputs = {append(*body, n.graph.weights, "u", Product{3, {}, 0}, {both})};
  const int start = n.constant({4}, {0, 0, 0, 0});
  n.add(Loop{body, 5, 1, false}, {start, sequence});
  n.product(dense(numbers, 4, 2));
  const auto graph = n.finish();
  // V reads a constant at first, but no step begins before there is a sequence.
  CHECK(levels_of_weights(*graph) == std::vector<int>{0, 1, 1, 2, 3});
  const std::vector<float> data = numbers.reals(20);
  const IntegerGraph q = quantize(graph, {data, false, false}, code_bits(4, 8));
  std::vector<std::size_t> rounds, positions;
  for (const IntegerWeights& weights : q.weights) {
    rounds.push_back(weights.rounds);
    positions.push_back(weights.positions);
  }
  CHECK(rounds == std::vector<std::size_t>{1, 5, 5, 5, 1});
  CHECK(positions == std::vector<std::size_t>{5, 5, 5, 5, 1});
  CHECK(q.weights[3].level == 2);
}

}  // namespace bitline::levels_test
