// SPDX-License-Identifier: Apache-2.0
#include "bench/pulsed_rows.h"

#include <algorithm>
#include <cmath>

#include "base/statistics.h"
#include "device/plasticity/synapse.h"

namespace bitline::bench {

using namespace device;

namespace {

// The curves of CuInP2S6/BN/In2Se3 (configs/device/cips-in2se3.yaml), with spread.
Plasticity uneven_device() {
  Plasticity p;
  p.potentiation.emplace().update = ExponentialUpdate{64, 1.8};
  p.depression.emplace().update = ExponentialUpdate{64, 3.6};
  p.spread = {0.01, 0};
  return p;
}

const Random random_of_rows(4, 0);

}  // namespace

PulsedRows::PulsedRows(int pulses)
    : pulses_(pulses),
      plasticity_(uneven_device()),
      levels_of_(plasticity_),
      counts_(rows * columns),
      levels_(rows * columns, 0.5f),
      sizes_(rows * columns, 1.0f),
      normals_(columns) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] = static_cast<std::int16_t>(i % 2 ? pulses : -pulses);
}

void PulsedRows::draw() {
  for (std::size_t r = 0; r < rows; ++r)
    random_of_rows.normals({.purpose = Purpose::test, .image = static_cast<std::uint32_t>(r)}, normals_);
}

void PulsedRows::pulse() {
  for (std::size_t r = 0; r < rows; ++r) {
    random_of_rows.normals({.purpose = Purpose::test, .image = static_cast<std::uint32_t>(r)}, normals_);
    levels_of_.apply(std::span(counts_).subspan(r * columns, columns), std::span(sizes_).subspan(r * columns, columns),
                     normals_, std::span(levels_).subspan(r * columns, columns));
  }
}

bool PulsedRows::answers_agree() {
  std::ranges::fill(levels_, 0.5f);
  pulse();
  for (const std::size_t down : {0u, 1u}) {
    std::vector<double> at_once, alone;
    for (std::size_t i = down; i < levels_.size(); i += 2) at_once.push_back(levels_[i]);
    for (std::uint32_t device = 0; device < 4000; ++device) {
      SynapseState s;
      s.level = 0.5;
      const Stimulus side = down ? Stimulus::potentiation : Stimulus::depression;
      for (int n = 0; n < pulses_; ++n)
        apply(plasticity_, s, reference_pulse(plasticity_, side, s.time_s), {&random_of_rows, device});
      alone.push_back(s.level);
    }
    const double sigma = standard_deviation(alone), n = 4000;
    if (std::abs(mean(at_once) - mean(alone)) > 5 * sigma / std::sqrt(n)) return false;
    if (std::abs(standard_deviation(at_once) / sigma - 1) > 5 / std::sqrt(2 * n)) return false;
  }
  return true;
}

}  // namespace bitline::bench
