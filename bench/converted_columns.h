// SPDX-License-Identifier: Apache-2.0
// What follows the product at some reads of an array, for benchmarks: one normal number and one conversion per column.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "periphery/adc/adc.h"

namespace bitline::bench {

class ConvertedColumns {
 public:
  static constexpr int columns = 128, reads = 8;  // at once, as a layer of 8 planes does
  static constexpr std::size_t values = columns * reads;
  enum class Kind { plain, with_errors };  // an 8-bit SAR converter; errors: offset, gain and noise

  explicit ConvertedColumns(Kind kind);
  void draw(std::uint32_t first_read);  // normal numbers of reads from this one on
  // Codes of the sums with the noise drawn last: plain ones summed over reads, those with errors read by read.
  const std::vector<double>& convert();
  bool answers_agree();  // with normal4() and, for plain converters, with rounding by hand

 private:
  Kind kind_;
  Random random_{1, 0};
  periphery::AdcScale scale_;
  periphery::AdcBank bank_;
  std::vector<float> noise_, code_sums_;
  std::vector<std::int32_t> sums_, variances_;  // [stripe][read][16]
  std::vector<double> values_;
};

}  // namespace bitline::bench
