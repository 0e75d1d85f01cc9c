// SPDX-License-Identifier: Apache-2.0
// Pictures of a result, each a complete SVG document on a white ground, in colours that colour-blind readers can tell
// apart. Names in them are escaped. Nothing in a result makes them throw: what cannot be drawn is left out.
#pragma once

#include <string>
#include <string_view>

#include "base/units.h"
#include "sim/result.h"

namespace bitline {

// One horizontal bar cut into the parts that are not zero, with a legend.
std::string breakdown_svg(std::string_view title, const Breakdown& parts, Unit unit);

// A dot with its Wilson interval per chip; bands for the intervals of the mean, lines for the references.
std::string quality_svg(const Quality& quality);

// Energy, latency, signal-to-noise ratio and clipping of each layer as bars.
std::string layers_svg(const Result& result);

// The levels of one array as intended and as read back, in the same colours. Rows run along the longer side.
std::string level_map_svg(const Result::LevelMap& map);

// With exact wires: the voltage left at each cell of the first array; column currents against those without wires and
// the histogram of the change.
std::string voltage_map_svg(const WireResult& wires);
std::string wire_currents_svg(const WireResult& wires);

// Every array with its blocks, coloured by layer; used by `bitline map --svg`.
std::string mapping_svg(const MappingResult& mapping);

}  // namespace bitline
