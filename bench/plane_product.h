// SPDX-License-Identifier: Apache-2.0
// The product that everything rests on, for benchmarks: a 576 x 128 array under 2048 binary planes, once as nibble
// tables (array/product.h) and once as OpenBLAS sgemm. Both sums are exact: 576 x 16383 < 2^24.
#pragma once

#include <cstdint>
#include <vector>

#include "array/product.h"

namespace bitline::bench {

class PlaneProduct {
 public:
  static constexpr int rows = 576, columns = 128, planes = 2048;
  static constexpr double macs = double{rows} * columns * planes;

  PlaneProduct();  // every second bit set on average, codes over the full range
  const std::vector<std::int32_t>& by_tables();
  const std::vector<float>& by_sgemm();  // one thread
  bool answers_agree();                  // of both with each other and with plain sums of some elements

 private:
  array::CodeMatrix codes_;
  array::PlaneBatch bits_;
  std::vector<float> float_codes_, float_planes_, float_sums_;
  std::vector<std::int32_t> sums_;
};

}  // namespace bitline::bench
