// SPDX-License-Identifier: Apache-2.0
#include "characterise/curve_warnings.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

namespace bitline::characterise {

using device::Pulse;
using device::Stimulus;

namespace {

// Of a device whose file says that what other amplitudes and widths do is assumed, when such pulses are asked for.
void warn_of_pulses(const device::PulsedDevice& d, std::span<const Pulse> pulses, std::vector<std::string>& out) {
  if (!d.device.plasticity) return;
  const auto reason = [&](const std::string& path) {
    for (const auto& note : d.notes.assumed)
      if (note.path.ends_with(path)) return note.reason;
    return std::string();
  };
  const auto differs = [](double a, double b) { return std::abs(a - b) > 0.01 * b; };
  for (const bool up : {true, false}) {
    const auto& response = up ? d.plasticity().potentiation : d.plasticity().depression;
    if (!response) continue;
    const auto& drive = response->drive;
    const std::string at = std::string("plasticity.") + (up ? "potentiation" : "depression") + ".drive.";
    const auto warn = [&](const char* what, const std::string& key, double asked, double known, Unit unit) {
      if (const std::string why = reason(at + key); !why.empty())
        out.push_back(fmt::format("{}: {} of {} were not measured, {} were: {}{} is assumed ({})", d.name, what,
                                  pretty(asked, unit), pretty(known, unit), at, key, why));
    };
    const auto of_side = [&](const Pulse& p) {
      return p.power_W_m2 == 0 && p.amplitude_V != 0 && (p.amplitude_V > 0) == up;
    };
    for (const Pulse& p : pulses)
      if (of_side(p) && differs(std::abs(p.amplitude_V), drive.amplitude_V)) {
        warn("pulses", "law.exponent", std::abs(p.amplitude_V), drive.amplitude_V, Unit::volt);
        break;
      }
    for (const Pulse& p : pulses)
      if (of_side(p) && differs(p.width_s, drive.width_s)) {
        warn("widths", "width_exponent", p.width_s, drive.width_s, Unit::second);
        break;
      }
  }
}

// The pulses that a protocol asks for beside the device's own.
std::vector<Pulse> asked_pulses(const device::PulsedDevice& d, const PulseProtocol& q) {
  std::vector<Pulse> out;
  if (!d.device.plasticity || (!q.amplitude_V && !q.width_s)) return out;
  for (const Stimulus s : {Stimulus::potentiation, Stimulus::depression}) {
    if (!(s == Stimulus::potentiation ? d.plasticity().potentiation : d.plasticity().depression)) continue;
    Pulse pulse = reference_pulse(d.plasticity(), s);
    if (q.amplitude_V) pulse.amplitude_V = std::copysign(*q.amplitude_V, pulse.amplitude_V);
    if (q.width_s) pulse.width_s = *q.width_s;
    out.push_back(pulse);
  }
  return out;
}

}  // namespace

std::vector<std::string> curve_warnings(const device::PulsedDevice& d, std::string_view curve, const PulseProtocol& q,
                                        const std::vector<Pulse>& train) {
  std::vector<std::string> out;
  const bool loop = curve == "iv" && is_loop(d, q);
  if (!q.light) warn_of_pulses(d, !train.empty() ? train : loop ? loop_steps(d, q) : asked_pulses(d, q), out);
  if (q.seed && d.device.plasticity && d.plasticity().spread.cycle_to_cycle == 0 &&
      d.plasticity().spread.device_to_device == 0)
    out.push_back(d.name + ": a spread changes nothing: plasticity.spread is 0");
  const double end_s = curve == "retention" ? retention_end_s(d, q) : 0;
  for (const std::string& warning : beyond_limits(d.device, q.temperature_K.value_or(d.device.temperature_K), end_s))
    out.push_back(d.name + ": " + warning);
  return out;
}

}  // namespace bitline::characterise
