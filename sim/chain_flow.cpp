// SPDX-License-Identifier: Apache-2.0
#include "sim/chain_flow.h"

namespace bitline {

Dataflow chain_flow(const Chip& chip) {
  Dataflow flow;
  if (chip.layers.empty()) return flow;
  const workloads::IntegerWeights& first = chip.layers.front().matrix;
  std::size_t now = flow.add_tensor({"input", static_cast<double>(first.inputs), first.input.bits, {}, {}});
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const workloads::IntegerWeights& m = chip.layers[l].matrix;
    const workloads::IntegerWeights* next = l + 1 < chip.layers.size() ? &chip.layers[l + 1].matrix : nullptr;
    const int bits = next ? next->input.bits : m.input.bits;
    const double outputs = static_cast<double>(m.columns) * static_cast<double>(m.positions);
    const std::size_t out = flow.add_tensor({m.name, outputs, bits, {}, {}});
    flow.add_node({m.name, "product", l, {}, {now}, {out}});
    now = out;
    if (!next || static_cast<double>(next->inputs) == outputs) continue;
    now = flow.add_tensor({"input of " + next->name, static_cast<double>(next->inputs), bits, {}, {}});
    flow.add_node({"before " + next->name, "", {}, {}, {out}, {now}});
  }
  return flow;
}

}  // namespace bitline
