// SPDX-License-Identifier: Apache-2.0
// Lines driven by voltages, with straight and with curved devices.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/matrix_input.h"
#include "app/solve.h"
#include "array/wires/nonlinear.h"
#include "array/wires/reduction.h"
#include "base/parallel.h"

namespace bitline::app {

using array::Crossbar;
using array::EffectiveMatrix;

namespace {

Crossbar read_crossbar(const SolveArguments& a) {
  const NpyArray g = read_matrix("--conductance", a.conductance, "(rows, columns)");
  if (!a.quiet) warn_of_ohms("--conductance", a.conductance, g);
  const std::size_t m = g.shape[0], n = g.shape[1];
  Crossbar c{static_cast<int>(m), static_cast<int>(n), g.data, {}};
  const auto ohms = [&](const char* option, const std::string& text, std::size_t lines, bool open,
                        std::vector<double>& list) {
    if (!text.empty()) list = read_ohms(option, text, lines, open);
  };
  ohms("--r-row", a.r_row, 0, false, c.lines.row_ohm);
  ohms("--r-col", a.r_col, 0, false, c.lines.column_ohm);
  ohms("--r-driver", a.r_driver, m, true, c.lines.driver_ohm);
  ohms("--r-driver-far", a.r_driver_far, m, true, c.lines.driver_far_ohm);
  ohms("--r-sense", a.r_sense, n, true, c.lines.sense_ohm);
  ohms("--r-sense-far", a.r_sense_far, n, true, c.lines.sense_far_ohm);
  check(c);
  return c;
}

// |sum of device currents - line current| over all lines, of the largest current: the nodes against the matrix, found
// in different ways. Drops are differences of node voltages, whose rounding the devices carry: where so little current
// flows that this alone would pass for a violation, it counts as largest_residual.
double line_residual(const Crossbar& c, const EffectiveMatrix& e, std::span<const double> v_V,
                     std::span<const double> row_V, std::span<const double> column_V) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
  std::vector<double> sense(n, 0), driver(m, 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t k = 0; k < m; ++k) driver[i] += e.source_S[i * m + k] * v_V[k];
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) sense[j] += v_V[i] * e.transfer_S[i * n + j];
  double largest = std::max(largest_of(sense), largest_of(driver));
  std::vector<double> rounding(std::max(m, n), 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double current = c.g_S[i * n + j] * (row_V[i * n + j] - column_V[i * n + j]);
      driver[i] -= current, sense[j] -= current;
      const double carried = 64 * std::numeric_limits<double>::epsilon() * c.g_S[i * n + j] *
                             (std::abs(row_V[i * n + j]) + std::abs(column_V[i * n + j]));
      rounding[i] += carried, rounding[j] += carried;
    }
  largest = std::max(largest, largest_of(rounding) / largest_residual);
  return largest > 0 ? std::max(largest_of(sense), largest_of(driver)) / largest : 0;
}

Answer solve_linear(const SolveArguments& a, const Crossbar& c, const NpyArray& v) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns), batch = v.shape[0];
  Answer answer{m, n, batch, "direct reduction", {}, true, 0, {}};
  // Node voltages need the whole elimination kept: asked for, or cheap enough to check with.
  constexpr std::size_t cheap_devices = 1 << 18;
  const bool with_nodes = !a.node_row.empty() || !a.node_col.empty();
  std::optional<array::NodeVoltages> nodes;
  if (with_nodes || m * n <= cheap_devices) nodes.emplace(c);
  const EffectiveMatrix e = nodes ? nodes->effective() : effective_matrix(c, !a.source_power.empty());
  std::vector<double> currents(batch * n, 0), powers(e.source_S.empty() ? 0 : batch), residuals;
  parallel_for((batch + vectors_of_task - 1) / vectors_of_task, [&](std::size_t task) {
    for (std::size_t b = task * vectors_of_task; b < std::min(batch, (task + 1) * vectors_of_task); ++b) {
      const std::span<const double> own(v.data.data() + b * m, m);
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n && own[i] != 0; ++j) currents[b * n + j] += own[i] * e.transfer_S[i * n + j];
      if (!powers.empty()) powers[b] = source_power_W(e, own);
    }
  });
  std::vector<double> row_V, column_V;
  if (nodes && batch > 0) {
    // All vectors where their nodes are wanted, else the first as a check.
    const std::size_t solved = with_nodes ? batch : 1, tasks = (solved + vectors_of_task - 1) / vectors_of_task;
    row_V.resize(solved * m * n), column_V.resize(row_V.size());
    residuals.resize(solved);
    parallel_for(tasks, [&](std::size_t task) {
      const std::size_t first = task * vectors_of_task, count = std::min(vectors_of_task, solved - first);
      const std::span<const double> own(v.data.data() + first * m, count * m);
      nodes->solve(own, std::span(row_V).subspan(first * m * n, count * m * n),
                   std::span(column_V).subspan(first * m * n, count * m * n));
      for (std::size_t b = 0; b < count; ++b)
        residuals[first + b] =
            line_residual(c, e, own.subspan(b * m, m), std::span(row_V).subspan((first + b) * m * n, m * n),
                          std::span(column_V).subspan((first + b) * m * n, m * n));
    });
    answer.residual = largest_of(residuals);
    answer.converged = *answer.residual <= largest_residual;
  }
  answer.largest_A = largest_of(currents);
  answer.power_W = powers;
  answer.converged = answer.converged && std::isfinite(answer.largest_A) && std::isfinite(largest_of(powers));
  if (!answer.converged) return answer;
  write_matrix(a.node_row, row_V, {batch, m, n});
  write_matrix(a.node_col, column_V, {batch, m, n});
  write_matrix(a.current, currents, {batch, n});
  write_matrix(a.effective, e.transfer_S, {m, n});
  write_matrix(a.source_power, powers, {batch});
  return answer;
}

Answer solve_sinh(const SolveArguments& a, const Crossbar& c, const NpyArray& v) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns), batch = v.shape[0];
  const device::DeviceLaw law{device::Sinh{read_number("--sinh-beta", a.sinh_beta)}, 0, {}};
  Answer answer{m, n, batch, "line-Newton sweeps", 0.0, true, 0, {}};
  const bool with_nodes = !a.node_row.empty() || !a.node_col.empty();
  std::vector<double> currents(batch * n), powers(batch), residuals(batch);
  std::vector<double> row_V(with_nodes ? batch * m * n : 0), column_V(row_V.size());
  std::vector<char> converged(batch), chords(batch);
  parallel_for(batch, [&](std::size_t b) {
    const array::NonlinearState s = solve_nonlinear(c, law, {v.data.data() + b * m, m});
    std::copy(s.state.sense_A.begin(), s.state.sense_A.end(), currents.begin() + static_cast<std::ptrdiff_t>(b * n));
    powers[b] = s.state.source_W, residuals[b] = s.state.status.residual;
    converged[b] = s.state.status.converged, chords[b] = s.by_chords;
    if (!with_nodes) return;
    std::copy(s.state.row_V.begin(), s.state.row_V.end(), row_V.begin() + static_cast<std::ptrdiff_t>(b * m * n));
    std::copy(s.state.column_V.begin(), s.state.column_V.end(),
              column_V.begin() + static_cast<std::ptrdiff_t>(b * m * n));
  });
  const auto by_chords = std::count(chords.begin(), chords.end(), 1);
  if (by_chords > 0) answer.method += fmt::format(", {} of {} vectors by chords", by_chords, batch);
  answer.residual = largest_of(residuals);
  answer.largest_A = largest_of(currents);
  answer.power_W = powers;
  answer.converged = std::all_of(converged.begin(), converged.end(), [](char ok) { return ok != 0; }) &&
                     std::isfinite(answer.largest_A) && std::isfinite(largest_of(powers));
  if (!answer.converged) return answer;  // what is not solved is not written
  write_matrix(a.current, currents, {batch, n});
  write_matrix(a.node_row, row_V, {batch, m, n});
  write_matrix(a.node_col, column_V, {batch, m, n});
  write_matrix(a.source_power, powers, {batch});
  return answer;
}

}  // namespace

Answer solve_crossbar(const SolveArguments& a) {
  const bool matrix_only = a.voltages.empty() && !a.effective.empty();
  if (a.voltages.empty() && !matrix_only)
    throw UsageError("--voltages is needed, or --effective for the matrix alone, or --gated for a gated ladder");
  if (matrix_only)
    refuse_options({{"--current", &a.current},
                    {"--node-row", &a.node_row},
                    {"--node-col", &a.node_col},
                    {"--source-power", &a.source_power}},
                   "--effective without --voltages");
  refuse_options({{"--conductance-minus", &a.conductance_minus},
                  {"--read-voltage", &a.read_voltage},
                  {"--r-supply", &a.r_supply},
                  {"--r-access", &a.r_access}},
                 "--voltages; it belongs to --gated");
  if (!a.sinh_beta.empty() && !a.effective.empty())
    throw UsageError("--effective does not go with --sinh-beta: a circuit of such devices is no matrix");
  const Crossbar c = read_crossbar(a);
  const NpyArray v = matrix_only ? NpyArray{{0, static_cast<std::size_t>(c.rows)}, {}}
                                 : read_matrix("--voltages", a.voltages, "(batch, rows)", -1, c.rows,
                                               "one for each row of the conductances");
  return a.sinh_beta.empty() ? solve_linear(a, c, v) : solve_sinh(a, c, v);
}

}  // namespace bitline::app
