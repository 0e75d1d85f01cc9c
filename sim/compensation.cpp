// SPDX-License-Identifier: Apache-2.0
#include "sim/compensation.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "array/wires/reduction.h"
#include "base/parallel.h"
#include "sim/interconnect.h"

namespace bitline {

void aim_through_wires(Chip& chip) {
  constexpr int rounds = 6;  // each changes what the others lose
  Device perfect = ideal_device(chip.config.device);
  std::vector<PlacedDevices> all;
  for (const auto& plan : chip.layers)
    for (const auto& block : plan.blocks) all.push_back({&plan, &block, nullptr});
  std::vector<BlockDevices> devices(all.size());
  const Random random(chip.config.seed, 0);  // perfect devices draw nothing
  for (std::size_t i = 0; i < all.size(); ++i) {
    devices[i] = write_block(chip, perfect, random, *all[i].plan, *all[i].block, nullptr);
    all[i].devices = &devices[i];
  }
  const double swing = chip.config.wires.compensated_swing;
  for (int round = 0; round < rounds; ++round) {
    apply_wires(chip, perfect, all, false);
    for (BlockDevices& d : devices)
      for (std::size_t k = 0; k < d.target_S.size(); ++k) {
        const double above_S = d.target_S[k] - perfect.g_min_S, left = d.effective_S[k] / d.aged_S[k];
        if (above_S > 0 && left > 0) d.aged_S[k] = std::min(perfect.g_min_S + above_S * swing / left, perfect.g_max_S);
      }
  }
  chip.aims_S.clear();
  for (BlockDevices& d : devices) chip.aims_S.push_back(std::move(d.aged_S));
}

}  // namespace bitline
