// SPDX-License-Identifier: Apache-2.0
// What the wires of the first chip instance do, from exact node voltages of a sample of reads: how the noise of a
// column relates to that of its own cells, how far its currents are from those without wires, where voltage is lost.
#pragma once

#include "chip/chip.h"
#include "chip/wire_result.h"

namespace bitline::array {
class NodeVoltages;
}

namespace bitline::chip {

// Variance of the current of columns combined with `sense_weight` (columns) per variance of each device's conductance:
// sum over devices of variance_S2 d^2 s^2, d the drop under `v_V` (lines), s how much of a current across the device
// reaches the columns (reciprocity: the drop when the columns are driven instead). In A^2.
double noise_variance_A2(const array::NodeVoltages& circuit, std::span<const double> variance_S2,
                         std::span<const double> v_V, std::span<const double> sense_weight);

// Sets chip.noise_factors and returns what reports show, for a chip with exact wires. `inputs`: by layer, some
// input vectors (vectors, rows).
WireResult study_wires(Chip& chip, std::span<const std::vector<std::int16_t>> inputs);

}  // namespace bitline::chip
