// SPDX-License-Identifier: Apache-2.0
// What layers of which only shapes are known would drive: counts for costs without a run. Weights are targets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "read/drives.h"

namespace bitline::cost {

// Codes of one layer that were read from files; empty: the workload's statistics say what they are.
struct LayerCodes {
  std::vector<std::int16_t> weights;  // (rows, columns)
  std::vector<std::int16_t> inputs;   // (images x positions, rows)
};

// Ledgers of every layer and mean inference, for ideal wires. Codes of files are counted as they are; others are drawn
// and counted, or their expectation is exact, as workload.statistics says. `codes`: one for each layer of the workload.
std::vector<read::Ledger> shape_ledgers(const chip::Chip& chip, std::span<const LayerCodes> codes);

}  // namespace bitline::cost
