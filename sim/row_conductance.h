// SPDX-License-Identifier: Apache-2.0
// What a driven row of an array draws current through.
#pragma once

#include <functional>
#include <vector>

#include "sim/chip.h"

namespace bitline {

// Conductance on each row of each array, (arrays, rows): every column an active row crosses draws current, whatever
// block it belongs to, and so do unused cells unless they are open. `add(block, row, total_S)` adds all devices of one
// row of a block, its reference devices included; blocks are numbered layer after layer.
std::vector<double> row_conductances(const Chip& chip,
                                     const std::function<void(std::size_t block, int row, double& total_S)>& add);

// Target conductance of all devices that hold a code, by code, the lowest first.
std::vector<double> conductances_of_codes(const CellLayout& cell, const Device& device);

// Of the devices of one copy of a layer's weights; where only statistics of the weights are known, their expectation.
double target_sum_S(const Config& config, const LayerPlan& plan);

}  // namespace bitline
