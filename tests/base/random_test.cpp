// SPDX-License-Identifier: Apache-2.0
// Philox against its published answers, the normal transform against the normal law.
//
// The draws are fixed, so a test either always passes or always fails; the false-alarm rates say how likely a right
// generator would have failed with another seed.
#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "base/random_kernels.h"
#include "base/statistics.h"

namespace bitline::random_test {

namespace {

using Words = std::array<std::uint32_t, 4>;

// The counter words of Philox are {purpose << 16 | layer, place, image, step}, its key is {seed, instance}.
Words philox(const Words& c, std::uint32_t key0, std::uint32_t key1) {
  const Counter counter{static_cast<Purpose>(c[0] >> 16), static_cast<std::uint16_t>(c[0]), c[1], c[2], c[3]};
  return Random(key0, key1).bits(counter);
}

constexpr Counter first{Purpose::test};

std::vector<float> draw(std::size_t n, const Random& random = {7, 3}, const Counter& from = first) {
  std::vector<float> z(n);
  random.normals(from, z);
  return z;
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the known answers of Random123") {
  // Random123 1.14, tests/kat_vectors, "philox4x32 10": zeros, ones, digits of pi.
  CHECK(philox({0, 0, 0, 0}, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, ones, ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("purposes keep their numbers") {
  CHECK(static_cast<int>(Purpose::write_error) == 1);
  CHECK(static_cast<int>(Purpose::read_noise) == 4);
  CHECK(static_cast<int>(Purpose::bootstrap) == 11);
  CHECK(static_cast<int>(Purpose::adc_inl) == 14);
  CHECK(static_cast<int>(Purpose::shape_inputs) == 16);
}

TEST_CASE("words of neighbouring places, however many, are those of single draws") {
  const Random random(7, 3);
  for (const std::size_t n : {1, 4, 31, 32, 33, 100}) {
    std::vector<std::uint32_t> words(n + 1, 5);
    const Counter from{Purpose::test, 1, 0xfffffffe, 2, 3};  // places wrap around
    random.words(from, std::span(words).first(n));
    for (std::size_t i = 0; i < n; ++i) {
      Counter at = from;
      at.place += static_cast<std::uint32_t>(i / 4);
      CHECK(words[i] == random.bits(at)[i % 4]);
    }
    CHECK(words[n] == 5);
  }
}

TEST_CASE("pairs of words are the halves of single draws") {
  const Random random(7, 3);
  for (const bool second : {false, true})
    for (const std::size_t n : {1, 2, 15, 16, 17, 50}) {
      std::vector<std::uint32_t> words(n + 1, 5);
      const Counter from{Purpose::test, 1, 0xfffffffe, 2, 3};  // places wrap around
      random.word_pairs(from, second, std::span(words).first(n));
      for (std::size_t i = 0; i < n; ++i) {
        Counter at = from;
        at.place += static_cast<std::uint32_t>(i / 2);
        CHECK(words[i] == random.bits(at)[i % 2 + (second ? 2 : 0)]);
      }
      CHECK(words[n] == 5);
    }
}

TEST_CASE("every part of the name of a draw matters") {
  std::set<Words> seen;
  const Counter base{Purpose::test, 1, 2, 3, 4};
  std::vector<Counter> counters(5, base);
  counters[1].layer = 2, counters[2].place = 3, counters[3].image = 4, counters[4].step = 5;
  counters.push_back({Purpose::write_error, 1, 2, 3, 4});
  for (const auto& c : counters) seen.insert(Random(1, 1).bits(c));
  seen.insert(Random(2, 1).bits(base));
  seen.insert(Random(1, 2).bits(base));
  CHECK(seen.size() == 8);
}

TEST_CASE("normals are normal4 element by element, for any length and start") {
  const Random random(42, 5);
  for (const std::size_t n : {0u, 1u, 3u, 4u, 5u, 255u, 256u, 257u, 1000u, 2051u}) {
    const Counter from{Purpose::read_noise, 9, 0xfffffff0, 77, 3};  // the place wraps on the way
    const auto z = draw(n, random, from);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i) {
      Counter c = from;
      c.place += static_cast<std::uint32_t>(i / 4);
      wrong += std::bit_cast<std::uint32_t>(z[i]) != std::bit_cast<std::uint32_t>(random.normal4(c)[i % 4]);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("normals of many reads are those of each read") {
  const Random random(42, 5);
  std::vector<std::uint32_t> image, step;
  for (std::uint32_t r = 0; r < 70; ++r) image.push_back(0xfffffff0u + r / 8), step.push_back(r % 8);
  for (const std::size_t places : {1u, 2u, 7u, 8u, 33u, 300u}) {
    std::vector<float> z(image.size() * 4 * places);
    random.normals({Purpose::read_noise, 9, 0xfffffff0, image, step}, places, z);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      const std::size_t read = i / (4 * places), place = i / 4 % places;
      const Counter c{Purpose::read_noise, 9, 0xfffffff0 + static_cast<std::uint32_t>(place), image[read], step[read]};
      wrong += std::bit_cast<std::uint32_t>(z[i]) != std::bit_cast<std::uint32_t>(random.normal4(c)[i % 4]);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("every instruction set draws the same numbers") {
  const Random first(7, 3, isas().back());
  std::vector<std::uint32_t> u(1006), same_u(u.size());
  std::vector<float> z(u.size()), same_z(u.size());
  const Counter from{Purpose::test, 1, 0xfffffffe, 2, 3};
  for (const Isa isa : isas()) {
    CAPTURE(name_of(isa));
    const Random random(7, 3, isa);
    first.words(from, u), random.words(from, same_u);
    CHECK(u == same_u);
    first.word_pairs(from, true, u), random.word_pairs(from, true, same_u);
    CHECK(u == same_u);
    for (const Counter& c : {from, Counter{Purpose::read_noise}}) {
      first.normals(c, z), random.normals(c, same_z);
      CHECK(z == same_z);
    }
    // The transform over the whole range of words, both ends included.
    std::size_t wrong = 0;
    for (std::uint64_t k = 0; k < 1u << 20; k += u.size()) {
      for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<std::uint32_t>((k + i) * 0x9e3779b1u);
      u[0] = static_cast<std::uint32_t>(k), u[2] = ~static_cast<std::uint32_t>(k);
      u[5] = static_cast<std::uint32_t>(k), u[7] = ~static_cast<std::uint32_t>(k);
      random_kernels(isas().back()).normals(u.data(), z.data(), u.size());
      random_kernels(isa).normals(u.data(), same_z.data(), u.size());
      wrong += z != same_z;
    }
    CHECK(wrong == 0);
  }
}

namespace {

constexpr double pi = 3.14159265358979324;

// Box and Muller's pair in double precision: the radius of the upper 31 bits, made odd; the angle within an eighth of a
// turn of the x axis by the whole word, mirrored at the y axis by its lowest bit, at the diagonal by the next.
std::pair<double, double> exact_pair(std::uint32_t u0, std::uint32_t u1) {
  const double radius = std::sqrt(-2 * std::log((u0 >> 1 | 1) * 0x1p-31));
  const double angle = static_cast<std::int32_t>(u1) * 0x1p-31 * pi / 4;
  double x = std::cos(angle) * (u1 & 1 ? -1 : 1), y = std::sin(angle);
  if (u1 & 2) std::swap(x, y);
  return {radius * x, radius * y};
}

}  // namespace

TEST_CASE("pairs of normal numbers are those of Box and Muller, within their stated error") {
  std::vector<std::uint32_t> u = {0, 0, 0xffffffff, 0xffffffff, 1, 0x80000000, 0x80000000, 1, 2, 0x7fffffff};
  for (std::uint64_t k = 0; k < 400000; ++k) u.push_back(static_cast<std::uint32_t>(k * 0x9e3779b1u));
  for (std::uint32_t k = 0; k < 32; ++k)  // tails and axes
    for (std::uint32_t l = 0; l < 32; ++l) u.insert(u.end(), {1u << k, 1u << l, ~(1u << k), ~(1u << l)});
  std::vector<float> z(u.size());
  normals_from_pairs(u, z);
  double worst = 0, innermost = 0, largest = 0;
  for (std::size_t i = 0; i < u.size(); i += 2) {
    REQUIRE(std::isfinite(z[i]));
    REQUIRE(std::isfinite(z[i + 1]));
    const auto [x, y] = exact_pair(u[i], u[i + 1]);
    const double radius = std::hypot(x, y), error = std::max(std::abs(z[i] - x), std::abs(z[i + 1] - y));
    // p has 24 bits: next to 1 the radius sqrt(2 (1 - p)) is as coarse as 2^-12.
    double& at = radius > 0.006 ? worst : innermost;  // 2e-5 of all
    at = std::max(at, error), largest = std::max(largest, std::hypot(static_cast<double>(z[i]), z[i + 1]));
  }
  CHECK(worst < 1e-5);
  CHECK(innermost < 3e-4);
  CHECK(largest > 6.5);
  CHECK(largest < 6.6);
}

TEST_CASE("the radius does not grow with its word, and every direction is met as often") {
  std::vector<std::uint32_t> u;
  for (std::uint64_t k = 0; k < 65536; ++k)
    u.insert(u.end(), {static_cast<std::uint32_t>(k << 16), 0});  // along the x axis
  std::vector<float> z(u.size());
  normals_from_pairs(u, z);
  std::size_t growing = 0;
  for (std::size_t i = 2; i < u.size(); i += 2) growing += z[i] > z[i - 2];
  CHECK(growing == 0);

  constexpr int sectors = 64;
  constexpr std::size_t pairs = 1 << 20;
  const auto drawn = draw(2 * pairs, {21, 4});
  std::vector<double> met(sectors);
  for (std::size_t i = 0; i < drawn.size(); i += 2)
    met[static_cast<std::size_t>((std::atan2(drawn[i + 1], drawn[i]) / pi + 1) / 2 * sectors) % sectors] += 1;
  double chi_square = 0;
  for (const double n : met) chi_square += (n - pairs / sectors) * (n - pairs / sectors) / (pairs / sectors);
  // 63 degrees of freedom: mean 63, standard deviation 11.2; beyond 115.6 in 6e-5 of seeds, below 27 in 2e-5.
  CHECK(chi_square < 115.6);
  CHECK(chi_square > 27);
}

TEST_CASE("moments of a million draws") {
  const auto z = draw(1000000);
  const double n = static_cast<double>(z.size());
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (double x : z) m1 += x, m2 += x * x, m3 += x * x * x, m4 += x * x * x * x;
  // Standard errors of the raw moments of a normal law: 1, sqrt(2), sqrt(15), sqrt(96) over sqrt(n). At 4.5 sigma the
  // four together raise a false alarm in 2.7e-5 of seeds.
  const double limit = 4.5 / std::sqrt(n);
  CHECK(std::abs(m1 / n) < limit);
  CHECK(std::abs(m2 / n - 1) < limit * std::sqrt(2.0));
  CHECK(std::abs(m3 / n) < limit * std::sqrt(15.0));
  CHECK(std::abs(m4 / n - 3) < limit * std::sqrt(96.0));
}

TEST_CASE("tail fractions of a million draws") {
  const auto z = draw(1000000, {11, 0});
  const double n = static_cast<double>(z.size());
  // P(|z| > t) from tables of the error function; binomial spread, 4.5 sigma: false alarm 2.7e-5 for all four.
  const std::pair<double, double> tails[] = {
      {1, 0.3173105079}, {2, 0.0455002639}, {3, 0.0026997961}, {4, 6.33424837e-5}};
  for (const auto& [t, p] : tails) {
    const auto beyond = std::count_if(z.begin(), z.end(), [t = t](float x) { return std::abs(x) > t; });
    CAPTURE(t);
    CHECK(std::abs(static_cast<double>(beyond) - n * p) < 4.5 * std::sqrt(n * p * (1 - p)));
  }
  CHECK(std::all_of(z.begin(), z.end(), [](float x) { return std::abs(x) < 6.6f; }));
}

TEST_CASE("tails to five sigma, on both sides") {
  // P(z > t) from tables of the error function, 2^26 draws: 90, 20 and 228 beyond 4.7, 5 and 4.5. Poisson spread: false
  // alarm about 1e-4 for all six (20 of Poisson's law lie outside 3 .. 42 in 2e-5 of seeds, the others beyond 4.5
  // sigma).
  constexpr std::size_t n = std::size_t{1} << 26, chunk = 1 << 16;
  const std::pair<double, double> tails[] = {{4.5, 3.39767e-6}, {4.7, 1.30081e-6}, {5, 2.86652e-7}};
  std::size_t above[3] = {}, below[3] = {};
  const Random random(13, 1);
  std::vector<float> z(chunk);
  for (std::size_t begin = 0; begin < n; begin += chunk) {
    random.normals({Purpose::test, 0, static_cast<std::uint32_t>(begin / 4)}, z);
    for (const float x : z) {
      if (std::abs(x) < 4.5f) continue;
      for (std::size_t t = 0; t < 3; ++t) above[t] += x > tails[t].first, below[t] += -x > tails[t].first;
    }
  }
  for (std::size_t t = 0; t < 3; ++t) {
    const double expected = n * tails[t].second, spread = (t == 2 ? 5 : 4.5) * std::sqrt(expected);
    CAPTURE(tails[t].first);
    CHECK(std::abs(static_cast<double>(above[t]) - expected) < spread);
    CHECK(std::abs(static_cast<double>(below[t]) - expected) < spread);
  }
}

TEST_CASE("Kolmogorov-Smirnov distance to the normal law") {
  auto z = draw(200000, {5, 1});
  std::sort(z.begin(), z.end());
  const double n = static_cast<double>(z.size());
  double distance = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double p = 0.5 * std::erfc(-z[i] / std::sqrt(2.0));
    distance = std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  // P(sqrt(n) D > 2.2) = 2 exp(-2 2.2^2) = 1.3e-4 (Kolmogorov's limit law).
  CHECK(std::sqrt(n) * distance < 2.2);
}

TEST_CASE("Anderson-Darling distance to the normal law, which weighs tails") {
  auto z = draw(200000, {6, 2});
  std::sort(z.begin(), z.end());
  const auto n = static_cast<double>(z.size());
  const auto log_below = [](double x) { return std::log(0.5 * std::erfc(-x / std::sqrt(2.0))); };
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i)
    sum += (2 * static_cast<double>(i) + 1) * (log_below(z[i]) + log_below(-z[z.size() - 1 - i]));
  const double distance = -n - sum / n;
  // The limit law is that of the sum of chi_j^2 / (j (j + 1)) (Anderson and Darling 1952), whose tail is
  // sqrt(3) erfc(sqrt(A^2)): 1.1e-4 beyond 8.
  CHECK(distance < 8);
}

TEST_CASE("draws of different purpose, layer, image and instance are uncorrelated") {
  constexpr std::size_t n = 100000;
  const Random random(3, 0);
  const std::vector<std::vector<float>> streams = {
      draw(n, random, {Purpose::write_error}),          draw(n, random, {Purpose::relaxation}),
      draw(n, random, {Purpose::read_noise}),           draw(n, random, {Purpose::write_error, 1}),
      draw(n, random, {Purpose::write_error, 0, 0, 1}), draw(n, random, {Purpose::write_error, 0, 0, 0, 1}),
      draw(n, {3, 1}, {Purpose::write_error}),          draw(n, {4, 0}, {Purpose::write_error})};
  for (std::size_t a = 0; a < streams.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      double sum = 0, squares = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double x = streams[a][i], y = streams[b][i];
        sum += x * y;
        squares += (x * x - 1) * (y * y - 1);
      }
      CAPTURE(a);
      CAPTURE(b);
      // 4.8 sigma in 28 pairs x 2 statistics: false alarm 9e-5. (x^2 - 1)(y^2 - 1) has variance 4.
      CHECK(std::abs(sum) < 4.8 * std::sqrt(static_cast<double>(n)));
      CHECK(std::abs(squares) < 4.8 * std::sqrt(4.0 * static_cast<double>(n)));
    }
}

TEST_CASE("neighbours within a stream are uncorrelated") {
  const auto z = draw(500001, {9, 9});
  for (const std::size_t lag : {1u, 2u, 3u, 4u, 5u, 8u}) {
    double sum = 0, squares = 0;
    for (std::size_t i = lag; i < z.size(); ++i) {
      const double x = z[i], y = z[i - lag];
      sum += x * y, squares += (x * x - 1) * (y * y - 1);
    }
    CAPTURE(lag);
    // 4.6 sigma, six lags x 2 statistics: false alarm 5e-5. (x^2 - 1)(y^2 - 1) has variance 4.
    CHECK(std::abs(sum) < 4.6 * std::sqrt(static_cast<double>(z.size())));
    CHECK(std::abs(squares) < 4.6 * std::sqrt(4.0 * static_cast<double>(z.size())));
  }
}

TEST_CASE("uniform4 lies inside (0, 1) and follows the bits") {
  const Random random(1, 2);
  double sum = 0;
  constexpr std::uint32_t n = 50000;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto u = random.uniform4({Purpose::test, 0, i});
    const auto bits = random.bits({Purpose::test, 0, i});
    for (std::size_t k = 0; k < 4; ++k) {
      REQUIRE(u[k] > 0);
      REQUIRE(u[k] < 1);
      REQUIRE(u[k] == (static_cast<double>(bits[k]) + 0.5) / 4294967296.0);
      sum += u[k];
    }
  }
  // Mean of 4n uniforms: 1/2 +- 1/sqrt(12 * 4n); 4.5 sigma: false alarm 7e-6.
  CHECK(std::abs(sum / (4 * n) - 0.5) < 4.5 / std::sqrt(48.0 * n));
}

}  // namespace bitline::random_test
