// SPDX-License-Identifier: Apache-2.0
// The product that everything rests on, for benchmarks: an array under binary planes, once as exact sums of codes
// (array/product.h) and once as OpenBLAS sgemm. Both are exact: 1024 x 16383 < 2^24.
#pragma once

#include <vector>

#include "array/product.h"

namespace bitline::bench {

class PlaneProduct {
 public:
  // Every second bit set on average, codes over their full range.
  PlaneProduct(int rows, int columns, std::size_t planes, Isa isa = isas().front());
  double macs() const { return static_cast<double>(codes_.data.size()) * static_cast<double>(bits_.planes()); }
  const array::StripeSums& by_codes();   // 128 columns at a time, as reads do
  void by_codes_and_variances();         // as reads with noise do
  const std::vector<float>& by_sgemm();  // one thread
  bool answers_agree();                  // of both with each other and with plain sums of some elements

 private:
  array::CodeMatrix codes_, variances_;
  array::PackedCodes packed_, packed_variances_;
  array::PlaneBatch bits_;
  std::vector<float> float_codes_, float_planes_, float_sums_;
  array::StripeSums sums_, variance_sums_;
};

}  // namespace bitline::bench
