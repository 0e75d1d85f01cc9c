// SPDX-License-Identifier: Apache-2.0
#include "run/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "workloads/rescale.h"

namespace bitline::run {

using arch::Config;
using arch::LayerConfig;
using arch::LoadedConfig;
using mapping::Placement;
using periphery::Encoding;

namespace fs = std::filesystem;

fs::path find_workload_file(const std::string& name, const std::string& key, const RunOptions& options) {
  if (fs::path(name).is_absolute()) return name;
  std::string places;
  for (const auto& folder : options.model_folders) {
    if (fs::exists(folder / name)) return folder / name;
    places += (places.empty() ? "" : ", ") + (folder / name).string();
  }
  if (fs::exists(name)) return name;
  throw InputError(key + ": no file '" + name + "'; looked for " + places);
}

int input_bits(const periphery::Input& input, bool is_signed) {
  return input.encoding == Encoding::ternary ? (is_signed ? 2 : 1) : input.bits;
}

void add_inputs(const workloads::Samples& data, std::vector<InputFile>& inputs) {
  for (const workloads::InputFile& file : data.files) {
    const std::string name = fs::path(file.path).filename().string();
    if (std::none_of(inputs.begin(), inputs.end(), [&](const InputFile& f) { return f.name == name; }))
      inputs.push_back({name, file.checksum});
  }
}

void at_dataset(const LoadedConfig& loaded, const std::function<void()>& work) {
  const auto refuse = [&](const std::string& what) {
    // Messages may begin with the key they speak of.
    const std::size_t colon = what.starts_with("workload") ? what.find(": ") : std::string::npos;
    Diagnostic d{
        {},
        "workload.dataset",
        what,
        "`bitline list datasets` shows every set and where it is sought; docs/model/data.md how to use files of "
        "your own"};
    if (colon != std::string::npos) d.path = what.substr(0, colon), d.message = what.substr(colon + 2);
    const auto& origins = loaded.annotations.origins;
    for (const std::string& key : {d.path, std::string("workload.dataset"), std::string("workload")})
      if (const auto at = origins.find(key); at != origins.end() && d.where.file.empty()) d.where = at->second;
    throw ConfigError({std::move(d)});
  };
  try {
    work();
  } catch (const DataError& e) {
    refuse(e.what());
  } catch (const workloads::MissingSet& e) {
    refuse(e.what());
  }
}

workloads::Samples load_data(const arch::Workload& workload, workloads::Split split, std::size_t count,
                             const RunOptions& options) {
  workloads::Samples samples;
  try {
    samples = load_samples(workload.dataset, split, 0, count, options.data);
    if (workload.normalize) normalize(samples, *workload.normalize);
  } catch (const workloads::MissingSet&) {
    throw;
  } catch (const InputError& e) {
    throw DataError(e.what());
  }
  if (auto* labels = std::get_if<workloads::Labels>(&samples.truth)) labels->first_output = workload.first_class;
  return samples;
}

void check_shape(const workloads::Graph& graph, const workloads::Samples& samples) {
  if (takes(graph.input(), workloads::Shape{samples.dims})) return;
  throw DataError(fmt::format("workload: the samples of '{}' are {}, but the network '{}' reads {}", samples.name,
                              workloads::dims_text(samples.dims), graph.name, to_string(graph.input())));
}

// Bits of the ternary inputs hang on whether they can be negative, which a first quantization tells.
workloads::IntegerGraph quantized(std::shared_ptr<const workloads::Graph> read, const Config& config,
                                  std::span<const LayerConfig> settings, const workloads::Samples& samples) {
  const workloads::Calibration calibration{
      samples.values,
      samples.pixels || std::none_of(samples.values.begin(), samples.values.end(), [](float x) { return x < 0; }),
      samples.pixels};
  const workloads::Rescaled graph = rescaled(std::move(read), calibration, [&](int i, const std::string&) {
    return settings[static_cast<std::size_t>(i)].quantization.rescale;
  });
  const auto quantize_as = [&](const std::vector<bool>& is_signed) {
    return quantize(graph.graph, calibration, [&](int i, const std::string&) {
      const LayerConfig& s = settings[static_cast<std::size_t>(i)];
      return workloads::LayerQuantization{.weight_bits = s.quantization.weight_bits,
                                          .input_bits = input_bits(s.input, is_signed[static_cast<std::size_t>(i)]),
                                          .weight_scale = s.quantization.weight_scale,
                                          .clip_percentile = s.quantization.clip_percentile,
                                          .bias_rows = config.mapping.bias == arch::BiasPlace::rows && !s.digital,
                                          .input_range = s.quantization.activation_range,
                                          .input_coverage = s.quantization.activation_coverage};
    });
  };
  std::vector<bool> is_signed(settings.size(), false);
  if (std::ranges::any_of(settings, [](const LayerConfig& s) { return s.input.encoding == Encoding::ternary; }))
    for (const auto& w : quantize_as(std::vector<bool>(settings.size(), true)).weights)
      is_signed[static_cast<std::size_t>(w.index)] = w.input.is_signed;
  workloads::IntegerGraph network = quantize_as(is_signed);
  network.notes = graph.notes;
  return network;
}

void with_positions(const LoadedConfig& loaded, const std::function<void()>& work) {
  try {
    work();
  } catch (const ConfigError& e) {
    std::vector<Diagnostic> located = e.diagnostics();
    for (Diagnostic& d : located) {
      if (!d.where.file.empty()) continue;
      const auto origin = loaded.annotations.origins.find(d.path);
      d.where = origin == loaded.annotations.origins.end() ? loaded.tree.origin : origin->second;
    }
    throw ConfigError(located);
  }
}

std::vector<LayerConfig> settings_of_layers(const Config& config, std::span<const workloads::IntegerWeights> weights) {
  std::vector<LayerConfig> settings;
  for (const workloads::IntegerWeights& w : weights) settings.push_back(layer_config(config, w.name));
  return settings;
}

Placement place(const LoadedConfig& loaded, const std::vector<workloads::IntegerWeights>& layers,
                const std::vector<LayerConfig>& settings) {
  Placement placement;
  with_positions(loaded, [&] { placement = mapping::place(loaded.config, layers, settings); });
  return placement;
}

namespace {

// The number of arrays, or else of tiles or chips, that would hold the same blocks with fewer arrays left over. Arrays
// are all alike, so any chip with as many as are used will do.
std::string smaller_chip(const Config& config, const Placement& p) {
  if (p.arrays_used >= p.arrays_total) return "";
  const auto least = [&](int of_each) { return std::max(1, (p.arrays_used + of_each - 1) / of_each); };
  struct Choice {
    const char* key;
    int now, enough;
  };
  for (const auto& [key, now, enough] : {Choice{"arrays", config.arrays, least(p.chips * config.tiles)},
                                         Choice{"tiles", config.tiles, least(p.chips * config.arrays)},
                                         Choice{"chips", p.chips, least(config.tiles * config.arrays)}})
    if (enough < now) return fmt::format("{}: {}", key, enough);
  return "";
}

}  // namespace

MappingResult mapping_of(const Config& config, const std::vector<workloads::IntegerWeights>& layers,
                         const Placement& placement) {
  MappingResult m;
  m.arrays_used = std::min(placement.arrays_used, placement.arrays_total);
  m.arrays_total = placement.arrays_total;
  m.arrays_needed = std::min(placement.arrays_needed, placement.arrays_total);
  m.choices = placement.choices, m.warnings = placement.warnings;
  m.fits = smaller_chip(config, placement);
  m.chips = placement.chips;
  m.array_rows = config.array.rows;
  m.array_columns = config.array.columns;
  m.array_utilisation.assign(static_cast<std::size_t>(std::max(placement.arrays_used, placement.arrays_total)), 0);
  const double cells = static_cast<double>(config.array.rows) * config.array.columns;
  double used = 0;
  for (const auto& layer : placement.layers) {
    const workloads::IntegerWeights& matrix = layers[static_cast<std::size_t>(layer.matrix)];
    LayerMapping& out = m.layers.emplace_back();
    out.name = layer.name;
    out.rows = matrix.rows;
    out.columns = matrix.columns;
    out.digital = layer.settings.digital;
    out.copies = layer.copies.placed;
    for (const auto& b : layer.blocks) {
      const int width = b.columns * layer.cell.columns_per_weight;
      out.blocks.push_back({layer.name, b.copy, b.array, b.array_row, b.array_column, b.rows, width, b.row, b.column});
      m.array_utilisation[static_cast<std::size_t>(b.array)] += static_cast<double>(b.rows) * width / cells;
      used += static_cast<double>(b.rows) * width;
    }
  }
  m.cell_utilisation = used / (cells * std::max(1, std::max(placement.arrays_used, placement.arrays_total)));
  return m;
}

}  // namespace bitline::run
