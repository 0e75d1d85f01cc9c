// SPDX-License-Identifier: Apache-2.0
// Random crossbars for tests of the wires, with everything that can differ from line to line differing.
#pragma once

#include <algorithm>
#include <vector>

#include "array/wires/crossbar.h"
#include "tests/array/draws.h"

namespace bitline::test {

// A list of resistances: one for all by chance `one`, each 0 or not connected by chance.
struct Chances {
  double one, zero, broken;
};
template <class Value>
std::vector<double> resistances(Draws& draw, std::size_t each, const Chances& chances, Value&& value) {
  std::vector<double> list(draw.chance(chances.one) ? 1 : each);
  for (double& ohm : list)
    ohm = draw.chance(chances.zero) ? 0 : draw.chance(chances.broken) ? array::not_connected_ohm : value();
  return list;
}

struct Spread {
  double lowest_ohm = 1e-6, highest_ohm = 1e6;  // of wires
  double zero = 0.1, broken = 0.05;             // share of segments
  double open = 0.1;                            // share of devices; also the chance that a line is open
  bool far = true;
};

// Resistances and conductances over many decades.
inline array::Crossbar wild_crossbar(Draws& draw, int rows, int columns, const Spread& spread) {
  array::Crossbar c{rows, columns, {}, {}};
  const auto m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
  c.g_S.resize(m * n);
  for (double& g : c.g_S) g = draw.chance(spread.open) ? 0 : draw.log_uniform(1e-9, 1e-3);
  if (draw.chance(spread.open)) std::fill_n(c.g_S.begin() + draw.integer(0, rows - 1) * columns, n, 0.0);
  if (draw.chance(spread.open))
    for (std::size_t i = 0, j = static_cast<std::size_t>(draw.integer(0, columns - 1)); i < m; ++i)
      c.g_S[i * n + j] = 0;
  const auto list = [&](std::size_t each, double broken) {
    return resistances(draw, each, {0.3, spread.zero, broken},
                       [&] { return draw.log_uniform(spread.lowest_ohm, spread.highest_ohm); });
  };
  c.lines.row_ohm = list(m * n, spread.broken);
  c.lines.column_ohm = list(m * n, spread.broken);
  c.lines.driver_ohm = list(m, spread.broken);
  c.lines.sense_ohm = list(n, spread.broken);
  if (spread.far && draw.chance(0.5)) c.lines.driver_far_ohm = list(m, 0.3);
  if (spread.far && draw.chance(0.5)) c.lines.sense_far_ohm = list(n, 0.3);
  return c;
}

// k = mean G x segment x length^2, near `k`.
inline array::Crossbar coupled_crossbar(Draws& draw, double k) {
  array::Crossbar x;
  x.rows = 1 + draw.below(24), x.columns = 1 + draw.below(24);
  const auto m = static_cast<std::size_t>(x.rows), n = static_cast<std::size_t>(x.columns);
  const double longest = std::max({x.rows, x.columns, 4}), ohm = k / (20e-6 * longest * longest);
  for (std::size_t d = 0; d < m * n; ++d) x.g_S.push_back(draw.chance(0.1) ? 0 : draw.uniform(1e-6, 40e-6));
  const auto list = [&](std::size_t each, double typical, double zero, double broken) {
    return resistances(draw, each, {0.5, zero, broken}, [&] { return draw.uniform(0.2 * typical, 2 * typical); });
  };
  x.lines.row_ohm = list(m * n, ohm, 0.1, 0.01);
  x.lines.column_ohm = list(m * n, ohm, 0.1, 0.01);
  x.lines.driver_ohm = list(m, 5 * ohm, 0.3, 0.1);
  x.lines.sense_ohm = list(n, 5 * ohm, 0.3, 0.1);
  x.lines.driver_far_ohm = list(m, 5 * ohm, 0.2, 0.5);
  x.lines.sense_far_ohm = list(n, 5 * ohm, 0.2, 0.5);
  return x;
}

}  // namespace bitline::test
