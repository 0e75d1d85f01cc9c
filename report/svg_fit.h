// SPDX-License-Identifier: Apache-2.0
// What a fit left: every measured curve with its model, and the residuals beside it.
#pragma once

#include <span>
#include <string>

#include "characterise/fit/fit.h"

namespace bitline::report {

// A complete SVG document, 1000 wide, a row for each part (and the spread between cells, where it was fitted).
std::string fit_svg(const std::string& name, std::span<const characterise::FitPart> parts);

}  // namespace bitline::report
