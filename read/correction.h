// SPDX-License-Identifier: Apache-2.0
// Digital correction of columns: what a chip's converted sums of known inputs are, against what they are meant to be.
// Gain and offset of converters, deviations of cells that a column has in common, losses of wires and drift are all in
// it, as far as a line tells them. As the affine correction of columns in Le Gallo et al. 2023,
// doi:10.1038/s41928-023-01010-1.
#pragma once

#include "arch/config.h"
#include "chip/layer_inputs.h"
#include "chip/view.h"

namespace bitline::read {

// Pairs of what a column gave and what it is meant to give, and the line through them.
class ColumnLine {
 public:
  void add(double measured, double intended);
  void add(const ColumnLine& other);

  // intended ~ scale measured + offset with the least squared error over the pairs; `offset` alone: scale 1, `scale`
  // alone: offset 0. A column that always gave the same keeps scale 1.
  struct Line {
    double scale = 1, offset = 0;
  };
  Line fit(arch::Correct how) const;

 private:
  double count_ = 0, measured_ = 0, intended_ = 0;  // number, means
  double squares_ = 0, products_ = 0;               // sums of products of deviations from the means
};

// Sets BlockView::correction of all blocks as config.correct says, by one read of each of these inputs with all its
// noise, whose draws no other read has. The pairs are the sums over planes and row groups, as the digital side adds
// them; what is meant is the exact product of the codes (times Chip::gain()).
void correct_columns(const chip::Chip& chip, chip::View& view, const chip::LayerInputs& inputs);

}  // namespace bitline::read
