// SPDX-License-Identifier: Apache-2.0
// A gated array with exact wires: every read switches other rows and so is another circuit, solved anew.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "array/wires/gated_ladder.h"
#include "array/wires/gated_rows.h"
#include "sim/interconnect.h"

namespace bitline {

class GatedArray {
 public:
  // One thread's scratch and what it met.
  struct Workspace {
    GatedRows::Workspace rows;
    std::vector<float> voltage, current_S, power_S;
    std::vector<std::uint8_t> gates;
    double residual = 0;     // largest so far
    std::size_t direct = 0;  // reads the sweeps could not solve, done by reduction
  };

  GatedArray(const Chip& chip, const Device& device, std::span<const PlacedDevices> blocks);

  // One read: x holds -1, 0 or 1 for each row of the array. Afterwards workspace.current_S holds the current of every
  // physical column, reference columns included, for a volt of read voltage. Returns the power of all supplies per
  // volt^2, in siemens.
  double read(std::span<const std::int8_t> x, Workspace& workspace) const;

  // What conversion column k of block b sees of the column currents, as sim/write.cpp's codes do.
  double converted(const Workspace& workspace, std::size_t b, int conversion) const;

  const ArrayCircuit& circuit() const { return circuit_; }
  // Voltage across every device of the circuit for a volt of read voltage, all rows on.
  std::vector<double> all_on_drops() const;

 private:
  double read_rows(std::span<const std::int8_t> x, Workspace& workspace) const;

  std::vector<PlacedDevices> blocks_;  // devices are not used after construction
  ArrayCircuit circuit_;
  GatedLadder ladder_;  // of a gated ladder
  std::variant<std::unique_ptr<LadderSolver<float>>, std::unique_ptr<GatedRows>> solver_;
};

// By block, the array that holds it.
std::vector<GatedPlace> gated_arrays(const Chip& chip, const Device& device, std::span<const PlacedDevices> blocks);

}  // namespace bitline
