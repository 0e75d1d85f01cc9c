// SPDX-License-Identifier: Apache-2.0
// A placed network with everything that no chip instance changes: where its blocks go, lattices, what wires do, and the
// ranges of converters that come from ideal arrays.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "chip/chip.h"
#include "chip/layer_inputs.h"
#include "run/result.h"

namespace bitline::run {

struct Design {
  chip::Chip chip;
  MappingResult mapping;
  std::optional<chip::WireResult> wires;  // unset: ideal
  // Inputs that converters of each chip are ranged on and its columns corrected by; empty where ideal arrays set the
  // ranges, or nothing does, and columns stay as they are.
  chip::LayerInputs calibration;
};
std::size_t bytes_of(const Design&);

// Some input vectors of all layers, of so many samples and so many positions of each.
using SampledInputs = std::function<chip::LayerInputs(std::size_t samples, std::size_t positions_each)>;

inline constexpr std::size_t every_sample = static_cast<std::size_t>(-1);

// `settings`: as chip_settings() lets through (run/stage_settings.h); `isa` does the reads. Throws ConfigError,
// RunError, InputError.
Design design(const arch::Config& settings, std::span<const workloads::IntegerWeights> weights,
              mapping::Placement placement, Isa isa, const SampledInputs&);

}  // namespace bitline::run
