// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/trains.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/error.h"

namespace bitline::device {

std::vector<TrainLevels> run_trains(const Plasticity& p, double from, std::span<const RegularTrain> trains,
                                    double gap_s) {
  SynapseState s;
  s.level = from;
  std::vector<TrainLevels> out;
  for (const RegularTrain& train : trains) {
    Pulse first = train.pulse;
    first.time_s = out.empty() ? 0 : s.time_s + gap_s;
    const double between = 1 / train.frequency_Hz - first.width_s;
    if (!(between >= 0))
      throw InputError(fmt::format("pulses of {} s overlap at {} Hz", first.width_s, train.frequency_Hz));
    TrainLevels levels{s.level, {}, {}};
    for (const Pulse& pulse : pulse_train(first, train.count, between)) {
      apply(p, s, pulse);
      levels.time_s.push_back(s.time_s), levels.level.push_back(s.level);
    }
    out.push_back(std::move(levels));
  }
  return out;
}

std::optional<double> threshold_frequency_Hz(const Plasticity& p, double from, const RegularTrain& prior, RegularTrain test,
                                             double gap_s, double lowest_Hz, double highest_Hz) {
  const auto change = [&](double log_f) {
    test.frequency_Hz = std::exp(log_f);
    return run_trains(p, from, std::array{prior, test}, gap_s).back().change();
  };
  double low = std::log(lowest_Hz), high = std::log(highest_Hz);
  if (!(change(low) < 0 && change(high) > 0)) return std::nullopt;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (change(middle) < 0 ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

}  // namespace bitline::device
