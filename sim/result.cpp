// SPDX-License-Identifier: Apache-2.0
#include "sim/result.h"

namespace bitline {

double total(const Breakdown& parts) {
  double sum = 0;
  for (const auto& [name, value] : parts) sum += value;
  return sum;
}

}  // namespace bitline
