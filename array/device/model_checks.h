// SPDX-License-Identifier: Apache-2.0
// What the parameters of write and ageing models get wrong together; part of check(const Device&).
#pragma once

#include <vector>

#include "array/device/device.h"

namespace bitline {

void check_models(const Device&, std::vector<Diagnostic>& found);

}  // namespace bitline
