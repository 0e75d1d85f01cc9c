// SPDX-License-Identifier: Apache-2.0
#include "workloads/matrix_product.h"

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "workloads/compute.h"
#include "workloads/strides.h"

namespace bitline::workloads {
namespace {

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using StridedRows = Eigen::Map<T, Eigen::Unaligned, Eigen::OuterStride<>>;

// Eigen's kernels take vectors by fours, and small products another way: what is left over is filled up to this many.
constexpr std::size_t fill_up = 20;

// Eigen cuts long sums at a length that depends on the processor's caches; cutting them shorter ourselves makes the
// order of additions the same on every machine.
void add_product_of_fours(std::size_t vectors, Rows<const float> in, const float* w, std::size_t rows,
                          std::size_t columns, Rows<float> out) {
  constexpr std::size_t longest_sum = 256;
  const auto n = static_cast<Eigen::Index>(vectors), c = static_cast<Eigen::Index>(columns);
  const StridedRows<const RowMajor<float>> x(in.values, n, static_cast<Eigen::Index>(rows),
                                             Eigen::OuterStride<>(static_cast<Eigen::Index>(in.stride)));
  const Eigen::Map<const RowMajor<float>> m(w, static_cast<Eigen::Index>(rows), c);
  StridedRows<RowMajor<float>> y(out.values, n, c, Eigen::OuterStride<>(static_cast<Eigen::Index>(out.stride)));
  for (std::size_t row = 0; row < rows; row += longest_sum) {
    const auto from = static_cast<Eigen::Index>(row);
    const auto length = static_cast<Eigen::Index>(std::min(longest_sum, rows - row));
    y.noalias() += x.middleCols(from, length) * m.middleRows(from, length);
  }
}

// Narrow panels, as depthwise convolutions have: kernels for matrices would be nearly empty.
constexpr int narrow = 3;
template <int Rows>  // 0: any
void add_narrow_panel(const float* x, const Panel& p, float* y) {
  const int rows = Rows ? Rows : p.rows;
  for (int column = 0; column < p.columns; ++column) {
    const float* w = p.weights.data() + column;
    float sum = 0;
    for (int row = 0; row < rows; ++row) sum += x[row] * w[static_cast<std::ptrdiff_t>(row) * p.columns];
    y[column] += sum;
  }
}

}  // namespace

void add_product(std::size_t vectors, Rows<const float> in, const float* w, std::size_t rows, std::size_t columns,
                 Rows<float> out) {
  const std::size_t whole = vectors < fill_up ? 0 : vectors - vectors % 4, rest = vectors - whole;
  if (whole > 0) add_product_of_fours(whole, in, w, rows, columns, out);
  if (rest == 0) return;
  std::vector<float> x(fill_up * rows, 0.f), y(fill_up * columns, 0.f);
  for (std::size_t v = 0; v < rest; ++v) {
    std::copy_n(in.row(whole + v), rows, x.data() + v * rows);
    std::copy_n(out.row(whole + v), columns, y.data() + v * columns);
  }
  add_product_of_fours(fill_up, {x.data(), rows}, w, rows, columns, {y.data(), columns});
  for (std::size_t v = 0; v < rest; ++v) std::copy_n(y.data() + v * columns, columns, out.row(whole + v));
}

void multiply_floats(const Weights& weights, std::size_t vectors, const float* in, float* out) {
  const auto rows = static_cast<std::size_t>(weights.rows), columns = static_cast<std::size_t>(weights.columns);
  std::fill_n(out, vectors * columns, 0.f);
  std::vector<const Panel*> narrow_panels;
  for (const Panel& p : weights.panels) {
    if (p.columns <= narrow && weights.panels.size() > 1) {
      narrow_panels.push_back(&p);
    } else {
      add_product(vectors, {in + p.row, rows}, p.weights.data(), static_cast<std::size_t>(p.rows),
                  static_cast<std::size_t>(p.columns), {out + p.column, columns});
    }
  }
  if (narrow_panels.empty()) return;
  for (std::size_t v = 0; v < vectors; ++v)
    for (const Panel* p : narrow_panels) {
      const float* x = in + v * rows + p->row;
      float* y = out + v * columns + p->column;
      if (p->rows == 9) {
        add_narrow_panel<9>(x, *p, y);
      } else {
        add_narrow_panel<0>(x, *p, y);
      }
    }
}

template <class T>
void multiply_matrices(const T* a, const T* b, std::size_t n, std::size_t k, std::size_t m, T* out) {
  const auto rows = static_cast<Eigen::Index>(n), length = static_cast<Eigen::Index>(k),
             columns = static_cast<Eigen::Index>(m);
  Eigen::Map<RowMajor<T>>(out, rows, columns).noalias() =
      Eigen::Map<const RowMajor<T>>(a, rows, length) * Eigen::Map<const RowMajor<T>>(b, length, columns);
}

template void multiply_matrices(const float*, const float*, std::size_t, std::size_t, std::size_t, float*);
template void multiply_matrices(const double*, const double*, std::size_t, std::size_t, std::size_t, double*);

template <class T>
void compute(const MultiplyTensors&, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out) {
  // Matrices stand along the leading dimensions, samples first.
  const auto leading = [](const Shape& s) { return Shape{{s.dims.begin(), s.dims.end() - 2}}; };
  const Shape common = leading(shape);
  const std::size_t n = static_cast<std::size_t>(shape.from_end(1)), m = static_cast<std::size_t>(shape.from_end(0)),
                    k = static_cast<std::size_t>(in[0].shape->from_end(0));
  std::vector<std::size_t> dims{samples};
  dims.insert(dims.end(), common.dims.begin(), common.dims.end());
  std::array<std::vector<std::size_t>, 2> strides;
  const std::size_t matrix[] = {n * k, k * m};
  for (std::size_t i = 0; i < 2; ++i) {
    strides[i] = broadcast_strides(leading(*in[i].shape), common);
    for (std::size_t& s : strides[i]) s *= matrix[i];
    strides[i].insert(strides[i].begin(), in[i].stride());
  }
  const Strides<2> walk(dims, strides);
  const auto& step = walk.run_steps();
  walk.for_each_run([&](const std::array<std::size_t, 2>& at) {
    for (std::size_t i = 0; i < walk.run_length(); ++i, out += n * m)
      multiply_matrices(in[0].values + at[0] + i * step[0], in[1].values + at[1] + i * step[1], n, k, m, out);
  });
}

template void compute(const MultiplyTensors&, std::size_t, std::span<const Operand<float>>, const Shape&, float*);
template void compute(const MultiplyTensors&, std::size_t, std::span<const Operand<double>>, const Shape&, double*);

}  // namespace bitline::workloads
