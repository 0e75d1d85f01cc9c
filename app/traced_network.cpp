// SPDX-License-Identifier: Apache-2.0
#include "app/traced_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/command_line.h"
#include "workloads/trace.h"

namespace bitline::app {

using workloads::LayerShape;
using workloads::TraceLayer;

namespace {

void check_words(const TraceArguments& a, std::size_t layers) {
  if (a.traces.size() != 2 * layers)
    throw UsageError(
        fmt::format("{} has {} layers, so {} traces are needed, weights and inputs of each in turn; {} were "
                    "given",
                    a.network, layers, 2 * layers, a.traces.size()));
  if (a.parallel_rows > a.rows)
    throw UsageError(fmt::format("{} rows are to be read at once, but an array has {} rows", a.parallel_rows, a.rows));
}

TracedLayer traced_layer(const TraceArguments& a, const TraceLayer& listed, std::size_t l, TracedNetwork& network) {
  TracedLayer layer{listed.shape, listed.pooled};
  LayerShape& s = layer.shape;
  const auto file = [&](const std::string& name) {
    return std::filesystem::absolute(name).lexically_normal().string();
  };
  s.weights = file(a.traces[2 * l]), s.inputs = file(a.traces[2 * l + 1]);
  for (const std::string& trace : {s.weights, s.inputs})
    if (!workloads::is_trace(trace)) throw InputError(trace + ": traces are .csv files; unpack or rename it");
  if (const std::vector<Diagnostic> wrong = problems(s); !wrong.empty() && wrong[0].path != "kernel")
    throw InputError(
        fmt::format("{}:{}: {}: {} ({})", a.network, listed.line, wrong[0].path, wrong[0].message, wrong[0].remedy));
  find_padding(s, s.inputs, a.input_bits);
  if (const std::vector<Diagnostic> wrong = problems(s); !wrong.empty())
    throw InputError(
        fmt::format("{}:{}: {}: {} ({})", a.network, listed.line, wrong[0].path, wrong[0].message, wrong[0].remedy));
  s.signed_inputs = workloads::read_trace_inputs(s.inputs, s.rows(), s.positions(), a.input_bits).negative;
  if (layer.pooled)
    network.notes.push_back(
        fmt::format("{}: the pooling that follows it is not counted: layer shapes have none "
                    "(a network in workload.network has it)",
                    s.name));
  if (!listed.stride_given)
    network.notes.push_back(
        fmt::format("{}: the list of layers gives no stride, so it is 1 (its eighth column)", s.name));
  return layer;
}

// Bits of a weight that one device (pair) holds stay those of the chip.
std::optional<int> slices_for(const arch::Config& chip, int weight_bits) {
  const int slices = std::visit([](const auto& cell) { return cell.slices; }, chip.cell);
  const int cell_bits = (chip.quantization.weight_bits + slices - 1) / slices;
  const int needed = (weight_bits + cell_bits - 1) / cell_bits;
  return needed == slices ? std::nullopt : std::optional(needed);
}

// The words' sizes by their keys.
std::vector<Override> sizes_of(const TraceArguments& a, const arch::Config& chip) {
  std::vector<Override> all{{"array.rows", std::to_string(a.rows)},
                            {"array.active_rows", a.parallel_rows < a.rows ? std::to_string(a.parallel_rows) : "all"},
                            {"quantization.weight_bits", std::to_string(a.weight_bits)},
                            {"input.bits", std::to_string(a.input_bits)}};
  if (const auto slices = slices_for(chip, a.weight_bits)) all.push_back({"cell.slices", std::to_string(*slices)});
  return all;
}

constexpr int most_weight_bits = 8, most_input_bits = 12, most_rows = 1 << 16;

}  // namespace

// JSON's strings are YAML's in double quotes.
std::string quoted_yaml(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void TraceArguments::parse(std::vector<std::string> of_command) {
  CLI::App words;
  add(words);
  std::reverse(of_command.begin(), of_command.end());  // as CLI11 takes them
  try {
    words.parse(std::move(of_command));
  } catch (const CLI::ParseError& e) {
    throw UsageError(
        fmt::format("{}; the words are: NetWork.csv synapseBit inputBit rows parallelRows, then "
                    "weight.csv and input.csv of each layer",
                    e.what()));
  }
}

void TraceArguments::add(CLI::App& cli) {
  cli.add_option("NETWORK", network, "the list of layers, NetWork.csv")->required()->type_name("");
  const auto number = [&](const char* name, int& value, const char* meaning, int most) {
    cli.add_option(name, value, meaning)->required()->type_name("")->check(CLI::Range(1, most));
  };
  number("SYNAPSE_BITS", weight_bits, "bits of a weight: quantization.weight_bits", most_weight_bits);
  number("INPUT_BITS", input_bits, "bits of an input: input.bits", most_input_bits);
  number("ROWS", rows, "rows of an array: array.rows (its columns are the chip's own)", most_rows);
  number("PARALLEL_ROWS", parallel_rows, "rows read at once: array.active_rows", most_rows);
  cli.add_option("TRACE", traces, "weight.csv and input.csv of each layer in turn")->required()->type_name("");
}

TracedNetwork read_traced(const TraceArguments& a) {
  const std::vector<TraceLayer> listed = workloads::read_trace_network(a.network);
  check_words(a, listed.size());
  TracedNetwork network;
  for (std::size_t l = 0; l < listed.size(); ++l) network.layers.push_back(traced_layer(a, listed[l], l, network));
  return network;
}

std::string shape_yaml(const LayerShape& s) {
  std::string out = fmt::format("{{name: {}, channels: {}", quoted_yaml(s.name), s.channels);
  const auto unless = [&](const char* key, int value, int otherwise) {
    if (value != otherwise) out += fmt::format(", {}: {}", key, value);
  };
  unless("height", s.height, 1), unless("width", s.width, 1), unless("kernel", s.kernel, 1);
  unless("padding", s.padding, 0), unless("stride", s.stride, 1);
  out += fmt::format(", outputs: {}", s.outputs);
  if (s.signed_inputs) out += ", signed_inputs: true";
  if (!s.weights.empty()) out += ", weights: " + quoted_yaml(s.weights);
  if (!s.inputs.empty()) out += ", inputs: " + quoted_yaml(s.inputs);
  return out + "}";
}

std::vector<Override> traced_overrides(const TraceArguments& a, const TracedNetwork& network,
                                       const arch::Config& chip) {
  std::string shapes;
  for (const TracedLayer& layer : network.layers) shapes += (shapes.empty() ? "" : ", ") + shape_yaml(layer.shape);
  std::vector<Override> all = sizes_of(a, chip);
  all.push_back({"workload", "{network: \"\", shapes: [" + shapes + "]}"});
  all.push_back({"published", "[]"});  // those are of the chip's own workload
  return all;
}

std::string sizes_yaml(const TraceArguments& a, const arch::Config& chip) {
  std::string out;
  for (const Override& size : sizes_of(a, chip)) {
    const auto dot = size.path.find('.');
    const std::string section = size.path.substr(0, dot);
    const std::string line = fmt::format("  {}: {}\n", size.path.substr(dot + 1), size.value);
    const auto at = out.find(section + ":\n");  // array has two
    if (at == std::string::npos)
      out += section + ":\n" + line;
    else
      out.insert(at + section.size() + 2, line);
  }
  return out;
}

}  // namespace bitline::app
