// SPDX-License-Identifier: Apache-2.0
// What the wires of the first chip instance do, from exact node voltages of a sample of reads: how the noise of a
// column relates to that of its own cells, how far its currents are from those without wires, where voltage is lost.
#pragma once

#include "arch/lines.h"
#include "chip/chip.h"
#include "chip/wire_result.h"

namespace bitline::chip {

// Some input vectors of each layer, (vectors, rows).
using SampledVectors = std::span<const std::vector<std::int16_t>>;

// Sets chip.noise_factors and returns what reports show, for a chip with exact wires.
WireResult study_wires(Chip& chip, SampledVectors inputs);

// What segments of these resistances would do to a chip with ideal wires and ohmic devices.
MetalEffect metal_effect(const Chip& chip, const arch::SegmentResistance& segment, SampledVectors inputs);

}  // namespace bitline::chip
