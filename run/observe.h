// SPDX-License-Identifier: Apache-2.0
// Networks over samples: the references, and one chip instance with everything counted.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "read/drives.h"
#include "workloads/integer_graph.h"
#include "workloads/neuron.h"
#include "workloads/samples.h"

namespace bitline::run {

// Outputs of all samples, (samples, outputs).
std::vector<double> float_outputs(const workloads::Graph& graph, const workloads::Samples& samples);
std::vector<double> exact_outputs(const workloads::IntegerGraph& network, const workloads::Samples& samples);
// The same on a chip; sample i has number first_sample + i, which names the noise of its reads and the spikes of its
// neurons, of which `neurons` may say more: they are drawn from the view's numbers.
std::vector<double> chip_outputs(const chip::Chip& chip, const chip::View& view, const workloads::IntegerGraph& network,
                                 const workloads::Samples& samples, std::size_t first_sample,
                                 const workloads::NeuronPass& neurons = {});
// The same of `some` samples in a row, at `outputs`, under their numbers among `samples`.
void chip_outputs(const chip::Chip& chip, const chip::View& view, const workloads::IntegerGraph& network,
                  const workloads::Samples& samples, std::size_t first, std::size_t some, std::span<double> outputs);

// Whether power in the chip's arrays needs products of inputs.
bool counts_pairs(const chip::Chip& chip);

struct ObserveOptions {
  std::vector<bool> with_pairs;           // by layer: products of inputs are counted, for power in arrays with wires
  std::size_t per_sample = 0;             // of so many samples, from the first of all, each is counted by itself too
  std::size_t first = 0;                  // only samples from here on are looked at,
  std::optional<std::size_t> count = {};  // so many of them; unset: all
  std::size_t batch = 64;                 // samples evaluated together
  std::function<void(double)> progress;
};

// One chip over all samples, or some in a row.
struct Observed {
  std::vector<double> outputs;           // (samples looked at, outputs)
  std::vector<read::Activity> activity;  // by layer
  std::vector<double> signal, noise;  // by layer, over the first 128 samples: squares of the exact sums, of deviations
  std::vector<read::Ledger> samples;  // (layers, samples that are counted one by one)
};
Observed observe(const chip::Chip& chip, const chip::View& view, const workloads::IntegerGraph& network,
                 const workloads::Samples& samples, const ObserveOptions& options);

}  // namespace bitline::run
