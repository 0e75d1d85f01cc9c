// SPDX-License-Identifier: Apache-2.0
// The main job made small, for benchmarks: configs/fashion-mlp.yaml with fewer chips and images.
#pragma once

#include <optional>

#include "run/run.h"

namespace bitline::bench {

class MainJob {
 public:
  // Nothing when Fashion-MNIST is not installed.
  static std::optional<MainJob> sized(int chips, int images);
  run::Result run(int threads) const;
  // To the bit: quality and energy do not depend on the number of threads, and the network still knows its classes.
  bool answers_agree() const;

 private:
  arch::LoadedConfig config_;
  run::RunOptions options_;
};

}  // namespace bitline::bench
