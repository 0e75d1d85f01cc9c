// SPDX-License-Identifier: Apache-2.0
// bitline run: one experiment, from a YAML file to a summary and a run folder.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "app/command_line.h"
#include "app/condition.h"
#include "app/environment.h"
#include "app/result_files.h"
#include "app/run_folder.h"
#include "experiments/experiment.h"
#include "experiments/sweep.h"
#include "report/table.h"
#include "run/result_json.h"
#include "run/result_paths.h"

namespace bitline::app {

using arch::Keep;
using arch::LoadedConfig;
using run::Result;

namespace {

struct RunArguments : Common {
  std::string config;
  std::vector<std::string> fail_if;
  bool per_image = false;
};

// Better to learn before the run than after it that the result will have no such number.
void check_conditions(const std::vector<Condition>& conditions, const LoadedConfig& loaded,
                      const run::RunOptions& options) {
  std::vector<std::string> paths;
  for (const Condition& c : conditions) paths.push_back(c.path);
  const std::vector<std::string> layers = run::layer_names(paths, loaded, options);
  for (const Condition& c : conditions)
    if (const auto problem = run::path_problem(c.path, true, layers))
      throw UsageError(fmt::format("--fail-if {}: '{}' {}{}", c.text, c.path, problem->message,
                                   problem->remedy.empty() ? "" : "; " + problem->remedy));
}

int run_command(const RunArguments& a) {
  std::vector<Condition> conditions;
  for (const auto& text : a.fail_if) conditions.push_back(parse_condition(text));
  const std::filesystem::path file = config_file(a.config);
  if (experiments::is_sweep_plan(file, config_path()))
    throw UsageError(a.config + " is a sweep plan: bitline sweep runs its points");
  const LoadedConfig loaded = arch::load(file, a.overrides(), config_path());
  run::RunOptions options = a.run_options();
  options.per_image = a.per_image;
  check_conditions(conditions, loaded, options);
  std::optional<RunFolder> folder;
  if (!a.out.empty()) {
    folder.emplace(a.out);  // better to learn before the run than after it that the folder cannot be there
    if (loaded.config.keep == Keep::conductances) options.conductance_folder = folder->scratch() / "conductance";
    if (loaded.config.keep == Keep::outputs) options.outputs_file = folder->scratch() / "outputs.npy";
  } else if (loaded.config.keep != Keep::nothing && !a.quiet) {
    print_warning(fmt::format("keep: {} needs --out DIR; nothing is kept",
                              names_of(Keep())[static_cast<std::size_t>(loaded.config.keep)]));
  }
  Progress progress(a.quiet);
  options.progress = [&](double done, const std::string& stage) { progress.show(done, stage); };
  const Result result = experiments::run(loaded, options);
  progress.clear();

  if (folder) {
    write_result_files(folder->scratch(), result, loaded, a.per_image);
    folder->commit();
    if (const std::string& hash = folder->earlier_hash(); !a.quiet && !hash.empty() && hash != result.config_hash)
      print_warning(fmt::format("{} held the result of another configuration ({}), whose files are replaced", a.out,
                                hash.substr(0, 12)));
  }
  if (a.json && !a.quiet)  // the summary shows them itself
    for (const auto& w : result.warnings) print_warning(w);
  fmt::print("{}", a.json ? result_json(result) : report::summary(result, a.colored()));

  int code = exit_done;
  for (const auto& c : conditions) {
    const auto value = lookup(result, c.path);
    if (!value) throw UsageError(fmt::format("--fail-if {}: this result has no number '{}'", c.text, c.path));
    if (!holds(c, *value)) continue;
    fmt::print(stderr, "bitline: failed: {} ({} is {})\n", c.text, c.path, *value);
    code = exit_check_failed;
  }
  return code;
}

}  // namespace

void add_run(CommandLine& line) {
  auto a = std::make_shared<RunArguments>();
  Command& c = line.add("run", "runs an experiment and prints accuracy, energy, latency and area", "Run",
                        {{"bitline run configs/fashion-mlp.yaml --set workload.images=500 --out runs/first",
                          "writes resolved.yaml, result.json, layers.csv, images.csv and report.html"},
                         {"bitline run runs/first/resolved.yaml --json", "the same run again, bit for bit"},
                         {"bitline run vgg8-cost --set workload.statistics=expected",
                          "costs of a network of which only the shapes are known: no ONNX file, no data set"},
                         {"bitline run fashion-mlp --set workload.images=500 --set adc.type=ideal --seed 7",
                          "what perfect converters would give, on other chips"},
                         {"bitline run neurosim-mlp --set experiment.devices=[cips-in2se3] --set experiment.images=500 "
                          "--set experiment.epochs=2 --set experiment.test_images=500",
                          "from the curve of a device (a shipped name or your own file) to the accuracy of a network "
                          "that pulses train on it"},
                         {"bitline run fashion-mlp --set workload.images=500 --fail-if 'quality.value<0.5'",
                          "exit code 4 if accuracy is below 50 %"}});
  c.cli->add_option("CONFIG", a->config, "YAML file, or the short name of a shipped one")->required()->type_name("");
  c.cli
      ->add_option("--fail-if", a->fail_if,
                   "exit 4 if a number of result.json is so: PATH<VALUE, also <= > >= == !=; repeatable")
      ->type_name("CONDITION")
      ->allow_extra_args(false);
  c.cli->add_flag(
      "--per-image", a->per_image,
      "images.csv of the run folder lists every image with its energy, not only the first 100, and outcomes.npy "
      "what each scored on each chip, by which compare pairs two runs");
  a->add_out(
      *c.cli,
      "write the run folder; all that an earlier run wrote there is replaced (files.txt lists it), other files stay");
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_isa(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return run_command(*a); };
}

}  // namespace bitline::app
