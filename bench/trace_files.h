// SPDX-License-Identifier: Apache-2.0
// Traces of one layer as files, for benchmarks: weights and inputs as text, and the same bytes read alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bitline::bench {

class TraceFiles {
 public:
  // A convolution of 1152 rows, 128 outputs and 1024 positions; 8-bit weights and inputs: 1.6 and 19 MB.
  static constexpr int rows = 1152, outputs = 128, positions = 1024, bits = 8;

  TraceFiles();
  ~TraceFiles();
  TraceFiles(const TraceFiles&) = delete;
  TraceFiles& operator=(const TraceFiles&) = delete;

  double weight_bytes() const { return weight_bytes_; }
  double input_bytes() const { return input_bytes_; }
  void read_weights();
  void read_inputs();
  void sum_weights();  // reads the bytes alone and sums them up (XXH3)
  void sum_inputs();
  // The files hold what was written to them.
  bool answers_agree();

 private:
  std::filesystem::path folder_;
  std::vector<std::int16_t> weights_, inputs_;  // (rows, outputs), (positions, rows)
  double weight_bytes_ = 0, input_bytes_ = 0;
};

}  // namespace bitline::bench
