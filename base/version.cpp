// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"

namespace bitline {

const char* version() { return BITLINE_VERSION; }

}  // namespace bitline
