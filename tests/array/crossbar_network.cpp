// SPDX-License-Identifier: Apache-2.0
#include "tests/array/crossbar_network.h"

namespace bitline::test {

using array::at;

CrossbarNetwork::CrossbarNetwork(const array::Crossbar& c, std::span<const std::uint8_t> gates,
                                 const device::DeviceLaw& law)
    : m_(c.rows), n_(c.columns) {
  for (int k = 0; k < 2 * m_ * n_; ++k) network_.node();
  for (int k = 0; k < m_ + n_; ++k) network_.held_node();
  const array::Lines& l = c.lines;
  for (int i = 0; i < m_; ++i) {
    const int first = i * n_, last = first + n_ - 1;
    network_.resistor(source(i), row(i, 0), at(l.driver_ohm, i) + at(l.row_ohm, first));
    for (int j = 1; j < n_; ++j) network_.resistor(row(i, j - 1), row(i, j), at(l.row_ohm, first + j));
    network_.resistor(source(i), row(i, n_ - 1), at(l.driver_far_ohm, i) + at(l.row_ohm, last));
  }
  for (int j = 0; j < n_; ++j) {
    const int last = (m_ - 1) * n_ + j;
    network_.resistor(column(0, j), sense(j), at(l.sense_far_ohm, j) + at(l.column_ohm, j));
    for (int i = 0; i + 1 < m_; ++i) network_.resistor(column(i, j), column(i + 1, j), at(l.column_ohm, i * n_ + j));
    network_.resistor(column(m_ - 1, j), sense(j), at(l.sense_ohm, j) + at(l.column_ohm, last));
  }
  std::vector<std::vector<int>> of_row(m_), of_column(n_);
  for (int i = 0; i < m_; ++i)
    for (int j = 0; j < n_; ++j) {
      const double g_S = c.g_S[i * n_ + j];
      if (g_S == 0 || (!gates.empty() && !gates[i])) continue;
      const int device = network_.device(row(i, j), column(i, j), g_S, law);
      of_row[i].push_back(device);
      of_column[j].push_back(device);
    }
  for (auto& devices : of_row) network_.meter(std::move(devices));
  for (auto& devices : of_column) network_.meter(std::move(devices));
}

CrossbarAnswer CrossbarTruth::solve(std::span<const double> v_V) const {
  std::vector<double> held_V(v_V.begin(), v_V.end());
  held_V.resize(rows_ + columns_, 0);
  const NetworkAnswer all = solver_->solve(held_V);
  CrossbarAnswer out;
  const auto part = [](const std::vector<double>& from, std::size_t first, std::size_t count) {
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  const std::size_t devices = rows_ * columns_;
  out.row_V = part(all.node_V, 0, devices);
  out.column_V = part(all.node_V, devices, devices);
  out.driver_A = part(all.meter_A, 0, rows_);
  out.sense_A = part(all.meter_A, rows_, columns_);
  out.dissipated_W = all.dissipated_W;
  for (std::size_t i = 0; i < rows_; ++i) out.source_W += v_V[i] * out.driver_A[i];
  return out;
}

}  // namespace bitline::test
