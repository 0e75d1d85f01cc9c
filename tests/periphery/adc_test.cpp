// SPDX-License-Identifier: Apache-2.0
// Converters without imperfections: codes, ties, clipping, range, clamp; the integer check of the 144k macro.
#include "periphery/adc/adc.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace bitline::adc_test {
using namespace periphery;

namespace {

const Random random_source(1, 0);

SarAdc sar(int bits) {
  SarAdc adc;
  adc.common.bits = bits;
  return adc;
}

// Values through one converter per column, without noise.
std::vector<double> converted(const Adc& adc, const AdcScale& scale, std::vector<double> values,
                              std::size_t* clipped = nullptr) {
  const AdcBank bank(adc, scale.lowest < 0, 0, static_cast<int>(values.size()), random_source);
  const std::size_t n = bank.convert(scale, 0, values, {});
  if (clipped) *clipped = n;
  return values;
}

}  // namespace

TEST_CASE("codes and LSB of a scale") {
  const AdcScale s = adc_scale(8, 254, true, AdcCodes::twos_complement);
  CHECK(s.lsb == 2);
  CHECK(s.lowest == -128);
  CHECK(s.highest == 127);
  CHECK(adc_scale(8, 254, true, AdcCodes::symmetric).lowest == -127);
  const AdcScale u = adc_scale(8, 510, false, AdcCodes::symmetric);
  CHECK(u.lsb == 2);
  CHECK(u.lowest == 0);
  CHECK(u.highest == 255);
  CHECK(adc_scale(1, 3, false, AdcCodes::twos_complement).lsb == 3);
}

TEST_CASE("scales that cannot be") {
  for (const int bits : {-1, 0, 17, 40}) {
    CAPTURE(bits);
    CHECK_THROWS_AS(adc_scale(bits, 1, false, AdcCodes::twos_complement), ConfigError);
  }
  CHECK_THROWS_AS(adc_scale(1, 1, true, AdcCodes::twos_complement), ConfigError);
  for (const double full_scale : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(adc_scale(8, full_scale, false, AdcCodes::twos_complement), InputError);
  }
}

TEST_CASE("ties go to the even code") {
  const AdcScale scale = adc_scale(4, 14, true, AdcCodes::twos_complement);  // LSB 2
  CHECK(converted(sar(4), scale, {1, 3, 5, -1, -3, -5, 2.9999, 3.0001}) ==
        std::vector<double>{0, 4, 4, 0, -4, -4, 2, 4});
}

TEST_CASE("clipping at both ends, counted") {
  std::size_t clipped = 0;
  const std::vector<double> in = {-9, -8.5, -8.4, -8, -7.5, 7, 7.4, 7.5, 9};
  SUBCASE("two's complement: -8..7") {
    CHECK(converted(sar(4), adc_scale(4, 7, true, AdcCodes::twos_complement), in, &clipped) ==
          std::vector<double>{-8, -8, -8, -8, -8, 7, 7, 7, 7});
    CHECK(clipped == 3);  // -9, 7.5 (a tie to 8) and 9; -8.5 is a tie to -8
  }
  SUBCASE("symmetric: -7..7") {
    CHECK(converted(sar(4), adc_scale(4, 7, true, AdcCodes::symmetric), in, &clipped) ==
          std::vector<double>{-7, -7, -7, -7, -7, 7, 7, 7, 7});
    CHECK(clipped == 7);
  }
  SUBCASE("unsigned: 0..15") {
    CHECK(converted(sar(4), adc_scale(4, 15, false, AdcCodes::twos_complement), {-0.6, -0.5, 0, 15.4, 15.5, 16},
                    &clipped) == std::vector<double>{0, 0, 0, 15, 15, 15});
    CHECK(clipped == 3);  // -0.5 is a tie to 0, 15.5 one to 16
  }
}

TEST_CASE("monotone, and within half an LSB inside the range") {
  const std::vector<Adc> kinds = {sar(6), FlashAdc{.common = {.bits = 6}}, RampAdc{.common = {.bits = 6}}};
  for (const Adc& adc : kinds) {
    for (const bool is_signed : {false, true}) {
      const AdcScale scale = adc_scale(6, 0.7e-6, is_signed, AdcCodes::twos_complement);
      std::vector<double> in;
      for (int i = -9001; i <= 9001; ++i) in.push_back(i * 1e-10);
      const std::vector<double> out = converted(adc, scale, in);
      for (std::size_t i = 0; i < in.size(); ++i) {
        if (i) REQUIRE(out[i] >= out[i - 1]);
        if (in[i] >= scale.lowest * scale.lsb && in[i] <= scale.highest * scale.lsb) {
          REQUIRE(std::abs(out[i] - in[i]) <= scale.lsb / 2 * (1 + 1e-12));
        }
      }
    }
  }
}

TEST_CASE("the ideal converter returns its input and clips nothing") {
  const std::vector<double> in = {-1e9, -0.123456789, 0, 1e-30, 7.5, 1e300};
  std::size_t clipped = 1;
  CHECK(converted(IdealAdc{}, adc_scale(4, 1, true, AdcCodes::twos_complement), in, &clipped) == in);
  CHECK(clipped == 0);
  CHECK(AdcBank(IdealAdc{}, true, 0, 4, random_source).ideal());
  CHECK_FALSE(AdcBank(sar(4), true, 0, 4, random_source).ideal());
}

TEST_CASE("the column current saturates at the clamp, before the converter") {
  AdcScale scale = adc_scale(8, 127, true, AdcCodes::twos_complement);
  scale.clamp = 50.6;
  std::size_t clipped = 1;
  CHECK(converted(sar(8), scale, {-1000, -51, -50, 0, 50, 60}, &clipped) ==
        std::vector<double>{-51, -51, -50, 0, 50, 51});
  CHECK(clipped == 0);
}

TEST_CASE("no current at all: full scale 0") {
  const AdcScale scale = adc_scale(8, 0, true, AdcCodes::twos_complement);
  std::size_t clipped = 0;
  const auto out = converted(sar(8), scale, {0, 0, -0.1, std::nan("")}, &clipped);
  CHECK(out[0] == 0);
  CHECK(out[2] == 0);
  CHECK(std::isnan(out[3]));
  CHECK(clipped == 1);
}

TEST_CASE("NaN stays NaN in every kind of converter") {
  SarAdc mismatched = sar(4);
  mismatched.capacitor_mismatch = 0.01;
  FlashAdc offsets{.common = {.bits = 4}, .comparator_offset_lsb = 0.1};
  SarAdc gain = sar(4);
  gain.common.errors.gain_sigma = 0.1;
  for (const Adc& adc : std::vector<Adc>{sar(4), mismatched, offsets, gain}) {
    std::size_t clipped = 1;
    const auto out =
        converted(adc, adc_scale(4, 7, true, AdcCodes::twos_complement), {std::nan(""), 1.0, std::nan("")}, &clipped);
    CHECK(std::isnan(out[0]));
    CHECK(out[1] == 1);
    CHECK(std::isnan(out[2]));
    CHECK(clipped == 0);
  }
}

TEST_CASE("full scales that the range itself gives") {
  CHECK(given_full_scale_A(FixedRange{.current_A = 3e-6}) == 3e-6);
  CHECK(*given_full_scale_A(ChargeRange{.charge_C = 12e-12, .time_s = 100e-9}) ==
        doctest::Approx(120e-6).epsilon(1e-12));
  CHECK_FALSE(given_full_scale_A(FullScaleRange{}));
  CHECK_FALSE(given_full_scale_A(CalibratedRange{}));
}

// The 576 x 128 macro with 4-bit weights at 19.16 uS full scale, inputs of -1, 0 or 1 times 0.1 V and an integrating
// converter of 12.0703125 pC: I = k (19.16 / 7) uS 0.1 V, so with T = n 100 ns
//   7 I T / (12.0703125 pC) = k n (1.916e-6 A 1e-7 s) / (1545/128 1e-12 C) = k n 1916 128 / (1545 10^4).
TEST_CASE("the 144k macro's codes equal exact rational arithmetic") {
  for (const int n : {1, 2, 10}) {
    const double time_s = n * 100e-9;
    const AdcScale scale = adc_scale(4, *given_full_scale_A(ChargeRange{.charge_C = 12.0703125e-12, .time_s = time_s}),
                                     true, AdcCodes::twos_complement);
    std::vector<double> currents;
    std::vector<long> expected;
    std::size_t outside = 0;
    for (long k = -4032; k <= 4032; ++k) {
      currents.push_back(static_cast<double>(k) * (19.16e-6 / 7) * 0.1);
      const long numerator = k * n * 1916 * 128, denominator = 1545L * 10000;
      // floor(x + 1/2), one less where that was a tie and odd
      const long twice = 2 * numerator + denominator, whole = 2 * denominator;
      long code = twice / whole - (twice % whole < 0 ? 1 : 0);
      if (twice == code * whole && code % 2 != 0) --code;
      outside += code < -8 || code > 7 ? 1 : 0;
      expected.push_back(std::min(7L, std::max(-8L, code)));
    }
    std::size_t clipped = 0;
    const std::vector<double> out = converted(RampAdc{.common = {.bits = 4}}, scale, currents, &clipped);
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(std::lround(out[i] / scale.lsb) == expected[i]);
    CHECK(clipped == outside);
    CHECK(outside > 0);
  }
}

}  // namespace bitline::adc_test
