// SPDX-License-Identifier: Apache-2.0
// Digital operations that look at several values together: sums along axes, normalization, softmax.
#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/compute.h"
#include "workloads/strides.h"

namespace bitline::workloads {
namespace {

// The values that belong together: one group for each of `starts`, its members at the offsets `members` from there.
struct Groups {
  std::vector<std::size_t> starts, members;
};

std::vector<std::size_t> offsets_along(const Shape& shape, const std::vector<bool>& chosen) {
  const std::vector<std::size_t> strides = strides_of(shape);
  std::vector<std::size_t> offsets{0};
  for (std::size_t d = 0; d < chosen.size(); ++d) {
    if (!chosen[d] || shape.dims[d] == 1) continue;
    std::vector<std::size_t> longer;
    longer.reserve(offsets.size() * static_cast<std::size_t>(shape.dims[d]));
    for (std::size_t base : offsets)
      for (int i = 0; i < shape.dims[d]; ++i) longer.push_back(base + static_cast<std::size_t>(i) * strides[d]);
    offsets = std::move(longer);
  }
  return offsets;
}

Groups groups_along(const Shape& shape, const std::vector<int>& axes) {
  std::vector<bool> together(shape.dims.size(), false);
  for (int axis : axes) together[static_cast<std::size_t>(axis)] = true;
  std::vector<bool> apart = together;
  apart.flip();
  return {offsets_along(shape, apart), offsets_along(shape, together)};
}

// In double: rounding of long sums would show in single precision.
template <class T>
double reduce_group(Reduce::Kind kind, const T* values, const std::vector<std::size_t>& members) {
  using Kind = Reduce::Kind;
  double sum = 0, product = 1, largest = -std::numeric_limits<double>::infinity(), smallest = -largest;
  switch (kind) {
    case Kind::mean:
    case Kind::sum:
      for (std::size_t m : members) sum += values[m];
      return kind == Kind::sum ? sum : sum / static_cast<double>(members.size());
    case Kind::sum_of_squares:
      for (std::size_t m : members) sum += double{values[m]} * values[m];
      return sum;
    case Kind::product:
      for (std::size_t m : members) product *= values[m];
      return product;
    case Kind::largest:
      for (std::size_t m : members) largest = std::max<double>(largest, values[m]);
      return largest;
    case Kind::smallest:
      for (std::size_t m : members) smallest = std::min<double>(smallest, values[m]);
      return smallest;
  }
  return sum;
}

template <class T>
void normalize_group(const Normalize& n, const T* values, const std::vector<std::size_t>& members, T* out) {
  const auto count = static_cast<double>(members.size());
  double mean = 0, squares = 0;
  if (n.centred) {
    for (std::size_t m : members) mean += values[m];
    mean /= count;
  }
  for (std::size_t m : members) squares += (values[m] - mean) * (values[m] - mean);
  const double gain = 1 / std::sqrt(squares / count + n.epsilon);
  for (std::size_t m : members) out[m] = static_cast<T>((values[m] - mean) * gain);
}

// Shifted by the maximum, so that exp cannot overflow.
template <class T>
void softmax_group(const T* values, const std::vector<std::size_t>& members, T* out) {
  T largest = values[members.front()];
  for (std::size_t m : members) largest = std::max(largest, values[m]);
  T sum = 0;
  for (std::size_t m : members) sum += out[m] = std::exp(values[m] - largest);
  for (std::size_t m : members) out[m] /= sum;
}

// Without a copy of its operand, which may be the output.
template <class T>
void log_softmax_group(const T* values, const std::vector<std::size_t>& members, T* out) {
  T largest = values[members.front()], sum = 0;
  for (std::size_t m : members) largest = std::max(largest, values[m]);
  for (std::size_t m : members) sum += std::exp(values[m] - largest);
  const T log_sum = std::log(sum);
  for (std::size_t m : members) out[m] = values[m] - largest - log_sum;
}

}  // namespace

template <class T>
void compute(const Reduce& r, std::size_t samples, const Operand<T>& in, T* out) {
  const Groups groups = groups_along(*in.shape, r.axes);
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t start : groups.starts)
      *out++ = static_cast<T>(reduce_group(r.kind, in.values + s * in.size() + start, groups.members));
}

template <class T>
void compute(const Normalize& n, std::size_t samples, const Operand<T>& in, T* out) {
  const Groups groups = groups_along(*in.shape, n.axes);
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t start : groups.starts) {
      const std::size_t at = s * in.size() + start;
      normalize_group(n, in.values + at, groups.members, out + at);
    }
}

template <class T>
void compute(const Softmax& softmax, std::size_t samples, const Operand<T>& in, T* out) {
  const Groups groups = groups_along(*in.shape, {softmax.axis});
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t start : groups.starts) {
      const std::size_t at = s * in.size() + start;
      if (softmax.logarithm) {
        log_softmax_group(in.values + at, groups.members, out + at);
      } else {
        softmax_group(in.values + at, groups.members, out + at);
      }
    }
}

template void compute(const Reduce&, std::size_t, const Operand<float>&, float*);
template void compute(const Reduce&, std::size_t, const Operand<double>&, double*);
template void compute(const Normalize&, std::size_t, const Operand<float>&, float*);
template void compute(const Normalize&, std::size_t, const Operand<double>&, double*);
template void compute(const Softmax&, std::size_t, const Operand<float>&, float*);
template void compute(const Softmax&, std::size_t, const Operand<double>&, double*);

}  // namespace bitline::workloads
