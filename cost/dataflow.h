// SPDX-License-Identifier: Apache-2.0
// Who writes and who reads which tensor: what buffers, traffic and timetables follow from. Nodes stand in order of
// computation. A chain of layers and a graph with branches fill it alike.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "workloads/operations.h"

namespace bitline::cost {

struct FlowTensor {
  std::string name;
  double values = 0;                    // of one sample
  int bits = 0;                         // of one value, as buffers hold it
  std::optional<std::size_t> producer;  // node; unset: an input of the network
  std::vector<std::size_t> consumers;   // nodes, in order; empty: an output of the network
  double size_bits() const { return values * bits; }
};

struct FlowNode {
  std::string name{}, operation{};       // no operation: not known what it does, so that nothing is charged for it
  std::optional<std::size_t> layer{};    // of the chip, whose matrix it multiplies with; unset: no weights
  workloads::Operations counts{};        // of one sample; products with a layer's weights are counted by the layer
  std::vector<std::size_t> in{}, out{};  // tensors
  bool keeps_codes = false;              // selects or thresholds values: what it reads may be the codes it writes
  bool only_moves = false;               // says where values stand, computes none: what it costs is traffic
  std::optional<std::size_t> paid_by{};  // a layer's node whose rescaling does this too, so that it costs nothing more
};

struct Dataflow {
  std::vector<FlowTensor> tensors;
  std::vector<FlowNode> nodes;

  // Adds a tensor that the last node added, if any, has written; returns its number.
  std::size_t add_tensor(FlowTensor);
  // Adds a node and notes it with its tensors; returns its number.
  std::size_t add_node(FlowNode);
};

// Sets the bits of every tensor: those of the codes that the layers it reaches read, unchanged or through nodes that
// keep codes; `value_bits` where a digital node computes with it; the widest wins. An output of the network has the
// bits of its layer's inputs, or `value_bits` where no layer writes it. `layer_bits`: of each layer's input codes.
void set_bits(Dataflow&, const std::vector<int>& layer_bits, int value_bits);

// What one node moves, in bits of one sample.
struct NodeTraffic {
  double read_values = 0, read_bits = 0, written_values = 0, written_bits = 0;  // each tensor once
  double off_chip_bits = 0;  // inputs of the network that no node has read before, outputs of the network
  int output_bits = 0;       // of one value it writes
};
NodeTraffic traffic(const Dataflow&, std::size_t node);

// Bits that buffers must hold. While a node works, what it reads is drained from one half of a double buffer and what
// it writes fills the other, both as large as the larger of the two; every other tensor that a later node reads, and
// every further tensor that it reads itself, keeps its place beside them.
double buffer_bits(const Dataflow&);

// The same where nodes work on successive images: a tensor is kept from the period in which its writer begins until the
// one in which its last reader ends, and has a place for each image that comes meanwhile. A node begins in the period
// after its inputs are there, and works for `periods[node]` of them (groups of copies that serve images in turn), 0 of
// those that cost no time. An input of the network comes, and an output leaves, during one period.
double pipeline_buffer_bits(const Dataflow&, const std::vector<int>& periods);

}  // namespace bitline::cost
