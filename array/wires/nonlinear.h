// SPDX-License-Identifier: Apache-2.0
// Operating point of a crossbar whose devices are not ohmic: line sweeps, and where wires couple too strongly for them
// to converge, chords through the direct solution.
#pragma once

#include <span>

#include "array/wires/line_sweeps.h"

namespace bitline::array {

struct NonlinearState {
  ArrayState state;  // check state.status.converged before using anything else
  bool by_chords = false;
};

// v_V: source voltage per row. `limits` bound the residual of both methods and the sweeps of the first. A chord
// replaces every device by the conductance I(d) / d at its drop d; the ohmic circuit of those is solved exactly, and
// the logarithms of the conductances move half of the way at each step, since a law that rises faster than its drop
// would overshoot with the whole. Throws InputError for a wrong crossbar, law or voltages.
NonlinearState solve_nonlinear(const Crossbar&, const device::DeviceLaw&, std::span<const double> v_V,
                               const SweepLimits& limits = {1e-12, 500});

}  // namespace bitline::array
