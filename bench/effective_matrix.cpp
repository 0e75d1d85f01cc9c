// SPDX-License-Identifier: Apache-2.0
#include "bench/effective_matrix.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "array/wires/line_sweeps.h"
#include "base/random.h"
#include "bench/wired_array.h"

namespace bitline::bench {

using array::EffectiveMatrix;

namespace {

double uniform(std::uint16_t layer, std::size_t place) {
  static const Random random(2, 0);
  return random.uniform4({.purpose = Purpose::test, .layer = layer, .place = static_cast<std::uint32_t>(place)})[0];
}

}  // namespace

EffectiveMatrixCase::EffectiveMatrixCase(int rows, int columns) : crossbar_(wired_array(rows, columns, 20e-6)) {}

const EffectiveMatrix& EffectiveMatrixCase::reduce(bool with_sources) {
  effective_matrix(crossbar_, with_sources, scratch_, effective_);
  return effective_;
}

bool EffectiveMatrixCase::answers_agree() {
  const auto rows = static_cast<std::size_t>(crossbar_.rows), columns = static_cast<std::size_t>(crossbar_.columns);
  std::vector<double> v_V, sense_A(columns);
  for (std::size_t i = 0; i < rows; ++i) v_V.push_back(0.4 * uniform(0, i) - 0.2);
  const EffectiveMatrix& e = reduce(true);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) sense_A[j] += v_V[i] * e.transfer_S[i * columns + j];
  const array::ArrayState truth = array::LineSweeps(crossbar_).solve(v_V, {}, {1e-9, 500});
  if (!truth.status.converged) return false;
  double scale_A = 0, difference_A = 0;
  for (double i : truth.driver_A) scale_A = std::max(scale_A, std::abs(i));
  for (std::size_t j = 0; j < columns; ++j)
    difference_A = std::max(difference_A, std::abs(sense_A[j] - truth.sense_A[j]));
  const double power_W = source_power_W(e, v_V);
  if (!(difference_A <= 1e-7 * scale_A && std::abs(power_W - truth.source_W) <= 1e-7 * truth.source_W)) return false;
  const std::vector<double> with_sources = e.transfer_S, alone = reduce().transfer_S;
  for (std::size_t k = 0; k < alone.size(); ++k)
    if (!(std::abs(alone[k] - with_sources[k]) <= 1e-12 * with_sources[k])) return false;
  return true;
}

DoubleProduct::DoubleProduct() {
  openblas_set_num_threads(1);
  constexpr auto count = std::size_t{side} * side;
  product_.resize(count);
  for (std::size_t k = 0; k < count; ++k) a_.push_back(uniform(1, k)), b_.push_back(uniform(2, k));
}

const std::vector<double>& DoubleProduct::multiply() {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side, 1, a_.data(), side, b_.data(), side, 0,
              product_.data(), side);
  return product_;
}

bool DoubleProduct::answers_agree() {
  multiply();
  for (std::size_t k = 0; k < product_.size(); k += 997) {
    double sum = 0;
    for (std::size_t i = 0; i < side; ++i) sum += a_[k / side * side + i] * b_[i * side + k % side];
    if (!(std::abs(product_[k] - sum) <= 1e-12 * sum)) return false;
  }
  return true;
}

}  // namespace bitline::bench
