// SPDX-License-Identifier: Apache-2.0
// Activations made by diodes: the curve, the devices of a chip, and networks whose leaky activations they replace.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <variant>

#include "base/random.h"
#include "base/schema.h"
#include "workloads/compute.h"

namespace bitline::workloads {

// f(v) = v / (1 + (v / linear)^power)^(1 / power) above 0, slope x v below: slope 1 at 0 from above, never more than
// `linear`, continuous. With power large it is a hard limit.
double diode_curve(double linear, double power, double slope, double v);

// Whose devices: the random numbers of a chip instance, and the number of the first sample, which names the noise.
struct DeviceDraws {
  Random random;
  std::size_t first_sample = 0;
};

// The same values by the diodes of one chip. `linear` and `slope` of a device are normal around the nominal ones
// (`spread`), each output has normal noise of its own (`noise`). `step`: of the loops around it.
template <class T>
void compute(const Diode&, std::size_t samples, const Operand<T>& in, const DeviceDraws& draws, std::size_t step,
             T* out);

// --- what users write ---------------------------------------------------------------------------------------------

struct TrainedActivation {
  static constexpr const char* type = "trained";
  static constexpr const char* about = "activations as the network's file has them";
};
void fields(Visitor&, TrainedActivation&);

// An antiferroelectric diode: its forward region is linear and then saturates, and a circuit sets the slope in reverse
// bias, which is proportional to a gain (Lin et al., Nat. Commun. 2026, doi:10.1038/s41467-026-70594-x). The form of
// the curve is ours.
struct DiodeActivation {
  static constexpr const char* type = "diode";
  static constexpr const char* about =
      "each ReLU and leaky ReLU is made by a diode with a linear region and a reverse slope; computed, not priced";
  double linear = 2, power = 4;
  std::optional<double> slope = std::nullopt;  // unset: that of the network
  double gain = 1, noise = 0, spread = 0, scale = 1;
};
void fields(Visitor&, DiodeActivation&);

using Activation = std::variant<TrainedActivation, DiodeActivation>;

// The graph with these activations. Loops keep theirs. Throws InputError when a diode finds no activation to replace.
Graph with_activation(const Graph& graph, const Activation& activation);

}  // namespace bitline::workloads
