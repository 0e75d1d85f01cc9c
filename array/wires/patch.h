// SPDX-License-Identifier: Apache-2.0
// A rectangular part of a crossbar seen from its ports, and the elimination that joins two of them. Used by reduction
// only.
//
// A patch is a symmetric matrix of conductances between its ports: how much current flows from one port to another for
// each volt between them, all inner nodes eliminated. Only those are stored and every operation on them adds,
// multiplies or divides positive numbers, so each keeps its relative accuracy whatever the spread of resistances;
// diagonals are sums over a row, never differences (Grassmann, Taksar, Heyman 1985, doi:10.1287/opre.33.5.1107;
// entrywise error bound: O'Cinneide 1993,
// Numer. Math. 65, 109).
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include "array/wires/wire_kernels.h"
#include "base/dense.h"

namespace bitline::array::wires {

// Four patches of one shape side by side.
struct alignas(32) Quad {
  double v[4];
  Quad& operator+=(const Quad& other) {
    for (int l = 0; l < 4; ++l) v[l] += other.v[l];
    return *this;
  }
};

// Scratch that only grows.
class Buffer {
 public:
  template <class T>
  T* get(std::size_t count) {
    const std::size_t quads = (count * sizeof(T) + sizeof(Quad) - 1) / sizeof(Quad);
    if (quads_ < quads) {
      data_.reset();
      data_ = std::make_unique_for_overwrite<Quad[]>(quads);
      quads_ = quads;
    }
    return reinterpret_cast<T*>(data_.get());
  }
  template <class T>
  const T* get() const {
    return reinterpret_cast<const T*>(data_.get());
  }

 private:
  std::unique_ptr<Quad[]> data_;  // not set to zero: of large crossbars that takes as long as the arithmetic
  std::size_t quads_ = 0;
};

// Ports in order: left ends of the rows, bottom ends of the columns, then right ends of the rows and top ends of the
// columns unless they are eliminated.
struct Shape {
  int rows = 0, columns = 0;
  bool right = true, top = true;
  int left_at() const { return 0; }
  int bottom_at() const { return rows; }
  int right_at() const { return rows + columns; }
  int top_at() const { return rows + columns + (right ? rows : 0); }
  int ports() const { return top_at() + (top ? columns : 0); }
  std::size_t size() const { return static_cast<std::size_t>(ports()) * static_cast<std::size_t>(ports()); }
};

// Ports `from`, `from` + 1, ... of a part become ports `to`, ... of the whole.
struct Run {
  int from, count, to;
};

// How two patches become one, or one loses ports: which ports are eliminated and where the others go.
struct Join {
  int eliminated = 0;
  int first_at = 0, second_at = 0;  // of the eliminated ports in each part
  Run first[4] = {}, second[4] = {};
  int first_runs = 0, second_runs = 0;
};

inline Join side_by_side(const Shape& a, const Shape& b, const Shape& whole) {
  Join j{.eliminated = a.rows, .first_at = a.right_at(), .second_at = b.left_at()};
  j.first[j.first_runs++] = {a.left_at(), a.rows, whole.left_at()};
  j.first[j.first_runs++] = {a.bottom_at(), a.columns, whole.bottom_at()};
  if (a.top) j.first[j.first_runs++] = {a.top_at(), a.columns, whole.top_at()};
  j.second[j.second_runs++] = {b.bottom_at(), b.columns, whole.bottom_at() + a.columns};
  if (b.right) j.second[j.second_runs++] = {b.right_at(), b.rows, whole.right_at()};
  if (b.top) j.second[j.second_runs++] = {b.top_at(), b.columns, whole.top_at() + a.columns};
  return j;
}

inline Join one_above_other(const Shape& a, const Shape& b, const Shape& whole) {
  Join j{.eliminated = a.columns, .first_at = a.bottom_at(), .second_at = b.top_at()};
  j.first[j.first_runs++] = {a.left_at(), a.rows, whole.left_at()};
  if (a.right) j.first[j.first_runs++] = {a.right_at(), a.rows, whole.right_at()};
  if (a.top) j.first[j.first_runs++] = {a.top_at(), a.columns, whole.top_at()};
  j.second[j.second_runs++] = {b.left_at(), b.rows, whole.left_at() + a.rows};
  j.second[j.second_runs++] = {b.bottom_at(), b.columns, whole.bottom_at()};
  if (b.right) j.second[j.second_runs++] = {b.right_at(), b.rows, whole.right_at() + a.rows};
  return j;
}

// Without its right ends, or without its top ends: nothing else is connected to them.
inline Join without_ends(const Shape& a, bool right, const Shape& whole) {
  Join j{.eliminated = right ? a.rows : a.columns, .first_at = right ? a.right_at() : a.top_at()};
  j.first[j.first_runs++] = {a.left_at(), a.rows, whole.left_at()};
  j.first[j.first_runs++] = {a.bottom_at(), a.columns, whole.bottom_at()};
  if (whole.right) j.first[j.first_runs++] = {a.right_at(), a.rows, whole.right_at()};
  if (whole.top) j.first[j.first_runs++] = {a.top_at(), a.columns, whole.top_at()};
  return j;
}

// Rows are short, and many: a call for each would cost more than it copies.
template <class T>
void copy_block(T* to, int to_stride, const T* from, int from_stride, int rows, int columns) {
  constexpr int piece = sizeof(T) == sizeof(double) ? 4 : 1, most = 8 * piece;
  for (int i = 0; i < rows; ++i, to += to_stride, from += from_stride) {
    if (columns > most) {
      std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(columns));
      continue;
    }
    int j = 0;
    for (; j + piece <= columns; j += piece) std::memcpy(static_cast<void*>(to + j), from + j, piece * sizeof(T));
    for (; j < columns; ++j) to[j] = from[j];
  }
}

// to[i][j] = from[j][i].
template <class T>
void transpose_block(T* to, int to_stride, const T* from, int from_stride, int rows, int columns) {
  constexpr int side = 4;
  const auto in = [&](int i, int j) -> T& { return to[static_cast<std::size_t>(i) * to_stride + j]; };
  const auto of = [&](int i, int j) -> const T& { return from[static_cast<std::size_t>(j) * from_stride + i]; };
  int i = 0;
  for (; i + side <= rows; i += side) {
    int j = 0;
    for (; j + side <= columns; j += side) {
      T block[side][side];
      for (int b = 0; b < side; ++b)
        for (int a = 0; a < side; ++a) block[a][b] = of(i + a, j + b);
      for (int a = 0; a < side; ++a) std::memcpy(static_cast<void*>(&in(i + a, j)), block[a], sizeof block[a]);
    }
    for (; j < columns; ++j)
      for (int a = 0; a < side; ++a) in(i + a, j) = of(i + a, j);
  }
  for (; i < rows; ++i)
    for (int j = 0; j < columns; ++j) in(i, j) = of(i, j);
}

// x: rows of the eliminated ports, columns (eliminated, kept); kept: (kept, kept). Of all matrices only what is on and
// above the diagonal is read and filled. The first part sets what the eliminated ports have among each other, the
// second adds to it.
template <bool first, class T>
void place_part(const T* part, int ports, const Run* runs, int count, int eliminated_at, int eliminated, T* x, T* kept,
                int kept_ports) {
  const int width = eliminated + kept_ports;
  const auto at = [&](int i, int j) { return part + static_cast<std::size_t>(i) * ports + j; };
  for (int i = 0; i < eliminated; ++i) {
    T* const to = x + static_cast<std::size_t>(i) * width;
    const T* const own = at(eliminated_at + i, eliminated_at);
    for (int j = i; j < eliminated; ++j)
      if constexpr (first)
        to[j] = own[j];
      else
        to[j] += own[j];
  }
  for (int a = 0; a < count; ++a) {
    T* const to = x + eliminated + runs[a].to;
    if (runs[a].from > eliminated_at)
      copy_block(to, width, at(eliminated_at, runs[a].from), ports, eliminated, runs[a].count);
    else
      transpose_block(to, width, at(runs[a].from, eliminated_at), ports, eliminated, runs[a].count);
    for (int b = a; b < count; ++b)  // ports keep their order
      copy_block(kept + static_cast<std::size_t>(runs[a].to) * kept_ports + runs[b].to, kept_ports,
                 at(runs[a].from, runs[b].from), ports, runs[a].count, runs[b].count);
  }
}

// The kernels eliminate ports one by one. A port with conductances c_j to all later ones, p = sum c_j, adds c_i c_j / p
// between each two of them. Row k of x becomes c_j / sqrt(p) (and 1 / sqrt(p) at k), so that the kept ports gain x^T x.
// Of one large patch panels of rows, so that nearly all work is products of matrices.
inline void factor(const WireKernels& kernels, double* x, int eliminated, int kept, DenseScratch& scratch) {
  constexpr int panel = 16;
  const auto width = static_cast<std::size_t>(eliminated + kept);
  for (int first = 0; first < eliminated; first += panel) {
    const int last = std::min(first + panel, eliminated);
    const auto at = static_cast<std::size_t>(first);
    if (first > 0)
      add_product(static_cast<std::size_t>(last - first), at, width - at, Strided<double>{x + at, 1, width},
                  Strided<double>{x + at, width}, x + at * width + at, width, scratch);
    kernels.factor_panel(x, first, last, static_cast<int>(width));
  }
}
// y (kept, kept) += x^T x above the diagonal.
inline void add_products(const double* x, int eliminated, int kept, double* y, DenseScratch& scratch) {
  const auto k = static_cast<std::size_t>(kept), width = static_cast<std::size_t>(eliminated) + k;
  const double* const columns = x + eliminated;
  add_product(k, static_cast<std::size_t>(eliminated), k, Strided<double>{columns, 1, width},
              Strided<double>{columns, width}, y, k, scratch, DensePart::upper);
}

// Nothing connects the two parts but the ports that are eliminated.
template <class T>
void clear_between(const Run& a, const Run& b, T* kept, int kept_ports) {
  const Run &upper = a.to < b.to ? a : b, &lower = a.to < b.to ? b : a;
  constexpr int most = 32;
  for (int i = 0; i < upper.count; ++i) {
    T* const row = kept + static_cast<std::size_t>(upper.to + i) * kept_ports + lower.to;
    if (lower.count > most)
      std::memset(static_cast<void*>(row), 0, sizeof(T) * static_cast<std::size_t>(lower.count));
    else
      for (int j = 0; j < lower.count; ++j) row[j] = T{};
  }
}

template <class T>
void place_parts(const Join& j, const T* first, const Shape& a, const T* second, const Shape& b, const Shape& whole,
                 T* x, T* out) {
  const int kept = whole.ports();
  place_part<true>(first, a.ports(), j.first, j.first_runs, j.first_at, j.eliminated, x, out, kept);
  if (!second) return;
  place_part<false>(second, b.ports(), j.second, j.second_runs, j.second_at, j.eliminated, x, out, kept);
  for (int r = 0; r < j.first_runs; ++r)
    for (int q = 0; q < j.second_runs; ++q) clear_between(j.first[r], j.second[q], out, kept);
}

// Joins parts (second may be null) into `whole`; x is scratch of eliminated x (eliminated + kept) and keeps what the
// voltages of the eliminated ports are recovered from.
inline void join(const WireKernels& kernels, const Join& j, const double* first, const Shape& a, const double* second,
                 const Shape& b, const Shape& whole, double* x, double* out, DenseScratch& scratch) {
  place_parts(j, first, a, second, b, whole, x, out);
  factor(kernels, x, j.eliminated, whole.ports(), scratch);
  add_products(x, j.eliminated, whole.ports(), out, scratch);
}
inline void join(const WireKernels& kernels, const Join& j, const Quad* first, const Shape& a, const Quad* second,
                 const Shape& b, const Shape& whole, Quad* x, Quad* out) {
  place_parts(j, first, a, second, b, whole, x, out);
  kernels.factor_quads(x->v, j.eliminated, whole.ports());
  kernels.multiply_quads(x->v, j.eliminated, whole.ports(), out->v);
}

// Voltages (ports, batch) of the eliminated ports from those of the kept ones: each is the mean of its neighbours',
// weighted by conductance.
inline void recover(const WireKernels& kernels, const double* x, int eliminated, int kept, std::size_t batch,
                    const double* kept_V, double* eliminated_V) {
  kernels.recover_one(x, eliminated, kept, batch, kept_V, eliminated_V);
}
inline void recover(const WireKernels& kernels, const Quad* x, int eliminated, int kept, std::size_t batch,
                    const Quad* kept_V, Quad* eliminated_V) {
  kernels.recover_quads(x->v, eliminated, kept, batch, kept_V->v, eliminated_V->v);
}

}  // namespace bitline::array::wires
