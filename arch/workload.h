// SPDX-License-Identifier: Apache-2.0
// What runs on a chip: a network with its data, or shapes and statistics of layers where only costs are asked for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"
#include "workloads/code_statistics.h"
#include "workloads/shapes.h"

namespace bitline {

enum class ShapeStatistics { expected, drawn };
inline constexpr std::string_view shape_statistics_names[] = {"expected", "drawn"};
constexpr std::span<const std::string_view> names_of(ShapeStatistics) { return shape_statistics_names; }

struct Workload {
  std::string network;  // ONNX file
  // Instead of a network: costs of layers of these shapes, whose codes have these statistics.
  std::vector<LayerShape> shapes;
  InputStatistics activity = UniformInputs{};
  WeightStatistics weights = UniformWeights{};
  ShapeStatistics statistics = ShapeStatistics::expected;
  std::string dataset = "fashion-mnist";
  int images = 10000;            // of the test split, from its first
  int calibration_images = 256;  // of the training split
};
void fields(Visitor&, Workload&);

}  // namespace bitline
