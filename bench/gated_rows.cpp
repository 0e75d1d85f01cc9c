// SPDX-License-Identifier: Apache-2.0
#include "bench/gated_rows.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/random.h"

namespace bitline::bench {
namespace {

constexpr std::size_t n_rows = GatedReads::rows, n_columns = GatedReads::columns;

Crossbar crossbar(double g_max_S) {
  const Random random(1, 0);
  Crossbar x;
  x.rows = GatedReads::rows, x.columns = GatedReads::columns;
  for (std::uint32_t place = 0; place < n_rows * n_columns; ++place)
    x.g_S.push_back(g_max_S * (0.05 + 0.95 * random.uniform4({.purpose = Purpose::test, .place = place})[0]));
  x.lines.row_ohm = x.lines.column_ohm = {1};
  return x;
}

}  // namespace

GatedReads::GatedReads(double g_max_S)
    : crossbar_(crossbar(g_max_S)), array_(crossbar_), v_V_(n_rows, 0.2F), sense_A_(vectors * n_columns) {
  const Random random(1, 0);
  for (std::uint32_t place = 0; place < vectors * n_rows; ++place)
    gates_.push_back(random.bits({.purpose = Purpose::test, .layer = 1, .place = place})[0] & 1);
}

const std::vector<float>& GatedReads::solve() {
  sweeps_ = 0;
  converged_ = true;
  for (std::size_t q = 0; q < vectors; ++q) {
    const SweepStatus status = array_.solve(v_V_, std::span(gates_).subspan(q * n_rows, n_rows),
                                            std::span(sense_A_).subspan(q * n_columns, n_columns), workspace_);
    sweeps_ += status.sweeps;
    converged_ = converged_ && status.converged;
  }
  return sense_A_;
}

bool GatedReads::answers_agree() {
  solve();
  if (!converged_) return false;
  const LineSweeps exact(crossbar_);
  const std::vector<double> v_V(v_V_.begin(), v_V_.end());
  for (std::size_t q = 0; q < vectors; q += 13) {
    const ArrayState truth = exact.solve(v_V, std::span(gates_).subspan(q * n_rows, n_rows));
    const double scale_A = *std::max_element(truth.sense_A.begin(), truth.sense_A.end());
    if (!truth.status.converged) return false;
    for (std::size_t j = 0; j < n_columns; ++j)
      if (!(std::abs(static_cast<double>(sense_A_[q * n_columns + j]) - truth.sense_A[j]) <= 1e-6 * scale_A))
        return false;
  }
  return true;
}

}  // namespace bitline::bench
