// SPDX-License-Identifier: Apache-2.0
// The wires of one chip instance's arrays: each array is a circuit of all its devices, mapped or not, reduced to what
// every row line does to every column and what its sources deliver.
#pragma once

#include <span>
#include <vector>

#include "array/wires/crossbar.h"
#include "array/wires/reduction.h"
#include "chip/devices.h"

namespace bitline::chip {

// A block and its devices; those of one array are solved together.
struct PlacedDevices {
  const LayerPlan* plan = nullptr;
  const mapping::Block* block = nullptr;
  BlockDevices* devices = nullptr;
};

// Where a device lies in the circuit of its array. Reference columns lie right of the array's own, block by block.
struct CircuitPlace {
  int line, column;
};

// One array as a circuit.
class ArrayCircuit {
 public:
  // `blocks`: all blocks of the array. Unmapped cells are as mapping.unused says. Ohmic devices stand behind their
  // access resistance; curved ones are given by their conductance at zero drop, without it.
  ArrayCircuit(const Chip& chip, const device::Device& device, std::span<const PlacedDevices> blocks);

  const array::Crossbar& crossbar() const { return crossbar_; }
  int lines_per_row() const { return lines_per_row_; }
  // Device k of a row of block `b`, counted as in BlockDevices; reference device of a slice.
  CircuitPlace place(std::size_t b, int row, int k) const;
  CircuitPlace reference_place(std::size_t b, int row, int slice) const;
  std::size_t index(CircuitPlace at) const {
    return static_cast<std::size_t>(at.line) * static_cast<std::size_t>(crossbar_.columns) +
           static_cast<std::size_t>(at.column);
  }

 private:
  std::vector<PlacedDevices> blocks_;
  std::vector<int> first_reference_;  // column, by block
  int lines_per_row_ = 1;
  array::Crossbar crossbar_;
};

// What the wires of one array do to its blocks, and the circuit that this is true of.
struct ReducedArray {
  int array = 0;
  std::vector<double> g_S;  // of the circuit
  struct Effect {
    mapping::BlockId block;
    std::vector<double> effective_S, reference_effective_S;
    std::shared_ptr<const std::vector<double>> source_S;
  };
  std::vector<Effect> blocks;
};
inline constexpr std::size_t most_reduced_kept = 8;  // more would only take memory: they save the first chip's

// `effective`, with sources, is the reduction of `circuit`; sets what apply_wires() does.
std::shared_ptr<const ReducedArray> reduced_array(const ArrayCircuit& circuit, const array::EffectiveMatrix& effective,
                                                  std::span<const PlacedDevices> blocks);

// Scratch that a thread keeps from array to array.
struct WireScratch {
  array::ReductionScratch reduction;
  array::EffectiveMatrix effective;
};

// Sets effective_S, reference_effective_S and, `with_sources`, source_S of `blocks`, all those of one array of voltage
// rows with exact wires; without a reduction where Chip::reduced has this circuit.
void apply_wires(const Chip& chip, const device::Device& device, std::span<const PlacedDevices> blocks,
                 bool with_sources, WireScratch& scratch);

}  // namespace bitline::chip
