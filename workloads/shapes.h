// SPDX-License-Identifier: Apache-2.0
// Layers of which only the shape is known: enough for costs, not for an answer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/schema.h"
#include "workloads/integer_weights.h"
#include "workloads/windows.h"

namespace bitline::workloads {

// A matrix product over patches of its input; fully connected where the input is one pixel.
struct LayerShape {
  std::string name;
  int channels = 1, height = 1, width = 1;
  int kernel = 1, padding = 0, stride = 1;  // of both directions
  int outputs = 1;
  bool signed_inputs = false;
  std::string weights,
      inputs;  // files of codes, .npy or traces (workloads/trace.h); empty: statistics say what they are

  workloads::Map input() const { return {1, channels, height, width}; }
  workloads::Extent output() const { return {steps(height), steps(width)}; }
  int rows() const { return channels * kernel * kernel; }
  int positions() const { return static_cast<int>(output().size()); }
  workloads::Window window() const;

 private:
  int steps(int size) const { return (size + 2 * padding - kernel) / stride + 1; }
};
void fields(Visitor&, LayerShape&);

// What no single key can see, with the key as path: a kernel that does not fit, sizes beyond what can be counted.
std::vector<Diagnostic> problems(const LayerShape&);

// The layer as a placed network has it, without weights.
workloads::IntegerWeights matrix_of(const LayerShape&, int index, int weight_bits, int input_bits);

// [copy][kernel row x kernel + kernel column]: how many of a copy's positions (those with its number modulo `copies`)
// see an input there; the others see padding, which is 0.
std::vector<std::vector<double>> real_inputs(const LayerShape&, int copies);

// Integer codes that a file gives, and what was decided while reading them.
struct FileCodes {
  std::vector<std::int16_t> codes;
  std::vector<std::string> notes = {};
};
// Those (rows, outputs) of a layer's weights, and (vectors, rows) of its inputs, whole images. Throw InputError naming
// layer and file: not those shapes, codes that are not whole or outside of what the layer's bits allow.
FileCodes read_weight_codes(const std::filesystem::path& file, const workloads::IntegerWeights& layer);
FileCodes read_input_codes(const std::filesystem::path& file, const workloads::IntegerWeights& layer);

}  // namespace bitline::workloads
