// SPDX-License-Identifier: Apache-2.0
// A sample of reads on which the effect of wires is looked at: some inputs of each layer and what they drive.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "chip/interconnect.h"

namespace bitline::chip {

inline constexpr std::size_t sample_images = 8, planes_each = 2;  // of a layer's inputs

// Reads of one block that drive anything.
struct SampledReads {
  std::vector<std::vector<int>> x;  // [read][row of the block]
  std::vector<double> v_V;          // (reads, lines of the array's circuit): volts for an input step of one volt
};
SampledReads sampled_reads(const LayerPlan& plan, const mapping::Block& block, const ArrayCircuit& circuit,
                           std::span<const std::int16_t> inputs);

// How a conversion column of block `b` combines the circuit's columns (the reference column of offset cells apart).
std::vector<double> sense_weights(const ArrayCircuit& circuit, const array::CellLayout& cell, std::size_t b,
                                  int conversion);

// Current that a conversion column would have with ideal wires and uncompensated targets, but with this instance's
// write errors: the reference that errors of wires are measured from. In siemens times input steps.
double without_wires(const PlacedDevices& placed, int conversion, std::span<const int> x);

}  // namespace bitline::chip
