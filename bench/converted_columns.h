// SPDX-License-Identifier: Apache-2.0
// What follows the product at each read of an array, for benchmarks: one normal number and one conversion per column.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "periphery/adc/adc.h"

namespace bitline::bench {

class ConvertedColumns {
 public:
  static constexpr int columns = 128;
  enum class Kind { plain, with_errors };  // an 8-bit SAR converter; errors: offset, gain and noise

  explicit ConvertedColumns(Kind kind);
  void draw(std::uint32_t read);         // the read's normal numbers
  const std::vector<double>& convert();  // the sums, with the noise drawn last added to them
  bool answers_agree();                  // with normal4() and, for plain converters, with rounding by hand

 private:
  Kind kind_;
  Random random_{1, 0};
  periphery::AdcScale scale_;
  periphery::AdcBank bank_;
  std::vector<float> noise_;
  std::vector<double> sums_, values_;
};

}  // namespace bitline::bench
