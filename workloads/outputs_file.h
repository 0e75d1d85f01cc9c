// SPDX-License-Identifier: Apache-2.0
// outputs.npy: what chips gave for every sample.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace bitline::workloads {

// `chips`: (sample, column) of each chip, all of one size. Writes float32 of shape (chips, samples, columns), complete
// or absent. Throws RunError.
void write_outputs(const std::filesystem::path& file, std::span<const std::vector<double>> chips, int columns);

}  // namespace bitline::workloads
