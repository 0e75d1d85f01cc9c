// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/synapse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace bitline::device {
namespace {

void decay(const std::optional<ShortTerm>& s, std::array<double, 2>& left, double dt_s) {
  if (!s) return;
  left[0] *= std::exp(-dt_s / s->tau1_s);
  left[1] *= std::exp(-dt_s / s->tau2_s);
}

double sum(const std::array<double, 2>& x) { return x[0] + x[1]; }

const std::optional<ShortTerm> no_short_term;

const std::optional<ShortTerm>& short_term_of(const std::optional<PulseResponse>& r) {
  return r ? r->short_term : no_short_term;
}

// What a pulse of this drive shows at its end, and what it leaves.
double respond(const ShortTerm& s, std::array<double, 2>& left, double drive) {
  const double own = s.response * drive, shown = own + sum(left);
  const double room = std::max(0.0, 1 - sum(left) / s.ceiling);
  left[0] += s.share1 * own * room;
  left[1] += s.share2 * own * room;
  return shown;
}

// Moves the level by n unit pulses along the curve of potentiation (`up`) or depression. What history turns into a
// fall goes back along the curve of potentiation, so that its sign does not depend on the level.
void write(const Plasticity& p, SynapseState& s, double n, double z, bool up) {
  if (n == 0) return;
  const auto curve_of = [](const std::optional<PulseResponse>& r) { return r && r->update ? &*r->update : nullptr; };
  const UpdateCurve* own = curve_of(up ? p.potentiation : p.depression);
  // A device with one curve moves back along the same one.
  const UpdateCurve* curve = own ? own : curve_of(up ? p.depression : p.potentiation);
  if (!curve) return;
  s.level = up ? potentiated(*curve, s.level, n) : depressed(*curve, s.level, -n);
  s.moved += n;
  if (z != 0) s.level = std::clamp(s.level + p.spread.cycle_to_cycle * std::sqrt(std::abs(n)) * z, 0.0, 1.0);
}

// What a positive pulse counts by history; moves the traces.
double history_factor(const History& h, SynapseState& s) {
  const double factor = h.rest + h.gain * (s.recent - s.usual);
  s.usual += h.adaptation * (s.recent - s.usual);
  s.recent += 1;
  return factor;
}

double consolidated(const std::optional<Consolidation>& c, const std::array<double, 2>& left) {
  return c ? c->rate * std::max(0.0, sum(left) - c->threshold) : 0;
}

void require(bool described, const char* what) {
  if (!described) throw InputError(fmt::format("the device does not describe {}", what));
}

}  // namespace

SynapseReading reading(const SynapseState& s) { return {s.level, sum(s.potentiated) + sum(s.lit) - sum(s.depressed)}; }

void rest(const Plasticity& p, SynapseState& s, double until_s) {
  const double dt = until_s - s.time_s;
  if (!(dt >= 0)) throw InputError(fmt::format("time goes back from {} s to {} s", s.time_s, until_s));
  decay(short_term_of(p.potentiation), s.potentiated, dt);
  decay(short_term_of(p.depression), s.depressed, dt);
  if (p.light) decay(p.light->short_term, s.lit, dt);
  if (p.history) {
    s.recent *= std::exp(-dt / p.history->recent_tau_s);
    s.usual *= std::exp(-dt / p.history->usual_tau_s);
  }
  s.time_s = until_s;
}

SynapseReading apply(const Plasticity& p, SynapseState& s, const Pulse& pulse, const SynapseDraws& draws) {
  if (pulse.amplitude_V != 0 && pulse.power_W_m2 != 0)
    throw InputError("a pulse is either a voltage or light, not both at once");
  if (!(pulse.width_s >= 0 && pulse.power_W_m2 >= 0 && std::isfinite(pulse.amplitude_V)))
    throw InputError("a pulse needs a width and power of at least 0 and a finite amplitude");
  rest(p, s, pulse.time_s);
  double z = 0, scale = 1;
  if (draws.random && p.spread.cycle_to_cycle > 0)
    z = draws.random->normal4({.purpose = Purpose::pulse_cycle, .place = draws.device, .step = s.pulses})[0];
  if (draws.random && p.spread.device_to_device > 0)
    scale = std::exp(p.spread.device_to_device *
                     draws.random->normal4({.purpose = Purpose::pulse_device, .place = draws.device})[0]);
  ++s.pulses;

  SynapseReading shown = reading(s);
  const auto electrical = [&](const PulseResponse& r, std::array<double, 2>& left, double sign) {
    const double drive = scale * drive_of(r.drive, pulse.amplitude_V, pulse.width_s);
    const double factor = sign > 0 && p.history && drive > 0 ? history_factor(*p.history, s) : 1;
    double n = sign * factor * drive;
    if (r.short_term) {
      // What earlier pulses left is in the reading already.
      const double before = sum(left);
      shown.transient += sign * (respond(*r.short_term, left, drive) - before);
      if (drive > 0) n += sign * consolidated(r.short_term->consolidation, left);
    }
    write(p, s, n, z, sign > 0);
  };
  if (pulse.power_W_m2 > 0) {
    require(p.light.has_value(), "light");
    const double wavelength = pulse.wavelength_m > 0 ? pulse.wavelength_m : p.light->drive.wavelength_m;
    const double drive = scale * drive_of(p.light->drive, pulse.power_W_m2, pulse.width_s, wavelength);
    double n = p.light->step * drive;
    if (p.light->short_term) {
      const double before = sum(s.lit);
      shown.transient += respond(*p.light->short_term, s.lit, drive) - before;
      if (drive > 0) n += consolidated(p.light->short_term->consolidation, s.lit);
    }
    write(p, s, n, z, true);
  } else if (pulse.amplitude_V > 0) {
    require(p.potentiation.has_value(), "positive pulses (potentiation)");
    electrical(*p.potentiation, s.potentiated, 1);
  } else if (pulse.amplitude_V < 0) {
    require(p.depression.has_value(), "negative pulses (depression)");
    electrical(*p.depression, s.depressed, -1);
  }
  shown.level = s.level;
  s.time_s = pulse.time_s + pulse.width_s;
  return shown;
}

Pulse reference_pulse(const Plasticity& p, Stimulus stimulus, double time_s) {
  if (stimulus == Stimulus::light) {
    require(p.light.has_value(), "light");
    const OpticalDrive& d = p.light->drive;
    return {time_s, d.width_s, 0, d.power_W_m2, d.wavelength_m};
  }
  const bool up = stimulus == Stimulus::potentiation;
  const auto& r = up ? p.potentiation : p.depression;
  require(r.has_value(), up ? "positive pulses (potentiation)" : "negative pulses (depression)");
  return {time_s, r->drive.width_s, up ? r->drive.amplitude_V : -r->drive.amplitude_V, 0, 0};
}

std::vector<Pulse> pulse_train(Pulse first, int count, double gap_s) {
  std::vector<Pulse> train;
  for (int i = 0; i < count; ++i) {
    train.push_back(first);
    first.time_s += first.width_s + gap_s;
  }
  return train;
}

}  // namespace bitline::device
