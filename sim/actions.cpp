// SPDX-License-Identifier: Apache-2.0
#include "sim/actions.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace bitline {
namespace {

// Positions that one copy of a layer computes.
double share_of_copy(const LayerPlan& plan, int copy) {
  return std::ceil(static_cast<double>(plan.matrix.positions - copy) / plan.settings.duplicate);
}

LayerActions digital_actions(const LayerPlan& plan, double cycle_s) {
  const MatrixLayer& m = plan.matrix;
  LayerActions a;
  a.outputs = static_cast<double>(m.columns) * m.positions;
  a.products = static_cast<double>(m.rows) * m.columns * m.positions;
  a.macs = static_cast<double>(m.rows - m.bias_rows) * m.columns * m.positions;
  a.bits_in = static_cast<double>(m.rows - m.bias_rows) * m.input.bits * m.positions;
  a.accumulator_bits = 1 + bits_for(static_cast<double>(m.rows) * plan.cell.highest * m.input.highest());
  a.digital_s = static_cast<double>(m.rows) * m.positions * cycle_s;  // a multiply-accumulate per output and cycle
  return a;
}

}  // namespace

int bits_for(double largest) { return std::max(1, static_cast<int>(std::ceil(std::log2(largest + 1)))); }

int register_bits(const PlanePlan& planes) { return bits_for(planes.largest) + (planes.both_signs ? 1 : 0); }

LayerActions actions(const Chip& chip, const LayerPlan& plan, const LayerParts& parts) {
  const double cycle_s = 1 / chip.config.technology.clock_Hz;
  if (plan.settings.digital) return digital_actions(plan, cycle_s);
  const MatrixLayer& m = plan.matrix;
  const CellLayout& cell = plan.cell;
  const AdcCommon* adc = common(plan.settings.adc);
  const double planes = plan.planes.planes();
  const double turn_s = parts.adc.time_s + parts.column_switch.time_s;
  LayerActions a;
  a.outputs = static_cast<double>(m.columns) * m.positions;
  a.macs = static_cast<double>(m.rows - m.bias_rows) * m.columns * m.positions;
  struct Piece {
    int groups = 0, columns = 0;  // row groups digitised apart
    std::set<int> arrays;
  };
  std::map<std::pair<int, int>, Piece> pieces;  // by copy and column
  double most_turns = 1;
  for (const auto& block : plan.blocks) {
    const double mine = share_of_copy(plan, block.copy),
                 reads = mine * planes * static_cast<double>(block.groups.size());
    const int width = block.columns * cell.conversions_per_weight();
    const double turns = adc ? std::min(adc->shared_by, width) : 1;
    most_turns = std::max(most_turns, turns);
    a.conversions += reads * width;
    if (turns > 1) a.samples += reads * width, a.selections += reads * turns;
    a.register_bits += mine * planes * block.rows * register_bits(plan.planes);
    a.level_setups += mine * planes * block.rows * (shares_column(cell) ? 2 : 1);
    // Bias rows, the last ones, are always driven alike: nothing moves.
    a.bits_in += mine * std::clamp(m.rows - m.bias_rows - block.row, 0, block.rows) * m.input.bits;
    Piece& piece = pieces[{block.copy, block.column}];
    piece.groups += static_cast<int>(block.groups.size());
    piece.columns = block.columns;
    piece.arrays.insert(block.array);
    // Loads of one array (reload) take turns on it.
    ArrayWork& work = a.arrays[block.array % chip.placement.arrays_total];
    work.reads += reads;
    work.drive_s += reads * plan.settings.input.t_read_s;
    work.convert_s += reads * turns * turn_s;
  }
  int most_pieces = 1;
  double leaving = 0;  // sums that are added elsewhere
  for (const auto& [key, piece] : pieces) {
    const double vectors = share_of_copy(plan, key.first);
    a.partial_sums += (piece.groups - 1) * piece.columns * vectors;
    leaving += (static_cast<double>(piece.arrays.size()) - 1) * piece.columns * vectors;
    most_pieces = std::max(most_pieces, piece.groups);
  }
  // The largest code times every digital weight it can meet, and a sign.
  double plane_weight = 0, digit_weight = 0;
  for (double w : plan.planes.weight) plane_weight += std::abs(w);
  for (int k = 0; k < cell.slices; ++k) digit_weight += std::pow(cell.base, k);
  const double code = adc ? std::pow(2.0, plan.signed_current ? adc->bits - 1 : adc->bits)
                          : static_cast<double>(chip.config.array.rows) * cell.highest_digit * plan.planes.largest;
  a.accumulator_bits = 1 + bits_for(code * plane_weight * digit_weight * most_pieces);
  a.slice_bits = 1 + bits_for(code * digit_weight);
  a.adder_bits = std::min(a.accumulator_bits, a.slice_bits + 1);
  a.plane_sums = a.conversions / cell.conversions_per_weight();
  a.slice_sums = a.conversions - a.plane_sums;
  a.bits_between = leaving * a.accumulator_bits;
  // Shift-add works in the shadow of the next read. What follows the last read: one cycle to shift and add, one for
  // each doubling of the pieces, and one for each column that takes its turn at the rescaling unit of a converter.
  a.digital_s = (1 + most_turns + std::ceil(std::log2(most_pieces))) * cycle_s * share_of_copy(plan, 0);
  return a;
}

double mapped_devices(const Chip& chip) {
  double devices = 0;
  for (const auto& plan : chip.layers)
    if (!plan.settings.digital)
      devices += static_cast<double>(plan.matrix.rows) * plan.matrix.columns * plan.settings.duplicate *
                 plan.cell.slices * plan.cell.devices_per_slice();
  return devices;
}

}  // namespace bitline
