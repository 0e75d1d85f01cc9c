// SPDX-License-Identifier: Apache-2.0
// bitline import onnx: a network becomes a workload.
#include <fmt/format.h>

#include <filesystem>

#include "app/environment.h"
#include "app/import.h"
#include "app/traced_network.h"
#include "base/files.h"
#include "report/text.h"
#include "workloads/onnx_import.h"

namespace bitline::app {

int import_onnx(const ImportArguments& a) {
  if (a.words.size() != 1) throw UsageError("import onnx takes one ONNX file");
  const std::filesystem::path file = std::filesystem::absolute(a.words[0]).lexically_normal();
  const workloads::Graph network = workloads::read_onnx(file);
  std::string yaml =
      "# Imported from an ONNX file. Its inputs are those of workload.dataset: a known name, or {inputs: X.npy, "
      "labels: Y.npy}.\n";
  yaml += base_line(a.config.empty() ? "ideal" : a.config);
  yaml += fmt::format("name: {}\nworkload: {{network: {}, shapes: []}}\npublished: []\n",
                      quoted_yaml(file.stem().string()), quoted_yaml(file.string()));
  write_config(a.output, yaml);
  if (a.quiet) return exit_done;
  using report::Align;
  report::TextTable table({{}, {Align::right}, {Align::right}, {Align::right}});
  table.row({"layer", "rows", "columns", "weights"});
  for (const workloads::Weights& w : network.weights)
    table.row({report::clean(w.name), std::to_string(w.rows), std::to_string(w.columns), std::to_string(w.count())});
  fmt::print("{}input {}; {}: bitline run, with a data set\n", table.str(), to_string(network.input()), a.output);
  return exit_done;
}

}  // namespace bitline::app
