// SPDX-License-Identifier: Apache-2.0
// How much one pulse counts: 1 for the reference pulse, more for a higher, longer or brighter one. Its dependence on
// amplitude (SADP) and width; those on rate and number (SRDP, SNDP) come from the state the pulses leave (synapse.h).
#pragma once

#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::device {

// ((|V| - threshold) / (reference - threshold))^exponent.
struct PowerAmplitude {
  static constexpr const char* type = "power";
  static constexpr const char* about = "a power of the amplitude over the threshold";
  double exponent = 1;
};
// (exp((|V| - threshold) / scale) - 1) / (exp((reference - threshold) / scale) - 1).
struct ExponentialAmplitude {
  static constexpr const char* type = "exponential";
  static constexpr const char* about = "exponential in the amplitude over the threshold";
  double scale_V = 1;
};
using AmplitudeLaw = std::variant<PowerAmplitude, ExponentialAmplitude>;

struct ElectricalDrive {
  double amplitude_V = 1, width_s = 1e-3;  // the reference pulse
  double threshold_V = 0;                  // magnitudes up to this do nothing
  AmplitudeLaw law = PowerAmplitude{};
  double width_exponent = 1;
};

// Relative response at one wavelength; straight between, constant beyond the ends.
struct Responsivity {
  double wavelength_m = 650e-9, relative = 1;
};

struct OpticalDrive {
  double power_W_m2 = 1, width_s = 1, wavelength_m = 650e-9;  // the reference pulse
  double power_exponent = 1, width_exponent = 1;
  std::vector<Responsivity> responsivity = {};  // by rising wavelength; empty = 1 everywhere
};

void fields(Visitor&, PowerAmplitude&);
void fields(Visitor&, ExponentialAmplitude&);
void fields(Visitor&, ElectricalDrive&);
void fields(Visitor&, Responsivity&);
void fields(Visitor&, OpticalDrive&);

// Both >= 0; the sign of the voltage does not matter here. Widths and powers >= 0.
double drive_of(const ElectricalDrive&, double amplitude_V, double width_s);
double drive_of(const OpticalDrive&, double power_W_m2, double width_s, double wavelength_m);

}  // namespace bitline::device
