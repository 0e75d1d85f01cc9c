// SPDX-License-Identifier: Apache-2.0
#include "cost/actions.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace bitline::cost {

using array::CellLayout;
using chip::Chip;
using chip::LayerPlan;
using periphery::AdcCommon;
using read::Action;

namespace {

// Vectors of a mean image that one copy of a layer serves.
double share_of_copy(const LayerPlan& plan, int copy) {
  return static_cast<double>(plan.copies.vectors(copy)) / plan.copies.groups();
}

// What layers on arrays and digital ones have in common.
LayerActions common_actions(const LayerPlan& plan, const NodeTraffic& moved) {
  const workloads::IntegerWeights& m = plan.matrix;
  LayerActions a;
  a.outputs = static_cast<double>(m.columns) * static_cast<double>(m.positions);
  a.macs = macs_per_vector(m) * static_cast<double>(m.positions);
  a.output_bits = moved.output_bits;
  a.bits_out = a.outputs * a.output_bits;  // of every step of a loop, of which the tensor holds one
  a.planned[Action::off_chip_bit] = moved.off_chip_bits;
  a.planned[Action::rescaling] = a.outputs;
  return a;
}

// Biases that are not rows are added to sums before they are rescaled; offsets of columns join them.
void count_biases(LayerActions& a, const workloads::IntegerWeights& m, bool offsets = false) {
  const bool biased = m.bias_rows == 0 && std::any_of(m.bias.begin(), m.bias.end(), [](double b) { return b != 0; });
  if (biased || offsets) a.planned[Action::bias_bit] = a.outputs * a.accumulator_bits;
}

// Factors of columns: those of an output that has one column alone join its rescaling; of several, each has its own.
void count_column_factors(LayerActions& a, const LayerPlan& plan) {
  double columns = 0;  // sums of a block's column over all planes and row groups, of a mean image
  for (const auto& block : plan.blocks)
    columns += share_of_copy(plan, block.copy) * block.columns * plan.cell.conversions_per_weight();
  a.planned[Action::column_scaling] = std::max(0.0, columns - a.outputs);
}

LayerActions digital_actions(const LayerPlan& plan, const NodeTraffic& moved) {
  const workloads::IntegerWeights& m = plan.matrix;
  LayerActions a = common_actions(plan, moved);
  const auto weights = static_cast<double>(m.count()), positions = static_cast<double>(m.positions);
  a.bits_in = static_cast<double>(m.rows - m.bias_rows) * m.input.bits * positions;
  a.accumulator_bits = digital_sum_bits(plan);
  a.planned[Action::mac] = weights * positions;
  a.planned[Action::weight_bit] = weights * plan.cell.weight_bits;  // kept while the inputs pass
  a.planned[Action::buffer_bit] = a.bits_in + a.bits_out;
  count_biases(a, m);
  return a;
}

// Which arrays work how long, from those that work for the images of each group of copies.
void set_arrays(LayerActions& a, std::vector<std::map<int, ArrayWork>> of_groups) {
  const auto longest_s = [](const std::map<int, ArrayWork>& arrays) {
    double longest = 0;
    for (const auto& [array, work] : arrays) longest = std::max(longest, work.drive_s + work.convert_s);
    return longest;
  };
  for (const auto& arrays : of_groups)
    for (const auto& [array, work] : arrays)
      a.busy_s[array] += (work.drive_s + work.convert_s) / static_cast<double>(of_groups.size());
  a.arrays = std::move(*std::max_element(of_groups.begin(), of_groups.end(),
                                         [&](const auto& x, const auto& y) { return longest_s(x) < longest_s(y); }));
}

// Rows read and columns converted, by block and by array; returns the most turns at a rescaling unit for one vector:
// columns of a converter times converters of a unit.
double count_reads(LayerActions& a, const LayerPlan& plan, const LayerParts& parts, int arrays_total,
                   int converters_of_unit) {
  const workloads::IntegerWeights& m = plan.matrix;
  const CellLayout& cell = plan.cell;
  const AdcCommon* adc = common(plan.settings.adc);
  const double planes = plan.planes.planes(), turn_s = parts.adc.time_s + parts.column_switch.time_s;
  double most_turns = 1;
  const int groups = plan.copies.groups();
  std::vector<std::map<int, ArrayWork>> of_groups(static_cast<std::size_t>(groups));
  for (const auto& block : plan.blocks) {
    const double vectors = share_of_copy(plan, block.copy),
                 reads = vectors * planes * static_cast<double>(block.groups.size());
    const int width = block.columns * cell.conversions_per_weight();
    const double turns = adc ? std::min(adc->shared_by, width) : 1;
    const double converters = adc ? std::ceil(width / turns) : 1;
    most_turns = std::max(most_turns, turns * std::min<double>(converters_of_unit, converters));
    // Of each column: planes integrated together are held plane by plane, and converted once.
    const double conversions = vectors * plan.planes.conversions() * static_cast<double>(block.groups.size());
    const double driven = plan.planes.driven_anew() ? plan.planes.weight_sum() : planes;  // times, for one vector
    a.planned[Action::conversion] += conversions * width;
    if (turns > 1 || plan.planes.together) a.planned[Action::held_sample] += reads * width;
    if (turns > 1) a.planned[Action::column_selection] += conversions * turns;
    a.planned[Action::register_bit] += vectors * planes * block.rows * register_bits(plan.planes);
    a.planned[Action::analog_level] += vectors * driven * block.rows * (arch::shares_column(cell) ? 2 : 1);
    // Bias rows, the last ones, are always driven alike: nothing moves.
    a.bits_in += vectors * std::clamp(m.rows - m.bias_rows - block.row, 0, block.rows) * m.input.bits;
    // Loads of one array (reload) take turns on it.
    ArrayWork& work =
        of_groups[static_cast<std::size_t>(block.copy / plan.copies.of_image)][block.array % arrays_total];
    work.reads += reads * groups;
    work.drive_s += reads / planes * plan.planes.duration_of_all() * groups * plan.settings.input.t_read_s;
    work.convert_s += conversions * groups * turns * turn_s;
  }
  set_arrays(a, std::move(of_groups));
  return most_turns;
}

// Row groups of one output, which are digitised apart and added; `leaving` is how many sums their array sends on.
struct Pieces {
  int most = 1;  // of any output
  double additions = 0, leaving = 0;
};
Pieces count_pieces(const LayerPlan& plan) {
  struct Column {
    int groups = 0, columns = 0;
    std::set<int> arrays;
  };
  std::map<std::pair<int, int>, Column> all;  // by copy and column
  for (const auto& block : plan.blocks) {
    Column& column = all[{block.copy, block.column}];
    column.groups += static_cast<int>(block.groups.size());
    column.columns = block.columns;
    column.arrays.insert(block.array);
  }
  Pieces pieces;
  for (const auto& [key, column] : all) {
    const double vectors = share_of_copy(plan, key.first);
    pieces.additions += (column.groups - 1) * column.columns * vectors;
    pieces.leaving += (static_cast<double>(column.arrays.size()) - 1) * column.columns * vectors;
    pieces.most = std::max(pieces.most, column.groups);
  }
  return pieces;
}

// The largest code times every digital weight it can meet, and a sign.
void size_adders(LayerActions& a, const LayerPlan& plan, int array_rows, int pieces) {
  const CellLayout& cell = plan.cell;
  const AdcCommon* adc = common(plan.settings.adc);
  const double plane_weight = plan.planes.together ? 1 : plan.planes.weight_sum();
  double digit_weight = 0;
  for (int k = 0; k < cell.slices; ++k) digit_weight += std::pow(cell.base, k);
  const double code = adc ? std::pow(2.0, plan.signed_current ? adc->bits - 1 : adc->bits)
                          : static_cast<double>(array_rows) * cell.highest_digit * plan.planes.largest *
                                (plan.planes.together ? plan.planes.weight_sum() : 1);
  a.accumulator_bits = 1 + bits_for(code * plane_weight * digit_weight * pieces);
  a.slice_bits = 1 + bits_for(code * digit_weight);
  a.adder_bits = std::min(a.accumulator_bits, a.slice_bits + 1);
}

}  // namespace

LayerActions actions(const arch::Config& config, const Chip& chip, const LayerPlan& plan, const LayerParts& parts,
                     const NodeTraffic& moved) {
  const double cycle_s = 1 / config.technology.clock_Hz;
  if (plan.settings.digital) return digital_actions(plan, moved);
  LayerActions a = common_actions(plan, moved);
  const double most_turns =
      count_reads(a, plan, parts, chip.placement.arrays_total, config.periphery.rescale.shared_by);
  const Pieces pieces = count_pieces(plan);
  size_adders(a, plan, config.array.rows, pieces.most);
  const double conversions = a.planned[Action::conversion];
  a.planned[Action::plane_sum] = conversions / plan.cell.conversions_per_weight();
  a.planned[Action::slice_bit] = (conversions - a.planned[Action::plane_sum]) * a.slice_bits;
  a.planned[Action::piece_bit] = pieces.additions * a.accumulator_bits;
  a.bits_between = pieces.leaving * a.accumulator_bits;
  a.planned[Action::buffer_bit] = a.bits_in + a.bits_out;
  a.planned[Action::transfer_bit] = a.bits_in + a.bits_out + a.bits_between;
  using arch::Correct;
  const Correct correct = config.correct;
  count_biases(a, plan.matrix, correct == Correct::offset || correct == Correct::scale_and_offset);
  if (correct == Correct::scale || correct == Correct::scale_and_offset) count_column_factors(a, plan);
  // Shift-add works in the shadow of the next read. What follows the last read: one cycle to shift and add, one for
  // each doubling of the pieces, and one for each column that takes its turn at a rescaling unit.
  const double positions = static_cast<double>(plan.copies.longest());
  const double step_s = (1 + most_turns + std::ceil(std::log2(pieces.most))) * cycle_s;
  a.digital_s = step_s * positions;
  // Pipelined, they work while the next position is read; those of the last of each round (positions of a round wait
  // for no other product of the layer) follow it, and what is longer than a read holds the next one up.
  if (config.periphery.digital_steps == arch::DigitalSteps::pipelined && positions > 0) {
    double longest_s = 0;
    for (const auto& [array, work] : a.arrays) longest_s = std::max(longest_s, work.drive_s + work.convert_s);
    const double rounds = std::min(positions, static_cast<double>(plan.matrix.rounds));
    a.digital_s = rounds * step_s + (positions - rounds) * std::max(0.0, step_s - longest_s / positions);
  }
  return a;
}

double mapped_devices(const Chip& chip) {
  double devices = 0;
  for (const auto& plan : chip.layers)
    if (!plan.settings.digital)
      devices += static_cast<double>(plan.matrix.count()) * plan.copies.placed * plan.cell.slices *
                 plan.cell.devices_per_slice();
  return devices;
}

}  // namespace bitline::cost
