// SPDX-License-Identifier: Apache-2.0
// bitline neurosim: in place of DNN+NeuroSim's `main`.
#include "report/neurosim.h"

#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "app/traced_network.h"
#include "report/table.h"
#include "run/result_json.h"

namespace bitline::app {
namespace {

struct NeurosimArguments : Common {
  TraceArguments words;
  std::string config = "neurosim-default";
};

int neurosim_command(const NeurosimArguments& a) {
  const std::filesystem::path file = config_file(a.config);
  const TracedNetwork network = read_traced(a.words);
  if (!a.quiet)
    for (const auto& note : network.notes) print_warning(note);
  std::vector<Override> overrides = traced_overrides(a.words, network, arch::load(file, {}, config_path()).config);
  for (Override& o : a.overrides()) overrides.push_back(std::move(o));
  const arch::LoadedConfig loaded = arch::load(file, overrides, config_path());
  Progress progress(a.quiet);
  run::RunOptions options = a.run_options();
  options.progress = [&](double done, const std::string& stage) { progress.show(done, stage); };
  const run::Result result = run::run(loaded, options);
  progress.clear();
  const double clock_Hz = loaded.config.technology.clock_Hz;
  const bool pipelined = loaded.config.mapping.schedule == arch::Schedule::pipelined;
  if (a.json) {
    if (!a.quiet)
      for (const auto& w : result.warnings) print_warning(w);
    fmt::print("{{\"neurosim\": {},\n\"result\": {}}}\n", report::neurosim_json(result, clock_Hz, pipelined),
               run::result_json(result));
  } else {
    fmt::print("{}\n{}", report::neurosim_text(result, clock_Hz, pipelined), report::summary(result, a.colored()));
  }
  return exit_done;
}

}  // namespace

void add_neurosim(CommandLine& line) {
  auto a = std::make_shared<NeurosimArguments>();
  constexpr const char* folder = "docs/tutorial/neurosim/";
  Command& c = line.add(
      "neurosim", "takes the place of DNN+NeuroSim's main: its arguments, its traces, its layout of figures", "Run",
      {{fmt::format(
            "bitline neurosim {0}NetWork.csv 4 8 128 128 {0}weight1.csv {0}input1.csv {0}weight2.csv {0}input2.csv",
            folder),
        "two layers on configs/neurosim-default.yaml"},
       {fmt::format("bitline neurosim --set technology=32nm {0}NetWork.csv 4 8 128 128 {0}weight1.csv {0}input1.csv "
                    "{0}weight2.csv {0}input2.csv",
                    folder),
        "what that program compiles in is a config; a link to bitline that is called main needs no word 'neurosim'"}});
  c.cli->add_option("--config", a->config, "the chip: YAML file, or the short name of a shipped one")
      ->type_name("CONFIG")
      ->capture_default_str();
  a->words.add(*c.cli);
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return neurosim_command(*a); };
}

}  // namespace bitline::app
