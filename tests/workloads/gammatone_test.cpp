// SPDX-License-Identifier: Apache-2.0
// The cochlear front end against closed forms. Bounds of 1e-9: rounding of a few thousand sums near 1.
#include "workloads/gammatone.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>

#include "base/error.h"

namespace bitline::workloads {
namespace {

constexpr double pi = std::numbers::pi;
constexpr int rate_Hz = 8000;

std::vector<float> tone(double frequency_Hz, std::size_t length, double amplitude = 1) {
  std::vector<float> x;
  for (std::size_t n = 0; n < length; ++n)
    x.push_back(static_cast<float>(amplitude * std::cos(2 * pi * frequency_Hz * static_cast<double>(n) / rate_Hz)));
  return x;
}

// Of four cascaded one-pole filters at an angle.
std::complex<double> response(double centre_Hz, double frequency_Hz) {
  const std::complex<double> pole = std::exp(
      std::complex(-2 * pi * 1.019 * 24.7 * (4.37e-3 * centre_Hz + 1) / rate_Hz, 2 * pi * centre_Hz / rate_Hz));
  return std::pow((1 - std::abs(pole)) / (1.0 - pole * std::exp(std::complex(0.0, -2 * pi * frequency_Hz / rate_Hz))),
                  4.0);
}

}  // namespace

TEST_CASE("bandwidths and numbers on the ERB scale are Glasberg and Moore's") {
  CHECK(erb_Hz(1000) == doctest::Approx(132.639).epsilon(1e-12));    // 24.7 (4.37 + 1)
  CHECK(erb_number(1000) == doctest::Approx(15.621).epsilon(1e-4));  // 21.4 log10 5.37
  // The number grows by one over a bandwidth: its slope is 1 / ERB (21.4 / ln 10 is 9.294, 1 / (24.7 x 4.37e-3) 9.264).
  for (const double f : {100.0, 500.0, 3000.0})
    CHECK((erb_number(f + 0.5) - erb_number(f - 0.5)) * erb_Hz(f) == doctest::Approx(1).epsilon(0.005));
}

TEST_CASE("centre frequencies are evenly spaced on the ERB scale between the two ends") {
  const std::vector<double> f = centre_frequencies_Hz({}, rate_Hz);
  REQUIRE(f.size() == 64);
  CHECK(f.front() == doctest::Approx(100).epsilon(1e-12));
  CHECK(f.back() == doctest::Approx(3800).epsilon(1e-12));
  const double step = erb_number(f[1]) - erb_number(f[0]);
  for (std::size_t k = 1; k < f.size(); ++k)
    CHECK(erb_number(f[k]) - erb_number(f[k - 1]) == doctest::Approx(step).epsilon(1e-9));
  CHECK(centre_frequencies_Hz({.channels = 1}, rate_Hz) == std::vector{f.front()});
  CHECK_THROWS_AS(centre_frequencies_Hz({.lowest_Hz = 4000}, rate_Hz), InputError);
}

TEST_CASE("the impulse response is a cosine under a gamma curve") {
  // Four equal poles p: gain^4 C(n + 3, 3) p^n.
  const double f = 700;
  const std::complex<double> pole =
      std::exp(std::complex(-2 * pi * 1.019 * 24.7 * (4.37e-3 * f + 1) / rate_Hz, 2 * pi * f / rate_Hz));
  std::vector<float> click(200);
  click[0] = 1;
  const std::vector<double> y = filtered(f, click, rate_Hz);
  for (std::size_t n = 0; n < y.size(); ++n) {
    const auto k = static_cast<double>(n);
    const double ways = (k + 3) * (k + 2) * (k + 1) / 6;
    const double expected = 2 * std::pow(1 - std::abs(pole), 4) * ways * std::pow(pole, k).real();
    CHECK(y[n] == doctest::Approx(expected).epsilon(1e-9).scale(1e-3));
  }
}

TEST_CASE("a tone comes out with the filter's gain, which is 1 at the centre frequency") {
  CHECK(std::abs(response(1000, 1000)) == doctest::Approx(1).epsilon(1e-12));
  for (const double f : {1000.0, 1100.0, 1300.0}) {
    const std::vector<double> y = filtered(1000, tone(f, 4000), rate_Hz);
    // Steady: the tone's two rotating halves, each by its own gain. Inputs are floats: 1e-7 each.
    for (std::size_t n = 3000; n < 3200; ++n) {
      const std::complex<double> turn = std::exp(std::complex(0.0, 2 * pi * f * static_cast<double>(n) / rate_Hz));
      const double expected = (response(1000, f) * turn + response(1000, -f) * std::conj(turn)).real();
      CHECK(y[n] == doctest::Approx(expected).epsilon(1e-6).scale(1));
    }
  }
  // The half that turns the other way is 2000 Hz off a filter of 135 Hz: its gain is below 1e-5.
  const std::vector<double> y = filtered(1000, tone(1000, 4000), rate_Hz);
  CHECK(*std::max_element(y.begin() + 3000, y.end()) == doctest::Approx(1).epsilon(1e-4));
}

TEST_CASE("a cochleagram has whole frames, rises with the root of compression and peaks at the tone") {
  const Gammatone bank;
  const std::vector<float> sound = tone(900, 128 * 20 + 127);
  const Cochleagram c = cochleagram(bank, sound, rate_Hz);
  CHECK(c.channels == 64);
  CHECK(c.frames == 20);  // 16 ms are 128 samples; the rest fills no frame
  REQUIRE(c.values.size() == 20 * 64);
  const Cochleagram louder = cochleagram(bank, tone(900, sound.size(), 8), rate_Hz);
  for (std::size_t i = 0; i < c.values.size(); ++i) CHECK(louder.values[i] == doctest::Approx(2 * c.values[i]));

  const auto last = c.frame(19);
  const std::vector<double> f = centre_frequencies_Hz(bank, rate_Hz);
  std::size_t nearest = 0;
  for (std::size_t k = 0; k < f.size(); ++k)
    if (std::abs(response(f[k], 900)) > std::abs(response(f[nearest], 900))) nearest = k;
  CHECK(static_cast<std::size_t>(std::ranges::max_element(last) - last.begin()) == nearest);
  // A rectified cosine of amplitude a has the mean a / pi; a frame of 128 samples holds 14.4 periods: within 4 %.
  CHECK(std::pow(last[nearest], 3) == doctest::Approx(std::abs(response(f[nearest], 900)) / pi).epsilon(0.04));

  const std::vector<float> silence(1000);
  for (const float v : cochleagram(bank, silence, rate_Hz).values) CHECK(v == 0);
  CHECK(cochleagram(bank, std::vector<float>(100), rate_Hz).frames == 0);
}

}  // namespace bitline::workloads
