// SPDX-License-Identifier: Apache-2.0
#include "bench/gated_rows.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/random.h"
#include "bench/wired_array.h"

namespace bitline::bench {
namespace {

constexpr std::size_t n_rows = GatedReads::rows, n_columns = GatedReads::columns;

}  // namespace

GatedReads::GatedReads(double g_max_S)
    : crossbar_(wired_array(rows, columns, g_max_S)),
      array_(crossbar_),
      v_V_(n_rows, 0.2F),
      sense_A_(vectors * n_columns) {
  const Random random(1, 0);
  for (std::uint32_t place = 0; place < vectors * n_rows; ++place)
    gates_.push_back(random.bits({.purpose = Purpose::test, .layer = 1, .place = place})[0] & 1);
}

const std::vector<float>& GatedReads::solve() {
  sweeps_ = 0;
  converged_ = true;
  for (std::size_t q = 0; q < vectors; ++q) {
    const array::SweepStatus status = array_.solve(v_V_, std::span(gates_).subspan(q * n_rows, n_rows),
                                                   std::span(sense_A_).subspan(q * n_columns, n_columns), workspace_);
    sweeps_ += status.sweeps;
    converged_ = converged_ && status.converged;
  }
  return sense_A_;
}

bool GatedReads::answers_agree() {
  solve();
  if (!converged_) return false;
  const array::LineSweeps exact(crossbar_);
  const std::vector<double> v_V(v_V_.begin(), v_V_.end());
  for (std::size_t q = 0; q < vectors; q += 13) {
    const array::ArrayState truth = exact.solve(v_V, std::span(gates_).subspan(q * n_rows, n_rows));
    const double scale_A = *std::max_element(truth.sense_A.begin(), truth.sense_A.end());
    if (!truth.status.converged) return false;
    for (std::size_t j = 0; j < n_columns; ++j)
      if (!(std::abs(static_cast<double>(sense_A_[q * n_columns + j]) - truth.sense_A[j]) <= 1e-6 * scale_A))
        return false;
  }
  return true;
}

}  // namespace bitline::bench
