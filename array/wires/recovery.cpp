// SPDX-License-Identifier: Apache-2.0
// From the voltages of sources and sense nodes back to every node of a crossbar.
#include "array/wires/elimination.h"

namespace bitline::array::wires {
namespace {

// Voltages at the ports of the parts of one depth of joins; memory that is kept from one to the next.
struct Ports {
  Buffer first, second;
};

// store(device, vector, voltage of its row node, of its column node)
template <class Store>
class Recovery {
 public:
  Recovery(const Elimination& e, std::size_t batch, const Store& out)
      : e_(e), records_(e.records()), next_(records_.size()), batch_(batch), out_(out) {}

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
    part(0, 0, 0, s, ports.data());
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

  Ports& ports_at(int depth) {
    while (static_cast<int>(ports_.size()) <= depth) ports_.emplace_back();
    return ports_[static_cast<std::size_t>(depth)];
  }

  void part(int depth, int row, int column, const Shape& s, const double* ports) {
    const bool group = s.rows == group_side && s.columns == group_side;
    if (group) group_row_ = row, group_column_ = column;
    if (s.rows == small_side && s.columns == small_side) return small(row, column, s, ports);
    const Halves h = e_.halves(row, column, s);
    const Join j = h.beside ? side_by_side(h.first, h.second, s) : one_above_other(h.first, h.second, s);
    Ports& parts = ports_at(depth);
    double* first = parts.first.get<double>(static_cast<std::size_t>(h.first.ports()) * batch_);
    double* second = parts.second.get<double>(static_cast<std::size_t>(h.second.ports()) * batch_);
    split(j, s, ports, first, second);
    part(depth + 1, row + (h.beside ? 0 : h.first.rows), column + (h.beside ? h.first.columns : 0), h.second, second);
    part(depth + 1, row, column, h.first, first);
    if (group) in_group(depth + 1, 0, 0, {small_side, small_side}, group_ports());
  }

  Quad* group_ports() {
    constexpr Shape small_patch{small_side, small_side};
    return group_V_.get<Quad>(static_cast<std::size_t>(small_patch.ports()) * batch_);
  }

  // Port voltages of a small patch, with the ends that were dropped, go to its lane of the group.
  void small(int row, int column, Shape s, const double* from) {
    std::vector<double> ports(from, from + static_cast<std::size_t>(s.ports()) * batch_);
    if (!s.top) ports = add_ends(s, false, ports);
    if (!s.right) ports = add_ends(s, true, ports);
    const int lane = (row - group_row_) / small_side * 2 + (column - group_column_) / small_side;
    Quad* group = group_ports();
    for (std::size_t k = 0; k < ports.size(); ++k) group[k].v[lane] = ports[k];
  }

  void in_group(int depth, int row, int column, const Shape& s, const Quad* ports) {
    if (s.rows == 1 && s.columns == 1) return store(row, column, s, ports);
    const bool beside = s.columns >= s.rows;
    const Shape half = beside ? Shape{s.rows, s.columns / 2} : Shape{s.rows / 2, s.columns};
    const Join j = beside ? side_by_side(half, half, s) : one_above_other(half, half, s);
    Ports& parts = ports_at(depth);
    Quad* first = parts.first.get<Quad>(static_cast<std::size_t>(half.ports()) * batch_);
    Quad* second = parts.second.get<Quad>(static_cast<std::size_t>(half.ports()) * batch_);
    split(j, s, ports, first, second);
    in_group(depth + 1, row + (beside ? 0 : half.rows), column + (beside ? half.columns : 0), half, second);
    in_group(depth + 1, row, column, half, first);
  }

  void store(int row, int column, const Shape& s, const Quad* v) {
    const Crossbar& c = e_.circuit().circuit();
    const Quad *row_node = v + static_cast<std::size_t>(s.right_at()) * batch_,
               *column_node = v + static_cast<std::size_t>(s.top_at()) * batch_;
    for (int l = 0; l < 4; ++l) {
      const int i = group_row_ + l / 2 * small_side + row - e_.circuit().above(),
                j = group_column_ + l % 2 * small_side + column;
      if (i < 0 || j >= c.columns) continue;
      const std::size_t device =
          static_cast<std::size_t>(i) * static_cast<std::size_t>(c.columns) + static_cast<std::size_t>(j);
      for (std::size_t b = 0; b < batch_; ++b) out_(device, b, row_node[b].v[l], column_node[b].v[l]);
    }
  }

  const Elimination& e_;
  const WireKernels& kernels_ = wire_kernels(isas().front());
  const std::deque<Buffer>& records_;
  std::size_t next_;  // one past the record to undo
  std::size_t batch_;
  const Store& out_;
  int group_row_ = 0, group_column_ = 0;
  std::deque<Ports> ports_;
  Buffer group_V_;
  Buffer eliminated_;
};

}  // namespace

void recover(const Elimination& e, std::size_t batch, std::span<const double> v_V, std::span<const double> sense_V,
             std::span<double> row_V, std::span<double> column_V) {
  const std::size_t devices = row_V.size() / batch;
  const auto store = [&](std::size_t device, std::size_t vector, double row, double column) {
    row_V[vector * devices + device] = row;
    column_V[vector * devices + device] = column;
  };
  Recovery(e, batch, store).whole(v_V, sense_V);
}

void recover_drops(const Elimination& e, std::size_t batch, std::span<const double> v_V,
                   std::span<const double> sense_V, std::span<double> drop_V) {
  const auto store = [&](std::size_t device, std::size_t vector, double row, double column) {
    drop_V[device * batch + vector] = row - column;
  };
  Recovery(e, batch, store).whole(v_V, sense_V);
}

}  // namespace bitline::array::wires
