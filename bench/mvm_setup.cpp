// SPDX-License-Identifier: Apache-2.0
#include "bench/mvm_setup.h"

#include <sys/resource.h>

#include <cmath>
#include <filesystem>

#include "base/random.h"
#include "run/run.h"

namespace bitline::bench {

MvmSetup::MvmSetup(int side) {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  config_ =
      arch::load(configs / "chip" / "two-chip-2t2r.yaml", {{"chips", "auto"}, {"instances", "1"}}, {{configs}}).config;
  const auto n = static_cast<std::size_t>(side);
  const Random random(5, 0);
  const auto uniform = [&](std::uint16_t layer, std::size_t place) {
    return random.uniform4({.purpose = Purpose::test, .layer = layer, .place = static_cast<std::uint32_t>(place)})[0];
  };
  weights_.shape = {n, n}, input_.shape = {1, n};
  for (std::size_t k = 0; k < n * n; ++k) weights_.data.push_back(2 * uniform(0, k) - 1);
  for (std::size_t i = 0; i < n; ++i) input_.data.push_back(uniform(1, i));
}

const std::vector<float>& MvmSetup::product() {
  run::RunOptions options;
  options.threads = 1;
  product_ = run::mvm(config_, weights_, input_, options);
  return product_;
}

bool MvmSetup::answers_agree() {
  product();
  const std::size_t n = input_.size();
  double squared = 0, error = 0;
  for (std::size_t c = 0; c < n; ++c) {
    double sum = 0;
    for (std::size_t r = 0; r < n; ++r) sum += input_.data[r] * weights_.data[r * n + c];
    squared += sum * sum, error += (sum - product_[c]) * (sum - product_[c]);
  }
  return error < 0.25 * squared;
}

double most_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

}  // namespace bitline::bench
