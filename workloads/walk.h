// SPDX-License-Identifier: Apache-2.0
// The walk over a graph that the float network, the integer truth and the chip share. T is the number that values
// between products are kept in: float or double.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "workloads/compute.h"
#include "workloads/diode.h"
#include "workloads/neuron.h"

namespace bitline::workloads {

// Memory for values, handed on from tensors that nobody needs any more to those that come.
template <class T>
struct Buffer {
  std::unique_ptr<T[]> values;
  std::size_t capacity = 0;
};
template <class T>
class Buffers {
 public:
  Buffer<T> take(std::size_t size) {
    const auto fits = [&](const Buffer<T>& b) { return b.capacity >= size && b.capacity / 4 <= size; };
    if (const auto found = std::ranges::find_if(free_, fits); found != free_.end()) {
      Buffer<T> buffer = std::move(*found);
      free_.erase(found);
      return buffer;
    }
    return {std::make_unique_for_overwrite<T[]>(size), size};
  }
  void give_back(Buffer<T> buffer) {
    if (buffer.values) free_.push_back(std::move(buffer));
  }

 private:
  std::vector<Buffer<T>> free_;
};

// One product of all samples: `in` as its tensor stands, `out` as the tensor it makes. `step` counts the steps of the
// loops around it: its vectors stand at Product::first_position + step x (vectors of a sample) and after.
template <class T>
using MultiplyNode = std::function<void(const Node& node, const Product& product, const Shape& in_shape, const T* in,
                                        std::size_t step, T* out)>;

template <class T>
class Walk {
 public:
  // `neurons`: what neurons and diodes of the graph know, and the number of the first sample.
  Walk(std::size_t samples, const MultiplyNode<T>& multiply, Buffers<T>& buffers, const NeuronPass* neurons = nullptr,
       std::size_t first_sample = 0)
      : samples_(samples), multiply_(multiply), buffers_(buffers), neurons_(neurons), first_sample_(first_sample) {}

  // One buffer for each of the graph's outputs; `inputs` are its inputs, in order.
  std::vector<Buffer<T>> run(const Graph& graph, std::vector<Buffer<T>> inputs, std::size_t step = 0) {
    Frame frame(graph);
    for (std::size_t i = 0; i < inputs.size(); ++i) frame.slot(graph.inputs[i]).buffer = std::move(inputs[i]);
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      run_node(frame, n, step);
      for (int t : graph.nodes[n].in)
        if (frame.last_use[static_cast<std::size_t>(t)] == n) buffers_.give_back(std::move(frame.slot(t).buffer));
    }
    std::vector<Buffer<T>> outputs;
    for (int t : graph.outputs) outputs.push_back(copy_of(frame, t));
    return outputs;
  }

 private:
  static constexpr std::size_t never = static_cast<std::size_t>(-1);
  struct Slot {
    Buffer<T> buffer;
    std::vector<T> constant;  // converted, where values of constants are no T
  };
  struct Frame {
    explicit Frame(const Graph& g) : graph(g), slots(g.tensors.size()), last_use(g.tensors.size(), 0) {
      for (std::size_t n = 0; n < g.nodes.size(); ++n)
        for (int t : g.nodes[n].in) last_use[static_cast<std::size_t>(t)] = n;
      for (int t : g.outputs) last_use[static_cast<std::size_t>(t)] = never;
    }
    Slot& slot(int t) { return slots[static_cast<std::size_t>(t)]; }
    const Tensor& tensor(int t) const { return graph.tensors[static_cast<std::size_t>(t)]; }
    const Graph& graph;
    std::vector<Slot> slots;
    std::vector<std::size_t> last_use;  // number of the node
  };

  std::size_t size_of(const Shape& shape) const { return samples_ * static_cast<std::size_t>(shape.size()); }

  const T* constant_values(Frame& frame, int t) {
    const std::vector<float>& values = frame.tensor(t).values;
    if constexpr (std::is_same_v<T, float>) {
      return values.data();
    } else {
      std::vector<T>& converted = frame.slot(t).constant;
      if (converted.empty()) converted.assign(values.begin(), values.end());
      return converted.data();
    }
  }

  Operand<T> operand(Frame& frame, int t) {
    const Tensor& tensor = frame.tensor(t);
    if (tensor.is_constant()) return {constant_values(frame, t), &tensor.shape, true};
    return {frame.slot(t).buffer.values.get(), &tensor.shape, false};
  }

  // A constant is repeated for each sample where values of samples are wanted.
  Buffer<T> copy_of(Frame& frame, int t) {
    const Operand<T> from = operand(frame, t);
    Buffer<T> copy = buffers_.take(samples_ * from.size());
    for (std::size_t s = 0; s < samples_; ++s)
      std::copy_n(from.values + s * from.stride(), from.size(), copy.values.get() + s * from.size());
    return copy;
  }

  void run_node(Frame& frame, std::size_t n, std::size_t step) {
    const Node& node = frame.graph.nodes[n];
    if (const auto* loop = std::get_if<Loop>(&node.op)) return run_loop(frame, node, *loop, step);
    std::vector<Operand<T>> in;
    for (int t : node.in) in.push_back(operand(frame, t));
    std::vector<Buffer<T>> repeated;  // of constants that the operation takes for samples
    if (!takes_constants(node.op))
      for (std::size_t i = 0; i < in.size(); ++i)
        if (in[i].constant) {
          repeated.push_back(copy_of(frame, node.in[i]));
          in[i] = {repeated.back().values.get(), in[i].shape, false};
        }
    const int made = node.out.front();
    const Shape& shape = frame.tensor(made).shape;
    Slot &from = frame.slot(node.in.front()), &to = frame.slot(made);
    const bool in_place = works_in_place(node.op) && from.buffer.values && *in[0].shape == shape &&
                          frame.last_use[static_cast<std::size_t>(node.in.front())] == n;
    const bool moves = std::holds_alternative<Reshape>(node.op) && from.buffer.values &&
                       frame.last_use[static_cast<std::size_t>(node.in.front())] == n;
    to.buffer = in_place || moves ? std::move(from.buffer) : buffers_.take(size_of(shape));
    T* out = to.buffer.values.get();
    if (const auto* product = std::get_if<Product>(&node.op)) {
      multiply_(node, *product, *in[0].shape, in[0].values, step, out);
    } else if (const auto* neuron = std::get_if<Neuron>(&node.op); neuron && neurons_) {
      count_rates(*neuron, *neurons_, {first_sample_, step}, samples_, shape, in[0].values, out);
    } else if (const auto* diode = std::get_if<Diode>(&node.op); diode && neurons_ && neurons_->random) {
      compute(*diode, samples_, in[0], DeviceDraws{*neurons_->random, first_sample_}, step, out);
    } else if (!moves) {
      compute(node.op, samples_, std::span<const Operand<T>>(in), shape, out);
    }
    for (Buffer<T>& b : repeated) buffers_.give_back(std::move(b));
  }

  static bool takes_constants(const Op& op) {
    return std::holds_alternative<Arithmetic>(op) || std::holds_alternative<Select>(op) ||
           std::holds_alternative<Concat>(op) || std::holds_alternative<Gather>(op) ||
           std::holds_alternative<MultiplyTensors>(op);
  }

  void run_loop(Frame& frame, const Node& node, const Loop& loop, std::size_t outer_step) {
    const Graph& body = *loop.body;
    const auto carried = static_cast<std::size_t>(loop.carried), steps = static_cast<std::size_t>(loop.steps);
    std::vector<Buffer<T>> state, sequences;
    for (std::size_t i = 0; i < node.in.size(); ++i)
      (i < carried ? state : sequences).push_back(copy_of(frame, node.in[i]));
    for (std::size_t i = carried; i < node.out.size(); ++i)
      frame.slot(node.out[i]).buffer = buffers_.take(size_of(frame.tensor(node.out[i]).shape));
    for (std::size_t s = 0; s < steps; ++s) {
      const std::size_t at = loop.backwards ? steps - 1 - s : s;
      std::vector<Buffer<T>> in = std::move(state);
      for (std::size_t i = 0; i < sequences.size(); ++i)
        in.push_back(
            entry(sequences[i], at, steps, body.tensors[static_cast<std::size_t>(body.inputs[carried + i])].shape));
      std::vector<Buffer<T>> out = run(body, std::move(in), outer_step * steps + s);
      state.clear();
      for (std::size_t i = 0; i < out.size(); ++i) {
        if (i < carried) {
          state.push_back(std::move(out[i]));
        } else {
          set_entry(frame.slot(node.out[i]).buffer, at, steps,
                    body.tensors[static_cast<std::size_t>(body.outputs[i])].shape, out[i]);
          buffers_.give_back(std::move(out[i]));
        }
      }
    }
    for (std::size_t i = 0; i < carried; ++i) frame.slot(node.out[i]).buffer = std::move(state[i]);
    for (Buffer<T>& b : sequences) buffers_.give_back(std::move(b));
  }

  // Entry `at` of dimension 0 of a sequence, of every sample.
  Buffer<T> entry(const Buffer<T>& sequence, std::size_t at, std::size_t steps, const Shape& shape) {
    const auto size = static_cast<std::size_t>(shape.size());
    Buffer<T> out = buffers_.take(samples_ * size);
    for (std::size_t i = 0; i < samples_; ++i)
      std::copy_n(sequence.values.get() + (i * steps + at) * size, size, out.values.get() + i * size);
    return out;
  }
  void set_entry(Buffer<T>& sequence, std::size_t at, std::size_t steps, const Shape& shape, const Buffer<T>& from) {
    const auto size = static_cast<std::size_t>(shape.size());
    for (std::size_t i = 0; i < samples_; ++i)
      std::copy_n(from.values.get() + i * size, size, sequence.values.get() + (i * steps + at) * size);
  }

  std::size_t samples_;
  const MultiplyNode<T>& multiply_;
  Buffers<T>& buffers_;
  const NeuronPass* neurons_;
  std::size_t first_sample_;
};

// All outputs of each sample, one after another, to `out`; their memory goes back to `buffers`.
template <class T>
void join_outputs(const Graph& graph, std::size_t samples, std::vector<Buffer<T>> outputs, Buffers<T>& buffers,
                  T* out) {
  const std::size_t width = graph.output_size();
  std::size_t at = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto size = static_cast<std::size_t>(graph.tensors[static_cast<std::size_t>(graph.outputs[i])].shape.size());
    for (std::size_t s = 0; s < samples; ++s)
      std::copy_n(outputs[i].values.get() + s * size, size, out + s * width + at);
    at += size;
    buffers.give_back(std::move(outputs[i]));
  }
}

// How many samples `values` holds. Throws InputError when they are no whole number of inputs of the graph.
std::size_t count_samples(const Graph& graph, std::size_t values);

}  // namespace bitline::workloads
