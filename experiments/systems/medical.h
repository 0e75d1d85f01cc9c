// SPDX-License-Identifier: Apache-2.0
// Parts of what the medical experiment shows.
#pragma once

#include "experiments/systems/medical_runs.h"

namespace bitline::experiments {

// Accuracy over gains: trained at the gain, and trained at the config's and run at others.
void add_medical_gains(const arch::Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system);

// Losses and accuracies of training.
void add_training_curves(const arch::Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system);
// Which parts of images speak for their class, for both activations.
void add_class_maps(const arch::Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system);

}  // namespace bitline::experiments
