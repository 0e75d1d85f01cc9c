// SPDX-License-Identifier: Apache-2.0
// How far currents at -V differ from those at +V, which no law of `device.iv` tells apart.
#pragma once

#include <optional>
#include <span>

namespace bitline::characterise {

// (|I(V)| - |I(-V)|) over their mean, averaged over the voltages of the upper half of what both branches reach (low
// ones are mostly offset and noise), and the standard error of that average. Readings of one state, in any order; a
// branch is linear between its voltages, readings at one voltage count as their mean. Nothing: fewer than three
// voltages there.
struct Asymmetry {
  double relative = 0, error = 0;
};
std::optional<Asymmetry> asymmetry(std::span<const double> v_V, std::span<const double> i_A);

}  // namespace bitline::characterise
