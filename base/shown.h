// SPDX-License-Identifier: Apache-2.0
// How messages show what a file says.
#pragma once

#include <string>

#include "base/value.h"

namespace bitline {

// A value as messages show it: "'12 mV'", cut where it is long; "a list", "a map", "nothing".
std::string shown(const Value& v);

}  // namespace bitline
