// SPDX-License-Identifier: Apache-2.0
#include "device/curve.h"

namespace bitline::device {

bool is_curved(const DeviceCurve& curve) { return !std::holds_alternative<Ohmic>(curve); }

double at_read_voltage_S(const DeviceCurve& curve, double g_zero_S, double v_read_V) {
  return std::visit([&](const auto& law) { return law.at(g_zero_S, v_read_V).current_A / v_read_V; }, curve);
}

double at_zero_drop_S(const DeviceCurve& curve, double g_S, double v_read_V) {
  return g_S / at_read_voltage_S(curve, 1, v_read_V);
}

void fields(Visitor&, Ohmic&) {}

void fields(Visitor& v, Sinh& s) {
  v(s.beta_per_V,
    {.key = "beta",
     .meaning = "I = G V sinh(beta V_device) / sinh(beta V), with V the read voltage that G is verified at",
     .unit = Unit::per_volt,
     .max = 100,
     .positive = true});
}

}  // namespace bitline::device
