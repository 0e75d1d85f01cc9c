// SPDX-License-Identifier: Apache-2.0
// The exact integer matrix product.
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "workloads/quantized.h"

namespace bitline {
namespace {

int largest_magnitude(std::span<const std::int16_t> values) {
  int largest = 0;
  for (int v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

// Four columns at once, so that each input is loaded once for them. The caller guarantees that sums fit 32 bits.
// Written so that the compiler finds the multiply-add of 16-bit pairs.
void dot4(const std::int16_t* x, const std::int16_t* const w[4], int n, std::int32_t sums[4]) {
  const std::int16_t *w0 = w[0], *w1 = w[1], *w2 = w[2], *w3 = w[3];
  std::int32_t a = 0, b = 0, c = 0, d = 0;
  for (int i = 0; i < n; ++i) {
    a += x[i] * w0[i];
    b += x[i] * w1[i];
    c += x[i] * w2[i];
    d += x[i] * w3[i];
  }
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

}  // namespace

void QuantizedNetwork::exact_product(const MatrixLayer& layer, std::span<const std::int16_t> in, std::size_t vectors,
                                     std::size_t, std::span<double> out) {
  const std::size_t rows = layer.rows, columns = layer.columns;
  const std::size_t padded = (columns + 3) / 4 * 4;
  std::vector<std::int16_t> transposed(padded * rows);  // columns contiguous; missing ones are zero
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) transposed[c * rows + r] = layer.weights[r * columns + c];

  const std::int64_t term =
      std::int64_t{largest_magnitude(in.first(vectors * rows))} * largest_magnitude(layer.weights);
  const std::int64_t safe = std::numeric_limits<std::int32_t>::max() / std::max<std::int64_t>(term, 1);
  const auto chunk = static_cast<std::size_t>(std::clamp<std::int64_t>(safe, 1, std::max(layer.rows, 1)));
  for (std::size_t v = 0; v < vectors; ++v)
    for (std::size_t column = 0; column < columns; column += 4) {
      std::int64_t totals[4] = {};
      for (std::size_t row = 0; row < rows; row += chunk) {
        const std::int16_t* const w[4] = {&transposed[column * rows + row], &transposed[(column + 1) * rows + row],
                                          &transposed[(column + 2) * rows + row],
                                          &transposed[(column + 3) * rows + row]};
        std::int32_t sums[4];
        dot4(&in[v * rows + row], w, static_cast<int>(std::min(chunk, rows - row)), sums);
        for (int i = 0; i < 4; ++i) totals[i] += sums[i];
      }
      for (std::size_t i = 0; i < std::min<std::size_t>(4, columns - column); ++i)
        out[v * columns + column + i] = static_cast<double>(totals[i]);
    }
}

}  // namespace bitline
