// SPDX-License-Identifier: Apache-2.0
// How many weights are at their levels after writing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "chip/devices.h"

namespace bitline::chip {

// Of `values`, which rise, the one nearest to g; found from where it would be were they evenly spaced.
inline std::size_t nearest_level(const std::vector<double>& values, double g) {
  const std::size_t last = values.size() - 1;
  const double share = last > 0 ? (g - values.front()) / (values.back() - values.front()) : 0;
  auto above = static_cast<std::size_t>(share > 0 ? std::min(share, 1.0) * static_cast<double>(last) : 0);
  while (above <= last && values[above] < g) ++above;
  while (above > 0 && values[above - 1] >= g) --above;
  if (above == 0) return 0;
  if (above > last) return last;
  return above - (g - values[above - 1] <= values[above] - g ? 1 : 0);
}

// How weights meet their levels.
class MetLevels {
 public:
  MetLevels(const device::Device& device, const LayerPlan& plan) : cell_(plan.cell), plan_(plan) {
    const std::vector<double> values = digit_values(cell_, device);
    for (int code = -cell_.highest; code <= cell_.highest; ++code)
      for (int s = 0; s < cell_.slices; ++s) {
        const array::Targets t = targets(cell_, device, cell_.digit(code, s));
        const double target_S = t.positive_S - (cell_.devices_per_slice() == 2 ? t.negative_S : 0);
        const std::size_t k = nearest_level(values, target_S);
        digits_.push_back(
            {target_S, values[k], k > 0 ? values[k - 1] : -HUGE_VAL, k + 1 < values.size() ? values[k + 1] : HUGE_VAL});
      }
  }

  // A weight is at its level when every digit is; weights with a faulty device do not count. `at_S(i)`: what device i
  // of the strip was written to, in terms of its target.
  template <class At>
  void count(const mapping::Block& strip, std::span<const std::uint8_t> fault, At&& at_S, WriteReport& report) const {
    const bool sliced = cell_.slices > 1;
    if (cell_.devices_per_slice() == 2)
      sliced ? count_devices<2, 0>(strip, fault, at_S, report) : count_devices<2, 1>(strip, fault, at_S, report);
    else
      sliced ? count_devices<1, 0>(strip, fault, at_S, report) : count_devices<1, 1>(strip, fault, at_S, report);
  }

 private:
  struct Digit {
    double target_S, level_S, below_S, above_S;  // the nearest level and those beside it
    // Whether nearest_level(written_S) is the target's.
    bool met(double written_S) const {
      return (written_S - below_S > level_S - written_S) & (written_S - level_S <= above_S - written_S);
    }
  };

  // `known_slices`: 0 for any number.
  template <std::size_t devices, std::size_t known_slices, class At>
  void count_devices(const mapping::Block& strip, std::span<const std::uint8_t> fault, At&& at_S,
                     WriteReport& report) const {
    const std::size_t slices = known_slices > 0 ? known_slices : static_cast<std::size_t>(cell_.slices);
    std::size_t i = 0, cells = 0, met = 0, faulty = 0;
    double squared_S2 = report.squared_error_S2;
    for (int r = 0; r < strip.rows; ++r)
      for (const std::int16_t code : row_codes(plan_, strip, r)) {
        const Digit* digit = digits_.data() + static_cast<std::size_t>(code + cell_.highest) * slices;
        std::size_t broken = 0, right = 1;
        for (std::size_t s = 0; s < slices; ++s, ++digit, i += devices) {
          const double written_S = at_S(i) - (devices == 2 ? at_S(i + 1) : 0), error_S = written_S - digit->target_S;
          squared_S2 += error_S * error_S;
          for (std::size_t d = 0; d < devices; ++d) broken += fault[i + d];
          right &= digit->met(written_S);
        }
        faulty += broken;
        cells += broken == 0, met += broken == 0 ? right : 0;
      }
    report.squared_error_S2 = squared_S2;
    report.digits += i / devices, report.devices += i;
    report.faulty += faulty, report.cells += cells, report.at_level += met;
  }

  const array::CellLayout& cell_;
  const LayerPlan& plan_;
  std::vector<Digit> digits_;  // (code + highest, slices)
};

}  // namespace bitline::chip
