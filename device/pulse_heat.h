// SPDX-License-Identifier: Apache-2.0
// What a voltage pulse dissipates in a device: V times the integral of I(V, G(t)) over its length, with the device's
// own current law at the pulse's voltage. Currents of all laws are in proportion to G, so where G moves evenly during
// the pulse the integral is t I(V, G) at the mean of G before and after. Joule's law; what is in series takes no
// voltage.
#pragma once

#include "device/curve.h"

namespace bitline::device {

// The conductance at the voltage of a pulse over that at the read voltage > 0: 1 for ohmic devices.
inline double rise_at(const DeviceCurve& law, double pulse_V, double read_V) {
  return pulse_V == 0 ? 1 : at_read_voltage_S(law, at_zero_drop_S(law, 1, read_V), pulse_V);
}

// `g_S` as read at read_V: the mean during the pulse. Either sign of pulse_V.
inline double pulse_heat_J(const DeviceCurve& law, double g_S, double read_V, double pulse_V, double length_s) {
  return pulse_V * pulse_V * rise_at(law, pulse_V, read_V) * g_S * length_s;
}

}  // namespace bitline::device
