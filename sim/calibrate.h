// SPDX-License-Identifier: Apache-2.0
// Converter ranges: given, the largest current there can be, or from the currents of calibration inputs, seen by the
// ideal array (one range per layer), by each chip or by each array.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/layer_inputs.h"
#include "sim/view.h"

namespace bitline {

bool needs_calibration(const LayerPlan& plan);

// The range's coverage quantile of |analog sums| that these inputs give on `view`, in siemens times input steps: one
// over all blocks of the layer, or `by_block`. Empty for layers that need none.
std::vector<float> largest_sums(const Chip& chip, const View& view, std::size_t layer,
                                std::span<const std::int16_t> inputs, bool by_block);

// Full scale of one layer's converters in amperes; 0 for ideal ones. Throws RunError when it needs a sum and has none.
double full_scale_A(const Chip& chip, const LayerPlan& plan, std::optional<float> largest_sum);

// Full scales of all layers from the ideal array: the same for every chip.
void calibrate_on_ideal(Chip& chip, const LayerInputs& inputs);

// Sets every block's converter range: the layer's full scale if it has one, else from largest[layer], by block or
// one for all.
void set_ranges(const Chip& chip, View& view, std::span<const std::vector<float>> largest = {});

// Ranges of one chip's converters as the config says: the design's, or from calibration inputs on this chip.
void calibrate(const Chip& chip, View& view, const LayerInputs& inputs);

}  // namespace bitline
