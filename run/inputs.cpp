// SPDX-License-Identifier: Apache-2.0
#include "run/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "run/prepare.h"

namespace bitline::run {
namespace {

namespace fs = std::filesystem;

void add_folder(const std::string& key, const fs::path& folder, std::vector<InputPath>& out) {
  const std::size_t first = out.size();
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec))
    if (entry.is_regular_file(ec)) out.push_back({key, entry.path()});
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
            [](const InputPath& a, const InputPath& b) { return a.file < b.file; });
}

}  // namespace

std::vector<InputPath> input_files(const arch::Config& config, const RunOptions& options) {
  std::vector<InputPath> out;
  const arch::Workload& w = config.workload;
  const auto named = [&](const std::string& name, const std::string& key) {
    if (!name.empty()) out.push_back({key, find_workload_file(name, key, options)});
  };
  named(w.network, "workload.network");
  for (std::size_t l = 0; l < w.shapes.size(); ++l) {
    named(w.shapes[l].weights, fmt::format("workload.shapes.{}.weights", l));
    named(w.shapes[l].inputs, fmt::format("workload.shapes.{}.inputs", l));
  }
  if (!w.network.empty())
    for (const auto split : {workloads::Split::train, workloads::Split::test})
      for (const fs::path& file : workloads::data_files(w.dataset, split, options.data))
        out.push_back({"workload.dataset", file});
  if (!config.conductances.empty()) add_folder("conductances", config.conductances, out);
  return out;
}

}  // namespace bitline::run
