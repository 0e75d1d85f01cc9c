// SPDX-License-Identifier: Apache-2.0
// A placed network: what is the same for every chip instance (Chip) and what one instance's cells and converters are
// (ChipState). Reading changes neither.
//
// Analog sums are integers. A layer's effective conductances G+ - G- (or what its columns see) are rounded to a lattice
// of `codes_per_step` codes per level step, the finest for which every code fits 14 bits and ideal levels are exact;
// the rounding is below 1e-4 of full scale. Every sum over binary planes is then exact in any order.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "array/product.h"
#include "base/random.h"
#include "mapping/placement.h"
#include "sim/level_map.h"

namespace bitline {

class ArrayConductances;  // sim/devices.h
class SolvedArray;        // sim/solved_array.h

// A block's place in an array whose reads are solved one by one; none elsewhere.
struct SolvedPlace {
  std::shared_ptr<const SolvedArray> array;
  std::size_t block = 0;
};

// One layer as placed, with everything its reads need that no chip instance changes.
struct LayerPlan {
  const MatrixLayer* matrix = nullptr;
  const MappedLayer* mapped = nullptr;
  PlanePlan planes;
  bool signed_inputs = false, drives_both_signs = true, signed_current = true;
  double v_step_V = 0.2;         // row voltage of one input step
  std::vector<RowGroup> groups;  // rows driven together, each once, in order
  double full_scale_A = 0;       // of the converters; 0 = each array's own (calibrate: per-array) or ideal
  const LayerConfig& settings() const { return mapped->settings; }
  const CellLayout& cell() const { return mapped->cell; }
};

struct Chip {
  Config config;
  std::vector<MatrixLayer> matrices;
  Placement placement;
  std::vector<LayerPlan> layers;  // one per matrix layer; points into the two above, so a Chip is moved, never copied
  double write_sigma_S = 0;       // solved for level-accuracy writes
  std::shared_ptr<const VerifyTables> verify;  // for write-verify
  std::shared_ptr<const PulseTables> pulses;   // for counted pulses
  SolvedWrite solved_write() const { return {write_sigma_S, verify.get(), pulses.get()}; }
  bool counts_pulses() const { return verify || pulses; }
  // Mean number of pulses that a device with this target takes.
  double mean_pulses(double target_S) const;
  std::shared_ptr<const ArrayConductances> measured;  // read back from silicon (conductances: DIR); replaces writing
  // With compensation: what to write instead of the targets, [layer][block], as BlockDevices counts devices.
  std::vector<std::vector<std::vector<double>>> aims;
  // With exact wires: whether every read is a circuit of its own, since it switches other rows or devices are curved.
  bool solves_reads() const {
    return config.wires.exact() && (config.array.topology != Topology::voltage_rows || is_curved(config.device.iv));
  }
  double gain() const { return aims.empty() ? 1 : config.wires.compensated_swing; }  // of all signals, undone digitally
  // With exact wires: what the variance of a column's read noise is of that of its own cells, [layer][block][column].
  std::vector<std::vector<std::vector<double>>> noise_factors;
  const std::vector<double>* noise_factor(std::size_t layer, std::size_t block) const {
    return noise_factors.empty() ? nullptr : &noise_factors[layer][block];
  }
};

// What one block's columns hold in one chip instance.
struct BlockState {
  CodeMatrix codes;               // (rows, conversions): effective conductance in lattice steps
  CodeMatrix variance;            // read noise variance in steps of LayerState::variance_step; empty without read noise
  CodeMatrix reference_variance;  // (rows, slices): of the reference columns of offset cells
  std::vector<double> row_power_S;  // per row: sum of all conductances its voltage drives in the whole array
  std::shared_ptr<const std::vector<double>> source_S;  // (rows, rows) with exact wires: replaces row_power_S
  SolvedPlace solved;  // where set, reads are solved there, and codes only say what cells there are
  AdcScale scale;      // in lattice steps times input steps
  AdcBank converters;
  std::vector<double> gain;  // by conversion: digital factor that makes up for drift; empty: none
};

struct LayerState {
  int codes_per_step = 2340;
  double lattice_S = 0;            // conductance of one code
  double variance_step = 0;        // in squared codes
  double power_step_S = 0;         // of Activity::supply_power
  std::vector<BlockState> blocks;  // like MappedLayer::blocks
};

struct ChipState {
  Random random{0, 0};
  std::uint64_t version = 0;  // bumped by write, age and calibrate
  std::vector<LayerState> layers;
  // Statistics of writing: weights without a faulty device, those of them at their level; digits, devices, faulty ones.
  std::size_t cells = 0, at_level = 0, digits = 0, devices = 0, faulty = 0;
  // Of writing by pulses: pulses of all devices, devices that took none, devices outside their window.
  std::uint64_t pulses = 0, unpulsed = 0, given_up = 0;
  double squared_error_S2 = 0;
  LevelMap level_map;  // of the first array, for pictures
};

// The same device without write error, noise, ageing or faults.
Device ideal_device(const Device& device);

// Builds the plan. Solves the write sigma. Throws RunError, InputError, ConfigError.
Chip build_chip(const Config& config, std::vector<MatrixLayer> matrices, Placement placement);

// Writes and ages every cell of chip instance `instance`. Converters have no range until set_ranges(). Target, written
// and aged conductances go to `keep_in` unless it is empty.
ChipState write_chip(const Chip& chip, int instance, const std::filesystem::path& keep_in = {});

// The same chip with perfect devices: no write error, noise, ageing or faults.
ChipState ideal_chip(const Chip& chip);

}  // namespace bitline
