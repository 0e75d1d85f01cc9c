// SPDX-License-Identifier: Apache-2.0
#include "mapping/copies.h"

#include <algorithm>

namespace bitline::mapping {
namespace {

std::size_t shared(std::size_t vectors, std::size_t copies) { return (vectors + copies - 1) / copies; }

}  // namespace

std::size_t Copies::vectors(int copy) const {
  const auto first = static_cast<std::size_t>(copy % of_image), step = static_cast<std::size_t>(of_image);
  const auto of = [&](std::size_t count) { return count > first ? shared(count - first, step) : 0; };
  return in_all / at_once * of(at_once) + of(in_all % at_once);
}

Copies one_copy(const workloads::IntegerWeights& layer) {
  return {1, 1, std::max<std::size_t>(1, shared(layer.positions, layer.rounds)), layer.positions};
}

std::optional<int> more_copies(const Copies& now, arch::Schedule schedule) {
  const auto copies = static_cast<std::size_t>(now.placed);
  if (copies < now.at_once) return static_cast<int>(shared(now.at_once, shared(now.at_once, copies) - 1));
  if (schedule == arch::Schedule::pipelined) return static_cast<int>((copies / now.at_once + 1) * now.at_once);
  return std::nullopt;
}

Copies with_copies(Copies copies, int placed) {
  copies.placed = placed;
  copies.of_image = static_cast<int>(std::min(static_cast<std::size_t>(placed), copies.at_once));
  return copies;
}

}  // namespace bitline::mapping
