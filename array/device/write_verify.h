// SPDX-License-Identifier: Apache-2.0
// Write-verify: pulses towards the target until a read lies in the window.
#pragma once

#include <array>
#include <functional>
#include <span>

#include "array/device/write_tables.h"

namespace bitline {

// One write, pulse by pulse, from `start_S`. `factor` is the device's own of all steps; normal2(pulse) gives the normal
// numbers of the verify read before pulse 0, 1, ... and of that pulse's step.
WriteOutcome write_by_pulses(const WriteVerify&, double g_max_S, double target_S, double start_S, double factor,
                             const std::function<std::array<float, 2>(int pulse)>& normal2);

// WriteTables::paths writes of one target, all rounds of each, of a device whose write model is WriteVerify.
TargetWrites verified_writes(const Device&, double target_S);

// Fills in pulses, failures and rounds. `g_S`: in: where an errorless write lands, out: right after the device's last
// pulse. Spans of at most device_draws::chunk_size.
void write_verified(const Device&, const WriteTables&, const Random&, std::span<const CellId>,
                    std::span<const double> target_S, std::span<double> g_S, const WriteRecord&);

}  // namespace bitline
