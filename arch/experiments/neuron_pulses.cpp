// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/neuron_pulses.h"

namespace bitline::arch {

void fields(Visitor& v, NeuronPulses& p) {
  v(p.full_V, {.key = "full", .meaning = "voltage of amplitude 1", .unit = Unit::volt, .positive = true});
  v(p.width_s, {.key = "width", .meaning = "of a pulse, and of its reset", .unit = Unit::second, .positive = true});
  v(p.resistance_ohm,
    {.key = "resistance", .meaning = "of the channel under a pulse", .unit = Unit::ohm, .positive = true});
}

}  // namespace bitline::arch
