// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/dark_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "workloads/interpret.h"

namespace bitline::experiments {

using workloads::Neuron;
using workloads::NeuronPass;
using workloads::Samples;
using workloads::Shape;

namespace {

// Numbers of pictures that neurons adapt to, so that neither noise nor spikes are those of pictures to be told.
constexpr std::size_t first_bright = std::size_t{1} << 24, first_environment = std::size_t{1} << 25;

std::vector<Neuron> neurons_of(const workloads::Graph& graph) {
  std::vector<Neuron> out;
  for (const workloads::Node& node : graph.nodes)
    if (const auto* neuron = std::get_if<Neuron>(&node.op)) out.push_back(*neuron);
  if (out.empty()) throw InputError(fmt::format("network '{}' has no neurons; give workload.neurons", graph.name));
  return out;
}

}  // namespace

std::string NeuronKind::name() const {
  switch (rule) {
    case Rule::fixed:
      return "fixed" + remark;
    case Rule::stored:
      return fmt::format("sensitized, shift {:g}{}", largest_shift, remark);
    case Rule::equilibrium:
      return fmt::format("no stored light, shift {:g}{}", largest_shift, remark);
  }
  return {};
}

Samples dimmed(const Samples& bright, double brightness) {
  Samples dark = bright;
  for (float& v : dark.values) v = static_cast<float>(v * brightness);
  dark.pixels = bright.pixels && brightness == 1;
  return dark;
}

DarkNetwork::DarkNetwork(const run::Session& session, std::uint32_t chip)
    : session_(session), exact_(session.network()), neurons_(neurons_of(*session.network().graph)) {
  chip::State state = session.write(chip);
  pass(state, session.age_s());
  view_ = session.look(state);
}

std::vector<double> DarkNetwork::run(const Samples& pictures, std::size_t first, const NeuronPass& pass,
                                     Products products) const {
  if (products == Products::chip)
    return session_.evaluate(view_, pictures, {static_cast<std::uint32_t>(first), 1}, pass);
  NeuronPass drawn = pass;
  drawn.random = &view_.random;
  constexpr std::size_t batch = 64;
  const std::size_t n = pictures.count(), outputs = session_.network().graph->output_size();
  std::vector<double> all(n * outputs);
  parallel_for((n + batch - 1) / batch, [&](std::size_t b) {
    const std::size_t from = b * batch, count = std::min(batch, n - from);
    const std::vector<double> some =
        interpret(session_.network(), pictures.of(from, count), first + from, std::cref(exact_), nullptr, &drawn);
    std::copy(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(from * outputs));
  });
  return all;
}

std::vector<std::uint8_t> DarkNetwork::right(const Samples& pictures, const Shifts& shifts, Products products) const {
  const std::vector<double> all = run(pictures, 0, {.shifts = shifts}, products);
  const auto& labels = std::get<workloads::Labels>(pictures.truth).of_sample;
  const std::size_t width = all.size() / pictures.count();
  std::vector<std::uint8_t> out(pictures.count());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(i * width);
    out[i] = std::max_element(first, first + static_cast<std::ptrdiff_t>(width)) - first == labels[i];
  }
  return out;
}

double DarkNetwork::accuracy(const Samples& pictures, const Shifts& shifts, Products products) const {
  const std::vector<std::uint8_t> all = right(pictures, shifts, products);
  return static_cast<double>(std::ranges::count(all, 1)) / static_cast<double>(all.size());
}

Energies DarkNetwork::energies(const Samples& pictures, std::size_t first, const Shifts& shifts, double* driven) const {
  // By picture, so that sums do not depend on how pictures are batched.
  std::vector<std::vector<double>> of_picture(neurons_.size()), drive(neurons_.size());
  std::vector<std::size_t> channels(neurons_.size());
  const std::size_t n = pictures.count();
  // Shapes come with the first batch; they are found out beforehand, since batches run at once.
  const workloads::Graph& graph = *session_.network().graph;
  for (const workloads::Node& node : graph.nodes) {
    const auto* neuron = std::get_if<Neuron>(&node.op);
    if (!neuron) continue;
    const auto l = static_cast<std::size_t>(neuron->number);
    channels[l] = neuron_channels(graph.tensors[static_cast<std::size_t>(node.in.front())].shape);
    of_picture[l].resize(n * channels[l]);
    drive[l].resize(n);
  }
  NeuronPass pass{.shifts = shifts};
  pass.observe = [&](int number, std::size_t first_sample, const Shape& shape, std::span<const double> amplitudes) {
    const auto l = static_cast<std::size_t>(number);
    const auto size = static_cast<std::size_t>(shape.size());
    const std::size_t positions = size / channels[l];
    for (std::size_t i = 0; i < amplitudes.size(); ++i) {
      const std::size_t picture = first_sample - first + i / size, channel = i % size / positions;
      of_picture[l][picture * channels[l] + channel] +=
          energy_of(neurons_[l].law, amplitudes[i]) / static_cast<double>(positions);
      if (amplitudes[i] > 0) drive[l][picture] += amplitudes[i] * amplitudes[i];
    }
  };
  run(pictures, first, pass, Products::chip);
  Energies out;
  for (std::size_t l = 0; l < neurons_.size(); ++l) {
    out.emplace_back(channels[l], 0.0);
    for (std::size_t i = 0; i < of_picture[l].size(); ++i)
      out[l][i % channels[l]] += of_picture[l][i] / static_cast<double>(n);
    if (driven) *driven += mean(drive[l]);
  }
  return out;
}

std::vector<DarkNetwork::Amplitudes> DarkNetwork::amplitudes(const Samples& pictures, std::size_t first,
                                                             const Shifts& shifts, std::size_t layer) const {
  const workloads::Graph& graph = *session_.network().graph;
  Shape shape;
  for (const workloads::Node& node : graph.nodes)
    if (const auto* neuron = std::get_if<Neuron>(&node.op); neuron && static_cast<std::size_t>(neuron->number) == layer)
      shape = graph.tensors[static_cast<std::size_t>(node.in.front())].shape;
  const auto size = static_cast<std::size_t>(shape.size());
  const std::size_t channels = neuron_channels(shape), positions = size / channels;
  std::vector<Amplitudes> out(channels, Amplitudes(pictures.count() * positions));
  NeuronPass pass{.shifts = shifts};
  pass.observe = [&](int number, std::size_t first_sample, const Shape&, std::span<const double> values) {
    if (static_cast<std::size_t>(number) != layer) return;
    for (std::size_t i = 0; i < values.size(); ++i)
      out[i % size / positions][(first_sample - first + i / size) * positions + i % positions] = values[i];
  };
  run(pictures, first, pass, Products::chip);
  return out;
}

void DarkNetwork::remember(const Samples& bright) {
  driven_ = 0;
  stored_ = energies(bright, first_bright, {}, &driven_);
}

Shifts DarkNetwork::adapt(const NeuronKind& kind, const Samples& environment) const {
  Shifts shifts;
  if (kind.rule == NeuronKind::Rule::fixed) return shifts;
  for (std::size_t l = 0; l < neurons_.size(); ++l) {
    workloads::StochasticNeuron law = neurons_[l].law;
    law.largest_shift = kind.largest_shift;
    std::vector<double> layer;
    if (kind.rule == NeuronKind::Rule::stored) {
      const std::vector<double> now = energies(environment, first_environment, shifts, nullptr)[l];
      for (std::size_t c = 0; c < now.size(); ++c) layer.push_back(environment_shift(law, now[c], stored_[l][c]));
    } else {
      for (const Amplitudes& a : amplitudes(environment, first_environment, shifts, l))
        layer.push_back(equilibrium_shift(law, a));
    }
    shifts.push_back(std::move(layer));
  }
  return shifts;
}

DarkNetwork::Rates DarkNetwork::rates(const Samples& pictures, const Shifts& shifts, std::size_t layer) const {
  const std::vector<Amplitudes> of_channel = amplitudes(pictures, 0, shifts, layer);
  const std::size_t n = pictures.count();
  Rates out{of_channel.size(), of_channel.front().size() / n, {}};
  out.values.resize(n * out.channels * out.positions);
  for (std::size_t c = 0; c < out.channels; ++c)
    for (std::size_t i = 0; i < of_channel[c].size(); ++i) {
      const double shift = layer < shifts.size() ? shifts[layer][c] : 0;
      out.values[(i / out.positions * out.channels + c) * out.positions + i % out.positions] =
          spike_probability(neurons_[layer].law, of_channel[c][i], shift);
    }
  return out;
}

}  // namespace bitline::experiments
