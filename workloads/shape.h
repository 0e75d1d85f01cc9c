// SPDX-License-Identifier: Apache-2.0
// The dimensions of one sample's tensor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bitline::workloads {

// Row-major, the last dimension varies fastest. Those of a file with a batch of one, so that its leading 1 stays:
// (1, channels, height, width). A scalar has none.
struct Shape {
  std::vector<int> dims;

  int rank() const { return static_cast<int>(dims.size()); }
  std::int64_t size() const {  // values of one sample
    std::int64_t product = 1;
    for (int d : dims) product *= d;
    return product;
  }
  int from_end(int i) const { return dims[dims.size() - 1 - static_cast<std::size_t>(i)]; }  // 0: the last one
  bool operator==(const Shape&) const = default;
};

// "64x7x7" without leading ones; "1" for a scalar.
std::string to_string(const Shape& shape);

// Whether a sample of shape `sample` can be given where `wanted` is read: the same but for ones, or as many values
// where `wanted` is flat (one dimension that is not 1).
bool takes(const Shape& wanted, const Shape& sample);

// No tensor of one sample, and no set of patches of one sample, may have more values than this.
inline constexpr std::int64_t largest_values = std::int64_t{1} << 28;

}  // namespace bitline::workloads
