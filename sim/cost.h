// SPDX-License-Identifier: Apache-2.0
// Counts times unit costs: energy, latency and area of one inference. The counts come from the placement and the run;
// what one action costs comes from the part or the technology; here they are multiplied (instances, in area.h; pulses,
// in write_cost.h).
#pragma once

#include "sim/costs.h"
#include "sim/execute.h"

namespace bitline {

// What the run counted for one layer, averaged over images and chips.
struct LayerCounts {
  double array_J = 0;           // sum over reads of V^2 G t: from the actual conductances and inputs
  double line_drive = 0;        // sum over driven row lines of x^2, x in input steps
  double line_activations = 0;  // driven row lines
};

// Energy that the arrays dissipate for the counted drives of one chip (sum over all its images).
LayerCounts array_counts(const LayerPlan& plan, const LayerState& layer, const Activity& activity);

// The part of a layer's energy that depends on its inputs: arrays and the charge of their lines.
double data_energy_J(const Chip& chip, const LayerPlan& plan, const LayerCounts& counts);

// Fills energy, latency, area, efficiency and the cost columns of `layers`. `counted_pulses`: as write_cost() takes it.
void add_costs(const Chip& chip, const std::vector<LayerCounts>& per_inference, std::optional<double> counted_pulses,
               Costs& costs);

}  // namespace bitline
