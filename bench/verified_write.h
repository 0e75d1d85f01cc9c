// SPDX-License-Identifier: Apache-2.0
// Writing a large layer with write-verify statistics, for benchmarks: positions, pulses and failures of all devices, on
// one thread. In strips of rows whose identities and targets are worked out on the way, as a chip's blocks are written.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "device/write_verify.h"

namespace bitline::bench {

class VerifiedWrite {
 public:
  static constexpr int rows = 1152, columns = 512;  // weights, two devices each
  static constexpr int rows_at_once = 1;

  VerifiedWrite();
  std::size_t devices() const { return 2 * weights_.size(); }
  // What `look` sees of each strip.
  using Look = std::function<void(std::span<const double> target_S, std::span<const double> written_S,
                                  std::span<const std::uint8_t> failed)>;
  double write(const Look& look = {});  // mean pulses
  // Pulses and positions within five standard errors of what their tables say.
  bool answers_agree();

 private:
  device::Device device_;
  device::VerifyTables tables_;
  std::vector<std::array<double, 2>> pairs_;  // targets of each weight value, drawn evenly
  std::vector<std::uint8_t> weights_;         // (rows, columns)
  std::vector<double> written_S_;
};

}  // namespace bitline::bench
