// SPDX-License-Identifier: Apache-2.0
// One layer's matrix product on one chip instance: planes, analog sums, read noise in law, conversion, shift-add and
// accumulation over blocks.
//
// White read noise is independent at each read and each device, so the noise of a column's current is normal with
// variance sum of x^2 sigma^2 over the driven devices: it is drawn once per conversion, never per cell.
#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "sim/chip.h"

namespace bitline {

// Counted while running; sums of integers, so the order of batches does not matter.
struct Activity {
  std::vector<std::vector<std::uint64_t>> row_drive;  // [copy][row]: sum over reads of x^2 (x in input steps)
  std::vector<std::vector<std::uint64_t>> row_on;     // [copy][row]: reads with x != 0
  std::uint64_t conversions = 0, clipped = 0;
  void add(const Activity& other);
};

// Sees every analog sum before conversion, in input steps times siemens (multiply by v_step for amperes).
using CurrentObserver = std::function<void(std::size_t block, double sum)>;

// The product as QuantizedNetwork::Product wants it. `read` = false: no read noise and no conversion (calibration).
// Adds to `activity` if given.
void execute_layer(const Chip& chip, const ChipState& state, std::size_t layer, std::span<const std::int16_t> in,
                   std::size_t vectors, std::size_t first_image, std::span<double> out, Activity* activity,
                   const CurrentObserver* observer = nullptr);

}  // namespace bitline
