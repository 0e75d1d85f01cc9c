// SPDX-License-Identifier: Apache-2.0
// Walking several tensors together, each with its own steps, in runs as long as possible.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "workloads/shape.h"

namespace bitline::workloads {

// Values from one entry of each dimension to the next, of a tensor that stands without gaps.
inline std::vector<std::size_t> strides_of(const Shape& shape) {
  std::vector<std::size_t> strides(shape.dims.size(), 1);
  for (std::size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * static_cast<std::size_t>(shape.dims[i]);
  return strides;
}

// The same of a tensor that is broadcast to `out`: 0 where it has one entry only.
std::vector<std::size_t> broadcast_strides(const Shape& shape, const Shape& out);

// N tensors walked together over common dimensions, the last one fastest.
template <std::size_t N>
class Strides {
 public:
  // `strides[n]` are those of tensor n in each dimension.
  Strides(const std::vector<std::size_t>& dims, const std::array<std::vector<std::size_t>, N>& strides) {
    for (std::size_t d = 0; d < dims.size(); ++d) {
      if (dims[d] == 1) continue;
      std::array<std::size_t, N> step;
      for (std::size_t n = 0; n < N; ++n) step[n] = strides[n][d];
      // Two dimensions that follow each other without a gap in every tensor are one.
      bool joins = !dims_.empty();
      for (std::size_t n = 0; n < N && joins; ++n) joins = steps_.back()[n] == step[n] * dims[d];
      if (joins) {
        dims_.back() *= dims[d];
        steps_.back() = step;
      } else {
        dims_.push_back(dims[d]);
        steps_.push_back(step);
      }
    }
    if (dims_.empty()) {
      dims_.push_back(1);
      steps_.push_back({});
    }
  }

  std::size_t run_length() const { return dims_.back(); }
  const std::array<std::size_t, N>& run_steps() const { return steps_.back(); }

  // run(offsets) for each run along the last dimension.
  template <class Run>
  void for_each_run(const Run& run) const {
    std::array<std::size_t, N> offsets{};
    std::vector<std::size_t> at(dims_.size(), 0);
    while (true) {
      run(offsets);
      std::size_t d = dims_.size() - 1;
      while (d-- > 0) {  // count up, the last dimension but one first
        for (std::size_t n = 0; n < N; ++n) offsets[n] += steps_[d][n];
        if (++at[d] < dims_[d]) break;
        for (std::size_t n = 0; n < N; ++n) offsets[n] -= steps_[d][n] * dims_[d];
        at[d] = 0;
      }
      if (d == static_cast<std::size_t>(-1)) return;
    }
  }

 private:
  std::vector<std::size_t> dims_;
  std::vector<std::array<std::size_t, N>> steps_;
};

}  // namespace bitline::workloads
