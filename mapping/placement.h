// SPDX-License-Identifier: Apache-2.0
// Which part of which layer goes to which array. Logical rows are inputs; physical columns hold slices and, for
// differential cells, both signs.
#pragma once

#include <string>
#include <vector>

#include "arch/config.h"
#include "mapping/copies.h"
#include "workloads/integer_graph.h"

namespace bitline::mapping {

// Rows of a block that are driven together, in the layer's numbering.
struct RowGroup {
  int row = 0, rows = 0;
  int id = 0;  // same for blocks of other columns that start at the same row: names the draws of a read
};

// Blocks are numbered once, layer after layer: what belongs to a block stands at its number.
using BlockId = std::size_t;

// The part of a layer that one array holds.
struct Block {
  BlockId id = 0;
  int copy = 0;
  int panel = 0;                                   // of the layer's weights, that it is a part of
  int array = 0, array_row = 0, array_column = 0;  // first cell, physical column
  int row = 0, rows = 0;                           // of the layer's matrix
  int column = 0, columns = 0;                     // logical outputs
  std::vector<RowGroup> groups;
};

struct MappedLayer {
  int matrix = 0;  // index of its weights in the network
  std::string name;
  arch::LayerConfig settings;
  array::CellLayout cell;
  Copies copies;
  std::vector<Block> blocks;  // sorted by copy, row, column; empty for digital layers
};

struct Placement {
  std::vector<MappedLayer> layers;
  int arrays_used = 0;  // with reload these are loads of the arrays there are
  int arrays_total = 0;
  int arrays_needed = 0;  // packed densely, one copy of each layer
  int chips = 0;
  std::size_t blocks = 0;             // of all layers
  int loads = 1;                      // times the arrays are written for one inference (reload)
  std::vector<std::string> choices;   // made without being asked for, with the key that changes them
  std::vector<std::string> warnings;  // copies that are asked for and not placed
};

// Memory in bytes.
std::size_t bytes_of(const Placement&);

// Settings of every matrix layer. Throws ConfigError for names in `layers` that the network does not have.
std::vector<arch::LayerConfig> layer_settings(const arch::Config& config, const std::vector<std::string>& names);

// Throws ConfigError with the numbers when the network does not fit.
Placement place(const arch::Config& config, const std::vector<workloads::IntegerWeights>& layers,
                const std::vector<arch::LayerConfig>& settings);

}  // namespace bitline::mapping
