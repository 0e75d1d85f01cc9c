// SPDX-License-Identifier: Apache-2.0
#include "chip/compensation.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "array/wires/reduction.h"
#include "base/parallel.h"
#include "chip/interconnect.h"

namespace bitline::chip {

void aim_through_wires(Chip& chip) {
  constexpr int rounds = 6;  // each changes what the others lose
  device::Device perfect = ideal_device(chip.config.device);
  const State state = ideal_state(chip);
  std::vector<BlockDevices> devices;  // by BlockId
  for (const auto& [plan, block] : layer_blocks(chip))
    devices.push_back(block_devices(chip, perfect, state.random, *plan, *block, state.blocks[block->id], 0));
  std::vector<std::vector<PlacedDevices>> arrays;
  for (const auto& blocks : by_array(chip)) {
    auto& array = arrays.emplace_back();
    for (const auto& [plan, block] : blocks) array.push_back({plan, block, &devices[block->id]});
  }
  tbb::enumerable_thread_specific<WireScratch> scratch;
  const double swing = chip.config.wires.compensated_swing;
  for (int round = 0; round < rounds; ++round) {
    parallel_for(arrays.size(), [&](std::size_t a) { apply_wires(chip, perfect, arrays[a], false, scratch.local()); });
    for (BlockDevices& d : devices)
      for (std::size_t k = 0; k < d.written_S.size(); ++k) {  // each at its target
        const double above_S = d.written_S[k] - perfect.g_min_S, left = d.effective_S[k] / d.aged_S[k];
        if (above_S > 0 && left > 0) d.aged_S[k] = std::min(perfect.g_min_S + above_S * swing / left, perfect.g_max_S);
      }
  }
  chip.aims_S.clear();
  for (BlockDevices& d : devices) chip.aims_S.push_back(std::move(d.aged_S));
}

}  // namespace bitline::chip
