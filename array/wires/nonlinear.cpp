// SPDX-License-Identifier: Apache-2.0
#include "array/wires/nonlinear.h"

#include <algorithm>
#include <cmath>

#include "array/wires/reduction.h"

namespace bitline::array {
namespace {

// Currents of all devices at the present drops, and how far they are from what the chords carried: summed along each
// column, over the largest current of a line, as SweepStatus has it.
template <device::Law L>
double evaluate(const L& law, const Crossbar& c, const Crossbar& chords, ArrayState& s, std::vector<double>& chord_S) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
  std::vector<double> error(n, 0);
  double largest = 0;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t k = i * n + j;
      const double drop = s.row_V[k] - s.column_V[k];
      const double current = law.at(c.g_S[k], drop).current_A;
      error[j] += std::abs(current - chords.g_S[k] * drop);
      chord_S[k] = drop != 0 ? current / drop : law.at(c.g_S[k], 0).slope_S;
    }
  for (double i : s.sense_A) largest = std::max(largest, std::abs(i));
  for (double i : s.driver_A) largest = std::max(largest, std::abs(i));
  return largest > 0 ? *std::max_element(error.begin(), error.end()) / largest : 0;
}

ArrayState solve_chords(const Crossbar& chords, std::span<const double> v_V) {
  const auto m = static_cast<std::size_t>(chords.rows), n = static_cast<std::size_t>(chords.columns);
  const NodeVoltages nodes(chords);
  ArrayState s;
  s.row_V.resize(m * n), s.column_V.resize(m * n), s.sense_A.assign(n, 0), s.driver_A.assign(m, 0);
  nodes.solve(v_V, s.row_V, s.column_V);
  const EffectiveMatrix& e = nodes.effective();
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) s.sense_A[j] += v_V[i] * e.transfer_S[i * n + j];
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t k = 0; k < m; ++k) s.driver_A[i] += e.source_S[i * m + k] * v_V[k];
  s.source_W = source_power_W(e, v_V);
  return s;
}

}  // namespace

NonlinearState solve_nonlinear(const Crossbar& c, const device::DeviceLaw& law, std::span<const double> v_V,
                               const SweepLimits& limits) {
  NonlinearState out{LineSweeps(c, law).solve(v_V, {}, limits), false};
  if (out.state.status.converged) return out;
  constexpr int most_chords = 200;
  return with_law(law, [&](const auto& each) {
    Crossbar chords = c;
    std::vector<double> chord_S(c.g_S.size());
    for (std::size_t k = 0; k < c.g_S.size(); ++k) chords.g_S[k] = each.at(c.g_S[k], 0).slope_S;
    const auto usable = [](double g_S) { return g_S <= largest_conductance_S; };
    NonlinearState best = out;
    for (int step = 1; step <= most_chords; ++step) {
      if (!std::all_of(chords.g_S.begin(), chords.g_S.end(), usable)) break;
      ArrayState s = solve_chords(chords, v_V);
      const double residual = evaluate(each, c, chords, s, chord_S);
      s.status = {residual, step, residual <= limits.residual};
      if (!best.by_chords || residual < best.state.status.residual) best = {std::move(s), true};
      if (best.state.status.converged) break;
      for (std::size_t k = 0; k < chord_S.size(); ++k)
        if (chords.g_S[k] > 0 && chord_S[k] > 0) chords.g_S[k] = std::sqrt(chords.g_S[k] * chord_S[k]);
    }
    return best.by_chords && best.state.status.residual < out.state.status.residual ? best : out;
  });
}

}  // namespace bitline::array
