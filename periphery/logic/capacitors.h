// SPDX-License-Identifier: Apache-2.0
// Capacitors of converters and samplers: as large as noise and manufacture demand.
//
// Thermal noise may be as large as quantization noise: kT / C = LSB^2 / 12 with LSB = V / 2^b. No unit is below 0.5 fF,
// the smallest of Harpe et al., JSSC 46, 1585 (2011), doi:10.1109/JSSC.2011.2143870. Density: metal fringe capacitors,
// 1.5 fF/um2 (Aparicio, Hajimiri, JSSC 37, 384 (2002), doi:10.1109/4.987091).
#pragma once

#include "periphery/technology/technology.h"

namespace bitline::periphery {

double noise_capacitor_F(const Technology&, int bits);

// One unit of an array of 2^bits of them.
double unit_capacitor_F(const Technology&, int bits);
double capacitor_area_m2(double farad);

// One column's current or voltage kept while converters take turns: a capacitor and its switch. One action is one
// sample.
UnitCost sample_hold(const Technology&, int bits);

// One row's voltage from `bits`: an array of unit capacitors, charged anew for each level, with a switch for each bit.
UnitCost dac(const Technology&, int bits);

}  // namespace bitline::periphery
