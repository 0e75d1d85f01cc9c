// SPDX-License-Identifier: Apache-2.0
// The inner loops of arrays with wires on vectors of 32 bytes, once for each instruction set that has them. Used by the
// solvers beside it alone; wire_kernels.inl is their one source, and all give the same bits.
//
// Included by code that is compiled for one instruction set: nothing here may leave an inline function behind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/isa.h"

namespace bitline::array::wires {

// A driven row of a gated ladder: where the conductances of its devices are, and the wire to the next driven row.
template <class Real>
struct LadderStep {
  std::uint32_t plus, minus;  // in vectors of 32 bytes
  Real r_ohm, q_ohm;
};

constexpr int ladder_group = 4;  // vectors of columns side by side, to hide each other's latency

// One read of ladder_group vectors of columns (array/wires/gated_ladder.cpp).
template <class Real>
struct LadderRead {
  const Real* g_S;
  const LadderStep<Real>* steps;
  std::size_t count;
  Real tail;  // by products: resistance below the last driven row; by meshes: of the bit line there
  Real ends, top, both, bottom;
  Real *current, *power;
};

// Line sweeps over the conducting rows of a gated array (array/wires/gated_rows.h): matrices of 8 columns a lane.
struct GatedSweep {
  std::size_t rows, lanes, active, padded;  // padded: to a multiple of 8
  const int* row;                           // of each active one
  const float* source_V;                    // (active)
  const float *g_S, *row_pass, *row_lift_ohm, *first_S, *column_ohm, *column_far_ohm, *row_far_S;
  float *row_drop_V, *column_V, *column_pass, *column_lift_ohm, *column_far_S, *sense_A;
  float *active_pass, *active_lift_ohm;  // of the rows, transposed by groups of 8 rows
  float *sum_A, *driver_A;
};

struct WireKernels {
  // Patches four at a time, quads of doubles (array/wires/patch.h: factor, add_products, recover).
  void (*factor_quads)(double* x, int eliminated, int kept);
  void (*multiply_quads)(const double* x, int eliminated, int kept, double* y);
  void (*recover_quads)(const double* x, int eliminated, int kept, std::size_t batch, const double* kept_V,
                        double* eliminated_V);
  // Rows first .. last - 1 of one large patch, among themselves; and `recover` of one.
  void (*factor_panel)(double* x, int first, int last, int width);
  void (*recover_one)(const double* x, int eliminated, int kept, std::size_t batch, const double* kept_V,
                      double* eliminated_V);

  void (*read_float_products)(const LadderRead<float>& read);
  void (*read_double_products)(const LadderRead<double>& read);
  void (*read_float_meshes)(const LadderRead<float>& read);
  void (*read_double_meshes)(const LadderRead<double>& read);

  void (*column_pivots)(const GatedSweep& sweep);
  void (*gather_row_pivots)(const GatedSweep& sweep);
  // The largest sum over a column of its row nodes' |errors of Kirchhoff's current law|, in ampere.
  float (*solve_columns)(const GatedSweep& sweep, bool first);
  void (*solve_rows)(const GatedSweep& sweep);
};

// Of a set that isas() lists.
const WireKernels& wire_kernels(Isa isa);

}  // namespace bitline::array::wires
