// SPDX-License-Identifier: Apache-2.0
// Suggestions for mistyped words: keys, choices, units, names of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bitline {

// The known word nearest to what was written, or "" when none is near. Letters of the wrong case count for little, so
// that "SAR" is near "sar", and "MOhm" nearer to "Mohm" than to "mohm".
std::string nearest(std::string_view written, const std::vector<std::string>& known);

// "did you mean 'rows'?", or "".
std::string did_you_mean(std::string_view written, const std::vector<std::string>& known);

}  // namespace bitline
