// SPDX-License-Identifier: Apache-2.0
#include "run/inputs.h"

#include <fmt/format.h>

#include "run/prepare.h"
#include "workloads/onnx_import.h"

namespace bitline::run {
namespace fs = std::filesystem;

std::vector<InputPath> input_files(const arch::Config& config, const RunOptions& options) {
  std::vector<InputPath> out;
  const arch::Workload& w = config.workload;
  const auto named = [&](const std::string& name, const std::string& key) {
    if (!name.empty()) out.push_back({key, find_workload_file(name, key, options)});
  };
  named(w.network, "workload.network");
  if (!w.network.empty())
    for (const fs::path& file : workloads::onnx_weight_files(out.back().file))
      out.push_back({"workload.network", file});
  for (std::size_t l = 0; l < w.shapes.size(); ++l) {
    named(w.shapes[l].weights, fmt::format("workload.shapes.{}.weights", l));
    named(w.shapes[l].inputs, fmt::format("workload.shapes.{}.inputs", l));
  }
  if (!w.network.empty())
    for (const auto split : {workloads::Split::train, workloads::Split::test})
      for (const fs::path& file : workloads::data_files(w.dataset, split, options.data))
        out.push_back({"workload.dataset", file});
  if (const auto* medical = std::get_if<arch::Medical>(&config.experiment)) {
    named(medical->models, "experiment.models");
    for (const auto split : {workloads::Split::train, workloads::Split::test})
      for (const fs::path& file : workloads::data_files(w.dataset, split, options.data))
        out.push_back({"workload.dataset", file});
  }
  if (!config.conductances.empty()) out.push_back({"conductances", config.conductances});
  return out;
}

}  // namespace bitline::run
