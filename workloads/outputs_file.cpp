// SPDX-License-Identifier: Apache-2.0
#include "workloads/outputs_file.h"

#include "base/npy.h"

namespace bitline::workloads {

void write_outputs(const std::filesystem::path& file, std::span<const std::vector<double>> chips, int columns) {
  std::vector<float> all;
  for (const auto& outputs : chips) all.insert(all.end(), outputs.begin(), outputs.end());
  const auto width = static_cast<std::size_t>(columns);
  write_npy(file, std::span<const float>(all), {chips.size(), chips.empty() ? 0 : chips.front().size() / width, width});
}

}  // namespace bitline::workloads
