// SPDX-License-Identifier: Apache-2.0
// What the curves of devices share.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "characterise/curves.h"
#include "device/pulse_heat.h"

namespace bitline::characterise::curve_parts {

inline device::Plasticity plasticity_at(const device::PulsedDevice& d, const PulseProtocol& q) {
  return q.temperature_K ? at_temperature(d.plasticity(), *q.temperature_K) : d.plasticity();
}

// The pulse a protocol asks for: the reference's, changed.
inline device::Pulse pulse_of(const device::Plasticity& p, device::Stimulus stimulus, const PulseProtocol& q) {
  device::Pulse pulse = reference_pulse(p, stimulus);
  // Widths given for light are not those of the depression after it.
  if (q.width_s && !(q.light && stimulus != device::Stimulus::light)) pulse.width_s = *q.width_s;
  if (stimulus == device::Stimulus::light) {
    if (q.power_W_m2) pulse.power_W_m2 = *q.power_W_m2;
    if (q.wavelength_m) pulse.wavelength_m = *q.wavelength_m;
  } else if (q.amplitude_V && !(q.light && stimulus == device::Stimulus::depression)) {
    pulse.amplitude_V = std::copysign(*q.amplitude_V, pulse.amplitude_V);
  }
  return pulse;
}

inline const std::optional<device::ShortTerm>& transient_of(const device::Plasticity& p, device::Stimulus s) {
  static const std::optional<device::ShortTerm> none;
  if (s == device::Stimulus::light) return p.light ? p.light->short_term : none;
  const auto& r = s == device::Stimulus::potentiation ? p.potentiation : p.depression;
  return r ? r->short_term : none;
}

inline std::vector<double> geometric(double from, double to, int per_decade) {
  std::vector<double> out;
  const int n = std::max(1, static_cast<int>(std::ceil(std::log10(to / from) * per_decade - 1e-9)));
  for (int i = 0; i <= n; ++i) out.push_back(i == n ? to : from * std::pow(10, std::log10(to / from) * i / n));
  return out;
}

inline std::string in_unit(const std::string& what, const device::PulsedDevice& d) {
  return fmt::format("{}_{}", what, d.conductance_unit());
}

// What a pulse takes from its source: NaN for light, and where conductances are not known. Before and at the end of it.
inline double pulse_energy_J(const device::PulsedDevice& d, const device::Pulse& pulse,
                             const device::SynapseReading& before, const device::SynapseReading& end) {
  if (d.relative || pulse.power_W_m2 > 0) return std::numeric_limits<double>::quiet_NaN();
  const double g_S = (d.conductance(before.total()) + d.conductance(end.total())) / 2;
  return pulse_heat_J(d.device.iv, g_S, d.plasticity().v_read_V, pulse.amplitude_V, pulse.width_s);
}

// "50 x 5 V, 100 ms".
inline std::string pulses_text(std::size_t count, const device::Pulse& pulse) {
  return fmt::format("{} x {}, {}", count,
                     pulse.power_W_m2 > 0 ? pretty(pulse.power_W_m2, Unit::watt_per_square_meter) + " of light"
                                          : pretty(pulse.amplitude_V, Unit::volt),
                     pretty(pulse.width_s, Unit::second));
}

// "1.5 %": three digits.
inline std::string share_text(double share) { return fmt::format("{:.3g} %", 100 * share); }

// What drawing the spread did to a column, against the same curve without; nothing where there is none to draw.
inline void note_spread(ResponseCurve& c, const ResponseCurve& without, std::size_t column, double range,
                        const device::PulseSpread& spread, std::uint32_t seed) {
  if (spread.cycle_to_cycle == 0 && spread.device_to_device == 0) return;
  double square = 0;
  for (std::size_t i = 0; i < c.rows.size(); ++i) square += std::pow(c.rows[i][column] - without.rows[i][column], 2);
  c.definition.push_back(fmt::format(
      "spread drawn (seed {}): {} of the window a pulse, {} between devices; it moves readings by {} of the "
      "window (rms)",
      seed, share_text(spread.cycle_to_cycle), share_text(spread.device_to_device),
      share_text(std::sqrt(square / static_cast<double>(c.rows.size())) / range)));
}

inline CurveAxis conductance_axis(const device::PulsedDevice& d) {
  return d.relative ? CurveAxis{"conductance (share of g_max)"} : CurveAxis{"conductance", Unit::siemens};
}

}  // namespace bitline::characterise::curve_parts
