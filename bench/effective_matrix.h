// SPDX-License-Identifier: Apache-2.0
// The effective matrix of an array with resistive lines (array/wires/reduction.h), for benchmarks: devices of 1 to 20
// uS, 1 ohm a segment, on one thread. It is as fast as products of matrices are in double, so the speed of those on
// this machine is measured beside it.
#pragma once

#include <vector>

#include "array/wires/reduction.h"

namespace bitline::bench {

class EffectiveMatrixCase {
 public:
  EffectiveMatrixCase(int rows, int columns);
  const array::EffectiveMatrix& reduce(bool with_sources = false);
  // With line sweeps in double, to 1e-7 of the largest current, and with the power they find.
  bool answers_agree();

 private:
  array::Crossbar crossbar_;
  array::ReductionScratch scratch_;
  array::EffectiveMatrix effective_;
};

// A plain product of two square matrices in double: OpenBLAS dgemm, one thread.
class DoubleProduct {
 public:
  static constexpr int side = 512;
  static constexpr double operations = 2.0 * side * side * side;

  DoubleProduct();
  const std::vector<double>& multiply();
  bool answers_agree();  // some elements with plain sums

 private:
  std::vector<double> a_, b_, product_;
};

}  // namespace bitline::bench
