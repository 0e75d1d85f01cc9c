// SPDX-License-Identifier: Apache-2.0
// Reads of a gated array with resistive wires (array/wires/gated_ladder.h), one input vector at a time, for benchmarks.
// The answers are compared with elimination of each column's nodal equations.
#pragma once

#include <cstdint>
#include <vector>

#include "array/wires/gated_ladder.h"

namespace bitline::bench {

class LadderProduct {
 public:
  enum class Cell { one, pair };  // supply wires per column: +V_read, or +V_read and -V_read

  LadderProduct(int rows, int columns, Cell cell);  // every second row on; with pairs half of these with sign -1
  const std::vector<float>& read();                 // the next of a few input vectors
  bool answers_agree();

 private:
  array::GatedLadder ladder_;
  array::LadderSolver<float> solver_;
  std::vector<std::vector<std::int8_t>> inputs_;
  std::size_t next_ = 0;
  std::vector<float> currents_S_;
};

}  // namespace bitline::bench
