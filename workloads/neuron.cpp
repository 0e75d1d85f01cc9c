// SPDX-License-Identifier: Apache-2.0
#include "workloads/neuron.h"

#include <fmt/format.h>

#include "base/error.h"

namespace bitline::workloads {

void fields(Visitor& v, SpikingNeurons& s) {
  fields(v, s.law);
  v(s.pulses, {.key = "pulses", .meaning = "counted for each value", .min = 1, .max = 1000});
  v(s.trained_half, {.key = "trained_half", .meaning = "`half` of the neurons in training, if another"});
  v(s.trained_slope,
    {.key = "trained_slope", .meaning = "`slope` of the neurons in training, if another", .positive = true});
}

std::vector<Simplification> simplifications(const SpikingNeurons&) {
  return {{"Neurons",
           {{"A product is read once, and its neuron holds that amplitude for all pulses.",
             {"workload.neurons.read_each_pulse"},
             {"workload.neurons"}},
            {"All neurons of a network are alike; pulses are counted digitally, and what they cost beyond that is an "
             "experiment's to say.",
             {"workload.neurons.spread", "workload.neurons.cost"}}}}};
}

Graph with_neurons(const Graph& graph, const SpikingNeurons& s) {
  Graph out = graph;
  int number = 0;
  for (Node& node : out.nodes) {
    const auto* a = std::get_if<Activate>(&node.op);
    if (!a || a->kind != Activate::Kind::sigmoid) continue;
    node.op =
        Neuron{s.law, s.pulses, s.trained_slope.value_or(s.law.slope), s.trained_half.value_or(s.law.half), number++};
  }
  if (number == 0)
    throw InputError(fmt::format(
        "network '{}' has no sigmoid outside of loops: there is nothing that workload.neurons could stand for",
        graph.name));
  return out;
}

std::size_t neuron_channels(const Shape& shape) {
  if (shape.rank() == 0) return 1;
  return static_cast<std::size_t>(shape.rank() >= 3 ? shape.from_end(2) : shape.from_end(0));
}

namespace {

// Values that follow each other in one channel.
std::size_t run_of_channel(const Shape& shape) {
  return shape.rank() >= 3 ? static_cast<std::size_t>(shape.from_end(1)) * static_cast<std::size_t>(shape.from_end(0))
                           : 1;
}

std::span<const double> shifts_of(const Neuron& neuron, const NeuronPass& pass, const Shape& shape) {
  const auto number = static_cast<std::size_t>(neuron.number);
  if (number >= pass.shifts.size() || pass.shifts[number].empty()) return {};
  if (pass.shifts[number].size() != neuron_channels(shape))
    throw InputError(fmt::format("{} shifts are given for neurons of {} channels", pass.shifts[number].size(),
                                 neuron_channels(shape)));
  return pass.shifts[number];
}

}  // namespace

template <class T>
void count_rates(const Neuron& neuron, const NeuronPass& pass, const BatchPlace& place, std::size_t samples,
                 const Shape& shape, const T* in, T* out) {
  const auto size = static_cast<std::size_t>(shape.size());
  const std::size_t run = run_of_channel(shape), channels = neuron_channels(shape);
  const std::span<const double> shifts = shifts_of(neuron, pass, shape);
  if (pass.observe) {
    std::vector<double> amplitudes(samples * size);
    for (std::size_t i = 0; i < amplitudes.size(); ++i)
      amplitudes[i] = neuron.gain * static_cast<double>(in[i]) + neuron.offset;
    pass.observe(neuron.number, place.first_sample, shape, amplitudes);
  }
  std::vector<std::uint32_t> words(pass.random ? size : 0);
  for (std::size_t s = 0; s < samples; ++s, in += size, out += size) {
    if (pass.random)
      pass.random->words({Purpose::spike, static_cast<std::uint16_t>(neuron.number), 0,
                          static_cast<std::uint32_t>(place.first_sample + s), static_cast<std::uint32_t>(place.step)},
                         words);
    for (std::size_t i = 0; i < size; ++i) {
      const double amplitude = neuron.gain * static_cast<double>(in[i]) + neuron.offset;
      const double p = spike_probability(neuron.law, amplitude, shifts.empty() ? 0 : shifts[i / run % channels]);
      constexpr double per_word = 1.0 / (std::uint64_t{1} << 32);
      out[i] = pass.random
                   ? static_cast<T>(count_spikes(neuron.pulses, p, (words[i] + 0.5) * per_word)) / T(neuron.pulses)
                   : static_cast<T>(p);
    }
  }
}

template void count_rates(const Neuron&, const NeuronPass&, const BatchPlace&, std::size_t, const Shape&, const float*,
                          float*);
template void count_rates(const Neuron&, const NeuronPass&, const BatchPlace&, std::size_t, const Shape&, const double*,
                          double*);

}  // namespace bitline::workloads
