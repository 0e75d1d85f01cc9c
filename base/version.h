// SPDX-License-Identifier: Apache-2.0
// Which Bitline this is.
#pragma once

namespace bitline {

// "0.1.0", the version of the CMake project.
const char* version();

}  // namespace bitline
