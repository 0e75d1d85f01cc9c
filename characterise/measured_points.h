// SPDX-License-Identifier: Apache-2.0
// A file of measurements on the axes of a device's curve, so that both are seen together.
#pragma once

#include "characterise/curves.h"
#include "characterise/fit/fit.h"

namespace bitline::characterise {

// Reads the file as a fit of that kind would, and sets `measured`. Trains of pulses lie over the curve's own legs, the
// first trains over the first, and begin again where the curve has fewer cycles. `files` says what a fit is told of a
// file beside itself: read voltage, columns. InputError: what reading refuses, a device without conductances.
enum class MeasuredKind { ltp, ppf, iv, stdp };
void add_measured(ResponseCurve&, MeasuredKind, const device::PulsedDevice&, const std::filesystem::path&,
                  const FitFiles& files);

}  // namespace bitline::characterise
