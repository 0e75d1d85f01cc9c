// SPDX-License-Identifier: Apache-2.0
// What the rows of a block are driven with in a batch of reads, as binary planes, and what its columns sum from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "array/product.h"
#include "chip/view.h"

namespace bitline::read {

// A row drive decomposed into binary planes: value = sum of weight * plane. Signs and analog levels become several.
struct BinaryPart {
  double weight;
  array::PlaneBatch planes;
};

// The planes of `count` vectors over one row group.
struct GroupDrive {
  int first_row = -1, rows = 0;
  std::vector<BinaryPart> value;   // of x
  std::vector<BinaryPart> square;  // of x^2; for plain 0/1 planes the same, so `value` serves
  bool square_is_value = false;    // one part of weight 1
};

// Planes of all reads of `vectors` over `rows` rows from `first_row` on.
void build_drive(const chip::LayerPlan& plan, std::span<const std::int16_t* const> vectors, int first_row, int rows,
                 GroupDrive& drive);

// Sums of one block's columns over one row group, [read][column]; exact integers held as doubles.
struct ColumnSums {
  std::vector<double> current, variance, reference_variance;

  void compute(const chip::BlockView& cells, int first_row, const GroupDrive& drive, bool noisy);

 private:
  // sum over parts of weight * plane_sums.
  void weighted(const array::CodeMatrix& codes, int first_row, const std::vector<BinaryPart>& parts,
                std::vector<double>& out);
  std::vector<std::int32_t> scratch_, variance_scratch_;
};

}  // namespace bitline::read
