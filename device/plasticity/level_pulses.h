// SPDX-License-Identifier: Apache-2.0
// Pulses on many devices at once: what synapse.h does to a device pulse by pulse, for numbers of equal pulses on whole
// rows of devices whose only state is the long-term level.
//
// n pulses in a row are one step, since a step depends on the state alone: f(f^-1(x) + n u), u unit pulses each
// (update.h). Linear and exponential curves are vectorised, others go one by one. Spread from pulse to pulse adds a
// normal number once for all n, in law what n pulses add: later pulses shrink what earlier ones added by the curve's
// own slope (linear and exponential curves), so that the variance of n steps is below n times that of one. Devices of
// other curves take n times the variance of one pulse. What it leaves out: an end of the window that a device meets
// between two pulses of one call holds it there only after the last.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/random.h"
#include "device/plasticity/plasticity.h"
#include "device/plasticity/pulse_kernels.h"

namespace bitline::device {

// Pulses of both polarities, by default those of reference, which count as one unit pulse.
struct PulsePair {
  double positive_V = 0, positive_s = 0, negative_V = 0, negative_s = 0;  // 0: of reference; magnitudes
};

// Why numbers of pulses alone do not tell what they do to the device; "" = they do. Transients are no obstacle, as they
// leave the level alone; consolidation and a history that turns or takes away the effect of single pulses are.
std::string pulses_need(const Plasticity&);

class LevelPulses {
 public:
  // `p` must outlive it. Pulses of a device with history count as after silence (History::rest). Throws InputError with
  // pulses_need().
  explicit LevelPulses(const Plasticity& p, const PulsePair& pulses = {}, Isa isa = isas().front());

  // levels[i] (0..1, share of the window) after |counts[i]| pulses, positive ones where counts[i] > 0; sizes[i] scales
  // what they count (device-to-device spread), z[i] is a standard normal number (spread from pulse to pulse), or no z
  // at all. A device without pulses keeps its level to the bit. Spans of one length.
  void apply(std::span<const std::int16_t> counts, std::span<const float> sizes, std::span<const float> z,
             std::span<float> levels) const;
  bool spreads() const { return law_.variance > 0; }

  // Unit pulses of a sweep of potentiation, of depression, over those that one pulse counts.
  double pulses_up() const { return law_.up.most / law_.up.drive; }
  double pulses_down() const { return law_.down.most / law_.down.drive; }
  // The level at which a pulse up and a pulse down move as far, where devices settle under both in turn; for curves
  // other than linear and exponential the middle.
  double balance() const;
  // How far a pulse moves a device there, the mean of both directions.
  double step() const;

 private:
  void one_by_one(std::span<const std::int16_t> counts, std::span<const float> sizes, std::span<const float> z,
                  std::span<float> levels) const;

  PulseLaw law_;
  const PulseKernels* kernels_ = nullptr;
  std::optional<UpdateSteps> up_, down_;  // curves that no kernel knows
};

// Factors exp(sigma z) on the steps of devices place .. (Plasticity::spread, base/random.h).
void draw_sizes(const Plasticity&, const Random&, const Counter& first, std::span<float> sizes);

}  // namespace bitline::device
