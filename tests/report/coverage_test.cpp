// SPDX-License-Identifier: Apache-2.0
// Every operation of a network once, with its counts and who pays.
#include "report/coverage.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "cost/graph_flow.h"
#include "tests/cost/cost_chips.h"
#include "workloads/operations.h"

namespace bitline::report_test {
using namespace workloads;
using namespace report;
using namespace bitline::test;

namespace {

// Two vectors: fc1, relu, fc2 (digital), their product with themselves, and renamed values.
struct Example {
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
  IntegerGraph network;
  chip::Chip chip;

  Example() {
    IntegerWeights fc1 = layer_of("fc1", 0, 4, 2, {3, -1, 0, 2, -3, 1, 2, 2}, {1, 2, false}),
                   fc2 = layer_of("fc2", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false});
    for (IntegerWeights* w : {&fc1, &fc2}) w->positions = 2, w->inputs = 2 * static_cast<std::size_t>(w->rows);
    graph->tensors.push_back({"x", {{1, 2, 4}}, {}});
    graph->inputs = {0};
    graph->weights = {{"fc1", 4, 2, {{0, 0, 4, 2, std::vector<float>(8, 1)}}, {}},
                      {"fc2", 2, 4, {{0, 0, 2, 4, std::vector<float>(8, 1)}}, {}}};
    int last = append(*graph, "first", Product{0, {}, 0}, {0});
    last = append(*graph, "relu", Activate{}, {last});
    last = append(*graph, "second", Product{1, {}, 0}, {last});
    const int turned = append(*graph, "turned", Transpose{{0, 2, 1}}, {last});
    last = append(*graph, "scores", MultiplyTensors{}, {last, turned});
    last = append(*graph, "flat", Reshape{{{1, 4}}}, {last});
    graph->outputs = {append(*graph, "softmax", Softmax{.axis = 1}, {last})};
    check(*graph);
    network = {graph, {fc1, fc2}};
    chip = chip_with(tiny({{"layers", "{fc2: {digital: true}}"}}), {fc1, fc2});
  }
};

}  // namespace

TEST_CASE("every node of a network stands once, with where it runs, and its counts and energies are those of all") {
  const Example example;
  const cost::Tariff tariff = cost::tariff(example.chip.config, example.chip,
                                           cost::graph_flow(example.chip.config, example.chip, example.network));
  const cost::Costs costs = price(example.chip, tariff, std::vector<read::Ledger>(2), std::nullopt);
  const std::vector<CoveredNode> nodes = covered(example.chip, example.network, tariff, costs);

  std::vector<std::string> names, places;
  double macs = 0, joules = 0, nodes_J = 0, operations_macs = 0;
  for (const CoveredNode& n : nodes) {
    names.push_back(n.name), places.push_back(n.where);
    macs += n.macs, joules += n.energy_J.total();
  }
  CHECK(names == std::vector<std::string>{"fc1", "relu", "fc2", "turned", "scores", "flat", "softmax"});
  CHECK(places == std::vector<std::string>{"1 block on 1 array", "digital unit", "digital unit", "buffers",
                                           "digital unit", "nowhere", "digital unit"});
  for (const PlacedNode& placed : all_nodes(*example.graph)) operations_macs += operations(*example.graph, placed).macs;
  for (const cost::NodeCosts& n : costs.nodes) nodes_J += n.energy_J;
  CHECK(macs == 2 * 8 + 2 * 8 + 2 * 2 * 4);
  CHECK(macs == operations_macs);
  CHECK(joules == relative(nodes_J));

  CHECK(nodes[0].computes == "product 4x2, 2 vectors");
  CHECK(nodes[1].paid_by == "the rescaling of fc1");
  CHECK(nodes[2].conversions == 0);
  CHECK(nodes[4].macs == 16);
  CHECK(nodes[5].energy_J.total() == 0);
  CHECK(nodes[6].exponentials == 4);
  CHECK(nodes[6].divisions == 1);
}

TEST_CASE("a block is a span of nodes, its shares of MACs add up to 100 %") {
  const Example example;
  const cost::Tariff tariff = cost::tariff(example.chip.config, example.chip,
                                           cost::graph_flow(example.chip.config, example.chip, example.network));
  const cost::Costs costs = price(example.chip, tariff, std::vector<read::Ledger>(2), std::nullopt);
  const std::vector<CoveredNode> nodes = covered(example.chip, example.network, tariff, costs);

  const auto block = block_of(nodes, "relu", "scores");
  CHECK(block.size() == 4);
  const std::string table = coverage_table(block, nodes);
  CHECK(table.find("| `scores` | multiply-tensors 2x2 | digital unit | 16 | 50.00 % |") != std::string::npos);
  CHECK(table.find("| **sum** |  |  | 32 | 100.00 % |") != std::string::npos);
  CHECK(table.find("66.7 % of the network's 48 MACs") != std::string::npos);
  CHECK_THROWS_WITH_AS(block_of(nodes, "relu", "nothing"), "the network has no node 'nothing'", InputError);
  CHECK_THROWS_AS(block_of(nodes, "scores", "relu"), InputError);
}

}  // namespace bitline::report_test
