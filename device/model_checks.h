// SPDX-License-Identifier: Apache-2.0
// What the parameters of write and ageing models get wrong together; part of check(const Device&).
#pragma once

#include <vector>

#include "device/device.h"

namespace bitline::device {

void check_models(const Device&, std::vector<Diagnostic>& found);

}  // namespace bitline::device
