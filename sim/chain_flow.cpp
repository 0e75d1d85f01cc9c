// SPDX-License-Identifier: Apache-2.0
#include "sim/chain_flow.h"

#include <string>

#include "workloads/layer_operations.h"

namespace bitline {
namespace {

void set_chain_bits(Dataflow& flow, const Chip& chip) {
  std::vector<int> bits;
  for (const LayerPlan& plan : chip.layers) bits.push_back(plan.matrix->input.bits);
  set_bits(flow, bits, chip.config.periphery.digital.bits);
}

std::size_t add_product(Dataflow& flow, const MatrixLayer& m, std::string operation, std::size_t in) {
  const std::size_t out = flow.add_tensor({m.name, static_cast<double>(m.columns) * m.positions, 0, {}, {}});
  FlowNode node{.name = m.name, .operation = std::move(operation), .in = {in}, .out = {out}};
  node.layer = static_cast<std::size_t>(m.index);
  flow.add_node(std::move(node));
  return out;
}

}  // namespace

Dataflow chain_flow(const Chip& chip) {
  Dataflow flow;
  if (chip.layers.empty()) return flow;
  std::size_t now = flow.add_tensor({"input", static_cast<double>(chip.layers.front().matrix->inputs), 0, {}, {}});
  for (const LayerPlan& plan : chip.layers) {
    const MatrixLayer& m = *plan.matrix;
    if (flow.tensors[now].values != m.inputs) {
      const std::size_t changed = flow.add_tensor({"input of " + m.name, static_cast<double>(m.inputs), 0, {}, {}});
      flow.add_node({.in = {now}, .out = {changed}, .keeps_codes = true});
      now = changed;
    }
    now = add_product(flow, m, "product", now);
  }
  set_chain_bits(flow, chip);
  return flow;
}

Dataflow chain_flow(const Chip& chip, const Network& network) {
  Dataflow flow;
  std::size_t now = flow.add_tensor({"input", static_cast<double>(network.input.size()), 0, {}, {}});
  std::size_t matrices = 0;
  bool after_product = false;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const std::string operation(operation_name(layer.operation));
    if (matrices < chip.layers.size() && chip.layers[matrices].matrix->source == i) {
      now = add_product(flow, *chip.layers[matrices++].matrix, operation, now);
      after_product = true;
    } else if (std::holds_alternative<Flatten>(layer.operation)) {
      // Names the same values anew.
    } else if (after_product && std::holds_alternative<Activation>(layer.operation) && keeps_codes(layer.operation)) {
      flow.add_node({.name = layer.name, .operation = operation, .paid_by = flow.nodes.size() - 1});
      after_product = false;
    } else {
      const std::size_t out = flow.add_tensor({layer.name, static_cast<double>(layer.output.size()), 0, {}, {}});
      flow.add_node({.name = layer.name,
                     .operation = operation,
                     .counts = operations(layer),
                     .in = {now},
                     .out = {out},
                     .keeps_codes = keeps_codes(layer.operation)});
      now = out;
      after_product = false;
    }
  }
  set_chain_bits(flow, chip);
  return flow;
}

}  // namespace bitline
