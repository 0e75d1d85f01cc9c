// SPDX-License-Identifier: Apache-2.0
// Products of a layer on 2T2R arrays of the reference accelerator (8-bit inputs, 4-bit weights, 8-bit converters), for
// benchmarks, beside one OpenBLAS sgemm of the same shape: what a layer costs in units of it.
#pragma once

#include <cstdint>
#include <vector>

#include "read/execute.h"

namespace bitline::bench {

class LayerProduct {
 public:
  enum class Devices { ideal, noisy };  // noisy: write errors, and read noise at every read
  enum class Lines { ideal, one_ohm };  // of a segment: the wires change the codes that are summed, not the cost
  struct Shape {
    int rows, columns, vectors;
  };
  static constexpr Shape usual{576, 128, 256};

  // On arrays of up to 1024 rows and columns.
  LayerProduct(Shape shape, Devices devices, Lines lines = Lines::ideal);
  const Shape& shape() const { return shape_; }
  const std::vector<double>& product();
  const std::vector<float>& by_sgemm();  // one thread
  void rewrite();                        // all cells anew, and what reads need of them
  bool answers_agree();                  // the sums before conversion with plain sums of the codes, exactly
  std::vector<std::int16_t> codes() const { return codes_of(view_.blocks[0]).data; }

 private:
  Shape shape_;
  chip::Chip chip_;
  chip::State state_;
  chip::View view_;
  read::Workspace workspace_;
  std::vector<std::int16_t> in_;
  std::vector<double> out_;
  std::vector<float> float_in_, float_weights_, float_out_;
};

}  // namespace bitline::bench
