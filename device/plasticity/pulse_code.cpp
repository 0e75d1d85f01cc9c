// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/pulse_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::device {

std::vector<SynapseReading> code_readings(const Plasticity& p, SynapseState& state, const std::vector<bool>& code,
                                          const PulseSlots& slots, const SynapseDraws& draws) {
  if (!(slots.pulse.width_s <= slots.period_s))
    throw InputError(
        fmt::format("a pulse of {} s is longer than its slot of {} s", slots.pulse.width_s, slots.period_s));
  std::vector<SynapseReading> readings;
  const double start_s = state.time_s;
  for (std::size_t slot = 0; slot < code.size(); ++slot) {
    Pulse pulse = slots.pulse;
    pulse.time_s = start_s + static_cast<double>(slot) * slots.period_s;
    if (code[slot]) apply(p, state, pulse, draws);
    // Rounding may put the end of a pulse that fills its slot a hair after the slot's.
    rest(p, state, std::max(state.time_s, start_s + static_cast<double>(slot + 1) * slots.period_s));
    readings.push_back(reading(state));
  }
  return readings;
}

double conductance_S(const Device& device, const SynapseReading& r) {
  return device.g_min_S + std::max(0.0, r.total()) * (device.g_max_S - device.g_min_S);
}

}  // namespace bitline::device
