// SPDX-License-Identifier: Apache-2.0
// What a node has to do for one sample, counted: the digital price of everything that is not on arrays.
#pragma once

#include "workloads/graph.h"

namespace bitline::workloads {

// A multiply-accumulate is counted in `macs` alone, never again as a multiplication and an addition.
struct Operations {
  double macs = 0;             // products that are summed: of weights, and of two tensors (Q K^T)
  double additions = 0;        // and subtractions
  double multiplications = 0;  // by a scale, of two tensors element by element; squares too
  double comparisons = 0;      // maxima, rounding, ReLU, clipping
  double exponentials = 0;     // e^x
  double divisions = 0;        // a reciprocal that several values share is one division
  double square_roots = 0;
  double lookups = 0;  // values of a tabulated function: tanh, erf, logistic function, logarithm, sine
  // Every tensor that the node reads, once for each pass over it, and what it writes; 0 where nothing moves.
  double values_read = 0, values_written = 0;

  Operations& operator+=(const Operations&);
};
Operations operator*(double times, Operations);

// Of one sample. A Product counts its MACs and additions of bias; a Loop all its steps. A reshape is nothing; what only
// moves values counts values read and written.
Operations operations(const Graph& graph, const Node& node);
// Of all the times that a sample needs it.
Operations operations(const Graph& graph, const PlacedNode& node);

}  // namespace bitline::workloads
