// SPDX-License-Identifier: Apache-2.0
// Converter ranges: given, the largest current there can be, or from the currents of calibration inputs, seen by the
// ideal array (one range per layer), by each chip or by each array.
#pragma once

#include <vector>

#include "sim/view.h"

namespace bitline {

// |analog sums| in siemens times input steps, by layer and block; pooled into block 0 unless by block.
using CurrentSamples = std::vector<std::vector<std::vector<float>>>;

bool needs_calibration(const LayerPlan& plan);

// Sums that the calibration images give on `view`.
CurrentSamples sample_currents(const Chip& chip, const View& view, const QuantizedNetwork& network,
                               const Dataset& data, bool by_block);

// Full scale of one layer's converters in amperes; 0 for ideal ones. Throws RunError when it needs samples and has
// none.
double full_scale_A(const Chip& chip, const LayerPlan& plan, std::vector<float> samples);

// Full scales of all layers from the ideal array: the same for every chip.
void calibrate_on_ideal(Chip& chip, const QuantizedNetwork& network, const Dataset& data);

// Sets every block's converter range: the layer's full scale if it has one, else from samples[layer][block].
void set_ranges(const Chip& chip, View& view, const CurrentSamples& samples);

// Ranges of one chip's converters as the config says: the design's, or from the calibration images on this chip.
void calibrate(const Chip& chip, View& view, const QuantizedNetwork& network, const Dataset& data);

}  // namespace bitline
