// SPDX-License-Identifier: Apache-2.0
// The exact integer product: panels and parts of rows whose sums fit 32 bits, added up in double.
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "workloads/integer_graph.h"
#include "workloads/integer_kernel.h"

namespace bitline::workloads {
namespace {

int largest_code(std::span<const std::int16_t> codes) {
  int low = 0, high = 0;
  for (const std::int16_t c : codes) {
    low = std::min<int>(low, c);
    high = std::max<int>(high, c);
  }
  return std::max(-low, high);
}

// Vectors at a time: their codes stay in the cache while the columns pass.
std::size_t batch_of(std::size_t rows) { return std::max<std::size_t>(48, (std::size_t{1} << 16) / rows / 8 * 8); }

// Rows whose packed columns stay in the first cache.
constexpr std::size_t cached_rows = 512;

// Rows that are added in 32 bits: as many as no sum of theirs can leave them; 0 if one or two can.
std::size_t rows_in_32_bits(std::int64_t largest_input, std::int64_t largest_weight) {
  const std::int64_t term = std::max<std::int64_t>(1, largest_input * largest_weight);
  const auto rows = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max() / term);
  return rows < 2 ? 0 : std::min(rows, cached_rows);
}

// The parts of a panel that are multiplied one after another.
std::vector<PackedWeights> packed_parts(const IntegerPanel& p, std::size_t longest_sum) {
  const auto rows = static_cast<std::size_t>(p.rows);
  std::vector<PackedWeights> parts;
  for (std::size_t first = 0; first < rows; first += longest_sum)
    parts.emplace_back(p.codes, static_cast<std::size_t>(p.columns), first, std::min(longest_sum, rows - first));
  return parts;
}

void add_panel(const IntegerPanel& p, const std::vector<PackedWeights>& parts, const IntegerWeights& w,
               std::span<const std::int16_t> in, std::size_t vectors, std::span<double> sums) {
  const auto stride = static_cast<std::size_t>(w.rows), columns = static_cast<std::size_t>(w.columns);
  const std::size_t batch = batch_of(static_cast<std::size_t>(p.rows));
  for (std::size_t v = 0; v < vectors; v += batch) {
    const std::int16_t* x = in.data() + v * stride + p.row;
    double* to = sums.data() + v * columns + p.column;
    for (const PackedWeights& part : parts) {
      add_code_products(part, x, stride, std::min(batch, vectors - v), to, columns);
      x += part.rows();
    }
  }
}

// A panel of few columns, as depthwise convolutions have, or one whose terms alone may leave 32 bits.
constexpr int narrow_columns = 3;
template <int Rows>  // 0: any
void add_narrow_codes(const IntegerPanel& p, const std::int16_t* x, double* y) {
  const int rows = Rows ? Rows : p.rows;
  for (int c = 0; c < p.columns; ++c) {
    const std::int16_t* w = p.codes.data() + c;
    std::int64_t sum = 0;
    for (int r = 0; r < rows; ++r) sum += std::int32_t{x[r]} * w[static_cast<std::ptrdiff_t>(r) * p.columns];
    y[c] += static_cast<double>(sum);
  }
}

bool is_narrow(const IntegerWeights& w, const IntegerPanel& p) {
  return w.panels.size() > 1 && p.columns <= narrow_columns;
}

void add_narrow_panels(const std::vector<const IntegerPanel*>& panels, const IntegerWeights& w,
                       std::span<const std::int16_t> in, std::size_t vectors, std::span<double> sums) {
  if (panels.empty()) return;
  for (std::size_t v = 0; v < vectors; ++v)
    for (const IntegerPanel* p : panels) {
      const std::int16_t* x = in.data() + v * static_cast<std::size_t>(w.rows) + p->row;
      double* y = sums.data() + v * static_cast<std::size_t>(w.columns) + p->column;
      if (p->rows == 9) {
        add_narrow_codes<9>(*p, x, y);
      } else {
        add_narrow_codes<0>(*p, x, y);
      }
    }
}

}  // namespace

std::size_t bytes_of(const IntegerWeights& w) {
  std::size_t bytes = sizeof w + (w.scale.size() + w.bias.size()) * sizeof(double);
  for (const IntegerPanel& panel : w.panels) bytes += sizeof panel + panel.codes.size() * sizeof(std::int16_t);
  return bytes;
}

std::size_t bytes_of(const IntegerGraph& network) {
  std::size_t bytes = sizeof network;
  for (const IntegerWeights& w : network.weights) bytes += bytes_of(w);
  return bytes;
}

std::int64_t IntegerWeights::count() const {
  std::int64_t cells = 0;
  for (const IntegerPanel& p : panels) cells += std::int64_t{p.rows} * p.columns;
  return cells;
}

void multiply_exactly(const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& vectors,
                      std::span<double> sums) {
  const int largest_input = largest_code(in.first(vectors.count * static_cast<std::size_t>(w.rows)));
  std::vector<const IntegerPanel*> narrow;
  for (const IntegerPanel& panel : w.panels) {
    const std::size_t longest = rows_in_32_bits(largest_input, largest_code(panel.codes));
    if (longest == 0 || is_narrow(w, panel)) {
      narrow.push_back(&panel);
    } else {
      add_panel(panel, packed_parts(panel, longest), w, in, vectors.count, sums);
    }
  }
  add_narrow_panels(narrow, w, in, vectors.count, sums);
}

struct ExactProducts::Packed {
  struct OfPanel {
    std::vector<PackedWeights> parts;  // empty: narrow, or too large for 32 bits
  };
  std::vector<std::vector<OfPanel>> weights;  // [weights][panel]
};

ExactProducts::ExactProducts(const IntegerGraph& graph) {
  auto packed = std::make_shared<Packed>();
  for (const IntegerWeights& w : graph.weights) {
    packed->weights.emplace_back();
    for (const IntegerPanel& p : w.panels) {
      const std::size_t longest = rows_in_32_bits(w.input.highest(), largest_code(p.codes));
      packed->weights.back().push_back({});
      if (longest > 0 && !is_narrow(w, p)) packed->weights.back().back().parts = packed_parts(p, longest);
    }
  }
  packed_ = std::move(packed);
}

void ExactProducts::operator()(const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& vectors,
                               std::span<double> sums) const {
  const auto& panels = packed_->weights[static_cast<std::size_t>(w.index)];
  std::vector<const IntegerPanel*> narrow;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    if (panels[i].parts.empty()) {
      narrow.push_back(&w.panels[i]);
    } else {
      add_panel(w.panels[i], panels[i].parts, w, in, vectors.count, sums);
    }
  }
  add_narrow_panels(narrow, w, in, vectors.count, sums);
}

}  // namespace bitline::workloads
