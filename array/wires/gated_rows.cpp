// SPDX-License-Identifier: Apache-2.0
#include "array/wires/gated_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "array/wires/line_resistances.h"
#include "array/wires/wire_kernels.h"
#include "base/error.h"

namespace bitline::array {
namespace {

using namespace simd;

// Far from both ends of the range of float, and beyond what 24 bits notice beside devices of 1e-8 to 1 S.
constexpr double open_ohm = 1e20, short_S = 1e12;

void grow(std::vector<Lanes>& list, std::size_t size) {
  if (list.size() < size) list.resize(size);
}

}  // namespace

GatedRows::GatedRows(const Crossbar& crossbar) {
  check(crossbar);
  const LineResistances wires = line_resistances(crossbar);
  rows_ = static_cast<std::size_t>(crossbar.rows);
  columns_ = static_cast<std::size_t>(crossbar.columns);
  lanes_ = (columns_ + wide - 1) / wide;
  driven_ = wires.driven;
  // Columns beyond the last: no device, no resistance.
  const Lanes zeros{}, ones{{1, 1, 1, 1, 1, 1, 1, 1}};
  g_S_.assign((rows_ + 1) * lanes_, zeros);
  row_pass_.assign((rows_ + 1) * lanes_, ones);
  row_lift_ohm_ = g_S_;
  first_S_.assign(rows_ * lanes_, zeros);
  column_ohm_ = first_S_;
  column_far_ohm_.assign(lanes_, zeros);
  row_far_S_.assign(rows_ + 1, 0);
  first_driver_S_.assign(rows_ + 1, 0);
  const auto put = [&](std::vector<Lanes>& list, std::size_t i, std::size_t j, double value) {
    list[i * lanes_ + j / wide].value[j % wide] = static_cast<float>(value);
  };
  std::vector<double> sum_S(columns_), pass(columns_), lift_ohm(columns_);
  for (std::size_t i = 0; i < rows_; ++i) {
    const double far_S = std::min(wires.row_far_S[i], short_S);
    double beyond_S = far_S, passed_S = 0, drop = 0;  // the latter two for a source of 1 V
    for (std::size_t j = columns_; j-- > 0;) {
      const double g_S = crossbar.g_S[i * columns_ + j], ohm = std::min(wires.row_ohm[i * columns_ + j], open_ohm);
      beyond_S += g_S;
      pass[j] = 1 / (1 + ohm * beyond_S);
      lift_ohm[j] = ohm * pass[j];
      beyond_S *= pass[j];
      sum_S[j] = g_S + passed_S;
      passed_S = pass[j] * sum_S[j];
      put(g_S_, i, j, g_S);
      put(row_pass_, i, j, pass[j]);
      put(row_lift_ohm_, i, j, lift_ohm[j]);
      put(column_ohm_, i, j, std::min(wires.column_ohm[i * columns_ + j], open_ohm));
    }
    for (std::size_t j = 0; j < columns_; ++j) {
      drop = lift_ohm[j] * sum_S[j] + pass[j] * drop;
      put(first_S_, i, j, crossbar.g_S[i * columns_ + j] * (1 - drop));
    }
    row_far_S_[i] = static_cast<float>(far_S);
    first_driver_S_[i] = static_cast<float>(passed_S + far_S * drop);
  }
  for (std::size_t j = 0; j < lanes_ * wide; ++j)
    put(column_far_ohm_, 0, j, j < columns_ ? std::clamp(1 / wires.column_far_S[j], 1 / short_S, open_ohm) : open_ohm);
}

void GatedRows::prepare(Workspace& w) const {
  const std::size_t devices = w.active.size() * lanes_;
  for (auto* list : {&w.row_drop_V, &w.column_V, &w.column_pass, &w.column_lift_ohm, &w.row_pass, &w.row_lift_ohm})
    grow(*list, devices);
  grow(w.sum_A, std::max(4 * w.active.size(), 2 * wide * lanes_));
  grow(w.sense_A, lanes_);
  grow(w.column_far_S, lanes_);
}

wires::GatedSweep GatedRows::sweep_of(Workspace& w) const {
  const auto of = [](const std::vector<Lanes>& lanes) { return lanes.front().value; };
  const auto in = [](std::vector<Lanes>& lanes) { return lanes.front().value; };
  return {.rows = rows_,
          .lanes = lanes_,
          .active = w.source_V.size(),
          .padded = w.active.size(),
          .row = w.active.data(),
          .source_V = w.source_V.data(),
          .g_S = of(g_S_),
          .row_pass = of(row_pass_),
          .row_lift_ohm = of(row_lift_ohm_),
          .first_S = of(first_S_),
          .column_ohm = of(column_ohm_),
          .column_far_ohm = of(column_far_ohm_),
          .row_far_S = row_far_S_.data(),
          .row_drop_V = in(w.row_drop_V),
          .column_V = in(w.column_V),
          .column_pass = in(w.column_pass),
          .column_lift_ohm = in(w.column_lift_ohm),
          .column_far_S = in(w.column_far_S),
          .sense_A = in(w.sense_A),
          .active_pass = in(w.row_pass),
          .active_lift_ohm = in(w.row_lift_ohm),
          .sum_A = in(w.sum_A),
          .driver_A = w.driver_A.data()};
}

// By reciprocity a column node's voltage takes from the driver what the driver's voltage gives to the device. With the
// last column voltages this is one row solve ahead of driver_A.
double GatedRows::source_power_W(const Workspace& w) const {
  double power_W = 0;
  for (std::size_t a = 0; a < w.source_V.size(); ++a) {
    const auto row = static_cast<std::size_t>(w.active[a]);
    float taken_A[wide] = {};
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      for (std::size_t k = 0; k < wide; ++k)
        taken_A[k] += first_S_[row * lanes_ + lane].value[k] * w.column_V[a * lanes_ + lane].value[k];
    double driver_A = double{w.source_V[a]} * first_driver_S_[row];
    for (std::size_t k = 0; k < wide; ++k) driver_A -= double{taken_A[k]};
    power_W += w.source_V[a] * driver_A;
  }
  return power_W;
}

SweepStatus GatedRows::solve(std::span<const float> v_V, std::span<const std::uint8_t> gates, std::span<float> sense_A,
                             Workspace& w, const SweepLimits& limits, double* source_W) const {
  if (v_V.size() != rows_ || gates.size() != rows_ || sense_A.size() != columns_)
    throw InputError(fmt::format("{} source voltages, {} gates and {} outputs for {} rows and {} columns", v_V.size(),
                                 gates.size(), sense_A.size(), rows_, columns_));
  w.active.clear();
  w.source_V.clear();
  for (std::size_t i = 0; i < rows_; ++i) {
    if (!std::isfinite(v_V[i])) throw InputError(fmt::format("source voltage of row {} is {} V", i, v_V[i]));
    if (!gates[i]) continue;
    w.active.push_back(static_cast<int>(i));
    w.source_V.push_back(driven_[i] ? v_V[i] : 0);
  }
  if (source_W) *source_W = 0;
  std::fill(sense_A.begin(), sense_A.end(), 0.0F);
  if (w.active.empty()) return {};
  const std::size_t active = w.active.size();
  while (w.active.size() % wide) w.active.push_back(static_cast<int>(rows_));
  prepare(w);
  w.driver_A.assign(w.active.size(), 0);
  for (std::size_t a = 0; a < active; ++a)
    w.driver_A[a] = w.source_V[a] * first_driver_S_[static_cast<std::size_t>(w.active[a])];
  std::fill(w.column_V.begin() + static_cast<std::ptrdiff_t>(active * lanes_),
            w.column_V.begin() + static_cast<std::ptrdiff_t>(w.active.size() * lanes_), Lanes{});
  const wires::WireKernels& kernels = wires::wire_kernels(isas().front());
  const wires::GatedSweep sweep = sweep_of(w);
  kernels.column_pivots(sweep);
  SweepStatus status{0, 0, false};
  do {
    if (status.sweeps == 1) kernels.gather_row_pivots(sweep);
    if (status.sweeps > 0) kernels.solve_rows(sweep);
    const float error_A = kernels.solve_columns(sweep, status.sweeps == 0);
    ++status.sweeps;
    float scale_A = 0;
    for (std::size_t a = 0; a < w.source_V.size(); ++a) scale_A = std::max(scale_A, std::abs(w.driver_A[a]));
    for (std::size_t j = 0; j < columns_; ++j)
      scale_A = std::max(scale_A, std::abs(w.sense_A[j / wide].value[j % wide]));
    status.residual = error_A == 0 ? 0 : static_cast<double>(error_A / scale_A);
    status.converged = status.residual <= limits.residual;
  } while (!status.converged && status.sweeps < limits.sweeps);
  for (std::size_t j = 0; j < columns_; ++j) sense_A[j] = w.sense_A[j / wide].value[j % wide];
  if (source_W) *source_W = source_power_W(w);
  return status;
}

}  // namespace bitline::array
