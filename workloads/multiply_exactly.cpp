// SPDX-License-Identifier: Apache-2.0
// The exact integer product: in single precision wherever no sum can reach 2^24, below which floats hold every integer;
// else in double, where that bound is 2^53.
#include <Eigen/Core>
#include <algorithm>
#include <cstdlib>

#include "workloads/integer_graph.h"

namespace bitline::workloads {
namespace {

int largest_code(std::span<const std::int16_t> codes) {
  int largest = 0;
  for (int c : codes) largest = std::max(largest, std::abs(c));
  return largest;
}

// Adds the products of rows first .. first + n - 1 of a panel to `sums`; T holds every partial sum.
template <class T>
class PanelProduct {
  using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

 public:
  PanelProduct(const IntegerPanel& panel, int first, int rows) : panel_(panel), first_(first), rows_(rows) {
    const auto columns = static_cast<std::size_t>(panel.columns);
    weights_.resize(rows, panel.columns);
    std::copy_n(panel.codes.data() + static_cast<std::size_t>(first) * columns,
                static_cast<std::size_t>(rows) * columns, weights_.data());
  }

  void add(const IntegerWeights& w, std::span<const std::int16_t> in, std::size_t vectors, std::span<double> sums) {
    const auto rows = static_cast<std::size_t>(rows_), columns = static_cast<std::size_t>(panel_.columns);
    const std::size_t most = std::max<std::size_t>(16, (std::size_t{1} << 16) / std::max(rows, columns));  // in caches
    for (std::size_t start = 0; start < vectors; start += most) {
      const std::size_t n = std::min(most, vectors - start);
      if (static_cast<std::size_t>(inputs_.rows()) != n) inputs_.resize(static_cast<Eigen::Index>(n), rows_);
      for (std::size_t v = 0; v < n; ++v) {
        const std::int16_t* from = in.data() + (start + v) * static_cast<std::size_t>(w.rows) +
                                   static_cast<std::size_t>(panel_.row) + static_cast<std::size_t>(first_);
        T* to = inputs_.data() + v * rows;
        for (std::size_t r = 0; r < rows; ++r) to[r] = from[r];
      }
      product_.noalias() = inputs_ * weights_;
      for (std::size_t v = 0; v < n; ++v) {
        const T* from = product_.data() + v * columns;
        double* to =
            sums.data() + (start + v) * static_cast<std::size_t>(w.columns) + static_cast<std::size_t>(panel_.column);
        for (std::size_t c = 0; c < columns; ++c) to[c] += from[c];
      }
    }
  }

 private:
  const IntegerPanel& panel_;
  int first_, rows_;
  RowMajor weights_, inputs_, product_;
};

template <class T>
void add_panel(const IntegerPanel& panel, int longest_sum, const IntegerWeights& w, std::span<const std::int16_t> in,
               std::size_t vectors, std::span<double> sums) {
  for (int first = 0; first < panel.rows; first += longest_sum)
    PanelProduct<T>(panel, first, std::min(longest_sum, panel.rows - first)).add(w, in, vectors, sums);
}

// A panel of few columns, as depthwise convolutions have.
constexpr int narrow_columns = 3;
void add_narrow_panel(const IntegerPanel& p, const IntegerWeights& w, std::span<const std::int16_t> in,
                      std::size_t vectors, std::span<double> sums) {
  for (std::size_t v = 0; v < vectors; ++v) {
    const std::int16_t* x = in.data() + v * static_cast<std::size_t>(w.rows) + static_cast<std::size_t>(p.row);
    double* y = sums.data() + v * static_cast<std::size_t>(w.columns) + static_cast<std::size_t>(p.column);
    for (int c = 0; c < p.columns; ++c) {
      std::int64_t sum = 0;
      for (int r = 0; r < p.rows; ++r) sum += std::int32_t{x[r]} * p.codes[static_cast<std::size_t>(r * p.columns + c)];
      y[c] += static_cast<double>(sum);
    }
  }
}

}  // namespace

std::int64_t IntegerWeights::count() const {
  std::int64_t cells = 0;
  for (const IntegerPanel& p : panels) cells += std::int64_t{p.rows} * p.columns;
  return cells;
}

void multiply_exactly(const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& vectors,
                      std::span<double> sums) {
  const std::int64_t largest_input = largest_code(in.first(vectors.count * static_cast<std::size_t>(w.rows)));
  for (const IntegerPanel& panel : w.panels) {
    if (w.panels.size() > 1 && panel.columns <= narrow_columns) {
      add_narrow_panel(panel, w, in, vectors.count, sums);
      continue;
    }
    const std::int64_t term = std::max<std::int64_t>(1, largest_input * largest_code(panel.codes));
    const auto safe = static_cast<int>(std::min<std::int64_t>(panel.rows, (std::int64_t{1} << 24) / term));
    constexpr int worth_it = 128;  // shorter sums in single precision cost more additions than double precision does
    if (safe == panel.rows || safe >= worth_it) {
      add_panel<float>(panel, safe, w, in, vectors.count, sums);
    } else {
      add_panel<double>(panel, std::min(panel.rows, 1 << 22), w, in, vectors.count, sums);
    }
  }
}

}  // namespace bitline::workloads
