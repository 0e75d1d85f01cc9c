// SPDX-License-Identifier: Apache-2.0
// A placed network with everything that no chip instance changes: where its blocks go, lattices, what wires do, and the
// ranges of converters that come from ideal arrays.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "sim/chip.h"
#include "sim/layer_inputs.h"

namespace bitline {

struct Design {
  Chip chip;
  MappingResult mapping;
  std::optional<WireResult> wires;  // unset: ideal
  LayerInputs calibration;  // that converters of each chip are ranged on; empty where ideal arrays or nothing decides
};
std::size_t bytes_of(const Design&);

// Some input vectors of all layers, of so many samples and so many positions of each.
using SampledInputs = std::function<LayerInputs(std::size_t samples, std::size_t positions_each)>;

inline constexpr std::size_t every_sample = static_cast<std::size_t>(-1);

// `settings`: as chip_settings() lets through (sim/stage_settings.h); `isa` does the reads. Throws ConfigError,
// RunError, InputError.
Design design(const Config& settings, std::span<const workloads::IntegerWeights> weights, Isa isa,
              const SampledInputs&);

}  // namespace bitline
