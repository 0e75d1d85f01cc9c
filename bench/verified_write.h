// SPDX-License-Identifier: Apache-2.0
// Writing a large layer with write-verify statistics, for benchmarks: positions, pulses and failures of all devices, on
// one thread.
#pragma once

#include <vector>

#include "array/device/write_verify.h"

namespace bitline::bench {

class VerifiedWrite {
 public:
  static constexpr int rows = 1152, columns = 512;  // weights, two devices each

  VerifiedWrite();
  std::size_t devices() const { return ids_.size(); }
  double write();  // mean pulses
  // Pulses and positions within five standard errors of what their tables say.
  bool answers_agree();

 private:
  Device device_;
  VerifyTables tables_;
  std::vector<CellId> ids_;
  std::vector<double> target_S_, written_S_;
  std::vector<std::uint16_t> pulses_;
  std::vector<std::uint8_t> failed_;
};

}  // namespace bitline::bench
