// SPDX-License-Identifier: Apache-2.0
// A placed network: what is the same for every chip instance. What one instance's cells are is a State, what its reads
// need is a View.
//
// Analog sums are integers: a layer's effective conductances G+ - G- (or what its columns see) are rounded to the
// design's lattice, whose codes fit 14 bits and on which ideal levels are exact; the rounding is below 1e-4 of full
// scale. Every sum over binary planes is then exact in any order.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "array/product.h"
#include "base/random.h"
#include "mapping/placement.h"
#include "workloads/integer_weights.h"

namespace bitline::chip {

class ArrayConductances;  // chip/devices.h
struct ReducedArray;      // chip/interconnect.h

// Steps that a layer's analog sums are counted in (chip/lattice.h).
struct Lattice {
  int codes_per_step = 2340;  // codes of one level step, even: half steps of two-sided pairs are codes too
  double code_S = 0;          // conductance of one code
  double variance_step = 0;   // of read noise, in squared codes; 0: no read noise
  double power_step_S = 0;    // of Activity::supply_power
};

// Rows that are driven together, and the blocks of a copy that they drive: {index of the block, of its row group}.
struct DrivenRows {
  int copy = 0;
  mapping::RowGroup rows;
  std::vector<std::pair<std::size_t, std::size_t>> blocks;
};

// One layer as placed, with everything its reads need that no chip instance changes.
struct LayerPlan {
  workloads::IntegerWeights matrix;
  arch::LayerConfig settings;
  array::CellLayout cell;
  mapping::Copies copies;
  std::vector<mapping::Block> blocks;  // sorted by copy, row, column; empty for digital layers
  periphery::PlanePlan planes;
  bool signed_inputs = false, drives_both_signs = true, signed_current = true;
  double v_step_V = 0.2;                  // row voltage of one input step
  std::vector<mapping::RowGroup> groups;  // rows driven together, each once, in order
  std::vector<DrivenRows> driven;         // the same for each copy, in order of copies and rows
  std::vector<double> digit_weight;       // of each conversion of a weight: base^slice, with the negative column's sign
  Lattice lattice;
  double full_scale_A = 0;  // of the converters; 0 = each array's own (calibrate: per-array) or ideal
};

// Moved, never copied: it holds all weights.
struct Chip {
  Chip() = default;
  Chip(Chip&&) = default;
  Chip& operator=(Chip&&) = default;

  arch::Config config;
  Isa isa = isas().front();                            // of reads; results do not depend on it
  mapping::Placement placement;                        // its layers have become plans
  std::vector<LayerPlan> layers;                       // one per matrix layer
  double write_sigma_S = 0;                            // solved for level-accuracy writes
  std::shared_ptr<const device::VerifyTables> verify;  // for write-verify
  std::shared_ptr<const device::PulseTables> pulses;   // for counted pulses
  device::SolvedWrite solved_write() const { return {write_sigma_S, verify.get(), pulses.get()}; }
  bool counts_pulses() const { return verify || pulses; }
  std::shared_ptr<const ArrayConductances> measured;  // read back from silicon (conductances: DIR); replaces writing
  // aims_S[block id]: conductance to program each device to, so that behind its wires it acts like its target, in the
  // order of targets_S(). Set by aim_through_wires(); empty without wires.compensation.
  std::vector<std::vector<double>> aims_S;
  // With exact wires: whether every read is a circuit of its own, since it switches other rows or devices are curved.
  bool solves_reads() const {
    return config.wires.exact() &&
           (config.array.topology != arch::Topology::voltage_rows || is_curved(config.device.iv));
  }
  // Compensation aims at this share of every current, to leave room below g_max; results are divided by it.
  double gain() const { return aims_S.empty() ? 1 : config.wires.compensated_swing; }
  // noise_factors[block id][column]: true variance of column's read noise over the sum of its cells' variances; set by
  // study_wires(); empty without wires, where it is 1.
  std::vector<std::vector<double>> noise_factors;
  // Arrays of the first chip instance that study_wires() has reduced: whoever meets the same circuit need not again.
  std::vector<std::shared_ptr<const ReducedArray>> reduced;
  const std::vector<double>* noise_factor(mapping::BlockId block) const {
    return noise_factors.empty() ? nullptr : &noise_factors[block];
  }
};

// The same device without write error, noise, ageing or faults.
device::Device ideal_device(const device::Device& device);

// A block with the layer it belongs to.
struct LayerBlock {
  const LayerPlan* plan = nullptr;
  const mapping::Block* block = nullptr;
};
// Codes of one row of a block, one for each of its columns.
std::span<const std::int16_t> row_codes(const LayerPlan& plan, const mapping::Block& block, int row);

// All blocks, at their BlockId; those of each array that holds any.
std::vector<LayerBlock> layer_blocks(const Chip& chip);
std::vector<std::vector<LayerBlock>> by_array(const Chip& chip);

// Chooses every layer's lattice of analog sums anew, as when noise factors became known.
void choose_lattices(Chip& chip);

// Builds the plan: solves the write sigma, aims through wires, chooses lattices. Throws RunError, InputError,
// ConfigError.
Chip build_chip(const arch::Config& config, std::vector<workloads::IntegerWeights> matrices,
                mapping::Placement placement);

}  // namespace bitline::chip
