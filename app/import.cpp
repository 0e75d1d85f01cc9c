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
      "import", "makes a config of what another program reads: ONNX, DNN+NeuroSim, CrossSim, aihwkit", "Run",
      {{"bitline import onnx network.onnx --config fashion-mlp --output network.yaml",
        "a network on the chip of another config"},
       {fmt::format("bitline import neurosim {0}NetWork.csv 4 8 128 128 {0}weight1.csv {0}input1.csv {0}weight2.csv "
                    "{0}input2.csv --output imported.yaml",
                    folder),
        "the words of its main: shapes, and codes as .npy beside the config"},
       {"bitline import crosssim docs/tutorial/other-simulators/crosssim.json --output crosssim.yaml",
        "CrossSim's parameters as JSON; prints what maps and what does not"},
       {"bitline import aihwkit docs/tutorial/other-simulators/aihwkit.json --output aihwkit.yaml",
        "an rpu_config of aihwkit, written as JSON (docs/tutorial/other-simulators.md)"}});
  c.cli->add_option("KIND", a->kind, "onnx, neurosim, crosssim or aihwkit")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"onnx", "neurosim", "crosssim", "aihwkit"}));
  c.cli->add_option("WORD", a->words, "neurosim: the words that follow main; others: the file")->type_name("");
  c.cli->add_option("-o,--output", a->output, "the config to write")->required()->type_name("FILE");
  c.cli->add_option("--config", a->config, "the config it is based on; unless given neurosim-default, for others ideal")
      ->type_name("CONFIG");
  c.cli
      ->add_option("--codes", a->codes,
                   "neurosim: codes as .npy beside the config (npy), the traces by their names (trace), or only their "
                   "statistics (statistics)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"npy", "trace", "statistics"}))
      ->capture_default_str();
  a->add_output_options(*c.cli);
  c.run = [a] {
    if (a->kind == "onnx") return import_onnx(*a);
    return a->kind == "neurosim" ? import_neurosim(*a) : import_foreign(*a);
  };
}

}  // namespace bitline::app
