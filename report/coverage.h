// SPDX-License-Identifier: Apache-2.0
// Every operation of a network: where it runs, what it counts for one inference, and who pays for it. The page
// docs/model/coverage.md shows it for one block of each kind.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cost/costs.h"
#include "cost/tariff.h"
#include "workloads/integer_graph.h"

namespace bitline::report {

struct CoveredNode {
  std::string name;      // of the node, or of the layer whose weights it multiplies with
  std::string computes;  // "product 72x16, 49 vectors", "add 16x7x7"
  std::string where;     // "4 blocks on 2 arrays", "digital unit", "buffers" where values only move
  double macs = 0;       // of one inference, all steps of a loop
  double additions = 0, multiplications = 0, comparisons = 0, exponentials = 0, divisions = 0, square_roots = 0,
         lookups = 0;
  double conversions = 0;
  double buffer_bits = 0, transfer_bits = 0;
  cost::Breakdown energy_J;
  std::string paid_by;  // where another node pays for it, or why nothing is to be paid; empty: its own energy
};

// Nodes in order of computation, those of bodies in place of their loops, renamings included. `costs` are of this
// network on this chip by this tariff.
std::vector<CoveredNode> covered(const chip::Chip& chip, const workloads::IntegerGraph& network,
                                 const cost::Tariff& tariff, const cost::Costs& costs);

// Those from the node `first` to the node `last`, both included. Throws InputError where there are no such nodes.
std::span<const CoveredNode> block_of(std::span<const CoveredNode> nodes, const std::string& first,
                                      const std::string& last);

// A Markdown table of a block with its sums, and a sentence on its share of the network's MACs and energy.
std::string coverage_table(std::span<const CoveredNode> block, std::span<const CoveredNode> network);

}  // namespace bitline::report
