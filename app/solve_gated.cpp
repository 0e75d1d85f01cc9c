// SPDX-License-Identifier: Apache-2.0
// A gated ladder: bits switch rows, supply lines run beside the bit lines.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/matrix_input.h"
#include "app/solve.h"
#include "array/wires/gated_ladder.h"
#include "base/parallel.h"

namespace bitline::app {

Answer solve_gated(const SolveArguments& a) {
  if (!a.voltages.empty()) throw UsageError("--voltages does not go with --gated: bits switch rows of --read-voltage");
  if (a.read_voltage.empty()) throw UsageError("--read-voltage is needed with --gated");
  refuse_options({{"--r-driver", &a.r_driver},
                  {"--r-driver-far", &a.r_driver_far},
                  {"--r-sense-far", &a.r_sense_far},
                  {"--sinh-beta", &a.sinh_beta},
                  {"--effective", &a.effective}},
                 "--gated");
  const NpyArray g = read_matrix("--conductance", a.conductance, "(rows, columns)");
  if (!a.quiet) warn_of_ohms("--conductance", a.conductance, g);
  const std::size_t m = g.shape[0], n = g.shape[1];
  array::GatedLadder ladder;
  ladder.rows = static_cast<int>(m), ladder.columns = static_cast<int>(n), ladder.g_S = g.data;
  const bool pair = !a.conductance_minus.empty();
  if (pair) {
    const NpyArray minus = read_matrix("--conductance-minus", a.conductance_minus, "(rows, columns)", ladder.rows,
                                       ladder.columns, "as --conductance");
    if (!a.quiet) warn_of_ohms("--conductance-minus", a.conductance_minus, minus);
    ladder.g_minus_S = minus.data;
  }
  const auto ohm = [](const char* option, const std::string& text, double& value) {
    if (text.ends_with(".npy")) throw UsageError(fmt::format("{} is one number with --gated", option));
    if (!text.empty()) value = read_ohms(option, text, 0, false)[0];
  };
  ohm("--r-row", a.r_row, ladder.supply_segment_ohm);
  ohm("--r-col", a.r_col, ladder.bit_segment_ohm);
  ohm("--r-supply", a.r_supply, ladder.supply_ohm);
  ohm("--r-sense", a.r_sense, ladder.sense_ohm);
  ohm("--r-access", a.r_access, ladder.access_ohm);
  const double read_V = read_number("--read-voltage", a.read_voltage);
  const NpyArray bits =
      read_matrix("--gated", a.gated, "(batch, rows)", -1, ladder.rows, "one for each row of the conductances");
  std::vector<std::int8_t> x(bits.data.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (bits.data[i] != 0 && bits.data[i] != 1 && !(pair && bits.data[i] == -1))
      throw InputError(fmt::format("--gated {}: is {} at vector {}, row {} (from 0); bits are 0 or 1{}", a.gated,
                                   bits.data[i], i / m, i % m, pair ? ", or -1" : " (-1 needs --conductance-minus)"));
    x[i] = static_cast<std::int8_t>(bits.data[i]);
  }
  const std::size_t batch = bits.shape[0];
  const array::LadderSolver<double> solver(ladder);
  std::vector<double> currents(batch * n), powers(batch), residuals(batch);
  const bool with_nodes = !a.node_row.empty() || !a.node_col.empty();
  std::vector<double> supply_V(with_nodes ? batch * m * n : 0), bit_V(supply_V.size());
  parallel_for((batch + vectors_of_task - 1) / vectors_of_task, [&](std::size_t task) {
    std::vector<double> power_S(n);
    for (std::size_t b = task * vectors_of_task; b < std::min(batch, (task + 1) * vectors_of_task); ++b) {
      const std::span<const std::int8_t> own(x.data() + b * m, m);
      const std::span<double> out(currents.data() + b * n, n);
      solver.currents_S(own, 0, out, power_S);
      for (double p : power_S) powers[b] += p * read_V * read_V;
      if (with_nodes || b == 0) {
        // The devices' currents into each bit line against what leaves it.
        const array::LadderVoltages nodes = ladder_voltages(ladder, own);
        std::vector<double> left(out.begin(), out.end());
        for (std::size_t k = 0; k < m * n; ++k) {
          const std::int8_t bit = own[k / n];
          if (bit == 0) continue;
          const auto device = [&](double g_S, double from) {
            left[k % n] -= array::behind_access(g_S, ladder.access_ohm) * (from - nodes.bit[k]);
          };
          device(bit > 0 || !pair ? ladder.g_S[k] : ladder.g_minus_S[k], nodes.supply[k]);
          if (pair) device(bit > 0 ? ladder.g_minus_S[k] : ladder.g_S[k], nodes.supply_minus[k]);
        }
        const double most = largest_of({out.begin(), out.end()});
        residuals[b] = most > 0 ? largest_of(left) / most : 0;
        for (std::size_t k = 0; with_nodes && k < m * n; ++k) {
          supply_V[b * m * n + k] = nodes.supply[k] * read_V;
          bit_V[b * m * n + k] = nodes.bit[k] * read_V;
        }
      }
      for (double& i : out) i *= read_V;
    }
  });
  Answer answer{m,     n, batch, "one exact pass along each column", largest_of(residuals), true, largest_of(currents),
                powers};
  answer.converged =
      *answer.residual <= largest_residual && std::isfinite(answer.largest_A) && std::isfinite(largest_of(powers));
  if (!answer.converged) return answer;
  write_matrix(a.current, currents, {batch, n});
  write_matrix(a.node_row, supply_V, {batch, m, n});
  write_matrix(a.node_col, bit_V, {batch, m, n});
  write_matrix(a.source_power, powers, {batch});
  return answer;
}

}  // namespace bitline::app
