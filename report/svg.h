// SPDX-License-Identifier: Apache-2.0
// Pictures of a result, each a complete SVG document on a white ground, in colours that colour-blind readers can tell
// apart. Names in them are escaped. Nothing in a result makes them throw: what cannot be drawn is left out.
#pragma once

#include <string>
#include <string_view>

#include "base/units.h"
#include "run/result.h"

namespace bitline::report {

// One horizontal bar cut into the parts that are not zero, with a legend.
std::string breakdown_svg(std::string_view title, const cost::Breakdown& parts, Unit unit);

// The chip as a square cut into its parts by area, the largest first; "" of no area.
std::string area_svg(const run::Result& result);

// One bar per layer cut into its parts, with a legend; parts below 1 % of all are one. A last bar holds what belongs to
// no layer.
std::string layer_energy_svg(const run::Result& result);

// One line per array with its work for each layer in the layer's colour of mapping_svg, against time; where the next
// image starts, when that is before the output. Of many arrays at most `timeline_arrays`, with words for the others.
inline constexpr std::size_t timeline_arrays = 40;
std::string timeline_svg(const run::Result& result);

// A dot with its Wilson interval per chip, or `each` of what else was repeated; bands for the intervals of the mean,
// lines for the references.
std::string quality_svg(const run::Quality& quality, const std::string& each = "chip");

// Energy, latency, signal-to-noise ratio and clipping of each layer as bars.
std::string layers_svg(const run::Result& result);

// The levels of one block as intended and as read back, in the same colours.
std::string level_map_svg(const chip::LevelMap& map);

// Voltage left across each cell of an array with all rows driven.
std::string wire_drop_svg(const chip::WireResult& wires);

// Column currents with wires against those without, and how the differences are distributed.
std::string wire_currents_svg(const chip::WireResult& wires);

// Every array with its blocks, coloured by layer; used by `bitline map --svg`. Where arrays are many, those that hold
// the same are drawn once.
std::string mapping_svg(const run::MappingResult& mapping);

}  // namespace bitline::report
