// SPDX-License-Identifier: Apache-2.0
// From the voltages of sources and sense nodes back to every node of a crossbar.
#include "array/wires/elimination.h"

namespace bitline::array::wires {
namespace {

class Recovery {
 public:
  Recovery(const Elimination& e, std::size_t batch, std::span<double> row_V, std::span<double> column_V)
      : e_(e), records_(e.records()), next_(records_.size()), batch_(batch), row_V_(row_V), column_V_(column_V) {}

  void whole(std::span<const double> v_V, std::span<const double> sense_V) {
    const Padded& c = e_.circuit();
    Shape s = c.shape(0, 0, c.rows(), c.columns());
    const bool right = s.right, top = s.top;
    s.right = s.top = false;
    const auto m = static_cast<std::size_t>(c.circuit().rows), n = static_cast<std::size_t>(c.circuit().columns);
    std::vector<double> ports(static_cast<std::size_t>(s.ports()) * batch_, 0);
    for (std::size_t v = 0; v < batch_; ++v) {
      for (std::size_t i = 0; i < m; ++i)
        ports[(i + static_cast<std::size_t>(c.above())) * batch_ + v] = v_V[v * m + i];
      for (std::size_t j = 0; j < n; ++j)
        ports[(static_cast<std::size_t>(c.rows()) + j) * batch_ + v] = sense_V[v * n + j];
    }
    // The far ends were eliminated last.
    if (top) ports = add_ends(s, false, ports);
    if (right) ports = add_ends(s, true, ports);
    part(0, 0, s, ports);
  }

 private:
  // Undoes the elimination of the right or top ends; `s` gains them. Top ends went last, so they come back first.
  std::vector<double> add_ends(Shape& s, bool right_ends, const std::vector<double>& ports) {
    Shape before = s;
    (right_ends ? before.right : before.top) = true;
    const Join j = without_ends(before, right_ends, s);
    std::vector<double> all(static_cast<std::size_t>(before.ports()) * batch_);
    split(j, s, ports.data(), all.data(), static_cast<double*>(nullptr));
    s = before;
    return all;
  }

  // Port voltages of the parts of a join from those of the whole.
  template <class T>
  void split(const Join& j, const Shape& whole, const T* ports, T* first, T* second) {
    T* eliminated = eliminated_.get<T>(static_cast<std::size_t>(j.eliminated) * batch_);
    const T* const record = records_[--next_].get<T>();
    recover(kernels_, record, j.eliminated, whole.ports(), batch_, ports, eliminated);
    const auto place = [&](const Run* runs, int count, int eliminated_at, T* part) {
      for (int r = 0; r < count; ++r)
        std::copy_n(ports + static_cast<std::size_t>(runs[r].to) * batch_,
                    static_cast<std::size_t>(runs[r].count) * batch_,
                    part + static_cast<std::size_t>(runs[r].from) * batch_);
      std::copy_n(eliminated, static_cast<std::size_t>(j.eliminated) * batch_,
                  part + static_cast<std::size_t>(eliminated_at) * batch_);
    };
    place(j.first, j.first_runs, j.first_at, first);
    if (second) place(j.second, j.second_runs, j.second_at, second);
  }

  void part(int row, int column, const Shape& s, const std::vector<double>& ports) {
    const bool group = s.rows == group_side && s.columns == group_side;
    if (group) {
      group_row_ = row, group_column_ = column;
      group_V_.resize(static_cast<std::size_t>(Shape{small_side, small_side}.ports()) * batch_);
    }
    if (s.rows == small_side && s.columns == small_side) return small(row, column, s, ports);
    const Halves h = e_.halves(row, column, s);
    const Join j = h.beside ? side_by_side(h.first, h.second, s) : one_above_other(h.first, h.second, s);
    std::vector<double> first(static_cast<std::size_t>(h.first.ports()) * batch_),
        second(static_cast<std::size_t>(h.second.ports()) * batch_);
    split(j, s, ports.data(), first.data(), second.data());
    part(row + (h.beside ? 0 : h.first.rows), column + (h.beside ? h.first.columns : 0), h.second, second);
    part(row, column, h.first, first);
    if (group) in_group(0, 0, {small_side, small_side}, std::vector<Quad>(group_V_));
  }

  // Port voltages of a small patch, with the ends that were dropped, go to its lane of the group.
  void small(int row, int column, Shape s, std::vector<double> ports) {
    if (!s.top) ports = add_ends(s, false, ports);
    if (!s.right) ports = add_ends(s, true, ports);
    const int lane = (row - group_row_) / small_side * 2 + (column - group_column_) / small_side;
    for (std::size_t k = 0; k < ports.size(); ++k) group_V_[k].v[lane] = ports[k];
  }

  void in_group(int row, int column, const Shape& s, const std::vector<Quad>& ports) {
    const auto* v = ports.data();
    if (s.rows == 1 && s.columns == 1) return store(row, column, s, v);
    const bool beside = s.columns >= s.rows;
    const Shape half = beside ? Shape{s.rows, s.columns / 2} : Shape{s.rows / 2, s.columns};
    const Join j = beside ? side_by_side(half, half, s) : one_above_other(half, half, s);
    std::vector<Quad> first(static_cast<std::size_t>(half.ports()) * batch_), second(first.size());
    split(j, s, v, first.data(), second.data());
    in_group(row + (beside ? 0 : half.rows), column + (beside ? half.columns : 0), half, second);
    in_group(row, column, half, first);
  }

  void store(int row, int column, const Shape& s, const Quad* v) {
    const Crossbar& c = e_.circuit().circuit();
    for (int l = 0; l < 4; ++l) {
      const int i = group_row_ + l / 2 * small_side + row - e_.circuit().above(),
                j = group_column_ + l % 2 * small_side + column;
      if (i < 0 || j >= c.columns) continue;
      for (std::size_t b = 0; b < batch_; ++b) {
        const std::size_t at =
            (b * static_cast<std::size_t>(c.rows) + static_cast<std::size_t>(i)) * static_cast<std::size_t>(c.columns) +
            static_cast<std::size_t>(j);
        row_V_[at] = v[static_cast<std::size_t>(s.right_at()) * batch_ + b].v[l];
        column_V_[at] = v[static_cast<std::size_t>(s.top_at()) * batch_ + b].v[l];
      }
    }
  }

  const Elimination& e_;
  const WireKernels& kernels_ = wire_kernels(isas().front());
  const std::deque<Buffer>& records_;
  std::size_t next_;  // one past the record to undo
  std::size_t batch_;
  std::span<double> row_V_, column_V_;
  int group_row_ = 0, group_column_ = 0;
  std::vector<Quad> group_V_;
  Buffer eliminated_;
};

}  // namespace

void recover(const Elimination& e, std::size_t batch, std::span<const double> v_V, std::span<const double> sense_V,
             std::span<double> row_V, std::span<double> column_V) {
  Recovery(e, batch, row_V, column_V).whole(v_V, sense_V);
}

}  // namespace bitline::array::wires
