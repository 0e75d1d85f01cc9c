// SPDX-License-Identifier: Apache-2.0
// The exact effect of a crossbar's wires: a resistive crossbar is linear, so it is one matrix, computed once, and every
// product after that is V times it.
//
// Kron reduction onto sources and sense nodes by joining patches of the array (nested dissection: George 1973,
// doi:10.1137/0710032): about 34 N^3 operations for N x N devices instead of the N^4 of line by line. All arithmetic is
// free of subtraction (array/wires/patch.h): entries keep about 1e-14 of their own size over any spread of resistances,
// and 0 ohm is simply a resistance so small (1e-30 ohm) that nothing notices.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "array/wires/crossbar.h"

namespace bitline::array {

inline constexpr int largest_crossbar_lines = 16384;  // rows + columns: their square is memory

struct EffectiveMatrix {
  int rows = 0, columns = 0;
  std::vector<double> transfer_S;  // (rows, columns): sense currents = V transfer; both ends of a column together
  std::vector<double> source_S;    // (rows, rows), symmetric: source currents = V source, both ends; empty unless asked
};

namespace wires {
struct Scratch;
}

// Scratch of one thread for any number of crossbars, one after another: fresh memory costs more than the arithmetic.
class ReductionScratch {
 public:
  ReductionScratch();
  ~ReductionScratch();
  wires::Scratch& get() { return *scratch_; }

 private:
  std::unique_ptr<wires::Scratch> scratch_;
};

// Throws InputError for a wrong circuit or more than largest_crossbar_lines. Memory: about 24 (rows + columns)^2 bytes.
// Without any resistance in the wires the transfer is g_S itself.
EffectiveMatrix effective_matrix(const Crossbar&, bool with_sources = false);
void effective_matrix(const Crossbar&, bool with_sources, ReductionScratch&, EffectiveMatrix& out);

// Node voltages for given sources. Keeps the elimination: about 60 bytes x devices x log2(devices).
class NodeVoltages {
 public:
  explicit NodeVoltages(const Crossbar&);
  ~NodeVoltages();
  NodeVoltages(NodeVoltages&&) noexcept;

  const EffectiveMatrix& effective() const;  // with sources
  // v_V (batch, rows) -> row_V, column_V (batch, rows, columns). A node connected to nothing is at 0 V. InputError for
  // spans of other sizes.
  void solve(std::span<const double> v_V, std::span<double> row_V, std::span<double> column_V) const;
  // The same with the sense nodes at `sense_V` (batch, columns) instead of 0 V.
  void solve(std::span<const double> v_V, std::span<const double> sense_V, std::span<double> row_V,
             std::span<double> column_V) const;
  // What is left across every device, row node minus column node: drop_V (rows, columns, batch), all vectors of a
  // device together, as sums over devices want them.
  void drops(std::span<const double> v_V, std::span<const double> sense_V, std::span<double> drop_V) const;

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;
};

// Power that the sources deliver, sum of V I, in watts: v_V source v_V^T. `v_V` has one value per row.
double source_power_W(const EffectiveMatrix&, std::span<const double> v_V);

}  // namespace bitline::array
