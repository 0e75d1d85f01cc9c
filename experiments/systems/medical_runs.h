// SPDX-License-Identifier: Apache-2.0
// The runs that the medical experiment is made of (arch/experiments/medical.h): which data, which networks, each on
// chips.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/systems/network_pack.h"
#include "experiments/systems/sensor_chips.h"

namespace bitline::experiments {

// The set that is there, its images, and its networks.
struct MedicalSet {
  std::string name;
  bool stand_in = false;
  std::size_t test_images = 0;  // of the whole set
  ShownImages images;
  const workloads::Labels& labels() const { return std::get<workloads::Labels>(images.test.truth); }
  double majority() const;  // share of the largest class of the test images shown
};
MedicalSet load_medical_set(const arch::Medical& m, System& system);
NetworkPack open_pack(const arch::Medical& m, const MedicalSet& set, System& system);

// Accuracy of published networks on the 28 x 28 images of a set of MedMNIST: ResNet-18 (Yang et al., Sci. Data 10, 41
// (2023), doi:10.1038/s41597-022-01721-8, table 3). Nothing for other sets.
std::optional<double> published_accuracy(const std::string& set);

// One trained network on one hardware: what it is right in, of nominal devices in float and on its seed's chips.
struct MedicalRun {
  NetworkName network;
  SensorHardware hardware;
  double real = 0, chips = 0;
};
// Runs those of one seed on the same chips: numbers (seed - 1) x instances and on.
void run_all(std::vector<MedicalRun>& runs, const NetworkPack& pack, const MedicalSet& set, System& system);

// Settings of the config's diode, with the slope of gain `gain`; of the network's own slope without one.
workloads::DiodeActivation diode_of(const System& system, std::optional<double> gain);
double slope_at(const System& system, double gain);

// Seeds for which all of these networks are there, at most `most`.
std::vector<int> seeds_with(const NetworkPack& pack, const std::string& kind, const std::vector<std::string>& curves,
                            const std::vector<double>& slopes, int most);

}  // namespace bitline::experiments
