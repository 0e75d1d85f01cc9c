// SPDX-License-Identifier: Apache-2.0
// What networks that learn on arrays are given: pictures, and devices that pulses can train.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/plasticity/pulsed_device.h"
#include "experiments/systems/array_training.h"
#include "experiments/systems/system.h"

namespace bitline::experiments {

struct TrainingData {
  std::string name;  // of the set
  bool stands_in = false;
  Pictures train, test;  // `test`: held out of the training split where the experiment asks for that
};
// The first of the experiment's sets that is there. Files go to the result's inputs. Throws InputError: none is there,
// or it has no classes or too small pictures.
TrainingData load_training_data(const arch::TrainOnArray&, System&);

// One device of the library.
struct LibraryDevice {
  device::PulsedDevice file;
  std::optional<TrainedDevice> trained;  // unset: it cannot be trained
  std::string reason;                    // why not
};
// Devices by name or file, as `device: NAME` finds them. Throws ConfigError.
std::vector<std::unique_ptr<LibraryDevice>> load_library(const arch::TrainOnArray&, System&);

// `device` must outlive it.
TrainedDevice trained_device(const std::string& name, const device::Device& device, bool relative, double low,
                             double high);

}  // namespace bitline::experiments
