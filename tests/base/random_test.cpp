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
  std::vector<std::uint32_t> u(1003), same_u(u.size());
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
      for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<std::uint32_t>((k + i) * 0x1003u);
      u[0] = static_cast<std::uint32_t>(k), u[1] = ~static_cast<std::uint32_t>(k);
      random_kernels(isas().back()).normals(u.data(), z.data(), u.size());
      random_kernels(isa).normals(u.data(), same_z.data(), u.size());
      wrong += z != same_z;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the normal transform is the quantile, within its stated error") {
  std::vector<std::uint32_t> u = {0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  for (std::uint64_t k = 0; k < 200000; ++k) u.push_back(static_cast<std::uint32_t>(k * 21474 + 5));  // over the range
  for (std::uint32_t k = 0; k < 32; ++k) u.push_back(1u << k), u.push_back(~(1u << k));               // and the tails
  std::vector<float> z(u.size());
  normal_from_bits(u, z);
  double middle = 0, tail = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    REQUIRE(std::isfinite(z[i]));
    const double exact = normal_quantile((u[i] + 0.5) * 0x1p-32), error = std::abs(z[i] - exact);
    double& worst = std::abs(exact) < 5.5 ? middle : tail;
    worst = std::max(worst, error);
  }
  CHECK(middle < 3e-6);
  CHECK(tail < 3e-3);
}

TEST_CASE("the normal transform is symmetric and does not decrease") {
  std::vector<std::uint32_t> u, mirrored;
  for (std::uint64_t k = 0; k < 65536; ++k) u.push_back(static_cast<std::uint32_t>(k << 16));
  for (auto v : u) mirrored.push_back(~v);
  std::vector<float> z(u.size()), m(u.size());
  normal_from_bits(u, z);
  normal_from_bits(mirrored, m);
  std::size_t asymmetric = 0, falling = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    asymmetric += z[i] != -m[i];
    falling += i > 0 && z[i] < z[i - 1];
  }
  CHECK(asymmetric == 0);
  CHECK(falling == 0);
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
  CHECK(std::all_of(z.begin(), z.end(), [](float x) { return std::abs(x) < 6.5f; }));
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
    double sum = 0;
    for (std::size_t i = lag; i < z.size(); ++i) sum += static_cast<double>(z[i]) * z[i - lag];
    CAPTURE(lag);
    CHECK(std::abs(sum) < 4.5 * std::sqrt(static_cast<double>(z.size())));  // false alarm 4e-5 for all six
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
