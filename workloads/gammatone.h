// SPDX-License-Identifier: Apache-2.0
// A cochlear front end: sound to frames x channels by a bank of gammatone filters.
#pragma once

#include <span>
#include <vector>

#include "base/schema.h"

namespace bitline::workloads {

// Four cascaded complex one-pole filters a channel (Hohmann, Acta Acust. united Acust. 88, 433 (2002)), bandwidth 1.019
// ERB, centre frequencies evenly spaced on the ERB scale (Glasberg, Moore, Hear. Res. 47, 103 (1990),
// doi:10.1016/0378-5955(90)90170-T); then half-wave rectified, averaged over frames, and raised to `compression`.
struct Gammatone {
  static constexpr const char* type = "gammatone";
  static constexpr const char* about =
      "gammatone filters on the ERB scale, rectified, averaged over frames, compressed";
  int channels = 64;
  double lowest_Hz = 100;
  double highest = 0.475;  // centre frequency of the last channel over the sampling rate
  double frame_s = 16e-3;
  double compression = 1.0 / 3;
};
void fields(Visitor&, Gammatone&);

// Equivalent rectangular bandwidth at a frequency, and the number of them below it.
double erb_Hz(double frequency_Hz);
double erb_number(double frequency_Hz);

// Rising, first and last as the bank says; one channel alone has the lowest. Throws InputError: the highest would lie
// below the lowest.
std::vector<double> centre_frequencies_Hz(const Gammatone&, int rate_Hz);

// What the filter of a centre frequency makes of a sound: the real part, doubled, so that a tone of that frequency
// comes out as it went in.
std::vector<double> filtered(double centre_Hz, std::span<const float> sound, int rate_Hz);

struct Cochleagram {
  int frames = 0, channels = 0;
  std::vector<float> values;  // (frame, channel)
  std::span<const float> frame(int f) const {
    return std::span(values).subspan(static_cast<std::size_t>(f) * static_cast<std::size_t>(channels),
                                     static_cast<std::size_t>(channels));
  }
};

// Whole frames alone; what is left at the end is not looked at. Throws InputError as centre_frequencies_Hz().
Cochleagram cochleagram(const Gammatone&, std::span<const float> sound, int rate_Hz);

}  // namespace bitline::workloads
