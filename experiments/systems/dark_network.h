// SPDX-License-Identifier: Apache-2.0
// A network of stochastic neurons on one chip, in an environment that its neurons may adapt to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "run/session.h"
#include "workloads/neuron.h"

namespace bitline::experiments {

// How neurons take a new environment.
struct NeuronKind {
  enum class Rule {
    fixed,
    stored,
    equilibrium
  } rule = Rule::fixed;  // of the shift: none, environment_shift(),
                         // equilibrium_shift()
  double largest_shift = 0;
  std::string remark{};  // after the name
  std::string name() const;
};

// Shifts of each layer of neurons, by channel; none: of fixed neurons.
using Shifts = std::vector<std::vector<double>>;
// The same shape: mean squared amplitudes above the floor.
using Energies = std::vector<std::vector<double>>;

// Pictures in other light.
workloads::Samples dimmed(const workloads::Samples& bright, double brightness);

class DarkNetwork {
 public:
  // `chip` instance of the session, just written.
  DarkNetwork(const run::Session& session, std::uint32_t chip);

  // What neurons remember of the light they were trained in.
  void remember(const workloads::Samples& bright);
  const Energies& remembered() const { return stored_; }
  // Mean over pictures of the sum over all neurons of the squares of amplitudes that are not negative: what drives
  // them.
  double driven() const { return driven_; }

  // Layers adapt one after another, first to last, each with the earlier ones adapted; then shifts are frozen.
  Shifts adapt(const NeuronKind& kind, const workloads::Samples& environment) const;

  // Of each picture whether its largest output is that of its class, and the share of those; on the chip, or of the
  // network of integers without the chip's errors.
  enum class Products { chip, exact };
  std::vector<std::uint8_t> right(const workloads::Samples& pictures, const Shifts& shifts,
                                  Products products = Products::chip) const;
  double accuracy(const workloads::Samples& pictures, const Shifts& shifts, Products products = Products::chip) const;

  // Expected rates of a layer of neurons, (pictures, channels, positions), and how many channels.
  struct Rates {
    std::size_t channels = 0, positions = 0;
    std::vector<double> values;
  };
  Rates rates(const workloads::Samples& pictures, const Shifts& shifts, std::size_t layer) const;

  std::size_t layers() const { return neurons_.size(); }
  int pulses() const { return neurons_.front().pulses; }

 private:
  using Amplitudes = std::vector<double>;
  std::vector<double> run(const workloads::Samples& pictures, std::size_t first, const workloads::NeuronPass& pass,
                          Products products) const;
  Energies energies(const workloads::Samples& pictures, std::size_t first, const Shifts& shifts, double* driven) const;
  // Of one layer, (channels, pictures x positions).
  std::vector<Amplitudes> amplitudes(const workloads::Samples& pictures, std::size_t first, const Shifts& shifts,
                                     std::size_t layer) const;

  const run::Session& session_;
  chip::View view_;
  workloads::ExactProducts exact_;
  std::vector<workloads::Neuron> neurons_;  // by number
  Energies stored_;
  double driven_ = 0;
};

}  // namespace bitline::experiments
