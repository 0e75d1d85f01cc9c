// SPDX-License-Identifier: Apache-2.0
#include "chip/solved_array.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/lines.h"
#include "array/wires/nonlinear.h"
#include "array/wires/reduction.h"
#include "base/error.h"
#include "base/parallel.h"

namespace bitline::chip {

using arch::Topology;
using array::Crossbar;
using array::GatedLadder;
using array::GatedRows;
using array::LadderSolver;
using array::SweepStatus;
using device::DeviceLaw;

namespace {

// The ladder of every column: both devices of a cell that shares its column on the two supply wires.
GatedLadder ladder_of(const Chip& chip, const Crossbar& x, int lines_per_row, bool both_signs) {
  const array::Wires& wires = chip.config.wires;
  const arch::SegmentResistance segment = segment_resistance(chip.config);
  GatedLadder ladder;
  ladder.rows = x.rows / lines_per_row;
  ladder.columns = x.columns;
  const auto n = static_cast<std::size_t>(x.columns);
  for (int r = 0; r < ladder.rows; ++r) {
    const auto line = x.g_S.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(r * lines_per_row) * n);
    ladder.g_S.insert(ladder.g_S.end(), line, line + x.columns);
    if (lines_per_row == 2) ladder.g_minus_S.insert(ladder.g_minus_S.end(), line + x.columns, line + 2 * x.columns);
  }
  if (lines_per_row == 1 && both_signs) ladder.g_minus_S.assign(ladder.g_S.size(), 0);
  ladder.supply_segment_ohm = segment.row_ohm;
  ladder.bit_segment_ohm = segment.column_ohm;
  ladder.supply_ohm = wires.driver_ohm;
  ladder.sense_ohm = wires.sense_ohm;
  return ladder;  // the circuit's devices are behind their transistors already
}

}  // namespace

SolvedArray::SolvedArray(const Chip& chip, const device::Device& device, std::span<const PlacedDevices> blocks)
    : blocks_(blocks.begin(), blocks.end()),
      gated_(chip.config.array.topology != Topology::voltage_rows),
      v_read_V_(chip.config.input.v_read_V),
      circuit_(chip, device, blocks) {
  if (is_curved(device.iv)) {
    solver_ = DeviceLaw{device.iv, chip.config.wires.access_ohm, {}};
  } else if (chip.config.array.topology == Topology::gated_ladder) {
    const bool both_signs =
        std::any_of(blocks_.begin(), blocks_.end(), [](const PlacedDevices& b) { return b.plan->planes.both_signs; });
    ladder_ = ladder_of(chip, circuit_.crossbar(), circuit_.lines_per_row(), both_signs);
    solver_ = std::make_unique<LadderSolver<float>>(ladder_);
  } else {
    solver_ = std::make_unique<GatedRows>(circuit_.crossbar());
  }
}

double SolvedArray::read(std::size_t b, std::span<const std::int16_t> x, Workspace& w) const {
  w.current_S.resize(static_cast<std::size_t>(circuit_.crossbar().columns));
  if (const auto* ladder = std::get_if<std::unique_ptr<LadderSolver<float>>>(&solver_)) {
    w.power_S.resize(w.current_S.size());
    w.signs.assign(x.begin(), x.end());
    (*ladder)->currents_S(w.signs, 0, w.current_S, w.power_S);
    double power_S = 0;
    for (float p : w.power_S) power_S += static_cast<double>(p);
    return power_S;
  }
  drive(x, w);
  if (const auto* law = std::get_if<DeviceLaw>(&solver_)) return read_curved(*law, blocks_[b].plan->v_step_V, w);
  return read_rows(*std::get<std::unique_ptr<GatedRows>>(solver_), w);
}

void SolvedArray::drive(std::span<const std::int16_t> x, Workspace& w) const {
  const auto lines = static_cast<std::size_t>(circuit_.lines_per_row());
  w.voltage.resize(x.size() * lines);
  w.gates.resize(w.voltage.size());
  for (std::size_t r = 0; r < x.size(); ++r)
    for (std::size_t l = 0; l < lines; ++l) {
      w.voltage[r * lines + l] = static_cast<float>(l == 0 ? x[r] : -x[r]);
      w.gates[r * lines + l] = !gated_ || x[r] != 0;
    }
}

Crossbar SolvedArray::masked(std::span<const std::uint8_t> gates) const {
  Crossbar masked = circuit_.crossbar();
  const auto n = static_cast<std::size_t>(masked.columns);
  for (std::size_t line = 0; line < gates.size(); ++line)
    if (!gates[line]) std::fill_n(masked.g_S.begin() + static_cast<std::ptrdiff_t>(line * n), n, 0.0);
  return masked;
}

double SolvedArray::read_rows(const GatedRows& rows, Workspace& w) const {
  double power_S = 0;
  const SweepStatus status = rows.solve(w.voltage, w.gates, w.current_S, w.rows, {1e-6, 50}, &power_S);
  if (status.converged) {
    w.residual = std::max(w.residual, status.residual);
    return power_S;
  }
  // Too strongly coupled for sweeps: the circuit of this read, reduced.
  ++w.direct;
  const array::EffectiveMatrix e = effective_matrix(masked(w.gates), true);
  const auto n = static_cast<std::size_t>(e.columns);
  std::fill(w.current_S.begin(), w.current_S.end(), 0.0f);
  const std::vector<double> v(w.voltage.begin(), w.voltage.end());
  for (std::size_t j = 0; j < n; ++j) {
    double current_S = 0;
    for (std::size_t line = 0; line < v.size(); ++line) current_S += v[line] * e.transfer_S[line * n + j];
    w.current_S[j] = static_cast<float>(current_S);
  }
  return source_power_W(e, v);
}

double SolvedArray::read_curved(const DeviceLaw& law, double v_step_V, Workspace& w) const {
  std::vector<double> v_V(w.voltage.begin(), w.voltage.end());
  for (double& v : v_V) v *= v_step_V;
  const array::SweepLimits limits{1e-6, 300};
  const array::NonlinearState solved = gated_ ? solve_nonlinear(masked(w.gates), law, v_V, limits)
                                              : solve_nonlinear(circuit_.crossbar(), law, v_V, limits);
  const SweepStatus& status = solved.state.status;
  if (!status.converged)
    throw RunError(
        fmt::format("the circuit of a read did not converge: Kirchhoff's current law is missed by {:.2g} of "
                    "the largest current; try smaller arrays, wires or device.iv.beta",
                    status.residual));
  w.residual = std::max(w.residual, status.residual);
  w.direct += solved.by_chords;
  for (std::size_t j = 0; j < w.current_S.size(); ++j)
    w.current_S[j] = static_cast<float>(solved.state.sense_A[j] / v_step_V);
  return solved.state.source_W / (v_step_V * v_step_V);
}

std::vector<double> SolvedArray::all_on_drops() const {
  const Crossbar& x = circuit_.crossbar();
  const auto n = static_cast<std::size_t>(x.columns), lines = static_cast<std::size_t>(circuit_.lines_per_row());
  std::vector<double> left(x.g_S.size());
  if (ladder_.rows > 0) {
    const array::LadderVoltages v =
        ladder_voltages(ladder_, std::vector<std::int8_t>(static_cast<std::size_t>(ladder_.rows), 1));
    for (std::size_t line = 0; line < static_cast<std::size_t>(x.rows); ++line)
      for (std::size_t j = 0; j < n; ++j) {
        const std::size_t at = line / lines * n + j;
        left[line * n + j] = line % lines == 0 ? v.supply[at] - v.bit[at] : v.bit[at] - v.supply_minus[at];
      }
    return left;
  }
  std::vector<double> source_V(static_cast<std::size_t>(x.rows), 1), row_V(left.size()), column_V(left.size());
  for (std::size_t line = 1; lines == 2 && line < source_V.size(); line += 2) source_V[line] = -1;
  if (const auto* law = std::get_if<DeviceLaw>(&solver_)) {
    std::vector<double> v_V = source_V;
    for (double& v : v_V) v *= v_read_V_;
    const array::ArrayState state = solve_nonlinear(x, *law, v_V, {1e-6, 300}).state;
    for (std::size_t k = 0; k < left.size(); ++k)
      row_V[k] = state.row_V[k] / v_read_V_, column_V[k] = state.column_V[k] / v_read_V_;
  } else {
    array::NodeVoltages(x).solve(source_V, row_V, column_V);
  }
  for (std::size_t k = 0; k < left.size(); ++k) left[k] = (row_V[k] - column_V[k]) * source_V[k / n];
  return left;
}

const char* SolvedArray::method() const {
  if (std::holds_alternative<DeviceLaw>(solver_)) return "line sweeps with the devices' curves for each read";
  return ladder_.rows > 0 ? "one exact pass along each column for each read" : "line sweeps for each read";
}

double SolvedArray::converted(const Workspace& w, std::size_t b, int conversion) const {
  const array::CellLayout& cell = blocks_[b].plan->cell;
  const int devices = cell.devices_per_slice(), conversions = cell.conversions_per_weight();
  const int k = conversion % conversions, slice = cell.split_columns ? k / 2 : k;
  const int first = (conversion / conversions * cell.slices + slice) * devices;
  const auto current = [&](CircuitPlace at) {
    return static_cast<double>(w.current_S[static_cast<std::size_t>(at.column)]);
  };
  if (cell.split_columns) return current(circuit_.place(b, 0, first + k % 2));
  const double own = current(circuit_.place(b, 0, first));
  if (cell.offset) return own - current(circuit_.reference_place(b, 0, slice));
  return arch::shares_column(cell) ? own : own - current(circuit_.place(b, 0, first + 1));
}

}  // namespace bitline::chip
