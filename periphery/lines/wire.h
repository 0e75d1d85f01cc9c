// SPDX-License-Identifier: Apache-2.0
// Wires of the digital periphery: buses with repeaters, and a mesh of routers.
//
// Repeaters: size sqrt(R0 c / (r C0)), spacing sqrt(2 R0 (C0 + Cp) / (r c)) for the least delay (Bakoglu, Meindl, IEEE
// Trans. Electron Devices 32, 903 (1985), doi:10.1109/T-ED.1985.22046; Weste, Harris 2011, section 6.4). Where the
// technology names no metal, wires have no resistance and no repeaters.
#pragma once

#include "periphery/technology/technology.h"

namespace bitline::periphery {

// One bit over `length_m`: energy for the technology's toggling share, area and leakage of the repeaters.
UnitCost wire_bit(const Technology&, double length_m);

// One bit through one router of a mesh with five ports: an input register, a five-way multiplexer, an output register.
UnitCost router_bit(const Technology&);

// Off-chip memory, one bit: 1.3 to 2.6 nJ for 64 bits (Horowitz, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323), their
// geometric mean, and the factor to either as spread. No time and area: it overlaps with what runs, and is another
// chip.
UnitCost dram_bit(const Technology&);

}  // namespace bitline::periphery
