// SPDX-License-Identifier: Apache-2.0
// What the wires of the first chip instance do, from exact node voltages of a sample of reads: how the noise of a
// column relates to that of its own cells, how far its currents are from those without wires, where voltage is lost.
#pragma once

#include "chip/chip.h"
#include "chip/wire_result.h"

namespace bitline::chip {

// Sets chip.noise_factors and returns what reports show, for a chip with exact wires. `inputs`: by layer, some
// input vectors (vectors, rows).
WireResult study_wires(Chip& chip, std::span<const std::vector<std::int16_t>> inputs);

}  // namespace bitline::chip
