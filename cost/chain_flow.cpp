// SPDX-License-Identifier: Apache-2.0
#include "cost/chain_flow.h"

#include <string>

namespace bitline::cost {

using chip::Chip;
using chip::LayerPlan;

namespace {

void set_chain_bits(Dataflow& flow, const Chip& chip) {
  std::vector<int> bits;
  for (const LayerPlan& plan : chip.layers) bits.push_back(plan.matrix.input.bits);
  set_bits(flow, bits, chip.config.periphery.digital.bits);
}

std::size_t add_product(Dataflow& flow, const workloads::IntegerWeights& m, std::string operation, std::size_t in) {
  const std::size_t out =
      flow.add_tensor({m.name, static_cast<double>(m.columns) * static_cast<double>(m.positions), 0, {}, {}});
  FlowNode node{.name = m.name, .operation = std::move(operation), .in = {in}, .out = {out}};
  node.layer = static_cast<std::size_t>(m.index);
  flow.add_node(std::move(node));
  return out;
}

}  // namespace

Dataflow chain_flow(const Chip& chip) {
  Dataflow flow;
  if (chip.layers.empty()) return flow;
  std::size_t now = flow.add_tensor({"input", static_cast<double>(chip.layers.front().matrix.inputs), 0, {}, {}});
  for (const LayerPlan& plan : chip.layers) {
    const workloads::IntegerWeights& m = plan.matrix;
    if (flow.tensors[now].values != static_cast<double>(m.inputs)) {
      const std::size_t changed = flow.add_tensor({"input of " + m.name, static_cast<double>(m.inputs), 0, {}, {}});
      flow.add_node({.in = {now}, .out = {changed}, .keeps_codes = true});
      now = changed;
    }
    now = add_product(flow, m, "product", now);
  }
  set_chain_bits(flow, chip);
  return flow;
}

}  // namespace bitline::cost
