// SPDX-License-Identifier: Apache-2.0
// What a curve of a device rests on beyond what was measured.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "characterise/curves.h"

namespace bitline::characterise {

// Pulses whose amplitude or width was not measured where the device's file says that their law is assumed; a spread
// that is asked for and is 0; temperatures and times beyond the device's limits. `curve`: "iv", "ltp", "retention" ...;
// `train`: of pulses, where one is given.
std::vector<std::string> curve_warnings(const device::PulsedDevice&, std::string_view curve, const PulseProtocol&,
                                        const std::vector<device::Pulse>& train);

}  // namespace bitline::characterise
