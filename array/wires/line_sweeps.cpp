// SPDX-License-Identifier: Apache-2.0
#include "array/wires/line_sweeps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace bitline::array {
namespace {

// All lines of one direction. Positions run from the source or sense node to the far end.
struct Direction {
  std::ptrdiff_t lines, nodes;
  std::ptrdiff_t first, line_step, node_step;  // device of a line's position
  const std::vector<double>&ohm, &far_S;

  std::ptrdiff_t device(std::ptrdiff_t line, std::ptrdiff_t position) const {
    return first + line * line_step + position * node_step;
  }
};

// Voltages as drops, all >= 0 for positive sources: `drop` of rows below their source, of columns above the sense
// nodes. Small drops then keep their digits, and far ends lie at 0 V as near ends do.
struct Side {
  Direction direction;
  std::vector<double> drop_V;
  std::vector<double> predicted_A;     // of the devices by this side's last solve: what its wires carry
  std::vector<double> line_A;          // through both ends
  std::vector<double> pass, lift_ohm;  // pivots: share of a node's current that goes on, voltage it lifts
  bool has_pivots = false;
};

Side side(const Direction& direction) {
  const auto devices = static_cast<std::size_t>(direction.lines * direction.nodes);
  const std::vector<double> zero(devices);
  return {direction, zero, zero, std::vector<double>(static_cast<std::size_t>(direction.lines)), zero, zero};
}

template <device::Law L>
class Sweeper {
 public:
  Sweeper(const L& law, std::span<const double> g_S, Side rows, Side columns, std::span<const double> v_V,
          std::span<const std::uint8_t> gates)
      : law_(law),
        g_S_(g_S),
        rows_(std::move(rows)),
        columns_(std::move(columns)),
        v_V_(v_V),
        gates_(gates),
        current_A_(g_S.size()),
        slope_S_(g_S.size()) {
    for (std::ptrdiff_t i = 0; i < rows_.direction.lines; ++i)
      for (std::ptrdiff_t j = 0; j < rows_.direction.nodes; ++j) evaluate(rows_.direction.device(i, j));
  }

  SweepStatus run(const SweepLimits& limits) {
    SweepStatus status{0, 0, false};
    do {
      const bool rows_whole = solve(rows_), columns_whole = solve(columns_);
      ++status.sweeps;
      status.residual = residual();
      status.converged = status.residual <= limits.residual && rows_whole && columns_whole;
    } while (!status.converged && status.sweeps < limits.sweeps);
    return status;
  }

  const Side& rows() const { return rows_; }
  const Side& columns() const { return columns_; }

 private:
  bool on(std::ptrdiff_t row) const { return gates_.empty() || gates_[static_cast<std::size_t>(row)] != 0; }
  std::ptrdiff_t row_of(std::ptrdiff_t device) const { return device / columns_.direction.lines; }

  void evaluate(std::ptrdiff_t device) {
    const std::ptrdiff_t row = row_of(device);
    if (!on(row)) return;
    const device::OperatingPoint p = law_.at(g_S_[device], v_V_[row] - rows_.drop_V[device] - columns_.drop_V[device]);
    current_A_[device] = p.current_A;
    slope_S_[device] = p.slope_S;
  }

  // From the far end: a node sees the conductance `beyond`; through the resistance on the way to the source it appears
  // as pass * beyond. Nothing is subtracted, so no digits are lost.
  void pivots(Side& side, std::ptrdiff_t line) {
    const Direction& d = side.direction;
    double beyond_S = d.far_S[line];
    for (std::ptrdiff_t k = d.nodes - 1; k >= 0; --k) {
      const std::ptrdiff_t node = d.device(line, k);
      beyond_S += slope_S_[node];
      side.pass[node] = 1 / (1 + d.ohm[node] * beyond_S);
      side.lift_ohm[node] = d.ohm[node] * side.pass[node];
      beyond_S *= side.pass[node];
    }
  }

  // All lines of one direction with the other held. False if a line's step had to be shortened: its wires then carry
  // other currents than predicted_A.
  bool solve(Side& side) {
    const Direction& d = side.direction;
    bool whole = true;
    std::vector<double> sum_A(d.nodes), old_V(d.nodes);
    for (std::ptrdiff_t line = 0; line < d.lines; ++line) {
      if (&side == &rows_ && !on(line)) continue;
      if (!device::is_linear<L> || !side.has_pivots) pivots(side, line);
      double passed_A = 0;
      for (std::ptrdiff_t k = d.nodes - 1; k >= 0; --k) {
        const std::ptrdiff_t node = d.device(line, k);
        sum_A[k] = current_A_[node] + slope_S_[node] * side.drop_V[node] + passed_A;
        passed_A = side.pass[node] * sum_A[k];
      }
      double lower_V = 0;
      for (std::ptrdiff_t k = 0; k < d.nodes; ++k) {
        const std::ptrdiff_t node = d.device(line, k);
        lower_V = side.lift_ohm[node] * sum_A[k] + side.pass[node] * lower_V;
        old_V[k] = side.drop_V[node];
        side.drop_V[node] = lower_V;
        side.predicted_A[node] = current_A_[node] + slope_S_[node] * (old_V[k] - lower_V);
      }
      side.line_A[line] = passed_A + d.far_S[line] * lower_V;
      if constexpr (device::is_linear<L>) {
        for (std::ptrdiff_t k = 0; k < d.nodes; ++k) evaluate(d.device(line, k));
      } else {
        whole = accept(side, line, old_V) && whole;
      }
    }
    side.has_pivots = true;
    return whole;
  }

  // Newton's step minimizes the line's co-content, which is convex; it is halved until its slope along the step is no
  // steeper than at the start. The wires' part of the slope comes from predicted_A, exactly for the whole step.
  bool accept(Side& side, std::ptrdiff_t line, const std::vector<double>& old_V) {
    const Direction& d = side.direction;
    double wires_W = 0, devices_W = 0, before_V = 0;
    std::vector<double> step_V(d.nodes);
    for (std::ptrdiff_t k = 0; k < d.nodes; ++k) {
      const std::ptrdiff_t node = d.device(line, k);
      step_V[k] = side.drop_V[node] - old_V[k];
      if (d.ohm[node] > 0) wires_W += (step_V[k] - before_V) * (step_V[k] - before_V) / d.ohm[node];
      devices_W += slope_S_[node] * step_V[k] * step_V[k];
      before_V = step_V[k];
    }
    wires_W += d.far_S[line] < LineResistances::short_S ? d.far_S[line] * before_V * before_V : 0;
    double share = 1;
    for (int halvings = 0;; ++halvings, share /= 2) {
      double slope_W = -(1 - share) * wires_W, rounding_W = 0;
      for (std::ptrdiff_t k = 0; k < d.nodes; ++k) {
        const std::ptrdiff_t node = d.device(line, k);
        if (share < 1) side.drop_V[node] = old_V[k] + share * step_V[k];
        evaluate(node);
        slope_W += step_V[k] * (side.predicted_A[node] - current_A_[node]);
        rounding_W += std::abs(step_V[k]) * (std::abs(side.predicted_A[node]) + std::abs(current_A_[node]));
      }
      if (slope_W <= wires_W + devices_W + 1e-13 * rounding_W || halvings == most_halvings) return share == 1;
    }
  }

  double residual() const {
    const Direction& d = columns_.direction;
    double worst_A = 0, scale_A = 0;
    for (std::ptrdiff_t line = 0; line < d.lines; ++line) {
      double row_nodes_A = 0, column_nodes_A = 0;
      for (std::ptrdiff_t k = 0; k < d.nodes; ++k) {
        const std::ptrdiff_t node = d.device(line, k);
        row_nodes_A += std::abs(current_A_[node] - rows_.predicted_A[node]);
        column_nodes_A += std::abs(current_A_[node] - columns_.predicted_A[node]);
      }
      // Written so that a NaN stays and is never below a limit.
      if (!(row_nodes_A <= worst_A)) worst_A = row_nodes_A;
      if (!(column_nodes_A <= worst_A)) worst_A = column_nodes_A;
    }
    for (double i : rows_.line_A) scale_A = std::max(scale_A, std::abs(i));
    for (double i : columns_.line_A) scale_A = std::max(scale_A, std::abs(i));
    return worst_A == 0 ? 0 : worst_A / scale_A;
  }

  static constexpr int most_halvings = 30;

  const L& law_;
  std::span<const double> g_S_;
  Side rows_, columns_;
  std::span<const double> v_V_;
  std::span<const std::uint8_t> gates_;
  std::vector<double> current_A_, slope_S_;  // of the devices at the present drops
};

Crossbar checked(const Crossbar& crossbar) {
  check(crossbar);
  return crossbar;
}

}  // namespace

LineSweeps::LineSweeps(const Crossbar& crossbar, const device::DeviceLaw& law)
    : rows_(crossbar.rows),
      columns_(crossbar.columns),
      g_S_(checked(crossbar).g_S),
      law_(law),
      wires_(line_resistances(crossbar)) {
  check(law);
}

ArrayState LineSweeps::solve(std::span<const double> v_V, std::span<const std::uint8_t> gates,
                             const SweepLimits& limits) const {
  const auto rows = static_cast<std::size_t>(rows_), columns = static_cast<std::size_t>(columns_);
  if (v_V.size() != rows) throw InputError(fmt::format("{} source voltages for {} rows", v_V.size(), rows));
  if (!gates.empty() && gates.size() != rows) throw InputError(fmt::format("{} gates for {} rows", gates.size(), rows));
  std::vector<double> source_V(v_V.begin(), v_V.end());
  for (std::size_t i = 0; i < rows; ++i) {
    if (!std::isfinite(v_V[i])) throw InputError(fmt::format("source voltage of row {} is {} V", i, v_V[i]));
    // A drop is what is left of the source's voltage; rounding would decide where it is so far beyond the law's scale.
    constexpr double most_scales = 1e9;
    const auto* curve = std::get_if<device::Sinh>(&law_.curve);
    if (curve && !(curve->beta_per_V * std::abs(v_V[i]) <= most_scales))
      throw InputError(
          fmt::format("source voltage of row {} (from 0) is {} V; with beta {} / V at most {} V can be solved", i,
                      v_V[i], curve->beta_per_V, most_scales / curve->beta_per_V));
    if (!wires_.driven[i]) source_V[i] = 0;
  }
  const Direction along_rows{rows_, columns_, 0, columns_, 1, wires_.row_ohm, wires_.row_far_S};
  const Direction along_columns{
      columns_, rows_, (rows_ - 1) * std::ptrdiff_t{columns_}, 1, -columns_, wires_.column_ohm, wires_.column_far_S};
  return with_law(law_, [&](const auto& law) {
    Sweeper sweeper(law, g_S_, side(along_rows), side(along_columns), source_V, gates);
    ArrayState state;
    state.status = sweeper.run(limits);
    state.sense_A = sweeper.columns().line_A;
    state.driver_A = sweeper.rows().line_A;
    state.column_V = sweeper.columns().drop_V;
    state.row_V.resize(rows * columns);
    for (std::size_t k = 0; k < rows * columns; ++k) state.row_V[k] = source_V[k / columns] - sweeper.rows().drop_V[k];
    for (std::size_t i = 0; i < rows; ++i) state.source_W += source_V[i] * state.driver_A[i];
    return state;
  });
}

}  // namespace bitline::array
