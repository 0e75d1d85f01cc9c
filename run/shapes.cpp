// SPDX-License-Identifier: Apache-2.0
#include "run/shapes.h"

#include <fmt/format.h>

#include "base/files.h"
#include "cost/chain_flow.h"
#include "cost/cost.h"
#include "run/design.h"
#include "run/inputs.h"
#include "run/stage_settings.h"

namespace bitline::run {

using arch::Config;
using arch::LoadedConfig;

namespace {

ShapesResult shapes_result(const Config& config, const PlacedShapes& p) {
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

PlacedShapes place_shapes(const LoadedConfig& loaded, const RunOptions& options) {
  const Config& config = loaded.config;
  const auto& shapes = config.workload.shapes;
  std::vector<std::string> names;
  for (const auto& shape : shapes) names.push_back(shape.name);
  const std::vector<arch::LayerConfig> settings = mapping::layer_settings(config, names);
  PlacedShapes p;
  for (std::size_t l = 0; l < shapes.size(); ++l) {
    p.matrices.push_back(matrix_of(shapes[l], static_cast<int>(l), settings[l].quantization.weight_bits,
                                   input_bits(settings[l].input, shapes[l].signed_inputs)));
    cost::LayerCodes& codes = p.codes.emplace_back();
    const auto read = [&](const std::string& name, const char* key, auto&& codes_of) {
      if (name.empty()) return std::vector<std::int16_t>();
      const auto file = find_workload_file(name, fmt::format("workload.shapes.{}.{}", l, key), options);
      p.inputs.push_back({file.filename().string(), checksum_of(file)});
      workloads::FileCodes held = codes_of(file, p.matrices.back());
      p.notes.insert(p.notes.end(), held.notes.begin(), held.notes.end());
      return std::move(held.codes);
    };
    codes.weights = read(shapes[l].weights, "weights", workloads::read_weight_codes);
    p.matrices.back().panels[0].codes = codes.weights;
    codes.inputs = read(shapes[l].inputs, "inputs", workloads::read_input_codes);
  }
  p.placement = place(loaded, p.matrices, settings);
  return p;
}

namespace {

// Placed layers and what a mean inference drives.
struct CountedShapes {
  Design design;
  ShapesResult about;
  std::vector<read::Ledger> ledgers;
  std::vector<InputFile> inputs;
  std::vector<std::string> notes;
};
std::size_t bytes_of(const CountedShapes& c) { return run::bytes_of(c.design) + run::bytes_of(c.ledgers); }

CountedShapes counted(const LoadedConfig& loaded, const RunOptions& options) {
  PlacedShapes p = place_shapes(loaded, options);
  CountedShapes c;
  c.inputs = std::move(p.inputs);
  c.notes = std::move(p.notes);
  c.about = shapes_result(loaded.config, p);
  c.design.mapping = mapping_of(loaded.config, p.matrices, p.placement);
  Config settings = chip_settings(loaded.config);
  settings.workload = loaded.config.workload;
  c.design.chip = chip::build_chip(settings, std::move(p.matrices), std::move(p.placement));
  c.ledgers = shape_ledgers(c.design.chip, p.codes);
  return c;
}

Stage<CountedShapes> counted_stage(const LoadedConfig& loaded, const RunOptions& options, Shelf& shelf) {
  const Config& config = loaded.config;
  KeyBuilder key = stage_key("counted shapes");
  // What the chip is made of, and the schedule, which decides where blocks go.
  add_settings(key, chip_settings(config));
  key.add("schedule", config.mapping.schedule);
  key.add("workload", config.workload).add("keep", config.keep);
  for (const InputPath& file : input_files(config, options)) key.add(file.key, shelf.files.of(file.file));
  return stage<CountedShapes>(shelf, key, [&] { return counted(loaded, options); });
}

}  // namespace

void cost_shapes(const LoadedConfig& loaded, const RunOptions& options, Shelf& shelf, StageClock& clock,
                 Result& result) {
  clock.begin("count", 0.2);
  const Stage<CountedShapes> counted = counted_stage(loaded, options, shelf);
  result.inputs = counted->inputs;
  result.warnings.insert(result.warnings.end(), counted->notes.begin(), counted->notes.end());
  result.mapping = counted->design.mapping;
  result.warnings.insert(result.warnings.end(), result.mapping.warnings.begin(), result.mapping.warnings.end());
  result.shapes = counted->about;
  const Config& config = loaded.config;
  const chip::Chip& chip = counted->design.chip;
  result.costs =
      cost::price(chip, cost::tariff(config, chip, cost::chain_flow(config, chip)), counted->ledgers, std::nullopt);
  result.warnings.insert(result.warnings.end(), result.costs.warnings.begin(), result.costs.warnings.end());
}

}  // namespace bitline::run
