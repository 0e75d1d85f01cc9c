// SPDX-License-Identifier: Apache-2.0
// Conductances that make up for wires: what to write so that each device, through the wires of the intended array,
// does what its target would without them.
#pragma once

#include "chip/chip.h"

namespace bitline::chip {

// Sets chip.aims_S. Each device's part above g_min is divided by what the wires leave of it (the device's own entry of
// the effective matrix over its conductance) and multiplied by wires.compensated_swing, as far as g_max allows;
// repeated, since other conductances lose other shares. After Hu et al. 2016, doi:10.1145/2897937.2898010, which solves
// for the conductances that give the wanted currents. Voltage rows with exact wires only.
void aim_through_wires(Chip& chip);

}  // namespace bitline::chip
