// SPDX-License-Identifier: Apache-2.0
// What the rows of a block are driven with in a batch of reads, as binary planes, and how often.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "array/product.h"
#include "chip/chip.h"

namespace bitline::read {

// A row drive decomposed into binary planes: value = sum of weight * plane. Signs and analog levels become several.
struct BinaryPart {
  double weight = 1;
  array::PlaneBatch planes;
};

// The planes of many reads over one row group. Memory is kept from group to group.
struct GroupDrive {
  std::vector<BinaryPart> value;   // of x
  std::vector<BinaryPart> square;  // of x^2; for plain 0/1 planes the same, so `value` serves
  bool square_is_value = false;    // one part of weight 1
  const std::vector<BinaryPart>& squares() const { return square_is_value ? value : square; }
};

// Of each row of a group: sum over reads of x^2, and reads with x != 0; and, where planes last as long as they weigh
// (PlanePlan::weighted_in_time), both times that, else empty. Added to.
struct DriveCounts {
  std::span<std::uint64_t> drive, on, held{}, held_on{};
};

// What one input code costs over all its planes, by code from the layer's lowest on.
struct DriveTable {
  std::vector<std::uint32_t> drive, on;      // sum of x^2; planes with x != 0
  std::vector<std::uint32_t> held, held_on;  // the same times the planes' durations, where they differ; else empty
};
DriveTable drive_table(const chip::LayerPlan& plan);

// Memory of one thread.
struct DriveScratch {
  std::vector<std::uint16_t> codes, high, counts;
};

// Planes of all reads of `vectors` over the rows of a group; counts them on the way unless `counts` is empty.
void build_drive(const chip::LayerPlan& plan, Isa isa, std::span<const std::int16_t* const> vectors,
                 const mapping::RowGroup& group, DriveScratch& scratch, GroupDrive& drive, const DriveCounts* counts);

// Counts alone.
void count_drive(const chip::LayerPlan& plan, Isa isa, std::span<const std::int16_t* const> vectors,
                 const mapping::RowGroup& group, DriveScratch& scratch, const DriveCounts& counts);

}  // namespace bitline::read
