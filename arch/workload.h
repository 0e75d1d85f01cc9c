// SPDX-License-Identifier: Apache-2.0
// What runs on a chip: a network with its data, or shapes and statistics of layers where only costs are asked for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"
#include "workloads/code_statistics.h"
#include "workloads/data_source.h"
#include "workloads/diode.h"
#include "workloads/neuron.h"
#include "workloads/score.h"
#include "workloads/shapes.h"

namespace bitline::arch {

enum class ShapeStatistics { expected, drawn };
inline constexpr std::string_view shape_statistics_names[] = {"expected", "drawn"};
constexpr std::span<const std::string_view> names_of(ShapeStatistics) { return shape_statistics_names; }

struct Workload {
  std::string network;  // ONNX file
  // Instead of a network: costs of layers of these shapes, whose codes have these statistics.
  std::vector<workloads::LayerShape> shapes;
  workloads::InputStatistics activity = workloads::UniformInputs{};
  workloads::WeightStatistics weights = workloads::UniformWeights{};
  ShapeStatistics statistics = ShapeStatistics::expected;
  workloads::DataSource dataset;
  int images = 10000;            // of the test split, from its first
  int calibration_images = 256;  // of the training split
  std::optional<workloads::Standardize> normalize;
  workloads::Activation activation = workloads::TrainedActivation{};
  std::optional<workloads::SpikingNeurons> neurons;  // in place of the network's sigmoids; unset: they stay
  std::optional<int> first_class;                    // the output that is class 0; unset: as many outputs as classes
  std::vector<workloads::Score> scores;              // empty: default_scores() of the data's truth
};
void fields(Visitor&, Workload&);

}  // namespace bitline::arch
