// SPDX-License-Identifier: Apache-2.0
// One layer's matrix product on one chip instance: planes, analog sums, read noise in law, conversion, shift-add and
// accumulation over blocks.
//
// White read noise is independent at each read and each device, so the noise of a column's current is normal with
// variance sum of x^2 sigma^2 over the driven devices: it is drawn once per conversion, never per cell.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "chip/view.h"
#include "read/activity.h"

namespace bitline::read {

// Memory that products use again and again. One for each thread.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(Workspace&&) noexcept;
  struct Memory;
  Memory& memory() { return *memory_; }

 private:
  std::unique_ptr<Memory> memory_;
};

// Shows what a product does inside, in input steps times siemens (multiply by v_step for amperes). One of the two.
struct Tap {
  // Analog sums of one read of one block's columns. There is no read noise and no conversion then (calibration).
  std::function<void(std::size_t block, std::size_t plane, std::span<const double> sums)> currents{};
  // What the digital side has of one vector (its number in the call) and row group of a block before it corrects
  // columns: its converted sums, added up over planes with their weights, of columns `first` and following.
  std::function<void(std::size_t block, std::size_t vector, std::size_t first, std::span<const double> sums)>
      converted{};
};

// The product as workloads::Multiply wants it; a vector's sample and position name its noise. Adds to `activity` if
// given.
void execute_layer(const chip::Chip& chip, const chip::View& view, std::size_t layer, std::span<const std::int16_t> in,
                   const workloads::Vectors& vectors, Workspace& workspace, std::span<double> out,
                   Activity* activity = nullptr, const Tap* tap = nullptr);

// The same with a Workspace for this call alone.
void execute_layer(const chip::Chip& chip, const chip::View& view, std::size_t layer, std::span<const std::int16_t> in,
                   const workloads::Vectors& vectors, std::span<double> out, Activity* activity = nullptr,
                   const Tap* tap = nullptr);

}  // namespace bitline::read
