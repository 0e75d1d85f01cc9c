// SPDX-License-Identifier: Apache-2.0
// From the analog sums of reads to outputs: noise, conversion and accumulation, a block's columns at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "chip/chip.h"
#include "read/read_kernels.h"
#include "read/workspace.h"

namespace bitline::read {

class Conversion {
 public:
  // Adds to `out`, and to `activity` if there is one. With a tap of currents: no noise and no conversion.
  Conversion(const chip::Chip& chip, const chip::View& view, const chip::LayerPlan& plan, Workspace::Memory& memory,
             std::span<double> out, Activity* activity, const Tap* tap);

  // Vectors that are read together from now on; their reads are named in the memory.
  void begin(std::span<const std::size_t> numbers) { numbers_ = numbers; }
  bool noisy(const chip::BlockView& cells) const { return !shows_currents() && cells.noisy; }
  // Columns first .. first + columns - 1 of row group g of block b, whose sums are in the memory.
  void convert(std::size_t b, std::size_t g, std::size_t first, std::size_t columns);

 private:
  bool shows_currents() const { return tap_ && tap_->currents; }
  bool in_single_precision(std::size_t b, std::size_t g) const;
  void add_noisy_codes(std::size_t b, std::size_t g, std::size_t begin, std::size_t vectors, std::size_t first,
                       std::size_t columns);
  void add_codes(const chip::BlockView& cells, std::size_t first, std::span<const float> sums, double* target) const;
  ReadCounters counters(Purpose purpose, std::size_t b, std::size_t g, std::size_t read, std::size_t reads,
                        std::size_t first) const;
  ReadCounters conversion_counters(std::size_t b, std::size_t g, std::size_t from, std::size_t count,
                                   std::size_t first) const;
  void integrate(std::size_t vectors, std::size_t columns);
  void average_noise(Workspace::Memory::Noise& noise, std::size_t reads) const;
  // Digital weights of a vector's conversions.
  const double* weights() const {
    static constexpr double one = 1;
    return together_ ? &one : plan_.planes.weight.data();
  }
  std::size_t skipped(std::size_t b, std::size_t first) const;
  void add_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                 std::size_t columns);
  void add_reference_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                           std::size_t columns);
  void show_currents(std::size_t b, std::size_t reads, std::size_t columns);
  void show_converted(std::size_t b, std::size_t begin, std::size_t vectors, std::size_t first, std::size_t columns);
  void convert_values(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                      std::size_t columns);
  void apply_gain(const std::vector<double>& gain, std::size_t reads, std::size_t first, std::size_t columns);
  void add_offsets(const std::vector<double>& offset, std::size_t first, std::size_t columns, double* target) const;

  const chip::BlockView& cells_of(std::size_t b) const { return view_.blocks[plan_.blocks[b].id]; }

  const chip::View& view_;
  const chip::LayerPlan& plan_;
  const ReadKernels& kernels_;
  Workspace::Memory& m_;
  std::span<double> out_;
  Activity* activity_;
  const Tap* tap_;
  std::size_t outputs_, planes_, digits_;
  float noise_scale_;
  bool together_;            // the planes of a vector are integrated before one conversion
  std::size_t conversions_;  // of a column for one vector
  std::vector<float> plane_weight_;
  std::span<const std::size_t> numbers_{};
};

}  // namespace bitline::read
