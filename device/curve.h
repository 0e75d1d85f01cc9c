// SPDX-License-Identifier: Apache-2.0
// The I-V curve of a device in a config, and conductances at the read voltage against those at zero drop.
//
// Levels are verified by reading, so a config's conductances are those at the read voltage: I(V_read) = G V_read. The
// laws of array/wires count from zero drop.
#pragma once

#include "base/schema.h"
#include "device/device_law.h"

namespace bitline::device {

bool is_curved(const DeviceCurve&);

// Conductance at zero drop of a device that carries g_S V at V = v_read_V > 0, and back.
double at_zero_drop_S(const DeviceCurve&, double g_S, double v_read_V);
double at_read_voltage_S(const DeviceCurve&, double g_zero_S, double v_read_V);

void fields(Visitor&, Ohmic&);
void fields(Visitor&, Sinh&);

}  // namespace bitline::device
