// SPDX-License-Identifier: Apache-2.0
// bitline import: inputs of other programs become configs of this one.
#include "app/import.h"

#include <fmt/format.h>

#include <memory>

namespace bitline::app {

void add_import(CommandLine& line) {
  auto a = std::make_shared<ImportArguments>();
  const std::string folder = "docs/tutorial/neurosim/";
  Command& c = line.add(
      "import", "makes a config of what another program reads: traces of DNN+NeuroSim", "Run",
      {{fmt::format("bitline import neurosim {0}NetWork.csv 4 8 128 128 {0}weight1.csv {0}input1.csv {0}weight2.csv "
                    "{0}input2.csv --output imported.yaml",
                    folder),
        "the words of its main: shapes, and codes as .npy beside the config"},
       {"bitline run imported.yaml --set adc.bits=6", "what was imported runs like any config"}});
  c.cli->add_option("KIND", a->kind, "neurosim")->required()->type_name("")->check(CLI::IsMember({"neurosim"}));
  c.cli->add_option("WORD", a->words, "neurosim: the words that follow main")->type_name("");
  c.cli->add_option("-o,--output", a->output, "the config to write")->required()->type_name("FILE");
  c.cli->add_option("--config", a->config, "the config it is based on; neurosim: neurosim-default unless given")
      ->type_name("CONFIG");
  c.cli->add_option("--codes", a->codes,
                    "neurosim: codes as .npy beside the config (npy), the traces by their names (trace), or only their "
                    "statistics (statistics)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"npy", "trace", "statistics"}))
      ->capture_default_str();
  a->add_output_options(*c.cli, false);
  c.run = [a] { return import_neurosim(*a); };
}

}  // namespace bitline::app
