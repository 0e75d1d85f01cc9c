// SPDX-License-Identifier: Apache-2.0
// Times as people say them.
#pragma once

#include <string>

namespace bitline {

// "2 days", "30 min", "1.25 years" where four digits of the longest unit are exact, else pretty: "10 ks".
std::string duration(double seconds);

}  // namespace bitline
