// SPDX-License-Identifier: Apache-2.0
#include "cost/digital_parts.h"

#include <algorithm>
#include <cmath>

#include "cost/parts.h"
#include "periphery/logic/arithmetic.h"

namespace bitline::cost {

using arch::Config;
using chip::LayerPlan;
using periphery::DigitalOperation;
using periphery::DigitalUnit;
using periphery::UnitCost;
using read::Action;
using read::Ledger;

namespace {

constexpr std::array<DigitalOperation, periphery::operation_count> all_operations = {
    DigitalOperation::mac,         DigitalOperation::addition,    DigitalOperation::multiplication,
    DigitalOperation::comparison,  DigitalOperation::exponential, DigitalOperation::division,
    DigitalOperation::square_root, DigitalOperation::lookup};

void add_circuits(DigitalParts& parts, const UnitCost& unit, double instances) {
  parts.circuits = sum(parts.circuits, times(unit, 0, instances));
}

// A digital layer's own codes and sums.
UnitCost layer_mac(const periphery::Technology& t, const LayerPlan& plan) {
  const workloads::IntegerWeights& m = plan.matrix;
  return with_arithmetic_spread(multiply_accumulate(t, plan.cell.weight_bits, m.input.bits, digital_sum_bits(plan)));
}

}  // namespace

DigitalParts digital_parts(const Config& config, const chip::Chip& chip, const Dataflow& flow) {
  const DigitalUnit& unit = config.periphery.digital;
  DigitalParts parts;
  Ledger needed;
  for (std::size_t n = 0; n < flow.nodes.size(); ++n)
    if (!flow.nodes[n].layer) needed.add(node_ledger(config, flow, n));
  const periphery::MemoryBit memory = [&](double bits, int word) { return memory_bit(config, bits, word); };
  UnitCost widest_mac;
  for (const DigitalOperation o : all_operations) {
    if (needed[read::action_of(o)] == 0) continue;
    UnitCost& cost = parts.operations[static_cast<std::size_t>(o)];
    cost = operation_cost(config.technology, unit, o, memory);
    if (o == DigitalOperation::mac)
      widest_mac = cost;
    else
      add_circuits(parts, cost, is_special(o) ? unit.special_lanes : unit.lanes);
  }
  parts.layer_macs.resize(chip.layers.size());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    if (!plan.settings.digital) continue;
    parts.layer_macs[l] = layer_mac(config.technology, plan);
    if (parts.layer_macs[l].area_m2 > widest_mac.area_m2) widest_mac = parts.layer_macs[l];
    parts.weight_bits += static_cast<double>(plan.matrix.count()) * plan.cell.weight_bits;
  }
  add_circuits(parts, widest_mac, unit.lanes);
  if (UnitCost& mac = parts.operations[static_cast<std::size_t>(DigitalOperation::mac)]; mac.energy_J == 0)
    mac = widest_mac;
  if (parts.weight_bits > 0) parts.weight_bit = memory_bit(config, parts.weight_bits, config.periphery.bus_bits);
  return parts;
}

Ledger node_ledger(const Config& config, const Dataflow& flow, std::size_t number) {
  const FlowNode& node = flow.nodes[number];
  const NodeTraffic moved = traffic(flow, number);
  const workloads::Operations& c = node.counts;
  Ledger ledger;
  if (node.operation.empty()) return ledger;
  ledger[Action::mac] = c.macs;
  ledger[Action::addition] = c.additions;
  ledger[Action::multiplication] = c.multiplications;
  ledger[Action::comparison] = c.comparisons;
  ledger[Action::exponential] = c.exponentials;
  ledger[Action::division] = c.divisions;
  ledger[Action::square_root] = c.square_roots;
  ledger[Action::lookup] = c.lookups;
  const double again =
      std::max(0.0, c.values_read - moved.read_values) + std::max(0.0, c.values_written - moved.written_values);
  ledger[Action::buffer_bit] = moved.read_bits + moved.written_bits + again * config.periphery.digital.bits;
  ledger[Action::off_chip_bit] = moved.off_chip_bits;
  return ledger;
}

double unit_time_s(const Config& config, const DigitalParts& parts, const Ledger& counts, double mac_s) {
  const double clock_Hz = config.technology.clock_Hz;
  const DigitalUnit& unit = config.periphery.digital;
  double simple = 0, special_cycles = 0, longest_s = 0;
  for (const DigitalOperation o : all_operations) {
    const double n = counts[read::action_of(o)];
    if (n == 0) continue;
    const double time_s = o == DigitalOperation::mac ? mac_s : parts.operations[static_cast<std::size_t>(o)].time_s;
    const bool recurs = o == DigitalOperation::division || o == DigitalOperation::square_root;
    if (!recurs) longest_s = std::max(longest_s, time_s);
    if (is_special(o))
      special_cycles += std::ceil(n / unit.special_lanes) * (recurs ? std::ceil(time_s * clock_Hz) : 1);
    else
      simple += n;
  }
  return (std::ceil(simple / unit.lanes) + special_cycles + std::ceil(longest_s * clock_Hz)) / clock_Hz;
}

}  // namespace bitline::cost
