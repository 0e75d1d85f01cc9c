// SPDX-License-Identifier: Apache-2.0
// A picture of published converters with ours among them.
#pragma once

#include <span>
#include <string>

#include "periphery/published/published_adcs.h"

namespace bitline::report {

// Energy of one sample over resolution: a dot for each published converter, coloured by family, and the envelope; ours
// as bars from the least to the greatest energy of all technologies with a mark at the middle one.
std::string published_adcs_svg(std::span<const periphery::PublishedAdc> published,
                               std::span<const periphery::AdcComparison> ours);

}  // namespace bitline::report
