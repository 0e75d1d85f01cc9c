// SPDX-License-Identifier: Apache-2.0
#include "workloads/integer_weights.h"

namespace bitline::workloads {

IntegerWeights dense_weights(std::string name, int rows, int columns, std::vector<std::int16_t> codes, int weight_bits,
                             InputScale input) {
  IntegerWeights w;
  w.name = std::move(name);
  w.rows = rows;
  w.columns = columns;
  w.weight_bits = weight_bits;
  w.panels.push_back({0, 0, rows, columns, std::move(codes)});
  w.scale.assign(static_cast<std::size_t>(columns), 1);
  w.bias.assign(static_cast<std::size_t>(columns), 0);
  w.input = input;
  w.inputs = static_cast<std::size_t>(rows);
  w.positions = 1;
  return w;
}

}  // namespace bitline::workloads
