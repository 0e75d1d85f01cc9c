// SPDX-License-Identifier: Apache-2.0
// Inner loops of arrays with wires for the instruction set that this is compiled for (BITLINE_ISA; cmake/isa.cmake).
#include "array/wires/wire_kernels.h"

#include "array/wires/ladder_mesh.h"

namespace bitline::array::wires {
namespace {

// Vectors stay in functions that become part of their callers: without AVX they would be passed in other registers.
#pragma GCC diagnostic ignored "-Wpsabi"
#define BITLINE_INLINE __attribute__((always_inline)) inline

typedef double Quad __attribute__((vector_size(32)));

// --- patches: reduction of a crossbar

BITLINE_INLINE double inverse_root(double p) { return p > 0 ? 1 / __builtin_sqrt(p) : 0; }
BITLINE_INLINE void to_inverse_root(Quad& p) {
  for (int l = 0; l < 4; ++l) p[l] = inverse_root(p[l]);
}

// Row k of x becomes c_j / sqrt(p) and takes what it adds to the later of the rows up to `last`.
BITLINE_INLINE void spread(Quad* x, int k, int last, int width) {
  Quad* row = x + static_cast<std::ptrdiff_t>(k) * width;
  Quad scale{};
  for (int j = k + 1; j < width; ++j) scale += row[j];
  to_inverse_root(scale);
  for (int j = k + 1; j < width; ++j) row[j] *= scale;
  row[k] = scale;
  for (int l = k + 1; l < last; ++l) {
    Quad* other = x + static_cast<std::ptrdiff_t>(l) * width;
    for (int j = l + 1; j < width; ++j) other[j] += row[l] * row[j];
  }
}

void factor_quads(double* data, int eliminated, int kept) {
  for (int k = 0; k < eliminated; ++k) spread(reinterpret_cast<Quad*>(data), k, eliminated, eliminated + kept);
}

// y[i .. i + rows][j .. j + columns] of (kept, kept) += x^T x, in registers.
template <int rows, int columns>
BITLINE_INLINE void multiply_piece(const Quad* x, int eliminated, int kept, int i, int j, Quad* y) {
  const int width = eliminated + kept;
  Quad sum[rows][columns] = {};
  const Quad* at = x + eliminated;
  for (int k = 0; k < eliminated; ++k, at += width)
    for (int a = 0; a < rows; ++a)
      for (int b = 0; b < columns; ++b) sum[a][b] += at[i + a] * at[j + b];
  for (int a = 0; a < rows; ++a)
    for (int b = 0; b < columns; ++b) y[static_cast<std::ptrdiff_t>(i + a) * kept + j + b] += sum[a][b];
}

void multiply_quads(const double* data, int eliminated, int kept, double* sums) {
  const auto* x = reinterpret_cast<const Quad*>(data);
  auto* y = reinterpret_cast<Quad*>(sums);
  int i = 0;
  for (; i + 2 <= kept; i += 2) {
    int j = i;
    for (; j + 4 <= kept; j += 4) multiply_piece<2, 4>(x, eliminated, kept, i, j, y);
    for (; j + 2 <= kept; j += 2) multiply_piece<2, 2>(x, eliminated, kept, i, j, y);
    for (; j < kept; ++j) multiply_piece<2, 1>(x, eliminated, kept, i, j, y);
  }
  if (i < kept) multiply_piece<1, 1>(x, eliminated, kept, i, i, y);
}

BITLINE_INLINE Quad four_at(const double* from) {
  Quad four;
  __builtin_memcpy(&four, from, sizeof four);
  return four;
}

// As factor_quads for one patch. A row takes what the rows before it add when its turn comes, in their order, `vectors`
// of four columns at a time; returns their sums, one for each vector.
template <int vectors>
BITLINE_INLINE void take_rows(const double* x, int first, int k, int width, int j, Quad* sums) {
  const auto row_of = [&](int l) { return const_cast<double*>(x) + static_cast<std::ptrdiff_t>(l) * width; };
  double* const row = row_of(k);
  Quad four[vectors];
  for (int h = 0; h < vectors; ++h) four[h] = four_at(row + j + 4 * h);
  for (int l = first; l < k; ++l) {
    const double* const before = row_of(l);
    for (int h = 0; h < vectors; ++h) four[h] += before[k] * four_at(before + j + 4 * h);
  }
  for (int h = 0; h < vectors; ++h) {
    __builtin_memcpy(row + j + 4 * h, &four[h], sizeof four[h]);
    sums[h % 2] += four[h];
  }
}

void factor_panel(double* x, int first, int last, int width) {
  for (int k = first; k < last; ++k) {
    double* row = x + static_cast<std::ptrdiff_t>(k) * width;
    Quad sums[2] = {};
    int j = k + 1;
    for (; j + 32 <= width; j += 32) take_rows<8>(x, first, k, width, j, sums);
    for (; j + 8 <= width; j += 8) take_rows<2>(x, first, k, width, j, sums);
    sums[0] += sums[1];
    double sum = (sums[0][0] + sums[0][2]) + (sums[0][1] + sums[0][3]);
    for (; j < width; ++j) {
      for (int l = first; l < k; ++l) {
        const double* const before = x + static_cast<std::ptrdiff_t>(l) * width;
        row[j] += before[k] * before[j];
      }
      sum += row[j];
    }
    const double scale = inverse_root(sum);
    for (int i = k + 1; i < width; ++i) row[i] *= scale;
    row[k] = scale;
  }
}

typedef double FourDoubles __attribute__((vector_size(32)));

// `count` vectors from `first` on of one eliminated port: sums over all later ports, kept in registers.
template <std::size_t count, class Share, class From>
BITLINE_INLINE void recover_vectors(int k, int width, std::size_t first, const Share& share, const From& from,
                                    double* u) {
  FourDoubles sum[count] = {};
  for (int j = k + 1; j < width; ++j) {
    const auto s = share(j);
    const double* v = from(j) + 4 * first;
    for (std::size_t i = 0; i < count; ++i) {
      FourDoubles at;
      __builtin_memcpy(&at, v + 4 * i, sizeof at);
      sum[i] += s * at;
    }
  }
  const auto own = share(k);
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] *= own;
    __builtin_memcpy(u + 4 * (first + i), &sum[i], sizeof sum[i]);
  }
}
// Rows of `row` doubles, of which all whole vectors are recovered; returns how many doubles.
template <class Share, class From>
BITLINE_INLINE std::size_t recover_row(int k, int width, std::size_t row, const Share& share, const From& from,
                                       double* u) {
  std::size_t first = 0;
  for (; first + 12 <= row / 4; first += 12) recover_vectors<12>(k, width, first, share, from, u);
  for (; first + 8 <= row / 4; first += 8) recover_vectors<8>(k, width, first, share, from, u);
  for (; first + 4 <= row / 4; first += 4) recover_vectors<4>(k, width, first, share, from, u);
  for (; first < row / 4; ++first) recover_vectors<1>(k, width, first, share, from, u);
  return 4 * first;
}

void recover_quads(const double* x, int eliminated, int kept, std::size_t batch, const double* kept_V,
                   double* eliminated_V) {
  const std::size_t row = 4 * batch;
  const auto from = [&](int j) {
    return j < eliminated ? eliminated_V + static_cast<std::size_t>(j) * row
                          : kept_V + static_cast<std::size_t>(j - eliminated) * row;
  };
  const int width = eliminated + kept;
  for (int k = eliminated - 1; k >= 0; --k) {
    const double* shares = x + 4 * static_cast<std::ptrdiff_t>(k) * width;
    const auto share = [&](int j) {
      FourDoubles s;
      __builtin_memcpy(&s, shares + 4 * j, sizeof s);
      return s;
    };
    recover_row(k, width, row, share, from, eliminated_V + static_cast<std::size_t>(k) * row);
  }
}
void recover_one(const double* x, int eliminated, int kept, std::size_t batch, const double* kept_V,
                 double* eliminated_V) {
  const auto from = [&](int j) -> const double* {
    return j < eliminated ? eliminated_V + static_cast<std::size_t>(j) * batch
                          : kept_V + static_cast<std::size_t>(j - eliminated) * batch;
  };
  const int width = eliminated + kept;
  for (int k = eliminated - 1; k >= 0; --k) {
    const double* shares = x + static_cast<std::ptrdiff_t>(k) * width;
    double* u = eliminated_V + static_cast<std::size_t>(k) * batch;
    std::size_t v = recover_row(
        k, width, batch, [&](int j) { return shares[j]; }, from, u);
    for (; v < batch; ++v) {
      double sum = 0;
      for (int j = k + 1; j < width; ++j) sum += shares[j] * from(j)[v];
      u[v] = sum * shares[k];
    }
  }
}

// --- gated ladders

template <class Real>
struct Columns;
template <>
struct Columns<float> {
  typedef float type __attribute__((vector_size(32)));
};
template <>
struct Columns<double> {
  typedef double type __attribute__((vector_size(32)));
};

template <class V, class Real>
BITLINE_INLINE V vector_at(const Real* from, std::size_t vector) {
  V v;
  __builtin_memcpy(&v, from + vector * (sizeof(V) / sizeof(Real)), sizeof v);
  return v;
}
template <class V, class Real>
BITLINE_INLINE void put_at(Real* to, std::size_t vector, const V& v) {
  __builtin_memcpy(to + vector * (sizeof(V) / sizeof(Real)), &v, sizeof v);
}

template <class Real>
BITLINE_INLINE void read_products(const LadderRead<Real>& read) {
  using V = typename Columns<Real>::type;
  V d1[ladder_group], i1[ladder_group], d2[ladder_group], i2[ladder_group];
  for (int v = 0; v < ladder_group; ++v) d1[v] = V{} + 1, i1[v] = V{}, d2[v] = V{}, i2[v] = V{} + 1;
  for (std::size_t s = 0; s < read.count; ++s) {
    const V r_ohm = V{} + read.steps[s].r_ohm;
#pragma GCC unroll 8
    for (int v = 0; v < ladder_group; ++v) {
      const V g = vector_at<V>(read.g_S, read.steps[s].plus + static_cast<std::size_t>(v));
      d1[v] += r_ohm * i1[v];
      d2[v] += r_ohm * i2[v];
      i1[v] += g * d1[v];
      i2[v] += g * d2[v];
    }
  }
  for (int v = 0; v < ladder_group; ++v) {
    const V d = d1[v] + read.tail * i1[v];
    put_at(read.current, static_cast<std::size_t>(v),
           i1[v] / (read.ends * i1[v] + (read.top * d + read.both + read.bottom * i2[v])));
  }
}

template <class Real>
BITLINE_INLINE void read_meshes(const LadderRead<Real>& read) {
  using V = typename Columns<Real>::type;
  Mesh<V> mesh[ladder_group];
  for (auto& m : mesh) m.ground_ohm = V{} + read.tail;
  for (std::size_t s = read.count; s-- > 0;) {
    const LadderStep<Real>& step = read.steps[s];
#pragma GCC unroll 8
    for (int v = 0; v < ladder_group; ++v) {
      mesh[v].pb += vector_at<V>(read.g_S, step.plus + static_cast<std::size_t>(v));
      mesh[v].nb += vector_at<V>(read.g_S, step.minus + static_cast<std::size_t>(v));
      mesh[v].lengthen(step.r_ohm, step.q_ohm);
    }
  }
  for (int v = 0; v < ladder_group; ++v) {
    V current, power, end;
    mesh[v].solve(current, power, end);
    put_at(read.current, static_cast<std::size_t>(v), current);
    put_at(read.power, static_cast<std::size_t>(v), power);
  }
}

void read_float_products(const LadderRead<float>& read) { read_products(read); }
void read_double_products(const LadderRead<double>& read) { read_products(read); }
void read_float_meshes(const LadderRead<float>& read) { read_meshes(read); }
void read_double_meshes(const LadderRead<double>& read) { read_meshes(read); }

// --- gated rows: a sweep is copied, since what is stored might otherwise be taken for a part of it

constexpr std::size_t wide = 8;
typedef float Vec __attribute__((vector_size(32)));

BITLINE_INLINE Vec load(const float* from, std::size_t lane) { return vector_at<Vec>(from, lane); }
BITLINE_INLINE void store(float* to, std::size_t lane, const Vec& v) { put_at(to, lane, v); }

// |v|.
BITLINE_INLINE Vec magnitude(const Vec& v) {
  typedef std::int32_t Bits __attribute__((vector_size(32)));
  Bits bits;
  __builtin_memcpy(&bits, &v, sizeof v);
  bits &= 0x7fffffff;
  Vec positive;
  __builtin_memcpy(&positive, &bits, sizeof bits);
  return positive;
}

// Rows become columns.
BITLINE_INLINE void transpose(Vec (&m)[wide]) {
  Vec pairs[wide], quads[wide];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(m[i], m[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(m[i], m[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int k = 0; k < 2; ++k) {
      quads[i + 2 * k] = __builtin_shufflevector(pairs[i + k], pairs[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      quads[i + 2 * k + 1] = __builtin_shufflevector(pairs[i + k], pairs[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; ++i) {
    m[i] = __builtin_shufflevector(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    m[i + 4] = __builtin_shufflevector(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// A node sees the conductance `beyond` of what lies toward the far end, and through the wire down to the next active
// row it appears as pass * beyond: nothing is subtracted, so that no digits are lost.
void column_pivots(const GatedSweep& sweep) {
  const GatedSweep w = sweep;
  for (std::size_t lane = 0; lane < w.lanes; ++lane) {
    Vec far_ohm = load(w.column_far_ohm, lane);
    for (std::size_t i = 0; i < static_cast<std::size_t>(w.row[0]); ++i)
      far_ohm += load(w.column_ohm, i * w.lanes + lane);
    store(w.column_far_S, lane, 1.0F / far_ohm);
  }
  constexpr std::size_t strip = 4;  // as many divisions under way
  for (std::size_t first = 0; first < w.lanes; first += strip) {
    const std::size_t width = w.lanes - first < strip ? w.lanes - first : strip;
    Vec beyond_S[strip];
    for (std::size_t k = 0; k < width; ++k) beyond_S[k] = load(w.column_far_S, first + k);
    for (std::size_t a = 0; a < w.active; ++a) {
      const auto row = static_cast<std::size_t>(w.row[a]);
      const std::size_t end = a + 1 < w.active ? static_cast<std::size_t>(w.row[a + 1]) : w.rows;
      for (std::size_t k = 0; k < width; ++k) {
        Vec ohm = load(w.column_ohm, row * w.lanes + first + k);
        for (std::size_t i = row + 1; i < end; ++i) ohm += load(w.column_ohm, i * w.lanes + first + k);
        beyond_S[k] += load(w.g_S, row * w.lanes + first + k);
        const Vec pass = 1.0F / (1.0F + ohm * beyond_S[k]);
        beyond_S[k] *= pass;
        store(w.column_pass, a * w.lanes + first + k, pass);
        store(w.column_lift_ohm, a * w.lanes + first + k, ohm * pass);
      }
    }
  }
}

BITLINE_INLINE void gather(const GatedSweep w, const float* from, float* to) {
  for (std::size_t a = 0; a < w.padded; a += wide)
    for (std::size_t lane = 0; lane < w.lanes; ++lane) {
      Vec block[wide];
      for (std::size_t k = 0; k < wide; ++k)
        block[k] = load(from, static_cast<std::size_t>(w.row[a + k]) * w.lanes + lane);
      transpose(block);
      for (std::size_t k = 0; k < wide; ++k) store(to, a * w.lanes + lane * wide + k, block[k]);
    }
}

void gather_row_pivots(const GatedSweep& w) {
  gather(w, w.row_pass, w.active_pass);
  gather(w, w.row_lift_ohm, w.active_lift_ohm);
}

template <int width>
BITLINE_INLINE float solve_columns(const GatedSweep w, std::size_t first_lane, bool first) {
  Vec passed_A[width] = {}, column_V[width] = {}, error_A[width] = {};
  for (std::size_t a = 0; a < w.active; ++a) {
    const std::size_t at = a * w.lanes + first_lane, row = static_cast<std::size_t>(w.row[a]) * w.lanes + first_lane;
    const Vec source_V = Vec{} + w.source_V[a];
    for (std::size_t k = 0; k < width; ++k) {
      const Vec device_A =
          first ? load(w.first_S, row + k) * source_V : load(w.g_S, row + k) * (source_V - load(w.row_drop_V, at + k));
      const Vec sum_A = device_A + passed_A[k];
      store(w.sum_A, a * width + k, sum_A);
      passed_A[k] = load(w.column_pass, at + k) * sum_A;
    }
  }
  for (std::size_t a = w.active; a-- > 0;) {
    const std::size_t at = a * w.lanes + first_lane, row = static_cast<std::size_t>(w.row[a]) * w.lanes + first_lane;
    for (std::size_t k = 0; k < width; ++k) {
      column_V[k] =
          load(w.column_lift_ohm, at + k) * load(w.sum_A, a * width + k) + load(w.column_pass, at + k) * column_V[k];
      const Vec change_V = first ? column_V[k] : column_V[k] - load(w.column_V, at + k);
      error_A[k] += magnitude(load(w.g_S, row + k) * change_V);
      store(w.column_V, at + k, column_V[k]);
    }
  }
  float worst_A = 0;
  for (std::size_t k = 0; k < width; ++k) {
    store(w.sense_A, first_lane + k, passed_A[k] + load(w.column_far_S, first_lane + k) * column_V[k]);
    for (std::size_t i = 0; i < wide; ++i)
      if (!(error_A[k][i] <= worst_A)) worst_A = error_A[k][i];  // a NaN stays
  }
  return worst_A;
}

float solve_columns(const GatedSweep& w, bool first) {
  float worst_A = 0;
  std::size_t lane = 0;
  for (; lane < w.lanes; lane += lane + 4 <= w.lanes ? 4 : 1) {
    const float error_A = lane + 4 <= w.lanes ? solve_columns<4>(w, lane, first) : solve_columns<1>(w, lane, first);
    worst_A = error_A <= worst_A ? worst_A : error_A;
  }
  return worst_A;
}

// Groups of eight rows, several at a time because each recursion waits for its own last result.
template <int groups>
BITLINE_INLINE void solve_rows(const GatedSweep w, std::size_t first_active) {
  Vec passed_A[groups] = {}, drop_V[groups] = {};
  float far_S[groups * wide];
  for (std::size_t k = 0; k < groups * wide; ++k)
    far_S[k] = w.row_far_S[static_cast<std::size_t>(w.row[first_active + k])];
  for (std::size_t lane = w.lanes; lane-- > 0;) {
    for (std::size_t group = 0; group < groups; ++group) {
      const std::size_t a = first_active + group * wide, to = (group * w.lanes + lane) * wide;
      Vec block[wide];
      for (std::size_t k = 0; k < wide; ++k) {
        const std::size_t row = static_cast<std::size_t>(w.row[a + k]);
        const Vec source_V = Vec{} + (a + k < w.active ? w.source_V[a + k] : 0);
        block[k] = load(w.g_S, row * w.lanes + lane) * (source_V - load(w.column_V, (a + k) * w.lanes + lane));
      }
      transpose(block);
      for (std::size_t k = wide; k-- > 0;) {
        const Vec sum_A = block[k] + passed_A[group];
        store(w.sum_A, to + k, sum_A);
        passed_A[group] = load(w.active_pass, a * w.lanes + lane * wide + k) * sum_A;
      }
    }
  }
  for (std::size_t lane = 0; lane < w.lanes; ++lane) {
    for (std::size_t group = 0; group < groups; ++group) {
      const std::size_t a = first_active + group * wide, at = a * w.lanes + lane * wide;
      Vec block[wide];
      for (std::size_t k = 0; k < wide; ++k) {
        drop_V[group] = load(w.active_lift_ohm, at + k) * load(w.sum_A, (group * w.lanes + lane) * wide + k) +
                        load(w.active_pass, at + k) * drop_V[group];
        block[k] = drop_V[group];
      }
      transpose(block);
      for (std::size_t k = 0; k < wide; ++k) store(w.row_drop_V, (a + k) * w.lanes + lane, block[k]);
    }
  }
  for (std::size_t group = 0; group < groups; ++group)
    store(w.driver_A, first_active / wide + group, passed_A[group] + load(far_S, group) * drop_V[group]);
}

void solve_rows(const GatedSweep& w) {
  std::size_t a = 0;
  for (; a + 2 * wide <= w.padded; a += 2 * wide) solve_rows<2>(w, a);
  for (; a < w.padded; a += wide) solve_rows<1>(w, a);
}

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const WireKernels BITLINE_NAME(wire_kernels_, BITLINE_ISA);
const WireKernels BITLINE_NAME(wire_kernels_, BITLINE_ISA) = {
    factor_quads,        multiply_quads,       recover_quads,     factor_panel,       recover_one,
    read_float_products, read_double_products, read_float_meshes, read_double_meshes, column_pivots,
    gather_row_pivots,   solve_columns,        solve_rows};

}  // namespace bitline::array::wires
