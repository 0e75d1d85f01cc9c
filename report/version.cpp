// SPDX-License-Identifier: Apache-2.0
#include "report/version.h"

namespace bitline {

const char* version() { return BITLINE_VERSION; }

}  // namespace bitline
