// SPDX-License-Identifier: Apache-2.0
// Pulses on the devices of an array, by the device's own model of plasticity (device/plasticity/synapse.h): how arrays
// learn while they run.
#pragma once

#include <cstdint>
#include <vector>

#include "chip/state.h"

namespace bitline::chip {

// An outer product: device k of row r gets rows[r] x columns[k] pulses, one after another from the same moment on.
struct PulsePattern {
  device::Pulse pulse;                 // the first; its time counts from State::now_s
  double gap_s = 0;                    // from the end of a pulse to the start of the device's next one
  std::vector<std::uint16_t> rows;     // of the block
  std::vector<std::uint16_t> columns;  // devices of a row of the block, in the order of Cells::written_S
};

// Pulses devices of one block; the clock moves on to the end of the longest train. A device's state is the long-term
// level that its conductance says, held between g_min and g_max, until pulses have met it; then it is remembered until
// the block is written again, with what pulses left behind. Reads see the long-term level alone, not transients. Faulty
// devices stay as they are, and so does, to the bit, every device that gets no pulse. Draws of spread hang on instance,
// weight, number of the writing and number of the pulse.
//
// Throws InputError: the device does not say what pulses do, or describes other pulses; it ages (relaxation, drift or
// slow noise), for which no law under pulses is known; sizes that are not the block's; a block never written, or 65,536
// times; pulses before now.
void pulse(const Chip& chip, State& state, mapping::BlockId block, const PulsePattern& pattern);

}  // namespace bitline::chip
