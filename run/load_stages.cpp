// SPDX-License-Identifier: Apache-2.0
#include "run/load_stages.h"

#include "base/error.h"
#include "base/files.h"
#include "run/stage_settings.h"
#include "workloads/diode.h"
#include "workloads/onnx_import.h"

namespace bitline::run {

using arch::Config;
using arch::Workload;

namespace {

namespace fs = std::filesystem;

void require_network(const Workload& workload) {
  if (!workload.network.empty()) return;
  refuse_config("workload.network", "is missing: there is no network to run",
                "add \"workload: {network: FILE.onnx}\", or workload.shapes for costs alone");
}

// Files beside an ONNX file that hold weights of it: found once for each, as the whole file says which.
struct WeightFiles {
  std::vector<fs::path> paths;
};
std::size_t bytes_of(const WeightFiles& files) { return sizeof files + files.paths.size() * sizeof(fs::path); }

Stage<WeightFiles> weight_files(const fs::path& file, Shelf& shelf) {
  return stage<WeightFiles>(shelf,
                            stage_key("weight files").add("file", shelf.files.of(file)).add("path", file.string()),
                            [&] { return WeightFiles{workloads::onnx_weight_files(file)}; });
}

ImportedGraph imported(const fs::path& file, const std::optional<workloads::SpikingNeurons>& neurons) {
  std::vector<fs::path> read{file};
  ImportedGraph out;
  workloads::Graph graph = workloads::read_onnx(file, &read);
  if (neurons) graph = with_neurons(graph, *neurons);
  out.graph = std::make_shared<const workloads::Graph>(std::move(graph));
  for (const fs::path& part : read) out.files.push_back({part.filename().string(), checksum_of(part)});
  return out;
}

}  // namespace

std::size_t bytes_of(const ImportedGraph& g) { return sizeof g + bytes_of(*g.graph); }

Stage<ImportedGraph> import_network(const Workload& workload, const RunOptions& options, Shelf& shelf) {
  require_network(workload);
  const fs::path file = find_workload_file(workload.network, "workload.network", options);
  KeyBuilder key = stage_key("imported network");
  key.add("file", shelf.files.of(file));
  for (const fs::path& part : weight_files(file, shelf)->paths) key.add("weights", shelf.files.of(part));
  if (workload.neurons) {
    Workload settings;
    settings.neurons = workload.neurons;
    key.add("neurons", settings);
  }
  const Stage<ImportedGraph> read = stage<ImportedGraph>(shelf, key, [&] { return imported(file, workload.neurons); });
  if (std::holds_alternative<workloads::TrainedActivation>(workload.activation)) return read;
  Workload settings;
  settings.activation = workload.activation;
  return stage<ImportedGraph>(shelf, stage_key("activations").add("graph", read.key).add("workload", settings), [&] {
    return ImportedGraph{
        std::make_shared<const workloads::Graph>(workloads::with_activation(*read->graph, workload.activation)),
        read->files};
  });
}

Stage<workloads::Samples> load_samples(const Workload& workload, workloads::Split split, std::size_t count,
                                       const RunOptions& options, Shelf& shelf) {
  const Workload settings = sample_settings(workload);
  KeyBuilder key = stage_key("samples");
  key.add("workload", settings).add("split", split).add("count", count);
  for (const fs::path& file : workloads::data_files(workload.dataset, split, options.data))
    key.add("file", shelf.files.of(file));
  return stage<workloads::Samples>(shelf, key, [&] { return load_data(settings, split, count, options); });
}

std::vector<InputFile> LoadedNetwork::inputs() const {
  std::vector<InputFile> files = graph->files;
  add_inputs(*calibration, files);
  return files;
}

LoadedNetwork load_network(const Config& config, const RunOptions& options, Shelf& shelf) {
  Stage<ImportedGraph> graph = import_network(config.workload, options, shelf);
  Stage<workloads::Samples> calibration =
      load_samples(config.workload, workloads::Split::train,
                   static_cast<std::size_t>(config.workload.calibration_images), options, shelf);
  return quantize_network(config, std::move(graph), std::move(calibration), shelf);
}

LoadedNetwork quantize_network(const Config& config, Stage<ImportedGraph> imported,
                               Stage<workloads::Samples> calibration, Shelf& shelf) {
  LoadedNetwork loaded{std::move(imported), std::move(calibration), {}};
  const std::shared_ptr<const workloads::Graph>& graph = loaded.graph->graph;
  check_shape(*graph, *loaded.calibration);
  std::vector<std::string> names;
  for (const auto& w : graph->weights) names.push_back(w.name);
  mapping::layer_settings(config, names);  // refuses layers that the network does not have
  const Config settings = network_settings(config);
  KeyBuilder key = stage_key("integer network");
  key.add("graph", loaded.graph.key).add("calibration", loaded.calibration.key);
  add_settings(key, settings);
  loaded.network = stage<workloads::IntegerGraph>(shelf, key, [&] {
    return quantized(graph, settings, mapping::layer_settings(settings, names), *loaded.calibration);
  });
  return loaded;
}

}  // namespace bitline::run
