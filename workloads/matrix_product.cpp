// SPDX-License-Identifier: Apache-2.0
#include "workloads/matrix_product.h"

#include <algorithm>
#include <vector>

#include "workloads/compute.h"
#include "workloads/strides.h"

namespace bitline::workloads {
namespace {

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

void multiply_floats(const Weights& weights, std::size_t vectors, const float* in, float* out, DenseScratch& scratch) {
  const auto rows = static_cast<std::size_t>(weights.rows), columns = static_cast<std::size_t>(weights.columns);
  std::fill_n(out, vectors * columns, 0.f);
  std::vector<const Panel*> narrow_panels;
  for (const Panel& p : weights.panels) {
    if (p.columns <= narrow && weights.panels.size() > 1) {
      narrow_panels.push_back(&p);
    } else {
      const auto panel_rows = static_cast<std::size_t>(p.rows), panel_columns = static_cast<std::size_t>(p.columns);
      add_product(vectors, panel_rows, panel_columns, Strided<float>{in + p.row, rows},
                  Strided<float>{p.weights.data(), panel_columns}, out + p.column, columns, scratch);
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
void multiply_matrices(const T* a, const T* b, std::size_t n, std::size_t k, std::size_t m, T* out,
                       DenseScratch& scratch) {
  std::fill_n(out, n * m, T{});
  add_product(n, k, m, Strided<T>{a, k}, Strided<T>{b, m}, out, m, scratch);
}

template void multiply_matrices(const float*, const float*, std::size_t, std::size_t, std::size_t, float*,
                                DenseScratch&);
template void multiply_matrices(const double*, const double*, std::size_t, std::size_t, std::size_t, double*,
                                DenseScratch&);

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
  DenseScratch scratch;
  walk.for_each_run([&](const std::array<std::size_t, 2>& at) {
    for (std::size_t i = 0; i < walk.run_length(); ++i, out += n * m)
      multiply_matrices(in[0].values + at[0] + i * step[0], in[1].values + at[1] + i * step[1], n, k, m, out, scratch);
  });
}

template void compute(const MultiplyTensors&, std::size_t, std::span<const Operand<float>>, const Shape&, float*);
template void compute(const MultiplyTensors&, std::size_t, std::span<const Operand<double>>, const Shape&, double*);

}  // namespace bitline::workloads
