// SPDX-License-Identifier: Apache-2.0
#include "workloads/gammatone.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "base/error.h"

namespace bitline::workloads {

void fields(Visitor& v, Gammatone& g) {
  v(g.channels, {.key = "channels", .meaning = "filters of the bank", .min = 1, .max = 4096});
  v(g.lowest_Hz,
    {.key = "lowest", .meaning = "centre frequency of the first channel", .unit = Unit::hertz, .positive = true});
  v(g.highest, {.key = "highest",
                .meaning = "centre frequency of the last channel over the sampling rate",
                .unit = Unit::fraction,
                .max = 0.5,
                .positive = true});
  v(g.frame_s, {.key = "frame", .meaning = "length of a frame", .unit = Unit::second, .positive = true});
  v(g.compression,
    {.key = "compression", .meaning = "exponent that a frame's mean is raised to", .max = 1, .positive = true});
}

// Glasberg and Moore 1990, Eq. 3 and 4, frequencies in Hz instead of kHz.
double erb_Hz(double frequency_Hz) { return 24.7 * (4.37e-3 * frequency_Hz + 1); }
double erb_number(double frequency_Hz) { return 21.4 * std::log10(4.37e-3 * frequency_Hz + 1); }

std::vector<double> centre_frequencies_Hz(const Gammatone& g, int rate_Hz) {
  const double highest_Hz = g.highest * rate_Hz, first = erb_number(g.lowest_Hz), last = erb_number(highest_Hz);
  if (!(highest_Hz > g.lowest_Hz))
    throw InputError(
        fmt::format("a sound of {} samples per second has no room for channels from {} Hz to {} of its rate ({} Hz)",
                    rate_Hz, g.lowest_Hz, g.highest, highest_Hz));
  std::vector<double> centres;
  for (int k = 0; k < g.channels; ++k) {
    const double number = g.channels == 1 ? first : first + (last - first) * k / (g.channels - 1);
    centres.push_back((std::pow(10, number / 21.4) - 1) / 4.37e-3);
  }
  return centres;
}

std::vector<double> filtered(double centre_Hz, std::span<const float> sound, int rate_Hz) {
  constexpr double pi = std::numbers::pi, bandwidth = 1.019;  // of the fourth order, in ERB (Patterson et al. 1987)
  const std::complex<double> pole =
      std::exp(std::complex(-2 * pi * bandwidth * erb_Hz(centre_Hz) / rate_Hz, 2 * pi * centre_Hz / rate_Hz));
  // A filter (1 - |p|) / (1 - p / z) has gain 1 at the angle of its pole.
  const double pole_re = pole.real(), pole_im = pole.imag(), gain = 1 - std::abs(pole);
  std::array<double, 4> re{}, im{};
  std::vector<double> out;
  out.reserve(sound.size());
  for (const float x : sound) {
    double r = x, i = 0;
    for (std::size_t s = 0; s < re.size(); ++s) {
      const double next_re = gain * r + pole_re * re[s] - pole_im * im[s],
                   next_im = gain * i + pole_re * im[s] + pole_im * re[s];
      re[s] = r = next_re, im[s] = i = next_im;
    }
    out.push_back(2 * r);
  }
  return out;
}

Cochleagram cochleagram(const Gammatone& g, std::span<const float> sound, int rate_Hz) {
  const std::vector<double> centres = centre_frequencies_Hz(g, rate_Hz);
  const auto length = static_cast<std::size_t>(std::max(1.0, std::round(g.frame_s * rate_Hz)));
  const std::size_t frames = sound.size() / length, channels = centres.size();
  Cochleagram c{static_cast<int>(frames), g.channels, std::vector<float>(frames * channels)};
  for (std::size_t k = 0; k < channels; ++k) {
    const std::vector<double> y = filtered(centres[k], sound, rate_Hz);
    for (std::size_t f = 0; f < frames; ++f) {
      double sum = 0;
      for (std::size_t n = f * length; n < (f + 1) * length; ++n) sum += std::max(0.0, y[n]);
      c.values[f * channels + k] = static_cast<float>(std::pow(sum / static_cast<double>(length), g.compression));
    }
  }
  return c;
}

}  // namespace bitline::workloads
