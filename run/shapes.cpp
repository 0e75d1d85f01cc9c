// SPDX-License-Identifier: Apache-2.0
#include "run/shapes.h"

#include <fmt/format.h>

#include "base/files.h"
#include "cost/chain_flow.h"
#include "cost/cost.h"

namespace bitline::run {

using arch::Config;
using arch::LoadedConfig;

namespace {

ShapesResult shapes_result(const Config& config, const PreparedShapes& p) {
  ShapesResult s;
  s.statistics = names_of(config.workload.statistics)[static_cast<std::size_t>(config.workload.statistics)];
  std::string files;
  for (std::size_t l = 0; l < p.codes.size(); ++l) {
    const bool weights = !p.codes[l].weights.empty(), inputs = !p.codes[l].inputs.empty();
    if (weights || inputs)
      files += fmt::format("{}{} of {}", files.empty() ? "" : ", ",
                           !inputs    ? "weights"
                           : !weights ? "inputs"
                                      : "weights and inputs",
                           p.matrices[l].name);
  }
  s.note = fmt::format(
      "Array energies are those of the targets of all devices: no write errors, faults or ageing. Biases are not known "
      "and not counted. Codes are {}{}.",
      config.workload.statistics == arch::ShapeStatistics::expected
          ? "expectations over the given statistics"
          : fmt::format("drawn from the given statistics, inputs for {} image{}", config.workload.images,
                        config.workload.images == 1 ? "" : "s"),
      files.empty() ? "" : fmt::format("; counted as files give them: {}", files));
  return s;
}

}  // namespace

PreparedShapes prepare_shapes(const LoadedConfig& loaded, const RunOptions& options) {
  const Config& config = loaded.config;
  const auto& shapes = config.workload.shapes;
  std::vector<std::string> names;
  for (const auto& shape : shapes) names.push_back(shape.name);
  const std::vector<arch::LayerConfig> settings = mapping::layer_settings(config, names);
  PreparedShapes p;
  for (std::size_t l = 0; l < shapes.size(); ++l) {
    p.matrices.push_back(matrix_of(shapes[l], static_cast<int>(l), settings[l].quantization.weight_bits,
                                   input_bits(settings[l].input, shapes[l].signed_inputs)));
    cost::LayerCodes& codes = p.codes.emplace_back();
    const auto read = [&](const std::string& name, const char* key, auto&& codes_of) {
      if (name.empty()) return std::vector<std::int16_t>();
      const auto file = find_workload_file(name, fmt::format("workload.shapes.{}.{}", l, key), options);
      p.inputs.push_back({file.filename().string(), checksum(read_file(file))});
      return codes_of(file, p.matrices.back());
    };
    codes.weights = read(shapes[l].weights, "weights", workloads::read_weight_codes);
    p.matrices.back().panels[0].codes = codes.weights;
    codes.inputs = read(shapes[l].inputs, "inputs", workloads::read_input_codes);
  }
  p.placement = place(loaded, p.matrices, settings);
  return p;
}

void cost_shapes(const LoadedConfig& loaded, const RunOptions& options, Stages& stages, Result& result) {
  PreparedShapes p = prepare_shapes(loaded, options);
  result.inputs = p.inputs;
  result.mapping = mapping_of(loaded.config, p.matrices, p.placement);
  result.shapes = shapes_result(loaded.config, p);
  stages.begin("count", 0.2);
  const chip::Chip chip = chip::build_chip(loaded.config, std::move(p.matrices), std::move(p.placement));
  result.costs =
      cost::price(chip, cost::tariff(chip, cost::chain_flow(chip)), shape_ledgers(chip, p.codes), std::nullopt);
  result.warnings.insert(result.warnings.end(), result.costs.warnings.begin(), result.costs.warnings.end());
}

}  // namespace bitline::run
