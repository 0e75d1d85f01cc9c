// SPDX-License-Identifier: Apache-2.0
// What reads need of a chip instance at a moment: codes, variances, row powers, converters and gains, derived from Chip
// and State by look() alone. Reading changes nothing here.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "array/product.h"
#include "chip/state.h"

namespace bitline::chip {

class SolvedArray;  // chip/solved_array.h

// A block's place in an array whose reads are solved one by one; none elsewhere.
struct SolvedPlace {
  std::shared_ptr<const SolvedArray> array;
  std::size_t block = 0;  // among the array's blocks
};

// The codes of a block's rows that are driven together, laid out for sums.
struct PackedGroup {
  array::PackedCodes codes;                // empty where reads are solved
  array::PackedCodes variances;            // empty without read noise
  array::PackedCodes reference_variances;  // of offset cells
};

struct BlockView {
  explicit BlockView(periphery::AdcBank bank) : converters(std::move(bank)) {}

  array::CodeMatrix codes;               // (rows, conversions): effective conductance in steps of Lattice::code_S
  array::CodeMatrix variance;            // of read noise in steps of Lattice::variance_step; empty without read noise
  array::CodeMatrix reference_variance;  // (rows, slices): of the reference columns of offset cells
  std::vector<PackedGroup> packed;       // of the three above, like Block::groups
  std::vector<double> row_power_S;       // per row: sum of all conductances its voltage drives in the whole array
  std::shared_ptr<const std::vector<double>> source_S;  // (rows, rows) with exact wires: replaces row_power_S
  SolvedPlace solved;         // where set, reads are solved there, and codes only say what cells there are
  periphery::AdcScale scale;  // in lattice steps times input steps; set by set_ranges()
  periphery::AdcBank converters;
  std::vector<double> gain;                  // by conversion: digital factor that makes up for drift; empty: none
  double known_written = 0, known_aged = 0;  // sums over columns that a layer's common gain follows from
  std::size_t saturated = 0;                 // conversions' cells beyond the lattice
  std::uint32_t of_version = 0;              // of Cells; 0: never looked at
};

struct View {
  Random random{0, 0};
  double now_s = 0;
  std::vector<BlockView> blocks;  // by BlockId
};

// Brings `view` up to date with `state`: blocks that were written since, or all when time passed and devices
// age; with exact wires, whole arrays. Ranges of converters are left alone (set_ranges). Throws RunError when more
// than a thousandth of a layer's cells lie beyond its lattice.
void look(const Chip& chip, const State& state, View& view);
View look(const Chip& chip, const State& state);

// The view of a chip instance `age_s` after it was written, array by array, so that cells are there for no longer than
// it takes to look at them: what new_state(), write(), pass() and look() give.
View look_at_new(const Chip& chip, int instance, double age_s);

// The view of a chip with perfect devices: no write error, noise, ageing or faults. For sums of reads, not their
// energy: with exact wires it has no source_S.
View ideal_view(const Chip& chip);

}  // namespace bitline::chip
