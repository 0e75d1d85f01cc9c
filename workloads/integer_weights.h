// SPDX-License-Identifier: Apache-2.0
// Integer weights without a graph: one matrix, or one of which only the shape is known.
#pragma once

#include <string>
#include <vector>

#include "workloads/integer_graph.h"

namespace bitline::workloads {

// A (rows, columns) matrix of codes, row-major, read at one position of each sample; scales 1, no biases. Empty
// `codes`: only the shape is known.
IntegerWeights dense_weights(std::string name, int rows, int columns, std::vector<std::int16_t> codes, int weight_bits,
                             InputScale input);

// Multiplications of one vector with weights of the network, without those of bias rows.
inline double macs_per_vector(const IntegerWeights& w) {
  return static_cast<double>(w.count()) - static_cast<double>(w.bias_rows) * w.columns;
}

// Whether the codes are there, or only the shape.
inline bool codes_known(const IntegerWeights& w) {
  for (const IntegerPanel& panel : w.panels)
    if (panel.codes.empty()) return false;
  return !w.panels.empty();
}

}  // namespace bitline::workloads
