// SPDX-License-Identifier: Apache-2.0
// The loops around sums, for every instruction set this machine runs, against the same written plainly.
#include "read/read_kernels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

#include "periphery/adc/adc.h"

namespace bitline::read_kernels_test {
using namespace read;

namespace {

std::vector<std::uint16_t> drawn_codes(std::size_t n) {
  std::mt19937 engine(4);
  std::vector<std::uint16_t> codes(n);
  for (auto& c : codes) c = static_cast<std::uint16_t>(engine());
  codes[0] = 0, codes.back() = 0xffff;
  return codes;
}

std::size_t different(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    n += std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]);
  return n;
}

}  // namespace

TEST_CASE("bits of codes become words, and ones are counted") {
  for (const Isa isa : isas())
    for (const int bits : {1, 5, 8, 12, 16}) {
      CAPTURE(name_of(isa));
      const auto codes = drawn_codes(64);
      std::vector<std::uint64_t> words(16, 99);
      read_kernels(isa).bits(codes.data(), bits, words.data());
      for (int b = 0; b < 16; ++b) {
        std::uint64_t word = 0;
        for (std::size_t r = 0; r < 64; ++r) word |= static_cast<std::uint64_t>(codes[r] >> b & 1) << r;
        CHECK(words[static_cast<std::size_t>(b)] == (b < bits ? word : 99));
      }
      for (const std::size_t n : {1u, 7u, 64u}) {
        std::vector<std::uint16_t> counts(n, 7);
        read_kernels(isa).count_ones(codes.data(), n, counts.data());
        for (std::size_t r = 0; r < n; ++r) CHECK(counts[r] == 7 + std::popcount(codes[r]));
      }
    }
}

TEST_CASE("codes of uniform converters are those of the converters, ties and ends of the range included") {
  std::mt19937 engine(5);
  for (const Isa isa : isas())
    for (const double full_scale : {1e6, 127.0, 254.0, 3.0e5 / 7, 127 * 0.1, 1.7e-9}) {
      CAPTURE(name_of(isa));
      CAPTURE(full_scale);
      periphery::AdcScale scale = periphery::adc_scale(8, full_scale, true, periphery::AdcCodes::twos_complement);
      scale.clamp = 1.05 * full_scale;
      std::vector<double> values;
      for (int k = -280; k <= 280; ++k) values.push_back(scale.lsb * k / 2);  // codes, and halfway between them
      for (int i = 0; i < 20000; ++i)
        values.push_back(full_scale * (2.4 * static_cast<double>(engine()) / 4294967296.0 - 1.2));
      for (int i = 0; i < 20000; ++i)
        values.push_back(static_cast<double>(static_cast<int>(engine() % 600001) - 300000));
      std::vector<double> expected = values;
      const periphery::AdcBank bank(periphery::SarAdc{}, true, 0, static_cast<int>(values.size()), Random(1, 0));
      REQUIRE(bank.uniform());
      const std::size_t clipped = bank.convert(scale, 0, expected, {});
      CHECK(clipped > 0);
      CHECK(read_kernels(isa).convert(uniform_codes(scale.lsb, scale.lowest, scale.highest, scale.clamp), values.data(),
                                      values.size()) == clipped);
      CHECK(different(values, expected) == 0);
    }
}

TEST_CASE("a quotient is divided where its inverse would not do") {
  const double all_ones = std::nextafter(2.0, 0.0);
  CHECK(uniform_codes(all_ones, 0, 255, 1e300).inverse_lsb == 0);
  CHECK(uniform_codes(1e-200, 0, 255, 1e300).inverse_lsb == 0);
  CHECK(uniform_codes(3, 0, 255, 1e300).inverse_lsb == 1.0 / 3);
  for (const Isa isa : isas()) {
    double values[] = {all_ones, 3.4, -1};
    CHECK(read_kernels(isa).convert(uniform_codes(all_ones, 0, 255, 1e300), values, 3) == 1);
    CHECK(values[0] == all_ones);
    CHECK(values[1] == 2 * all_ones);
    CHECK(values[2] == 0);
  }
}

TEST_CASE("codes of noisy sums in single precision are those of single values") {
  std::mt19937 engine(7);
  std::size_t most_clipped = 0;
  for (const Isa isa : isas())
    for (const std::size_t columns : {1u, 4u, 8u, 15u, 16u, 40u, 128u}) {
      CAPTURE(name_of(isa));
      CAPTURE(columns);
      constexpr std::size_t reads = 6, planes = 3;
      const std::size_t stripes = (columns + 15) / 16, z_step = 4 * ((columns + 3) / 4) + 4;
      std::vector<std::int32_t> sums(stripes * reads * 16), variances(sums.size());
      for (auto& s : sums) s = static_cast<std::int32_t>(engine()) / 256;
      for (auto& v : variances) v = static_cast<std::int32_t>(engine() % 600000);
      std::vector<float> z(reads * z_step + 16);
      for (auto& x : z) x = static_cast<float>(engine() % 8000) / 1000 - 4;
      // The lsb is such that a third of the sums lies beyond the range, of which the clamp takes some; zeros are ties.
      const float scale = 1.7f, inverse = 1 / 50000.0f, clamp = 140, plane_weight[] = {1, 2, -4};
      for (std::size_t i = 0; i < sums.size(); i += 7)
        sums[i] = static_cast<std::int32_t>(i % 5) * 25000, variances[i] = 0;
      std::vector<float> found(reads / planes * columns + 1, 5), expected = found;
      std::size_t clipped = 0;
      for (std::size_t v = 0; v < reads / planes; ++v)
        for (std::size_t c = 0; c < columns; ++c) {
          float total = 0;
          for (std::size_t p = 0; p < planes; ++p) {
            const std::size_t r = v * planes + p, at = (c / 16 * reads + r) * 16 + c % 16;
            const float noise = z[r * z_step + 3 + c] * (scale * std::sqrt(static_cast<float>(variances[at])));
            const float value = (static_cast<float>(sums[at]) + noise) * inverse;
            const float code = std::nearbyint(std::min(std::max(value, -clamp), clamp));
            const float kept = std::min(std::max(code, -128.0f), 127.0f);
            clipped += kept != code;
            total += plane_weight[p] * kept;
          }
          expected[v * columns + c] = total;
        }
      const std::size_t counted = read_kernels(isa).noisy_codes(
          {{sums.data(), variances.data(), reads * 16, z.data() + 3, z_step, scale, reads, columns},
           planes,
           plane_weight,
           inverse,
           -128,
           127,
           clamp},
          found.data());
      CHECK(found == expected);
      CHECK(counted == clipped);
      most_clipped = std::max(most_clipped, clipped);
    }
  CHECK(most_clipped > 100);
}

TEST_CASE("noise is added and outputs are accumulated as if one by one") {
  std::mt19937 engine(6);
  for (const Isa isa : isas())
    for (const std::size_t columns : {1u, 8u, 15u, 16u, 40u, 128u})
      for (const std::size_t digits : {1u, 2u}) {
        if (columns % digits != 0) continue;
        CAPTURE(name_of(isa));
        CAPTURE(columns);
        constexpr std::size_t reads = 6, planes = 3;
        const std::size_t stripes = (columns + 15) / 16, z_step = 4 * ((columns + 3) / 4) + 4;
        std::vector<std::int32_t> sums(stripes * reads * 16), variances(sums.size());
        for (auto& s : sums) s = static_cast<std::int32_t>(engine()) / 64;
        for (auto& v : variances) v = static_cast<std::int32_t>(engine() % 600000);
        std::vector<float> z(reads * z_step);
        for (auto& x : z) x = static_cast<float>(engine() % 8000) / 1000 - 4;
        const std::vector<double> real_sums(sums.begin(), sums.end()),
            real_variances(variances.begin(), variances.end());
        const float scale = 1.7f;
        std::vector<double> values(reads * columns), same(values.size()), expected(values.size()), plain(values.size());
        for (std::size_t r = 0; r < reads; ++r)
          for (std::size_t c = 0; c < columns; ++c) {
            const std::size_t at = (c / 16 * reads + r) * 16 + c % 16;
            plain[r * columns + c] = sums[at];
            expected[r * columns + c] =
                sums[at] +
                static_cast<double>(z[r * z_step + 3 + c] * (scale * std::sqrt(static_cast<float>(variances[at]))));
          }
        const ReadKernels& kernels = read_kernels(isa);
        kernels.noisy_sums({sums.data(), variances.data(), reads * 16, z.data() + 3, z_step, scale, reads, columns},
                           values.data());
        kernels.noisy_real_sums(
            {real_sums.data(), real_variances.data(), reads * 16, z.data() + 3, z_step, scale, reads, columns},
            same.data());
        CHECK(different(values, expected) == 0);
        CHECK(different(same, expected) == 0);
        kernels.noisy_sums({sums.data(), nullptr, reads * 16, nullptr, 0, 0, reads, columns}, values.data());
        CHECK(different(values, plain) == 0);

        const double plane_weight[] = {1, 2, -4}, digit_weight[] = {1, -3};
        std::vector<double> target(columns / digits, 0.1), added = target;
        for (std::size_t p = 0; p < planes; ++p)
          for (std::size_t c = 0; c < columns; ++c)
            added[c / digits] += plane_weight[p] * digit_weight[c % digits] * expected[p * columns + c];
        kernels.accumulate({expected.data(), planes, columns, plane_weight, digit_weight, digits}, target.data());
        CHECK(different(target, added) == 0);
      }
}

}  // namespace bitline::read_kernels_test
