// SPDX-License-Identifier: Apache-2.0
// An array with exact wires whose reads are solved one by one: gated rows, since every read switches other rows and so
// is another circuit, or devices with a curved I-V, for which no matrix holds.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "array/wires/gated_ladder.h"
#include "array/wires/gated_rows.h"
#include "chip/interconnect.h"
#include "device/device_law.h"

namespace bitline::chip {

class SolvedArray {
 public:
  // One thread's scratch and what it met.
  struct Workspace {
    array::GatedRows::Workspace rows;
    std::vector<float> voltage, current_S, power_S;
    std::vector<std::uint8_t> gates;
    std::vector<std::int8_t> signs;
    double residual = 0;     // largest so far
    std::size_t direct = 0;  // reads the sweeps could not solve, done by reduction
  };

  SolvedArray(const Chip& chip, const device::Device& device, std::span<const PlacedDevices> blocks);

  // One read of block b: x holds input steps for each row of the array, of gated rows -1, 0 or 1. Afterwards
  // workspace.current_S holds the current of every physical column, reference columns included, for a volt per input
  // step. Returns the power of all supplies per volt^2, in siemens. Throws RunError when a curved circuit does not
  // converge.
  double read(std::size_t b, std::span<const std::int16_t> x, Workspace& workspace) const;
  // No read of steps up to `largest` takes more power.
  double most_power_S(int largest) const;

  // What conversion column k of block b sees of the column currents, as the codes of a View do.
  double converted(const Workspace& workspace, std::size_t b, int conversion) const;

  const ArrayCircuit& circuit() const { return circuit_; }
  // Voltage across every device of the circuit for a volt of read voltage, all rows on.
  std::vector<double> all_on_drops() const;
  // How reads are solved, as a sentence for reports (WireResult::method).
  const char* method() const;

 private:
  double read_rows(const array::GatedRows& rows, Workspace& workspace) const;
  double read_curved(const device::DeviceLaw& law, double v_step_V, Workspace& workspace) const;
  void drive(std::span<const std::int16_t> x, Workspace& workspace) const;
  // The circuit with open devices on lines that are switched off.
  array::Crossbar masked(std::span<const std::uint8_t> gates) const;

  std::vector<PlacedDevices> blocks_;  // devices are not used after construction
  bool gated_;
  double v_read_V_;
  ArrayCircuit circuit_;
  array::GatedLadder ladder_;  // of a gated ladder
  std::variant<std::unique_ptr<array::LadderSolver<float>>, std::unique_ptr<array::GatedRows>, device::DeviceLaw>
      solver_;
};

}  // namespace bitline::chip
