// SPDX-License-Identifier: Apache-2.0
// Counts of operations against counts by hand.
#include "workloads/operations.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/workloads/graph_models.h"
#include "workloads/onnx_import.h"

namespace bitline::operations_test {
using namespace workloads;
using namespace bitline::test;

namespace {

Operations sum_of(const Graph& graph) {
  Operations sum;
  for (const PlacedNode& node : all_nodes(graph)) sum += operations(graph, node);
  return sum;
}

Graph read_case(const char* name) {
  return read_onnx(std::filesystem::path(BITLINE_SOURCE_DIR) / "tests/workloads/data/onnx" /
                   (std::string(name) + ".onnx"));
}

}  // namespace

TEST_CASE("a product counts the weights of its panels once a position, and biases that are not 0") {
  Numbers numbers(1);
  const Window window{
      .kernel_height = 3, .kernel_width = 3, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1};
  GraphMaker n({6, 5, 4});
  Weights depthwise = grouped(numbers, 6, 9, 1);
  depthwise.bias = {1, 0, 2, 0, 0, 3};
  n.product(depthwise, window);
  n.finish();
  const Operations o = operations(n.graph, n.graph.nodes[0]);
  CHECK(o.macs == 20 * 54);  // not 20 x 54 x 6
  CHECK(o.additions == 20 * 3);
  CHECK(o.values_read + o.values_written == 0);
}

TEST_CASE("digital operations count what their formulas need, and the values that they touch") {
  GraphMaker n({4, 6});
  const auto counted = [&](const Op& op, std::vector<int> in = {0}) {
    n.add(op, std::move(in));
    return operations(n.graph, n.graph.nodes.back());
  };
  const int row = n.constant({6}, {1, 2, 3, 4, 5, 6});
  CHECK(counted(Arithmetic{}, {0, row}).additions == 24);
  CHECK(counted(Arithmetic{}, {0, row}).values_read == 24 + 6);
  CHECK(counted(Arithmetic{}, {0, row}).values_written == 24);
  CHECK(counted(Activate{}).comparisons == 24);
  const Operations softmax = counted(Softmax{1, false});  // per row: 5 comparisons, 6 differences, 6 exp, 5 additions
  CHECK(softmax.comparisons == 4 * 5);
  CHECK(softmax.additions == 4 * (6 + 5));
  CHECK(softmax.exponentials == 24);
  CHECK(softmax.divisions == 4);
  CHECK(softmax.multiplications == 24);
  const Operations norm = counted(Normalize{{1}});  // per row: mean 6, differences 6, squares summed 6
  CHECK(norm.additions == 4 * 18);
  CHECK(norm.multiplications == 4 * (6 + 6 + 2));
  CHECK(norm.divisions == 4);
  CHECK(norm.square_roots == 4);
  CHECK(counted(Reduce{Reduce::Kind::mean, {0}}).additions == 18);
  CHECK(counted(Reshape{{{24}}}).values_read == 0);
  CHECK(counted(Transpose{{1, 0}}).values_read == 24);
  CHECK(counted(Transpose{{1, 0}}).additions == 0);
  const Operations square = counted(Arithmetic{Arithmetic::Kind::power}, {0, n.constant({}, {2})});
  CHECK(square.multiplications == 24);
  CHECK(square.exponentials == 0);
}

TEST_CASE("MACs of known networks") {
  // 4 tokens of 6 values, 2 heads of 3: 3 x 36 + 36 + 2 x 48 weights a token; Q K^T and A V: 2 x 2 x 4 x 4 x 3.
  const Graph layer = read_case("transformer_layer");
  CHECK(sum_of(layer).macs == 4 * (4 * 36 + 2 * 48) + 2 * 2 * 4 * 4 * 3);
  CHECK(sum_of(layer).exponentials >= 2 * 4 * 4);
  // 5 steps of 4 inputs and 3 hidden values, 4 gates each; then 3 x 2.
  CHECK(sum_of(read_case("lstm")).macs == 5 * 4 * 3 * (4 + 3) + 6);
  // A loop as one node counts all its steps.
  const Graph lstm = read_case("lstm");
  for (const Node& node : lstm.nodes)
    if (std::holds_alternative<Loop>(node.op)) CHECK(operations(lstm, node).macs == 5 * 4 * 3 * 3);
}

}  // namespace bitline::operations_test
