// SPDX-License-Identifier: Apache-2.0
// bitline mvm: one matrix through the configured arrays and periphery.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/environment.h"
#include "app/matrix_input.h"
#include "base/npy.h"
#include "base/parallel.h"
#include "base/units.h"

namespace bitline::app {
namespace {

struct MvmArguments : Common {
  std::string config, weights, inputs, output;
};

int mvm_command(const MvmArguments& a) {
  const arch::LoadedConfig loaded = arch::load(config_file(a.config), a.overrides(), config_path());
  const NpyArray weights = read_matrix("--weights", a.weights, "(rows, columns)"),
                 inputs = read_matrix("--inputs", a.inputs, "(batch, rows)");
  if (inputs.shape[1] != weights.shape[0])
    throw InputError(
        fmt::format("{} has shape {} but {} has {}: the inputs need one column for each of the {} rows of the weights",
                    a.inputs, shape_text(inputs), a.weights, shape_text(weights), weights.shape[0]));
  const run::RunOptions options = a.run_options();
  std::vector<float> product;
  cost::Costs costs;  // of one input
  std::vector<std::string> warnings;
  with_threads(a.threads, [&] { product = mvm(loaded.config, weights, inputs, options, &costs, &warnings); });
  if (!a.quiet)
    for (const auto& warning : warnings) print_warning(warning);
  write_npy(a.output, product, {inputs.shape[0], weights.shape[1]});
  const run::MvmDeviation off = run::deviation(weights, inputs, product);
  if (a.json)
    fmt::print("{}\n", nlohmann::ordered_json{{"batch", inputs.shape[0]},
                                              {"rows", weights.shape[0]},
                                              {"columns", weights.shape[1]},
                                              {"deviation_rms",
                                               off.relative_rms ? nlohmann::ordered_json(*off.relative_rms) : nullptr},
                                              {"deviation_inputs", off.inputs},
                                              {"energy_per_input_J", costs.energy_per_inference_J},
                                              {"latency_per_input_s", costs.latency_per_inference_s}}
                           .dump());
  else if (!a.quiet)
    fmt::print("{}: {} x {}; {}{}; {} and {} an input\n", a.output, inputs.shape[0], weights.shape[1],
               off.relative_rms ? fmt::format("off the float product by {:.3g} % of its rms", *off.relative_rms * 100)
                                : "the float product is 0",
               off.inputs < inputs.shape[0] ? fmt::format(" (first {} inputs)", off.inputs) : "",
               pretty(costs.energy_per_inference_J, Unit::joule), pretty(costs.latency_per_inference_s, Unit::second));
  return exit_done;
}

}  // namespace

void add_mvm(CommandLine& line) {
  auto a = std::make_shared<MvmArguments>();
  Command& c = line.add(
      "mvm", "multiplies one matrix with inputs through the configured arrays and periphery", "Run",
      {{"bitline mvm configs/ideal.yaml --weights W.npy --inputs X.npy --output Y.npy",
        "perfect arrays: the product of the quantized operands, exactly"},
       {"bitline mvm fashion-mlp --weights W.npy --inputs X.npy --output Y.npy --seed 3", "the same on a real chip"}});
  c.cli->add_option("CONFIG", a->config, "YAML file, or the short name of a shipped one")->required()->type_name("");
  c.cli->add_option("--weights", a->weights, "real weights (rows, columns), .npy")->required()->type_name("FILE");
  c.cli->add_option("--inputs", a->inputs, "real inputs (batch, rows), .npy")->required()->type_name("FILE");
  c.cli->add_option("--output", a->output, "the product (batch, columns) as float32 .npy")
      ->required()
      ->type_name("FILE");
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_isa(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return mvm_command(*a); };
}

}  // namespace bitline::app
