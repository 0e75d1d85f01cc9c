// SPDX-License-Identifier: Apache-2.0
// What pulses of a stochastic neuron cost: Joule heat in its channel, and time.
#pragma once

#include "base/schema.h"

namespace bitline::arch {

// A pulse of amplitude I dissipates (I full_V)^2 / resistance x width; a reset pulse of the same size follows it.
struct NeuronPulses {
  double full_V = 7.8;  // of amplitude 1
  double width_s = 1e-4;
  double resistance_ohm = 1e5;

  double energy_J(double squared_amplitude) const {
    return 2 * squared_amplitude * full_V * full_V / resistance_ohm * width_s;
  }
  double time_s(double pulses) const { return 2 * pulses * width_s; }
};
void fields(Visitor&, NeuronPulses&);

}  // namespace bitline::arch
