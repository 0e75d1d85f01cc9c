// SPDX-License-Identifier: Apache-2.0
// What a user of the installed libraries writes: a matrix product on the ideal chip, which must be the integer product.
#include <cstdio>
#include <exception>
#include <vector>

#include "arch/config.h"
#include "base/npy.h"
#include "base/version.h"
#include "run/run.h"

int main() try {
  const auto ideal = bitline::arch::load(CONFIGS "/ideal.yaml", {}, {{CONFIGS}});
  const bitline::NpyArray weights{{3, 2}, {7, -7, 2, 0, -1, 5}, "<f8"}, inputs{{2, 3}, {0, 255, 3, 100, 9, 1}, "<f8"};
  const std::vector<float> product = bitline::run::mvm(ideal.config, weights, inputs, {});
  if (product != std::vector<float>{507, 15, 717, -695}) {
    std::puts("the product is wrong");
    return 1;
  }
  return 0;
} catch (const std::exception& e) {
  std::puts(e.what());
  return 1;
}
