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

// The codes of a block's rows that are driven together, laid out for sums; no other copy of them is kept.
struct PackedGroup {
  array::PackedCodes codes;      // effective conductance in steps of Lattice::code_S; empty where reads are solved
  array::PackedCodes variances;  // of read noise in steps of Lattice::variance_step; empty without read noise
  array::PackedCodes reference_variances;  // (rows, slices): of the reference columns of offset cells; else empty
};

// By conversion: the digital factor of what the planes of a vector add up to, and what is added to it for all row
// groups together, in lattice steps times input steps. Empty: 1 and 0.
struct ColumnCorrection {
  std::vector<double> scale, offset;
};

struct BlockView {
  explicit BlockView(periphery::AdcBank bank) : converters(std::move(bank)) {}

  int rows = 0, columns = 0;        // of its cells, as conversions count them
  bool noisy = false;               // with read noise
  std::vector<PackedGroup> packed;  // like Block::groups
  std::vector<double> row_power_S;  // per row: sum of all conductances its voltage drives in the whole array
  std::shared_ptr<const std::vector<double>> source_S;  // (rows, rows) with exact wires: replaces row_power_S
  SolvedPlace solved;                                   // where set, reads are solved there, not summed
  periphery::AdcScale scale;                            // in lattice steps times input steps; set by set_ranges()
  periphery::AdcBank converters;
  std::vector<double> gain;                  // by conversion: digital factor that makes up for drift; empty: none
  double known_written = 0, known_aged = 0;  // sums over columns that a layer's common gain follows from
  ColumnCorrection correction;               // set by read::calibrate()
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

// What one chip instance is read as that is written, left alone for `age_s` and never changed again: as new_state(),
// write(), pass() and look() give it, but array by array, so that no more cells are in memory than threads work on.
// `levels`: what level_map() makes of it.
struct WrittenOnce {
  View view;
  WriteReport writing;
};
WrittenOnce write_once(const Chip& chip, int instance, double age_s, LevelMap* levels = nullptr);

// Codes of a block as a matrix, (rows, conversions): of conductances, of variances. For those who look at single ones;
// empty where there are none.
array::CodeMatrix codes_of(const BlockView&);
array::CodeMatrix variances_of(const BlockView&);
array::CodeMatrix reference_variances_of(const BlockView&);

// The view of a chip with perfect devices: no write error, noise, ageing or faults. For sums of reads, not their
// energy: with exact wires it has no source_S.
View ideal_view(const Chip& chip);
// The same with ideal wires, each read converted without loss: what blocks are meant to give.
View intended_view(const Chip& chip);

}  // namespace bitline::chip
