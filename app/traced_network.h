// SPDX-License-Identifier: Apache-2.0
// What DNN+NeuroSim's Python side hands to its `main`, and the config it means here.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "arch/config.h"
#include "workloads/shapes.h"

namespace bitline::app {

// The words of that command, in its order.
struct TraceArguments {
  std::string network;
  int weight_bits = 0, input_bits = 0, rows = 0, parallel_rows = 0;
  std::vector<std::string> traces;  // weights and inputs of each layer in turn
  void add(CLI::App&);
  void parse(std::vector<std::string> of_command);  // the same from a list; UsageError
};

struct TracedLayer {
  workloads::LayerShape shape;  // with the paths of its traces
  bool pooled = false;
};
struct TracedNetwork {
  std::vector<TracedLayer> layers;
  std::vector<std::string> notes;  // what was decided, or is not counted
};
// Reads the list of layers, and the input traces for padding and signs. Throws UsageError, InputError.
TracedNetwork read_traced(const TraceArguments&);

// `chip` with the words' sizes and these layers as workload, as overrides, which those of the user may follow.
std::vector<Override> traced_overrides(const TraceArguments&, const TracedNetwork&, const arch::Config& chip);

// The same for a file: sizes, a key a line; one layer in one line; any text.
std::string sizes_yaml(const TraceArguments&, const arch::Config& chip);
std::string shape_yaml(const workloads::LayerShape&);
std::string quoted_yaml(const std::string& text);

}  // namespace bitline::app
