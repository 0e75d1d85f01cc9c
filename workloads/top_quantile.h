// SPDX-License-Identifier: Apache-2.0
// A quantile near the top of a long stream of magnitudes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace bitline::workloads {

// The quantile of a stream whose length is known: keeps only the largest values that can still matter, so that it is
// the same in whatever order values and parts of the stream come.
class TopQuantile {
 public:
  TopQuantile(std::size_t length, double coverage) {
    const auto rank = static_cast<std::size_t>(std::ceil(coverage * static_cast<double>(length)));
    keep_ = length - std::clamp<std::size_t>(rank, 1, length) + 1;
  }
  void add(std::span<const float> values) {
    if (keep_ == 1) {
      for (float v : values) largest_ = std::max(largest_, std::abs(v));
      return;
    }
    for (float v : values) {
      if (!(std::abs(v) > least_)) continue;
      top_.push_back(std::abs(v));
      if (top_.size() >= 2 * keep_ + 4096) shrink();
    }
  }
  // Of the same length and coverage, on another part of the stream.
  void add(const TopQuantile& other) {
    largest_ = std::max(largest_, other.largest_);
    add(std::span(other.top_));
  }
  // The maximum where the quantile is 0, as it can be for sparse inputs.
  float value() {
    if (keep_ == 1) return largest_;
    shrink();
    const float quantile = std::ranges::min(top_);
    return quantile > 0 ? quantile : std::ranges::max(top_);
  }

 private:
  void shrink() {
    if (top_.size() <= keep_) return;
    const auto last = top_.begin() + static_cast<std::ptrdiff_t>(keep_ - 1);
    std::ranges::nth_element(top_, last, std::greater<>());
    least_ = *last;
    top_.resize(keep_);
  }
  std::size_t keep_;
  float largest_ = 0, least_ = -1;  // of those kept: what is not above them changes nothing
  std::vector<float> top_;
};

}  // namespace bitline::workloads
