// SPDX-License-Identifier: Apache-2.0
// The devices of one chip instance, block by block: targets, what writing made of them, and what time made of that; and
// the same as one file per array.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "arch/config.h"
#include "arch/lines.h"
#include "chip/state.h"

namespace bitline::chip {

// Conductances of one block in siemens, (rows, weights, slices, devices of a slice: positive, negative), at a moment.
struct BlockDevices {
  double age_s = 0;
  std::span<const double> written_S;  // Cells::written_S
  std::vector<double> aged_S;
  std::span<const double> aim_S;  // what was written instead of the targets to make up for wires; empty: the targets
  std::vector<double> target_S;   // beside aims, else empty
  // As written, in terms of the targets.
  double read_back_S(std::size_t i) const {
    return aim_S.empty() ? written_S[i] : written_S[i] - aim_S[i] + target_S[i];
  }
  std::vector<double> reference_S;  // aged reference devices of offset cells, (rows, slices)
  std::vector<double> reference_written_S;

  // With exact wires (chip/interconnect.h), else empty: what the column of each device receives for a volt on its line,
  // and what the sources of the block's rows deliver, (rows, rows): the power is x^T source x for a volt per input
  // step.
  std::vector<double> effective_S, reference_effective_S;
  std::shared_ptr<const std::vector<double>> source_S;
};

// Where a device lies in its array; `device` tells the two devices of a cell that share one column.
struct DevicePlace {
  int row, column, device;
};
// Device k of a row of the block, counted as in BlockDevices.
DevicePlace place_of(const mapping::Block& block, const array::CellLayout& cell, int row, int k);
// The array that holds a block; with reload several blocks' arrays are loads of one.
int physical_array(const Chip& chip, const mapping::Block& block);

// Conductances by array: (rows, columns, devices of a cell), NaN where nothing is mapped or measured. Reference columns
// are not in it.
class ArrayConductances {
 public:
  ArrayConductances(int arrays, int rows, int columns, int devices);
  void write(const mapping::Block& block, const array::CellLayout& cell, std::span<const double> g_S);
  // Puts the values of a block's devices over g_S, which holds what writing gave; where there is none (NaN) what
  // `missing` says, `target_S` being what was meant. Returns how many these are. Throws InputError where a mapped
  // device has no usable value.
  std::size_t read(const mapping::Block& block, const array::CellLayout& cell, std::span<const double> target_S,
                   arch::MissingCells missing, std::span<double> g_S) const;
  // FOLDER/<array>_<what>.npy. Throws RunError.
  void save(const std::filesystem::path& folder, const std::string& what) const;
  // The same, or FOLDER/<array>_<what>.csv (chip/conductance_csv.h). Throws InputError.
  static ArrayConductances load(const std::filesystem::path& folder, const std::string& what, int arrays, int rows,
                                int columns, int devices);

 private:
  std::size_t index(const DevicePlace& at) const;
  int rows_, columns_, devices_;
  std::vector<std::vector<double>> data_;
};

// Which weight's device k of a row of the block is, counted as in BlockDevices: names its draws.
device::CellId identity_of(const LayerPlan& plan, const mapping::Block& block, int row, int k);

// Writes the devices of one block: cells.written_S, faulty, round and the references; `aim_S` replaces the targets and
// `measured` what writing gave. Stuck devices and dead lines are marked faulty; a dead line carries nothing. The draws
// are those of write number cells.writes.
WriteReport write_block(const Chip& chip, const device::Device& device, const Random& random, const LayerPlan& plan,
                        const mapping::Block& block, std::span<const double> aim_S, const ArrayConductances* measured,
                        Cells& cells);

// The same for a block of a state, at a moment on the state's clock: its next write.
WriteReport write_block_at(const Chip& chip, const device::Device& device, const ArrayConductances* measured,
                           const LayerBlock& placed, double now_s, State& state);

// What the devices of a block are meant to be, in the order of BlockDevices.
std::vector<double> targets_S(const device::Device& device, const LayerPlan& plan, const mapping::Block& block);

// What the cells of a block are `age_s` after they were written and by the reads that they count since; `cells` live
// longer.
BlockDevices block_devices(const Chip& chip, const device::Device& device, const Random& random, const LayerPlan& plan,
                           const mapping::Block& block, const Cells& cells, double age_s);

// What each digit reads as when written without error: G+ - G-, or G of a single device; ascending.
std::vector<double> digit_values(const array::CellLayout& cell, const device::Device& device);

}  // namespace bitline::chip
