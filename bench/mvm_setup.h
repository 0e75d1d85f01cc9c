// SPDX-License-Identifier: Apache-2.0
// What `bitline mvm` does to a large matrix for one input vector, for benchmarks: quantizing, placing, writing, ranging
// and one read of the reference accelerator's arrays, on one thread.
#pragma once

#include <vector>

#include "arch/config.h"
#include "base/npy.h"

namespace bitline::bench {

class MvmSetup {
 public:
  explicit MvmSetup(int side);
  double weights() const { return static_cast<double>(weights_.size()); }
  const std::vector<float>& product();
  bool answers_agree();  // the product with that of the real weights, as far as 4-bit weights and written cells go

 private:
  arch::Config config_;
  NpyArray weights_, input_;
  std::vector<float> product_;
};

// Most memory that this process has had at once, in bytes.
double most_memory();

}  // namespace bitline::bench
