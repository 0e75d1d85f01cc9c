// SPDX-License-Identifier: Apache-2.0
// bitline import neurosim: traces of DNN+NeuroSim become a workload of layer shapes.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <filesystem>

#include "app/environment.h"
#include "app/import.h"
#include "app/traced_network.h"
#include "base/files.h"
#include "base/npy.h"
#include "workloads/trace.h"

namespace bitline::app {
namespace {

namespace fs = std::filesystem;
using workloads::LayerShape;

// What codes look like, over all layers.
struct Statistics {
  double ones = 0, bits = 0, squares = 0, weights = 0;
  void count_inputs(std::span<const std::int16_t> codes, int magnitude_bits) {
    for (const std::int16_t c : codes) ones += std::popcount(static_cast<unsigned>(std::abs(c)));
    bits += static_cast<double>(codes.size()) * magnitude_bits;
  }
  void count_weights(std::span<const std::int16_t> codes, int highest) {
    for (const std::int16_t c : codes) squares += static_cast<double>(c) * c / (static_cast<double>(highest) * highest);
    weights += static_cast<double>(codes.size());
  }
  std::string yaml() const {
    return fmt::format("  activity: {{type: bits, ones: {:.6g} %}}\n  weights: {{type: normal, sigma: {:.6g}}}\n",
                       100 * ones / bits, std::sqrt(squares / weights));
  }
};

void write_codes(const fs::path& file, const std::vector<std::int16_t>& codes, std::size_t rows) {
  const std::vector<float> values(codes.begin(), codes.end());
  write_npy(file, values, {rows, codes.size() / rows});
}

// What reading changed.
void warn_of_codes(const std::string& layer, const workloads::TraceWeights& weights,
                   const workloads::TraceInputs& inputs) {
  if (weights.full_scale != 1)
    print_warning(
        fmt::format("{}: weights lie in -{:.5g} .. {:.5g}, not in -1 .. 1: the largest became the largest code", layer,
                    weights.full_scale, weights.full_scale));
  if (weights.clipped > 0)
    print_warning(fmt::format("{}: {} of {} weights were clipped to the largest code", layer, weights.clipped,
                              weights.codes.size()));
  if (inputs.clipped > 0)
    print_warning(fmt::format("{}: {} of {} inputs were clipped to the lowest code of both signs", layer,
                              inputs.clipped, inputs.codes.size()));
}

// The codes of one layer go where the user wants them; the shape names them, or does not.
void place_codes(const ImportArguments& a, const TraceArguments& words, LayerShape& s, Statistics& statistics) {
  if (a.codes == "trace") return;
  const auto weights = workloads::read_trace_weights(s.weights, s.rows(), s.outputs, words.weight_bits);
  const auto inputs = workloads::read_trace_inputs(s.inputs, s.rows(), s.positions(), words.input_bits);
  if (!a.quiet) warn_of_codes(s.name, weights, inputs);
  if (a.codes == "statistics") {
    statistics.count_weights(weights.codes, std::max(1, (1 << (words.weight_bits - 1)) - 1));
    statistics.count_inputs(inputs.codes, words.input_bits - s.signed_inputs);
    s.weights.clear(), s.inputs.clear();
    return;
  }
  const fs::path output(a.output);
  const std::string stem = output.stem().string() + "_" + s.name;
  s.weights = stem + "_weights.npy", s.inputs = stem + "_inputs.npy";
  write_codes(output.parent_path() / s.weights, weights.codes, static_cast<std::size_t>(s.rows()));
  write_codes(output.parent_path() / s.inputs, inputs.codes, static_cast<std::size_t>(s.positions()));
}

}  // namespace

int import_neurosim(const ImportArguments& a) {
  TraceArguments words;
  words.parse(a.words);
  TracedNetwork network = read_traced(words);
  if (!a.quiet)
    for (const auto& note : network.notes) print_warning(note);
  const std::string base = a.config.empty() ? "neurosim-default" : a.config;
  const arch::LoadedConfig chip = arch::load(config_file(base), {}, config_path());
  Statistics statistics;
  std::string yaml = "# Imported from traces of DNN+NeuroSim: " + words.network + "\n";
  std::string shapes;
  for (TracedLayer& layer : network.layers) {
    place_codes(a, words, layer.shape, statistics);
    shapes += "    - " + shape_yaml(layer.shape) + "\n";
  }
  yaml += base_line(base) + fmt::format("name: {}\n", quoted_yaml(fs::path(words.network).stem().string()));
  yaml += sizes_yaml(words, chip.config);
  yaml += "workload:\n  network: \"\"\n  shapes:\n" + shapes;
  if (a.codes == "statistics") yaml += statistics.yaml();
  yaml += "published: []\n";
  write_config(a.output, yaml);
  if (!a.quiet) fmt::print("{}: {} layers; bitline run {}\n", a.output, network.layers.size(), a.output);
  return exit_done;
}

}  // namespace bitline::app
