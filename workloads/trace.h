// SPDX-License-Identifier: Apache-2.0
// Traces as DNN+NeuroSim's Python side writes them: a list of layers, and for each layer its weights and the bits of
// one image's inputs, as text. Facts of the format: docs/tutorial/neurosim.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/shapes.h"

namespace bitline::workloads {

// --- the list of layers ---------------------------------------------------------------------------------------------

// A line of NetWork.csv: height, width and channels of the input, height and width of the kernel, outputs, whether
// pooling follows, stride. `shape` has no padding yet: the list does not tell it.
struct TraceLayer {
  LayerShape shape;
  bool pooled = false, stride_given = true;  // seven columns give no stride: it is 1
  int line = 0;
};
// Layers are called layer1, layer2 ...; InputError with file, line and column.
std::vector<TraceLayer> read_trace_network(const std::filesystem::path& file);

// Sets the padding with which the layer has the positions that `inputs` holds `bits` bits of; looks at the first line
// only. InputError where none gives them.
void find_padding(LayerShape& layer, const std::filesystem::path& inputs, int bits);

// --- codes ----------------------------------------------------------------------------------------------------------

struct TraceWeights {
  std::vector<std::int16_t> codes;  // (rows, outputs)
  double full_scale = 1;            // the weight beyond the largest code: 1, or max|w| where weights lie beyond -1 .. 1
  std::size_t clipped = 0;          // weights that round to a code beyond the largest, of either sign
};
// One line for each row, a decimal number for each output. A weight w has the code w 2^(bits-1) / full_scale, rounded
// half up and clipped to +-(2^(bits-1) - 1); one bit: its sign. InputError with file, line and column.
TraceWeights read_trace_weights(const std::filesystem::path& file, int rows, int outputs, int bits);

struct TraceInputs {
  std::vector<std::int16_t> codes;  // (positions, rows)
  bool negative = false;            // some code is
  std::size_t clipped = 0;          // codes -2^(bits-1), made -(2^(bits-1) - 1)
};
// One line for each row, `bits` binary digits for each position: two's complement, its sign first (one bit: without).
// InputError with file, line and column.
TraceInputs read_trace_inputs(const std::filesystem::path& file, int rows, int positions, int bits);

// Whether a file of codes is such a text, by the end of its name.
bool is_trace(const std::filesystem::path& file);

}  // namespace bitline::workloads
