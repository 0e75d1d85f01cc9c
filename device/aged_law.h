// SPDX-License-Identifier: Apache-2.0
// The law of aged devices without drawing any: what the mean and the spread of age_cells tend to over ever more
// devices.
#pragma once

#include "device/device.h"

namespace bitline::device {

// Mean and standard deviation between devices.
struct AgedLaw {
  double mean_S = 0, sigma_S = 0;
};

// Devices that were all written to exactly `written_S`, none of them stuck, `t_s` after the last writing: relaxation,
// drift and slow noise, as age_cells has them. Integrals over the normal numbers of relaxation and drift; slow noise in
// closed form. Tests hold it to closed forms (1e-9) and plain sums
// (1e-6). InputError for a time that is negative or not finite.
AgedLaw aged_law(const Device&, double written_S, double t_s);

}  // namespace bitline::device
