// SPDX-License-Identifier: Apache-2.0
// What the model of converters leaves out.
#pragma once

#include <vector>

#include "base/simplification.h"
#include "periphery/adc/adc.h"

namespace bitline::periphery {

std::vector<Simplification> simplifications(const Adc& adc);

}  // namespace bitline::periphery
