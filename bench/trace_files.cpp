// SPDX-License-Identifier: Apache-2.0
#include "bench/trace_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "base/files.h"
#include "workloads/trace.h"

namespace bitline::bench {

TraceFiles::TraceFiles()
    : folder_(std::filesystem::temp_directory_path() / fmt::format("bitline-traces-{}", ::getpid())) {
  std::uint32_t state = 1;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
  std::string text;
  for (int i = 0; i < rows * outputs; ++i) {
    weights_.push_back(static_cast<std::int16_t>(static_cast<int>(next() % 255) - 127));
    text += fmt::format("{:10.5f}{}", weights_.back() / 128.0, (i + 1) % outputs ? ',' : '\n');
  }
  write_file(folder_ / "weights.csv", text);
  weight_bytes_ = static_cast<double>(text.size());
  inputs_.resize(static_cast<std::size_t>(rows) * positions);
  for (auto& code : inputs_) code = static_cast<std::int16_t>(next() % 128);
  text.clear();
  for (int r = 0; r < rows; ++r)
    for (int p = 0; p < positions; ++p)
      for (int b = bits - 1; b >= 0; --b) {
        text += static_cast<char>('0' + (inputs_[static_cast<std::size_t>(p) * rows + r] >> b & 1));
        text += p + 1 == positions && b == 0 ? '\n' : ',';
      }
  write_file(folder_ / "inputs.csv", text);
  input_bytes_ = static_cast<double>(text.size());
}

TraceFiles::~TraceFiles() {
  std::error_code ec;
  std::filesystem::remove_all(folder_, ec);
}

void TraceFiles::read_weights() { workloads::read_trace_weights(folder_ / "weights.csv", rows, outputs, bits); }
void TraceFiles::read_inputs() { workloads::read_trace_inputs(folder_ / "inputs.csv", rows, positions, bits); }
void TraceFiles::sum_weights() { checksum_of(folder_ / "weights.csv"); }
void TraceFiles::sum_inputs() { checksum_of(folder_ / "inputs.csv"); }

bool TraceFiles::answers_agree() {
  return workloads::read_trace_weights(folder_ / "weights.csv", rows, outputs, bits).codes == weights_ &&
         workloads::read_trace_inputs(folder_ / "inputs.csv", rows, positions, bits).codes == inputs_;
}

}  // namespace bitline::bench
