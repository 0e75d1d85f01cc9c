// SPDX-License-Identifier: Apache-2.0
// The elimination of a crossbar's inner nodes: patches of it are built small and joined in pairs up to the whole.
// Used by effective_matrix() and NodeVoltages only.
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "array/wires/patch.h"
#include "array/wires/reduction.h"
#include "base/error.h"
#include "base/parallel.h"

namespace bitline::array::wires {

inline constexpr int small_side = 8;               // of the patches that are built four at a time
inline constexpr int group_side = 2 * small_side;  // of such a group
inline constexpr double joined_S = 1e30;           // 0 ohm

inline double conductance(double ohm) { return ohm > 0 ? std::min(1 / ohm, joined_S) : joined_S; }

inline bool connected(const std::vector<double>& ohm) {
  return std::any_of(ohm.begin(), ohm.end(), [](double r) { return r < not_connected_ohm; });
}

// The crossbar with its sides rounded up to whole groups: open rows above it, open columns to its right, which lead on
// the far connections where there are any.
class Padded {
 public:
  explicit Padded(const Crossbar& c)
      : c_(c),
        right_(connected(c.lines.driver_far_ohm)),
        top_(connected(c.lines.sense_far_ohm)),
        rows_((c.rows + group_side - 1) / group_side * group_side),
        columns_((c.columns + group_side - 1) / group_side * group_side) {}

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int above() const { return rows_ - c_.rows; }
  const Crossbar& circuit() const { return c_; }
  Shape shape(int row, int column, int rows, int columns) const {
    return {rows, columns, right_ || column + columns < columns_, top_ || row > 0};
  }

  struct Leaf {
    double segment_left = 0, device = 0, segment_below = 0;
  };
  Leaf leaf(int padded_row, int column) const {
    const int row = padded_row - above();
    if (row < 0) return {0, 0, top_ && column < c_.columns ? joined_S : 0};
    if (column >= c_.columns) return {right_ ? joined_S : 0, 0, 0};
    const Lines& l = c_.lines;
    const auto i = static_cast<std::size_t>(row), j = static_cast<std::size_t>(column);
    const std::size_t k = i * static_cast<std::size_t>(c_.columns) + j;
    return {conductance(at(l.row_ohm, k) + (column == 0 ? at(l.driver_ohm, i) : 0)), c_.g_S[k],
            conductance(at(l.column_ohm, k) + (row == c_.rows - 1 ? at(l.sense_ohm, j) : 0))};
  }
  // The far connection of a row to its source, of a column to its sense node.
  double far_row_S(int row) const {
    const auto i = static_cast<std::size_t>(row), n = static_cast<std::size_t>(c_.columns);
    return conductance(at(c_.lines.driver_far_ohm, i) + at(c_.lines.row_ohm, i * n + n - 1));
  }
  double far_column_S(int column) const {
    const auto j = static_cast<std::size_t>(column);
    return conductance(at(c_.lines.sense_far_ohm, j) + at(c_.lines.column_ohm, j));
  }

 private:
  const Crossbar& c_;
  bool right_, top_;
  int rows_, columns_;
};

// Groups are never cut.
inline int first_part(int side) { return side > group_side ? (side / group_side + 1) / 2 * group_side : side / 2; }

struct Halves {
  Shape first, second;
  bool beside;
};

// Grows to what the largest crossbar needs and is used again for the next one: fresh memory costs more than the
// arithmetic.
struct Scratch {
  struct Frame {
    Buffer first, second, x;
  };
  Buffer result, group;
  DenseScratch dense;
  std::deque<Frame> frames;
  Frame& frame(int depth) {
    while (static_cast<int>(frames.size()) <= depth) frames.emplace_back();
    return frames[static_cast<std::size_t>(depth)];
  }
};

class Elimination {
 public:
  // `keep`: what is needed to recover voltages.
  Elimination(const Crossbar& c, bool with_sources, bool keep, Scratch& scratch, EffectiveMatrix& effective)
      : c_(c), keep_(keep), scratch_(scratch) {
    Shape whole = c_.shape(0, 0, c_.rows(), c_.columns());
    const double* y = build(0, 0, 0, whole, with_sources ? Wanted::all : Wanted::transfer, scratch_.result);
    if (whole.right) y = drop(whole, true, y);
    if (whole.top) y = drop(whole, false, y);
    extract(y, whole.ports(), with_sources, effective);
  }

  // What was kept, in the order of elimination, and how the parts lie: for whoever goes back.
  const std::deque<Buffer>& records() const { return records_; }
  const Padded& circuit() const { return c_; }
  Halves halves(int row, int column, const Shape& s) const {
    const bool beside = s.columns >= s.rows;
    if (beside) {
      const int left = first_part(s.columns);
      return {c_.shape(row, column, s.rows, left), c_.shape(row, column + left, s.rows, s.columns - left), true};
    }
    const int upper = first_part(s.rows);
    return {c_.shape(row, column, upper, s.columns), c_.shape(row + upper, column, s.rows - upper, s.columns), false};
  }

 private:
  enum class Wanted { all, transfer };

  using Frame = Scratch::Frame;
  Frame& frame(int depth) { return scratch_.frame(depth); }
  Buffer& x_buffer(int depth) { return keep_ ? records_.emplace_back() : frame(depth).x; }

  // Fills `out` with the patch at (row, column) and returns its matrix.
  double* build(int depth, int row, int column, const Shape& s, Wanted wanted, Buffer& out) {
    if (s.rows == group_side && s.columns == group_side) {
      group_row_ = row, group_column_ = column;
      build_group(depth + 1, 0, 0, {small_side, small_side}, scratch_.group);
    }
    double* y = out.get<double>(s.size());
    if (s.rows == small_side && s.columns == small_side) {
      take_lane(depth, (row - group_row_) / small_side * 2 + (column - group_column_) / small_side, s, y);
      return y;
    }
    if (interrupted()) throw Interrupted();  // large crossbars take minutes
    const Halves h = halves(row, column, s);
    Frame& f = frame(depth);
    const double* a = build(depth + 1, row, column, h.first, Wanted::all, f.first);
    const double* b = build(depth + 1, row + (h.beside ? 0 : h.first.rows), column + (h.beside ? h.first.columns : 0),
                            h.second, Wanted::all, f.second);
    const Join j = h.beside ? side_by_side(h.first, h.second, s) : one_above_other(h.first, h.second, s);
    double* x = x_buffer(depth).get<double>(static_cast<std::size_t>(j.eliminated) * (j.eliminated + s.ports()));
    if (wanted == Wanted::all || s.right || s.top)
      join(kernels_, j, a, h.first, b, h.second, s, x, y, scratch_.dense);
    else
      join_transfer(j, a, h.first, b, h.second, s, x, y);
    return y;
  }

  // The last join when only the block between sources and sense nodes matters.
  void join_transfer(const Join& j, const double* a, const Shape& first, const double* b, const Shape& second,
                     const Shape& whole, double* x, double* y) {
    place_parts(j, a, first, b, second, whole, x, y);
    factor(kernels_, x, j.eliminated, whole.ports(), scratch_.dense);
    const auto eliminated = static_cast<std::size_t>(j.eliminated), rows = static_cast<std::size_t>(whole.rows),
               columns = static_cast<std::size_t>(whole.columns), kept = rows + columns, width = eliminated + kept;
    add_product(rows, eliminated, columns, Strided<double>{x + eliminated, 1, width},
                Strided<double>{x + eliminated + rows, width}, y + rows, kept, scratch_.dense);
  }

  // Two devices of a column, the smallest patch: the column's node of the lower one is eliminated.
  Quad* build_pair(int depth, int row, int column, const Shape& s, Quad* y) {
    const int n = s.ports();
    Quad* x = x_buffer(depth).get<Quad>(static_cast<std::size_t>(1 + n));
    for (int k = 0; k < n * n; ++k) y[k] = Quad{};
    for (int k = 0; k <= n; ++k) x[k] = Quad{};
    for (int l = 0; l < 4; ++l) {
      const int at_row = group_row_ + l / 2 * small_side + row, at_column = group_column_ + l % 2 * small_side + column;
      const auto upper = c_.leaf(at_row, at_column), lower = c_.leaf(at_row + 1, at_column);
      y[s.left_at() * n + s.right_at()].v[l] = upper.segment_left;
      y[(s.left_at() + 1) * n + s.right_at() + 1].v[l] = lower.segment_left;
      y[s.right_at() * n + s.top_at()].v[l] = upper.device;
      x[1 + s.bottom_at()].v[l] = lower.segment_below;
      x[1 + s.right_at() + 1].v[l] = lower.device;
      x[1 + s.top_at()].v[l] = upper.segment_below;
    }
    kernels_.factor_quads(x->v, 1, n);
    kernels_.multiply_quads(x->v, 1, n, y->v);
    return y;
  }

  // Four small patches of a group at once, one per lane.
  Quad* build_group(int depth, int row, int column, const Shape& s, Buffer& out) {
    auto* y = out.get<Quad>(s.size());
    if (s.rows == 2 && s.columns == 1) return build_pair(depth, row, column, s, y);
    const bool beside = s.columns >= s.rows;
    const Shape half = beside ? Shape{s.rows, s.columns / 2} : Shape{s.rows / 2, s.columns};
    Frame& f = frame(depth);
    const Quad* a = build_group(depth + 1, row, column, half, f.first);
    const Quad* b =
        build_group(depth + 1, row + (beside ? 0 : half.rows), column + (beside ? half.columns : 0), half, f.second);
    const Join j = beside ? side_by_side(half, half, s) : one_above_other(half, half, s);
    join(kernels_, j, a, half, b, half, s,
         x_buffer(depth).get<Quad>(static_cast<std::size_t>(j.eliminated) * (j.eliminated + s.ports())), y);
    return y;
  }

  // One small patch out of its group, without the ends that lead nowhere.
  void take_lane(int depth, int lane, const Shape& s, double* y) {
    Shape now{small_side, small_side};
    const Quad* group = scratch_.group.get<Quad>();
    double* from = frame(depth).first.get<double>(now.size());
    for (std::size_t k = 0; k < now.size(); ++k) from[k] = group[k].v[lane];
    for (const bool right : {true, false}) {
      if (right ? s.right : s.top) continue;
      Shape next = now;
      (right ? next.right : next.top) = false;
      double* to = frame(depth).second.get<double>(now.size());
      join_one(depth, right, from, now, next, to);
      std::copy_n(to, next.size(), from);
      now = next;
    }
    std::copy_n(from, now.size(), y);
  }

  void join_one(int depth, bool right, const double* from, const Shape& now, const Shape& next, double* to) {
    const Join j = without_ends(now, right, next);
    double* x = x_buffer(depth).get<double>(static_cast<std::size_t>(j.eliminated) * (j.eliminated + next.ports()));
    join(kernels_, j, from, now, static_cast<const double*>(nullptr), Shape{}, next, x, to, scratch_.dense);
  }

  // Connects the far ends of the whole crossbar to their terminals and eliminates them.
  const double* drop(Shape& s, bool right, const double* from) {
    Buffer& ours = frame(0).first;
    double* y = ours.get<double>(s.size());
    std::copy_n(from, s.size(), y);
    const int n = s.ports();
    const auto connect = [&](int a, int b, double g_S) {
      y[static_cast<std::size_t>(a) * n + b] += g_S;
      y[static_cast<std::size_t>(b) * n + a] += g_S;
    };
    const Crossbar& c = c_.circuit();
    if (right)
      for (int i = 0; i < c.rows; ++i)
        connect(s.left_at() + c_.above() + i, s.right_at() + c_.above() + i, c_.far_row_S(i));
    else
      for (int j = 0; j < c.columns; ++j) connect(s.bottom_at() + j, s.top_at() + j, c_.far_column_S(j));
    Shape next = s;
    (right ? next.right : next.top) = false;
    Buffer& to = right ? scratch_.result : frame(0).second;
    join_one(0, right, y, s, next, to.get<double>(s.size()));
    s = next;
    return to.get<double>();
  }

  void extract(const double* y, int ports, bool with_sources, EffectiveMatrix& effective) const {
    const Crossbar& c = c_.circuit();
    const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns),
               above = static_cast<std::size_t>(c_.above());
    effective.rows = c.rows;
    effective.columns = c.columns;
    effective.transfer_S.resize(m * n);
    effective.source_S.assign(with_sources ? m * m : 0, 0);
    for (std::size_t i = 0; i < m; ++i) {
      const double* row = y + (i + above) * static_cast<std::size_t>(ports);
      const double* const to_sense = row + c_.rows();
      std::copy_n(to_sense, n, effective.transfer_S.data() + i * n);
      if (!with_sources) continue;
      double* source = effective.source_S.data() + i * m;
      double all = 0;
      for (std::size_t j = 0; j < n; ++j) all += to_sense[j];
      for (std::size_t k = 0; k < m; ++k) {
        if (k == i) continue;
        const double between = y[(std::min(i, k) + above) * static_cast<std::size_t>(ports) + std::max(i, k) + above];
        source[k] = -between, all += between;
      }
      source[i] = all;
    }
  }

  Padded c_;
  const WireKernels& kernels_ = wire_kernels(isas().front());
  bool keep_;
  int group_row_ = 0, group_column_ = 0;
  Scratch& scratch_;
  std::deque<Buffer> records_;  // x of every join, in the order of elimination
};

// Voltages of every node: the recorded eliminations in reverse. Arguments as NodeVoltages::solve, of `batch` vectors.
void recover(const Elimination&, std::size_t batch, std::span<const double> v_V, std::span<const double> sense_V,
             std::span<double> row_V, std::span<double> column_V);
// Row node minus column node of every device: NodeVoltages::drops.
void recover_drops(const Elimination&, std::size_t batch, std::span<const double> v_V, std::span<const double> sense_V,
                   std::span<double> drop_V);

}  // namespace bitline::array::wires
