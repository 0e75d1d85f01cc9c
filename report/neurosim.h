// SPDX-License-Identifier: Apache-2.0
// A run under the names and in the layout that DNN+NeuroSim V1.4 prints, so that scripts that read that program's
// output read this. What each name stands for here: docs/tutorial/neurosim.md.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run/result.h"

namespace bitline::report {

// A figure, in the unit it is printed in.
struct NeurosimFigure {
  std::string_view name, unit;
  double value = 0;
};
using NeurosimFigures = std::vector<NeurosimFigure>;

// Of layer `l` of the run: "readLatency", "readDynamicEnergy", ...
NeurosimFigures neurosim_layer(const run::Result& result, std::size_t l);
// Of the whole chip and one image. `pipelined`: latency is the time from one image to the next, as there.
NeurosimFigures neurosim_chip(const run::Result& result, double clock_Hz, bool pipelined);

// The whole layout. Numbers have six digits, as there.
std::string neurosim_text(const run::Result& result, double clock_Hz, bool pipelined);
// {"layers": [{"name": ..., "readLatency_ns": ...}], "chip": {...}}: one line.
std::string neurosim_json(const run::Result& result, double clock_Hz, bool pipelined);

}  // namespace bitline::report
