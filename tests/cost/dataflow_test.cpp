// SPDX-License-Identifier: Apache-2.0
// Tensors between nodes: their bits, what they take of buffers and traffic, and when nodes that read them can begin.
#include "cost/dataflow.h"

#include <doctest/doctest.h>

#include "cost/graph_flow.h"
#include "cost/schedule.h"
#include "tests/cost/cost_chips.h"

namespace bitline::dataflow_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace chip;
using namespace read;
using namespace cost;
using namespace bitline::test;

namespace {

std::size_t tensor(Dataflow& flow, const char* name, double values, int bits = 1) {
  return flow.add_tensor({name, values, bits, {}, {}});
}

FlowNode digital(const char* name, std::vector<std::size_t> in, std::vector<std::size_t> out) {
  return {.name = name, .operation = "add", .in = std::move(in), .out = std::move(out)};
}

FlowNode product(const char* name, std::size_t layer, std::vector<std::size_t> in, std::vector<std::size_t> out) {
  return {.name = name, .operation = "product", .layer = layer, .in = std::move(in), .out = std::move(out)};
}

}  // namespace

TEST_CASE("a chain needs a double buffer of its largest tensor, a residual branch keeps its own until it is added") {
  Dataflow chain;
  const auto a = tensor(chain, "a", 70), b = tensor(chain, "b", 100), c = tensor(chain, "c", 30);
  chain.add_node(product("first", 0, {a}, {b}));
  chain.add_node(product("second", 1, {b}, {c}));
  CHECK(buffer_bits(chain) == 2 * 100);

  // x -> first -> second -> add <- x: x waits while the branch is computed, then streams with the branch's end.
  Dataflow residual;
  const auto x = tensor(residual, "x", 100), y = tensor(residual, "y", 40), z = tensor(residual, "z", 100),
             sum = tensor(residual, "sum", 100);
  residual.add_node(product("first", 0, {x}, {y}));
  CHECK(buffer_bits(residual) == 2 * 100);  // nobody else reads x yet
  residual.add_node(product("second", 1, {y}, {z}));
  residual.add_node(digital("add", {z, x}, {sum}));
  CHECK(buffer_bits(residual) == 2 * 100 + 100);
  // Once it is added it is gone.
  const auto wide = tensor(residual, "wide", 120);
  residual.add_node(product("third", 2, {sum}, {wide}));
  CHECK(buffer_bits(residual) == 2 * 100 + 100);
}

TEST_CASE("a pipeline keeps a tensor for all images between its writing and its last reading") {
  Dataflow chain;
  const auto a = tensor(chain, "a", 70), b = tensor(chain, "b", 100), c = tensor(chain, "c", 30);
  chain.add_node(product("first", 0, {a}, {b}));
  chain.add_node(product("second", 1, {b}, {c}));
  CHECK(pipeline_buffer_bits(chain, {1, 1}) == 2 * 70 + 2 * 100 + 2 * 30);
  // Two groups of copies of the first: it works two periods on an image.
  CHECK(pipeline_buffer_bits(chain, {2, 1}) == 3 * 70 + 3 * 100 + 2 * 30);

  // x waits for the branch: it comes in period 0 and is added in period 3.
  Dataflow residual;
  const auto x = tensor(residual, "x", 100), y = tensor(residual, "y", 40), z = tensor(residual, "z", 90),
             sum = tensor(residual, "sum", 100);
  residual.add_node(product("first", 0, {x}, {y}));
  residual.add_node(product("second", 1, {y}, {z}));
  residual.add_node(digital("add", {z, x}, {sum}));
  CHECK(pipeline_buffer_bits(residual, {1, 1, 1}) == 4 * 100 + 2 * 40 + 2 * 90 + 2 * 100);

  // What only says where values stand takes no period: the tensor is filled before it and read behind it.
  Dataflow moved;
  const auto flat = tensor(moved, "flat", 70), same = tensor(moved, "same", 70), out = tensor(moved, "out", 30);
  moved.add_node(digital("move", {flat}, {same}));
  moved.add_node(product("first", 0, {same}, {out}));
  CHECK(pipeline_buffer_bits(moved, {0, 1}) == 70 + 70 + 2 * 30);
}

TEST_CASE("traffic: each tensor once, the network's inputs and outputs off the chip once") {
  Dataflow flow;
  const auto x = tensor(flow, "x", 10, 8), y = tensor(flow, "y", 5, 16), z = tensor(flow, "z", 5, 4);
  flow.add_node(product("first", 0, {x}, {y}));
  flow.add_node(digital("square", {y, y}, {z}));
  flow.add_node(digital("again", {x}, {tensor(flow, "w", 3, 2)}));
  const NodeTraffic first = traffic(flow, 0), square = traffic(flow, 1), again = traffic(flow, 2);
  CHECK(first.read_bits == 80);
  CHECK(first.written_bits == 80);
  CHECK(first.output_bits == 16);
  CHECK(first.off_chip_bits == 80);
  CHECK(square.read_bits == 80);
  CHECK(square.read_values == 5);
  CHECK(square.off_chip_bits == 20);
  CHECK(again.read_bits == 80);
  CHECK(again.off_chip_bits == 6);  // x is on the chip already
}

TEST_CASE("bits: codes of the layers that read a tensor, through nodes that keep codes; the widest reader wins") {
  Dataflow flow;
  const auto x = tensor(flow, "x", 1), a = tensor(flow, "a", 1), pooled = tensor(flow, "pooled", 1),
             b = tensor(flow, "b", 1), sum = tensor(flow, "sum", 1), out = tensor(flow, "out", 1);
  flow.add_node(product("first", 0, {x}, {a}));
  FlowNode pool = digital("pool", {a}, {pooled});
  pool.keeps_codes = true;
  flow.add_node(pool);
  flow.add_node(product("second", 1, {pooled}, {b}));
  flow.add_node(digital("add", {b, x}, {sum}));
  flow.add_node(product("third", 2, {sum}, {out}));
  set_bits(flow, {8, 6, 4}, 16);
  CHECK(flow.tensors[x].bits == 16);  // the addition asks for more than the first layer
  CHECK(flow.tensors[a].bits == 6);
  CHECK(flow.tensors[pooled].bits == 6);
  CHECK(flow.tensors[b].bits == 16);
  CHECK(flow.tensors[sum].bits == 4);
  CHECK(flow.tensors[out].bits == 4);
}

TEST_CASE("branches on arrays of their own overlap, on one array they take turns; energy is the same") {
  const std::vector<workloads::IntegerWeights> layers = {
      small_layer(), layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const auto branches = [&](const Changes& changes) {
    const Chip chip = chip_with(tiny(changes), layers);
    Dataflow flow;
    const auto x = tensor(flow, "x", 3, 2), a = tensor(flow, "a", 2, 2), b = tensor(flow, "b", 4, 2),
               sum = tensor(flow, "sum", 4, 2);
    flow.add_node(product("small", 0, {x}, {a}));
    flow.add_node(product("next", 1, {x}, {b}));
    FlowNode add = digital("add", {a, b}, {sum});
    add.counts.additions = 65;  // 64 lanes: two cycles
    flow.add_node(add);
    return price(chip, tariff(chip.config, chip, flow), std::vector<Ledger>(2), std::nullopt);
  };
  // 510 and 280 ns alone, as in the tests of schedules.
  const Costs apart = branches({}), shared = branches({{"array.rows", "8"}});
  CHECK(apart.nodes[0].latency_s == relative(510 * ns));
  CHECK(apart.nodes[1].latency_s == relative(280 * ns));
  CHECK(apart.nodes[2].latency_s == relative(20 * ns));
  CHECK(apart.latency_per_inference_s == relative(530 * ns));
  CHECK(apart.latency_s.total() == relative(530 * ns));
  CHECK(apart.throughput_per_s == relative(1 / (530 * ns)));
  // On one array the first keeps it until it is done: row groups are the same two.
  CHECK(shared.latency_per_inference_s == relative(510 * ns + 280 * ns + 20 * ns));
  for (const Part part : {Part::adc, Part::buffer, Part::digital})
    CHECK(apart.energy_J[part] == relative(shared.energy_J[part]));
  const Costs piped = branches({{"mapping.schedule", "pipelined"}});
  CHECK(piped.throughput_per_s == relative(1 / (510 * ns)));
}

TEST_CASE("digital nodes of a chain are priced, and what a layer's rescaling does anyway is not paid twice") {
  workloads::IntegerWeights conv = layer_of("conv", 0, 4, 2, {3, -1, 0, 2, -3, 1, 2, 2}, {1, 2, false}),
                            fc = layer_of("fc", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false});
  conv.positions = 4, conv.inputs = 16;
  fc.bias = {0.5, 0, 0, 0};
  using namespace workloads;
  auto net = std::make_shared<Graph>();
  net->tensors.push_back({"x", {{1, 1, 4, 4}}, {}});
  net->inputs = {0};
  net->weights = {{"conv", 4, 2, {{0, 0, 4, 2, std::vector<float>(8, 1)}}, {}},
                  {"fc", 2, 4, {{0, 0, 2, 4, std::vector<float>(8, 1)}}, {0.5, 0, 0, 0}}};
  const Window halves{.kernel_height = 2, .kernel_width = 2, .stride_y = 2, .stride_x = 2};
  int last = append(*net, "conv", Product{0, halves, 0}, {0});
  last = append(*net, "relu", Activate{}, {last});
  last = append(*net, "pool", workloads::Pool{.window = halves}, {last});
  last = append(*net, "flat", Reshape{{{1, 2}}}, {last});
  last = append(*net, "fc", Product{1, {}, 0}, {last});
  net->outputs = {append(*net, "softmax", workloads::Softmax{.axis = 1}, {last})};
  check(*net);
  const IntegerGraph network{net, {conv, fc}};
  const Chip chip = chip_with(tiny(), {conv, fc});
  const Costs r = price(chip, tariff(chip.config, chip, graph_flow(chip.config, chip, network)), std::vector<Ledger>(2),
                        std::nullopt);
  REQUIRE(r.nodes.size() == 5);
  CHECK(r.nodes[0].on_arrays);
  CHECK(r.nodes[0].macs == 4 * 2 * 4);
  CHECK(r.nodes[1].paid_by == "conv");
  CHECK(r.nodes[1].energy_J == 0);
  // Two windows of four codes of 2 bits: six comparisons of 16 bits, each with three registers.
  const double compare_J = (16 * (1 + 4 / 9.0) * 2 + 48 * 3) * fJ;
  CHECK(part(r.nodes[2].energy_breakdown_J, "digital") == relative(6 * compare_J));
  CHECK(part(r.nodes[2].energy_breakdown_J, "buffer") == relative((8 * 2 + 2 * 2) * 7 * fJ));
  CHECK(r.nodes[2].latency_s == relative(10 * ns));
  // Four numbers of 16 bits: read three times, written once; 3 comparisons, 7 additions, 4 exponentials,
  // 1 division and 4 multiplications.
  const auto operation_J = [&](DigitalOperation o) {
    const MemoryBit memory = [&](double bits, int word) { return memory_bit(chip.config, bits, word); };
    return operation_cost(chip.config.technology, chip.config.periphery.digital, o, memory).energy_J;
  };
  CHECK(part(r.nodes[4].energy_breakdown_J, "digital") ==
        relative(3 * operation_J(DigitalOperation::comparison) + 7 * operation_J(DigitalOperation::addition) +
                 4 * operation_J(DigitalOperation::exponential) + operation_J(DigitalOperation::division) +
                 4 * operation_J(DigitalOperation::multiplication)));
  CHECK(part(r.nodes[4].energy_breakdown_J, "buffer") == relative((3 * 4 + 4) * 16 * 7 * fJ));
  // One cycle of 64 lanes, one of eight tables, 17 steps of a division.
  CHECK(r.nodes[4].latency_s == relative((1 + 1 + 17) * 10 * ns));
  // A bias is added at the width of the sum: code 8, planes 1 + 2, one piece: 24, five bits and a sign.
  CHECK(part(r.nodes[3].energy_breakdown_J, "digital") == relative(4 * 6 * 2 * fJ));
  double nodes_J = 0;
  for (const NodeCosts& node : r.nodes) nodes_J += node.energy_J;
  CHECK(nodes_J + part(r.energy_J, "leakage") == relative(r.energy_per_inference_J));
  // Of what is given the digital operations alone have a spread: one, of all of them together.
  double digital_J = 0;
  for (const NodeCosts& node : r.nodes) digital_J += part(node.energy_breakdown_J, "digital");
  digital_J -= part(r.nodes[3].energy_breakdown_J, "digital");  // additions of a bias, of given adders
  CHECK(r.energy_deviations_J.spread(Kind::digital) == relative(periphery::arithmetic_energy_spread));
  CHECK(r.energy_high_J - r.energy_per_inference_J >= (periphery::arithmetic_energy_spread - 1) * digital_J);
  CHECK(part(r.area_breakdown_m2, "digital") > 0);
}

TEST_CASE("of a loop's tensors buffers hold one step, but every step moves") {
  workloads::IntegerWeights cell = small_layer();
  cell.positions = 5;  // steps
  const Chip chip = chip_with(tiny(), {cell});
  Dataflow flow;
  const auto x = tensor(flow, "x", 3, 2), sums = tensor(flow, "sums", 2, 16), h = tensor(flow, "h", 2, 16);
  flow.add_node(product("small", 0, {x}, {sums}));
  FlowNode activate = digital("activate", {sums}, {h});
  activate.counts.lookups = 5 * 2, activate.counts.values_read = activate.counts.values_written = 5 * 2;
  flow.add_node(activate);
  const Tariff t = tariff(chip.config, chip, flow);
  CHECK(t.buffer_bits == 2 * 2 * 16);
  CHECK(t.layers[0].actions.planned[Action::buffer_bit] == 5 * (3 * 2 + 2 * 16));
  CHECK(t.nodes[1].planned[Action::buffer_bit] == 5 * (2 + 2) * 16);
}

}  // namespace bitline::dataflow_test
