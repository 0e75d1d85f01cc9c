// SPDX-License-Identifier: Apache-2.0
// When each part works: how long a node and an inference take, and which array is busy when.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost/costs.h"
#include "cost/tariff.h"

namespace bitline::cost {

struct NodeTime {
  double array_s = 0, adc_s = 0;  // of the busiest array: rows driven, columns converted
  double digital_s = 0;
  double transfer_s = 0;  // what is not hidden behind the rest
  double total_s() const { return array_s + adc_s + digital_s + transfer_s; }
};
NodeTime layer_time(const arch::Config&, const LayerActions&, double transfer_s);

// Cycles of the bus for the layer's data, and the way of the first and the last bit.
double transfer_s(const arch::Config&, const workloads::IntegerWeights&, const LayerActions&, const Path&);

// Of every node of the tariff's dataflow.
std::vector<NodeTime> node_times(const chip::Chip&, const Tariff&);

struct Timetable {
  std::vector<Busy> timeline;  // one inference, by layer and array
  NodeTime longest;            // sums over the chain of nodes that decides when the inference ends
  double period_s = 0;         // from one inference to the next
  // Why a pipeline waits for an array that several layers share, where that takes longer than the slowest node.
  std::optional<std::string> held_back;
};
// A node begins when the tensors it reads are there and its arrays are free, digital ones when the digital unit is:
// branches overlap where they use other arrays. `reload_s` passes before an inference when arrays are rewritten; then
// no two inferences overlap.
Timetable timetable(const chip::Chip&, const Tariff&, const std::vector<NodeTime>&, double reload_s);

}  // namespace bitline::cost
