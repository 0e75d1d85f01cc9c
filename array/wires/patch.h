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

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace bitline::array::wires {

// Four patches of one shape side by side.
using Lanes = double __attribute__((vector_size(32)));

struct alignas(32) Quad {
  double v[4];
};

// Scratch that only grows.
class Buffer {
 public:
  template <class T>
  T* get(std::size_t count) {
    const std::size_t quads = (count * sizeof(T) + sizeof(Quad) - 1) / sizeof(Quad);
    if (data_.size() < quads) data_ = std::vector<Quad>(quads);
    return reinterpret_cast<T*>(data_.data());
  }
  template <class T>
  const T* get() const {
    return reinterpret_cast<const T*>(data_.data());
  }

 private:
  std::vector<Quad> data_;
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

// 1 / sqrt(p); 0 for a node that is connected to nothing.
inline double inverse_root(double p) { return p > 0 ? 1 / std::sqrt(p) : 0; }
inline Lanes inverse_root(Lanes p) {
  Lanes r;
  for (int l = 0; l < 4; ++l) r[l] = inverse_root(p[l]);
  return r;
}

template <class T>
void copy_block(T* to, int to_stride, const T* from, int from_stride, int rows, int columns) {
  for (int i = 0; i < rows; ++i)
    std::memcpy(static_cast<void*>(to + static_cast<std::size_t>(i) * to_stride),
                from + static_cast<std::size_t>(i) * from_stride, sizeof(T) * static_cast<std::size_t>(columns));
}

// x: rows of the eliminated ports, columns (eliminated, kept); kept: (kept, kept).
template <class T>
void place_part(const T* part, int ports, const Run* runs, int count, int eliminated_at, int eliminated, T* x, T* kept,
                int kept_ports) {
  const int width = eliminated + kept_ports;
  const T* own = part + static_cast<std::size_t>(eliminated_at) * ports;
  for (int i = 0; i < eliminated; ++i)
    for (int j = 0; j < eliminated; ++j)
      x[static_cast<std::size_t>(i) * width + j] += own[static_cast<std::size_t>(i) * ports + eliminated_at + j];
  for (int a = 0; a < count; ++a) {
    copy_block(x + eliminated + runs[a].to, width, own + runs[a].from, ports, eliminated, runs[a].count);
    for (int b = 0; b < count; ++b)
      copy_block(kept + static_cast<std::size_t>(runs[a].to) * kept_ports + runs[b].to, kept_ports,
                 part + static_cast<std::size_t>(runs[a].from) * ports + runs[b].from, ports, runs[a].count,
                 runs[b].count);
  }
}

// Eliminates ports one by one. A port with conductances c_j to all later ones, p = sum c_j, adds c_i c_j / p between
// each two of them. Row k of x becomes c_j / sqrt(p) (and 1 / sqrt(p) at k), so that the kept ports gain x^T x.
template <class T>
void factor(T* x, int eliminated, int kept) {
  const int width = eliminated + kept;
  for (int k = 0; k < eliminated; ++k) {
    T* row = x + static_cast<std::size_t>(k) * width;
    T p{};
    for (int j = k + 1; j < width; ++j) p += row[j];
    const T scale = inverse_root(p);
    for (int j = k + 1; j < width; ++j) row[j] *= scale;
    row[k] = scale;
    for (int l = k + 1; l < eliminated; ++l) {
      T* other = x + static_cast<std::size_t>(l) * width;
      for (int j = l + 1; j < width; ++j) other[j] += row[l] * row[j];
    }
  }
}

// kept += x^T x above the diagonal, in pieces of 2 x 4 that stay in registers.
template <class T>
void add_products(const T* x, int eliminated, int kept, T* y) {
  const int width = eliminated + kept;
  for (int i = 0; i < kept; i += 2)
    for (int j = i; j < kept; j += 4) {
      T sum[2][4] = {};
      const int rows = std::min(2, kept - i), columns = std::min(4, kept - j);
      const T* at = x + eliminated;
      if (rows == 2 && columns == 4) {
        for (int k = 0; k < eliminated; ++k, at += width)
          for (int a = 0; a < 2; ++a)
            for (int b = 0; b < 4; ++b) sum[a][b] += at[i + a] * at[j + b];
      } else {
        for (int k = 0; k < eliminated; ++k, at += width)
          for (int a = 0; a < rows; ++a)
            for (int b = 0; b < columns; ++b) sum[a][b] += at[i + a] * at[j + b];
      }
      for (int a = 0; a < rows; ++a)
        for (int b = 0; b < columns; ++b) y[static_cast<std::size_t>(i + a) * kept + j + b] += sum[a][b];
    }
}

using Rows = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

// The same for one large patch: panels of rows, so that nearly all work is products of matrices.
inline void factor(double* data, int eliminated, int kept) {
  constexpr int panel = 16;
  const int width = eliminated + kept;
  Rows x(data, eliminated, width);
  for (int first = 0; first < eliminated; first += panel) {
    const int last = std::min(first + panel, eliminated);
    if (first > 0)
      x.block(first, first, last - first, width - first).noalias() +=
          x.block(0, first, first, last - first).transpose() * x.block(0, first, first, width - first);
    for (int k = first; k < last; ++k) {
      const double scale = inverse_root(x.row(k).tail(width - k - 1).sum());
      x.row(k).tail(width - k - 1) *= scale;
      x(k, k) = scale;
      for (int l = k + 1; l < last; ++l) x.row(l).tail(width - l - 1) += x(k, l) * x.row(k).tail(width - l - 1);
    }
  }
}
inline void add_products(const double* data, int eliminated, int kept, double* y) {
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> x(data, eliminated,
                                                                                                   eliminated + kept);
  Rows sum(y, kept, kept);
  sum.triangularView<Eigen::Upper>() += x.rightCols(kept).transpose() * x.rightCols(kept);
}

template <class T>
void mirror(T* y, int n) {
  constexpr int block = 16;  // of rows that stay in the cache
  for (int i0 = 0; i0 < n; i0 += block)
    for (int j0 = i0; j0 < n; j0 += block)
      for (int i = i0; i < std::min(i0 + block, n); ++i)
        for (int j = std::max(j0, i + 1); j < std::min(j0 + block, n); ++j)
          y[static_cast<std::size_t>(j) * n + i] = y[static_cast<std::size_t>(i) * n + j];
}

// Joins parts (second may be null) into `whole`; x is scratch of eliminated x (eliminated + kept) and keeps what the
// voltages of the eliminated ports are recovered from.
template <class T>
void join(const Join& j, const T* first, const Shape& a, const T* second, const Shape& b, const Shape& whole, T* x,
          T* out) {
  const int kept = whole.ports();
  std::memset(static_cast<void*>(x), 0, sizeof(T) * static_cast<std::size_t>(j.eliminated) * (j.eliminated + kept));
  std::memset(static_cast<void*>(out), 0, sizeof(T) * whole.size());
  place_part(first, a.ports(), j.first, j.first_runs, j.first_at, j.eliminated, x, out, kept);
  if (second) place_part(second, b.ports(), j.second, j.second_runs, j.second_at, j.eliminated, x, out, kept);
  factor(x, j.eliminated, kept);
  add_products(x, j.eliminated, kept, out);
  mirror(out, kept);
}

// Voltages (ports, batch) of the eliminated ports from those of the kept ones: each is the mean of its neighbours',
// weighted by conductance.
template <class T>
void recover(const T* x, int eliminated, int kept, std::size_t batch, const T* kept_V, T* eliminated_V) {
  const int width = eliminated + kept;
  for (int k = eliminated - 1; k >= 0; --k) {
    const T* row = x + static_cast<std::size_t>(k) * width;
    T* u = eliminated_V + static_cast<std::size_t>(k) * batch;
    std::fill_n(u, batch, T{});
    for (int j = k + 1; j < width; ++j) {
      const T* of = j < eliminated ? eliminated_V + static_cast<std::size_t>(j) * batch
                                   : kept_V + static_cast<std::size_t>(j - eliminated) * batch;
      for (std::size_t v = 0; v < batch; ++v) u[v] += row[j] * of[v];
    }
    for (std::size_t v = 0; v < batch; ++v) u[v] *= row[k];
  }
}

}  // namespace bitline::array::wires
