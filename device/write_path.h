// SPDX-License-Identifier: Apache-2.0
// The pulses on a device's way to a target and the conductances that they meet, of which follows what writing
// dissipates (device/pulse_heat.h).
#pragma once

namespace bitline::device {

// Of one device, or means over many.
struct WritePath {
  double pulses = 0;
  double during_S = 0;  // sum over pulses of the conductance during each: the mean of before and after it
  double after_S = 0;   // sum over pulses of the conductance after each, which a verifying read meets

  void step(double before_S, double g_S) {
    ++pulses;
    during_S += (before_S + g_S) / 2, after_S += g_S;
  }
  WritePath& operator+=(const WritePath& other) {
    pulses += other.pulses, during_S += other.during_S, after_S += other.after_S;
    return *this;
  }
  WritePath over(double n) const { return {pulses / n, during_S / n, after_S / n}; }
};

// In equal steps from one conductance to another, where no law of pulses is known.
inline WritePath straight_path(double from_S, double to_S, double pulses) {
  return {pulses, pulses * (from_S + to_S) / 2, pulses * from_S + (pulses + 1) / 2 * (to_S - from_S)};
}

}  // namespace bitline::device
