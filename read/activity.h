// SPDX-License-Identifier: Apache-2.0
// What a layer's reads drove: counts that array and line energy follow from. Sums of integers, so the order of batches
// does not matter.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "read/drive.h"

namespace bitline::read {

struct Activity {
  std::vector<std::vector<std::uint64_t>> row_drive;  // [copy][row]: sum over reads of x^2 (x in input steps)
  std::vector<std::vector<std::uint64_t>> row_on;     // [copy][row]: reads with x != 0
  std::vector<std::vector<std::uint64_t>> row_held, row_held_on;  // times durations, where they differ; else empty
  // [copy][row group of the plan]: sum over reads of x_r x_k, (rows, rows), k <= r. Counted where `with_pairs`, for
  // power in arrays with wires.
  std::vector<std::vector<std::vector<std::int64_t>>> pair_drive;
  bool with_pairs = false;
  std::uint64_t conversions = 0, clipped = 0;
  // Arrays whose reads are solved one by one: power of the supplies in steps of Lattice::power_step_S x V^2, summed
  // over reads; the largest residual of Kirchhoff's current law; reads that sweeps could not solve.
  std::int64_t supply_power = 0;
  double residual = 0;
  std::uint64_t solved_directly = 0;

  // Counts the drives of input vectors of one layer, (vectors.count, rows).
  void count_drives(const chip::LayerPlan& plan, std::span<const std::int16_t> in, const workloads::Vectors& vectors);

  // The same in steps: room for the layer's rows and the pairs, which are counted apart; rows of one copy, to be
  // counted while their planes are built (read/drive.h).
  void begin(const chip::LayerPlan& plan, std::span<const std::int16_t> in, const workloads::Vectors& vectors);
  DriveCounts counts(std::size_t copy, const mapping::RowGroup& rows);
  void add(const Activity& other);
};

}  // namespace bitline::read
