// SPDX-License-Identifier: Apache-2.0
// Calibration of a chip on known inputs. Converter ranges: given, the largest current there can be, or from the
// currents of calibration inputs, seen by the ideal array (one range per layer), by each chip or by each array. Then
// corrections of columns (read/correction.h).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "chip/layer_inputs.h"
#include "chip/view.h"

namespace bitline::read {

// Positions of each sample whose inputs range a layer's converters.
inline constexpr std::size_t calibration_positions = 16;

bool needs_calibration(const chip::LayerPlan& plan);

// Full scales of the analog sums that these inputs give on `view`, in siemens times input steps: the range's coverage
// quantile of |sums|, or what deviates least, each sum counting with the squared weight of its plane and slice (on
// about 2^18 sums). One over all blocks of the layer, or `by_block`. Empty for layers that need none.
std::vector<float> largest_sums(const chip::Chip& chip, const chip::View& view, std::size_t layer,
                                std::span<const std::int16_t> inputs, bool by_block);

// Full scale of one layer's converters in amperes; 0 for ideal ones. Throws RunError when it needs a sum and has none.
double full_scale_A(const chip::Chip& chip, const chip::LayerPlan& plan, std::optional<float> largest_sum);

// Full scales of all layers from the ideal array: the same for every chip.
void calibrate_on_ideal(chip::Chip& chip, const chip::LayerInputs& inputs);

// Sets every block's converter range: the layer's full scale if it has one, else from largest[layer], by block or
// one for all.
void set_ranges(const chip::Chip& chip, chip::View& view, std::span<const std::vector<float>> largest = {});

// Ranges of one chip's converters as the config says: the design's, or from calibration inputs on this chip; and
// corrections of its columns.
void calibrate(const chip::Chip& chip, chip::View& view, const chip::LayerInputs& inputs);

}  // namespace bitline::read
