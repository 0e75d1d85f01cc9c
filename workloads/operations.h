// SPDX-License-Identifier: Apache-2.0
// What a node has to do for one sample, counted: the digital price of everything that is not on arrays.
#pragma once

#include "workloads/graph.h"

namespace bitline::workloads {

struct Operations {
  double macs = 0;             // multiplications with their addition: products, MultiplyTensors
  double additions = 0;        // and subtractions
  double multiplications = 0;  // squares too
  double divisions = 0;        // square roots too
  double exponentials = 0;     // logarithms, hyperbolic and other functions too, each as many as its formula has
  double comparisons = 0;      // maxima, rounding and clipping too
  double bytes = 0;            // read and written by the unit, with `bytes_of_value` a value; 0 where nothing moves

  Operations& operator+=(const Operations&);
};
Operations operator*(double times, Operations);

// Of one sample. A Product counts its MACs and additions of bias; a Loop all its steps. A reshape is nothing; what only
// moves values counts bytes.
Operations operations(const Graph& graph, const Node& node, double bytes_of_value = 1);
// Of all the times that a sample needs it.
Operations operations(const Graph& graph, const PlacedNode& node, double bytes_of_value = 1);

}  // namespace bitline::workloads
