// SPDX-License-Identifier: Apache-2.0
// What a driven row of an array draws current through.
#pragma once

#include <functional>
#include <vector>

#include "chip/interconnect.h"

namespace bitline::chip {

// Conductance on each row of each array, (arrays, rows): every column an active row crosses draws current, whatever
// block it belongs to, and so do unused cells unless they are open. `add(block, row, total_S)` adds all devices of one
// row of a block, its reference devices included; blocks are numbered layer after layer.
std::vector<double> row_conductances(const Chip& chip,
                                     const std::function<void(std::size_t block, int row, double& total_S)>& add);

// The same of one array's devices as they are, by row.
std::vector<double> row_conductances(const Chip& chip, std::span<const PlacedDevices> array);

// sums[code + highest]: of(target) added over the devices that store that weight code.
using OfTarget = std::function<double(double target_S)>;
std::vector<double> sums_of_codes(const array::CellLayout&, const device::Device&, const OfTarget& of);

// Such sums over the weights of a block; where only statistics of the weights are known, their expectation.
double block_sum(const arch::Config&, const LayerPlan&, const mapping::Block&, const std::vector<double>& of_codes);

}  // namespace bitline::chip
