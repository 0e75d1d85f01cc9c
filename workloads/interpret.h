// SPDX-License-Identifier: Apache-2.0
// The one walk over a graph. The float network, the integer truth and a chip differ in how vectors are multiplied only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/random.h"
#include "workloads/graph.h"
#include "workloads/integer_graph.h"
#include "workloads/neuron.h"

namespace bitline::workloads {

// Memory that calls of interpret() hand on to each other: one for each thread that calls it often.
class Workspace {
 public:
  Workspace();
  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;
  ~Workspace();

  struct Parts;
  Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

// Runs whole samples, `values` as the graph's input reads them, the first of which has the number `first_sample` in its
// data set: (samples, output_size()) real outputs. All between products is the same for every `multiply`. One call of
// `multiply` for each product and all samples, or several where the patches of a convolution would exceed 1 Mi values
// (what caches hold). No shared state: call it from several threads. Throws InputError when the samples are no whole
// number, RunError when a product gives NaN or infinity. Neurons give expected rates, and diodes are nominal ones,
// unless `neurons` says more.
std::vector<double> interpret(const IntegerGraph& graph, std::span<const float> values, std::size_t first_sample,
                              const Multiply& multiply, Workspace* workspace = nullptr,
                              const NeuronPass* neurons = nullptr);

// How many samples a walk best takes at once: at most `most`, and only so many that no tensor of theirs holds more than
// 4 MiB as doubles, which bounds the memory of each thread.
std::size_t samples_together(const Graph& graph, std::size_t most);
// Of interpret_float(): 8 MiB, since it lays out its weights again for each walk.
std::size_t samples_together_in_float(const Graph& graph, std::size_t most);

// What a product reads, before it is made integers.
using Observe = std::function<void(int weights, std::span<const float> values)>;

// The same walk in single precision with the real weights. A sample's result is the same bits whatever others run with
// it. Throws InputError naming the node when values overflow.
std::vector<float> interpret_float(const Graph& graph, std::span<const float> values, const Observe& observe = {});

}  // namespace bitline::workloads
