// SPDX-License-Identifier: Apache-2.0
// A network whose first layer is a sensor and whose other products are on arrays, on chips of the config.
#pragma once

#include <vector>

#include "arch/experiments/medical.h"
#include "experiments/systems/system.h"
#include "run/network_run.h"
#include "workloads/diode.h"
#include "workloads/samples.h"

namespace bitline::experiments {

// What is shown to the networks.
struct ShownImages {
  workloads::Samples calibration, test;
};

// What makes activations and the first layer.
struct SensorHardware {
  workloads::Activation activation;
  arch::OpticalLayer sensor;
};

// The network with this hardware: sensor, and what follows it, placed on the arrays of the config.
class SensorNetwork {
 public:
  SensorNetwork(const workloads::Graph& graph, const SensorHardware& hardware, const ShownImages& images,
                System& system);

  // Currents of the sensor of one chip, or of nominal devices.
  workloads::Samples seen(const workloads::Samples& images, const Random* chip) const;
  // Outputs, (images, outputs): of nominal devices in float; of chip `chip`.
  std::vector<double> real() const;
  run::Stage<run::ChipRun> on_chip(std::uint32_t chip) const;
  // Of any images.
  std::vector<double> real(const workloads::Samples& images) const;
  std::vector<double> on_chip(std::uint32_t chip, const workloads::Samples& images) const;
  // Mapping, writing and costs of what is on arrays.
  void describe(const std::vector<run::Stage<run::ChipRun>>& runs, run::Result& result) const;

 private:
  Random devices_of(std::uint32_t chip) const;

  workloads::Graph front_;
  std::shared_ptr<const workloads::Graph> rest_;
  arch::OpticalLayer sensor_;
  const ShownImages& images_;
  std::uint32_t seed_;
  mutable run::Shelf shelf_{0};
  run::Session session_;
};

// Share of labels whose output is the largest.
double accuracy(std::span<const double> outputs, const workloads::Labels& labels);

}  // namespace bitline::experiments
