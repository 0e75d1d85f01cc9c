// SPDX-License-Identifier: Apache-2.0
#include "workloads/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bitline::workloads {
namespace {

std::vector<int> without_ones(const Shape& shape) {
  std::vector<int> dims;
  std::ranges::copy_if(shape.dims, std::back_inserter(dims), [](int d) { return d != 1; });
  return dims;
}

}  // namespace

std::string to_string(const Shape& shape) {
  const auto first = std::ranges::find_if(shape.dims, [](int d) { return d != 1; });
  if (first == shape.dims.end()) return "1";
  return fmt::format("{}", fmt::join(first, shape.dims.end(), "x"));
}

bool takes(const Shape& wanted, const Shape& sample) {
  const std::vector<int> dims = without_ones(wanted);
  return dims == without_ones(sample) || (dims.size() <= 1 && wanted.size() == sample.size());
}

}  // namespace bitline::workloads
