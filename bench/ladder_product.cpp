// SPDX-License-Identifier: Apache-2.0
#include "bench/ladder_product.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"

namespace bitline::bench {

using array::GatedLadder;

namespace {

constexpr int input_vectors = 32;
const Random source(5, 0);

std::uint32_t draw(std::uint16_t layer, std::size_t place) {
  return source.bits({.purpose = Purpose::test, .layer = layer, .place = static_cast<std::uint32_t>(place)})[0];
}

// A 130 nm array: 1 to 100 uS behind 5 kohm, a few ohm of wire per row.
GatedLadder usual_ladder(int rows, int columns, LadderProduct::Cell cell) {
  GatedLadder l;
  l.rows = rows, l.columns = columns;
  l.supply_segment_ohm = 1.2, l.bit_segment_ohm = 0.8, l.supply_ohm = 20, l.sense_ohm = 30, l.access_ohm = 5000;
  const std::size_t cells = static_cast<std::size_t>(rows) * columns;
  for (std::size_t k = 0; k < cells; ++k) l.g_S.push_back(1e-6 + 99e-6 * draw(0, k) / 0x1p32);
  for (std::size_t k = 0; cell == LadderProduct::Cell::pair && k < cells; ++k)
    l.g_minus_S.push_back(1e-6 + 99e-6 * draw(1, k) / 0x1p32);
  return l;
}

// Nodal equations of one column, nodes in the order plus, minus, bit of row 0, then of row 1: a band of 3 on each side.
// With one of the two sources alone.
double current_by_elimination(const GatedLadder& l, const std::vector<std::int8_t>& x, int column, int driven) {
  const int size = 3 * l.rows;
  std::vector<std::array<double, 7>> y(size);  // y[n][3 + k]: between nodes n and n + k
  std::vector<double> in(size);
  const auto join = [&](int a, int b, double g) {
    y[a][3] += g, y[b][3] += g;
    y[a][3 + b - a] -= g, y[b][3 + a - b] -= g;
  };
  for (int n = 0; n < size - 3; ++n) join(n, n + 3, 1 / (n % 3 == 2 ? l.bit_segment_ohm : l.supply_segment_ohm));
  for (int rail = 0; rail < 2; ++rail) {
    const double g = 1 / (l.supply_ohm + l.supply_segment_ohm);
    y[rail][3] += g;
    in[rail] = rail == driven ? g : 0;
  }
  const double sense = 1 / (l.sense_ohm + l.bit_segment_ohm);
  y[size - 1][3] += sense;
  for (int row = 0; row < l.rows; ++row) {
    if (x[row] == 0) continue;
    const std::size_t cell = static_cast<std::size_t>(row) * l.columns + column;
    join(3 * row + (x[row] > 0 ? 0 : 1), 3 * row + 2, 1 / (1 / l.g_S[cell] + l.access_ohm));
    if (!l.g_minus_S.empty())
      join(3 * row + (x[row] > 0 ? 1 : 0), 3 * row + 2, 1 / (1 / l.g_minus_S[cell] + l.access_ohm));
  }
  for (int n = 0; n < size; ++n)
    for (int m = n + 1; m < std::min(size, n + 4); ++m) {
      const double factor = y[m][3 + n - m] / y[n][3];
      for (int k = n; k < std::min(size, n + 4); ++k) y[m][3 + k - m] -= factor * y[n][3 + k - n];
      in[m] -= factor * in[n];
    }
  return in[size - 1] / y[size - 1][3] * sense;  // the last node is the bit line's end
}

}  // namespace

LadderProduct::LadderProduct(int rows, int columns, Cell cell)
    : ladder_(usual_ladder(rows, columns, cell)), solver_(ladder_), currents_S_(static_cast<std::size_t>(columns)) {
  for (std::size_t v = 0; v < input_vectors; ++v) {
    std::vector<std::int8_t> x(static_cast<std::size_t>(rows));
    for (std::size_t r = 0; r < x.size(); ++r) {
      const std::uint32_t bits = draw(2, v * x.size() + r);
      x[r] = (bits & 1) == 0 ? 0 : cell == Cell::pair && (bits & 2) ? -1 : 1;
    }
    inputs_.push_back(std::move(x));
  }
}

const std::vector<float>& LadderProduct::read() {
  solver_.currents_S(inputs_[next_++ % inputs_.size()], currents_S_);
  return currents_S_;
}

bool LadderProduct::answers_agree() {
  for (const auto& x : {inputs_.front(), inputs_.back()}) {
    solver_.currents_S(x, currents_S_);
    for (std::size_t c = 0; c < currents_S_.size(); ++c) {
      const double plus = current_by_elimination(ladder_, x, static_cast<int>(c), 0);
      const double minus = current_by_elimination(ladder_, x, static_cast<int>(c), 1);
      if (!(std::abs(currents_S_[c] - (plus - minus)) < 5e-6 * (plus + minus))) return false;
    }
  }
  return true;
}

}  // namespace bitline::bench
