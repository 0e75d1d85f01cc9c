// SPDX-License-Identifier: Apache-2.0
// One 576 x 128 layer on a 2T2R array of the reference accelerator, with ideal lines or with 1 ohm a segment, for
// benchmarks: the wires change the codes that are summed, not what summing costs.
#pragma once

#include <cstdint>
#include <vector>

#include "chip/view.h"

namespace bitline::bench {

class WiredLayer {
 public:
  static constexpr int rows = 576, columns = 128, vectors = 256;

  explicit WiredLayer(bool wires);
  const std::vector<double>& product();  // read noise and conversion included
  bool answers_agree();                  // the sums before conversion with plain sums of the codes, exactly
  const std::vector<std::int16_t>& codes() const { return view_.blocks[0].codes.data; }

 private:
  chip::Chip chip_;
  chip::View view_;
  std::vector<std::int16_t> in_;
  std::vector<double> out_;
};

}  // namespace bitline::bench
