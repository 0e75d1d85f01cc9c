// SPDX-License-Identifier: Apache-2.0
// Relaxation from measured cells: each was read right after writing and again at several times.
#pragma once

#include <span>

#include "device/device.h"

namespace bitline::characterise {

struct RelaxationReading {
  double written_S = 0, t_s = 0, g_S = 0;  // one cell at one time; t_s > 0
};

struct RelaxationFit {
  device::LevelRelaxation by_level;     // normal: var = C1 log10 t + C2, mean linear in log10 t; weighted least squares
  device::MeasuredRelaxation measured;  // quantiles as they are: heavy tails and saturation too
};

// Levels: the written conductances cut into `levels` equal parts from 0 to `highest_S` (higher ones count to the last);
// a level lies at the mean written conductance of its cells. Every level needs `fewest` readings at each time, and the
// readings at least one time: else InputError, which names what is missing. One time tells no change per decade: 0.
RelaxationFit fit_relaxation(std::span<const RelaxationReading>, int levels, double highest_S, std::size_t fewest = 20);

// P(lower < G(t) <= upper) of a device written at `written_S`, by the model.
double relaxed_share(const device::Relaxation&, double g_max_S, double written_S, double t_s, double lower_S,
                     double upper_S);

}  // namespace bitline::characterise
