// SPDX-License-Identifier: Apache-2.0
// The digital unit that a network needs on this chip: what its operations cost, what its circuits and the memory of
// digital layers' weights occupy, and how long it works. It stands beside the buffers: nothing moves over the
// interconnect for it.
#pragma once

#include <array>
#include <vector>

#include "chip/chip.h"
#include "cost/dataflow.h"
#include "read/ledger.h"

namespace bitline::cost {

struct DigitalParts {
  // Of numbers of periphery.digital.bits; zero where none is needed. Where only layers multiply and accumulate, their
  // widest stands for `mac`.
  std::array<periphery::UnitCost, periphery::operation_count> operations{};
  std::vector<periphery::UnitCost> layer_macs;  // like Chip::layers: of a digital layer's codes; zero for others
  periphery::UnitCost weight_bit;               // one bit of digital layers' weights, read
  periphery::UnitCost circuits;                 // area and leakage of all lanes
  double weight_bits = 0;                       // of digital layers
};
DigitalParts digital_parts(const arch::Config&, const chip::Chip&, const Dataflow&);

// Operations and moves of a node that is no layer's. Tensors are read and written once in their own bits; further
// passes, further steps of a loop and constants in those of the unit.
read::Ledger node_ledger(const arch::Config&, const Dataflow&, std::size_t node);

// How long the unit works for `counts`: every circuit gives a result each clock cycle, after as many cycles as the
// longest operation takes; a division or square root keeps its circuit until it is done. `mac_s`: time of one
// multiply-accumulate.
double unit_time_s(const arch::Config&, const DigitalParts&, const read::Ledger& counts, double mac_s);

}  // namespace bitline::cost
