// SPDX-License-Identifier: Apache-2.0
// Imperfections of converters: offset, gain, noise, sharing, capacitor mismatch, comparator offsets, threshold tables,
// INL. Statistical checks are at |z| < 4.9: a false alarm once in a million.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "periphery/adc/adc.h"

namespace bitline::adc_errors_test {
using namespace periphery;

namespace {

const Random random_source(7, 3);
constexpr double z_limit = 4.9;

double draw(Purpose purpose, std::uint32_t array, std::uint32_t converter, std::uint32_t index) {
  return random_source.normal4({.purpose = purpose, .place = array, .image = index / 4, .step = converter})[index % 4];
}

// What one converter makes of one value, LSB = 1.
double code_of(const AdcBank& bank, const AdcScale& scale, int column, double value) {
  bank.convert(scale, column, {&value, 1}, {});
  return value;
}

FlashAdc measured_flash(AdcCommon common, std::vector<double> thresholds_lsb) {
  FlashAdc adc;
  adc.common = std::move(common);
  adc.thresholds_lsb = std::move(thresholds_lsb);
  return adc;
}

AdcScale unit_scale(int bits, bool is_signed) {
  const int highest = is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  return adc_scale(bits, highest, is_signed, AdcCodes::twos_complement);
}

}  // namespace

TEST_CASE("gain and offset shift the current of their own converter") {
  RampAdc adc{.common = {.bits = 12}};
  adc.common.errors.gain_sigma = 0.05;
  adc.common.errors.offset_sigma_lsb = 30;
  const int array = 5, converters = 37;
  const AdcBank bank(adc, true, array, converters, random_source);
  AdcScale scale = unit_scale(12, true);
  scale.lsb = 0.25;
  std::vector<double> values(converters, 100.0);
  CHECK(bank.convert(scale, 0, values, {}) == 0);
  for (int c = 0; c < converters; ++c) {
    const double gain = 1 + 0.05 * draw(Purpose::adc_gain, array, c, 0);
    const double offset = 30 * draw(Purpose::adc_offset, array, c, 0);
    CHECK(values[c] == 0.25 * std::nearbyint(100.0 / 0.25 * gain + offset));
  }
}

TEST_CASE("offset and gain spread as configured, and differ between arrays") {
  RampAdc adc{.common = {.bits = 16}};
  const int n = 4000;
  double x = 0, expected_sigma = 0;
  SUBCASE("offset") {
    adc.common.errors.offset_sigma_lsb = 100;
    expected_sigma = 100;
  }
  SUBCASE("gain") {
    adc.common.errors.gain_sigma = 0.01;
    x = 10000;
    expected_sigma = 100;
  }
  std::vector<double> a(n, x), b(n, x);
  AdcBank(adc, true, 0, n, random_source).convert(unit_scale(16, true), 0, a, {});
  AdcBank(adc, true, 1, n, random_source).convert(unit_scale(16, true), 0, b, {});
  double mean = 0, square = 0, cross = 0;
  for (int i = 0; i < n; ++i) {
    mean += (a[i] - x) / n;
    square += (a[i] - x) * (a[i] - x) / n;
    cross += (a[i] - x) * (b[i] - x) / n;
  }
  const double variance = expected_sigma * expected_sigma + 1.0 / 12;  // and the rounding
  CHECK(std::abs(mean) < z_limit * std::sqrt(variance / n));
  CHECK(std::abs(square / variance - 1) < z_limit * std::sqrt(2.0 / n));
  CHECK(std::abs(cross / variance) < z_limit / std::sqrt(static_cast<double>(n)));
}

TEST_CASE("columns that share a converter share its offset") {
  RampAdc adc{.common = {.bits = 16, .shared_by = 8}};
  adc.common.errors.offset_sigma_lsb = 1000;
  const AdcBank bank(adc, true, 0, 4, random_source);
  std::vector<double> values(32, 0.0);
  bank.convert(unit_scale(16, true), 0, values, {});
  for (int c = 0; c < 32; ++c) CHECK(values[c] == values[c / 8 * 8]);
  CHECK(std::set<double>(values.begin(), values.end()).size() == 4);
  // A block that starts in the middle of the array meets the same converters.
  std::vector<double> part(10, 0.0);
  bank.convert(unit_scale(16, true), 13, part, {});
  CHECK(part == std::vector<double>(values.begin() + 13, values.begin() + 23));
}

TEST_CASE("columns without a converter and missing noise are bugs of the caller") {
  RampAdc adc{.common = {.bits = 8, .shared_by = 8}};
  std::vector<double> values(8, 0.0);
  CHECK_THROWS_AS(AdcBank(adc, true, 0, 2, random_source).convert(unit_scale(8, true), 9, values, {}),
                  std::logic_error);
  CHECK_NOTHROW(AdcBank(adc, true, 0, 2, random_source).convert(unit_scale(8, true), 8, values, {}));
  adc.common.errors.noise_lsb = 1;
  CHECK_THROWS_AS(AdcBank(adc, true, 0, 2, random_source).convert(unit_scale(8, true), 0, values, {}),
                  std::logic_error);
}

TEST_CASE("noise has the configured rms") {
  const double sigma = 0.7, x = 0.2;
  RampAdc adc{.common = {.bits = 8}};
  adc.common.errors.noise_lsb = sigma;
  const int n = 200000;
  std::vector<float> normals(n);
  random_source.normals({.purpose = Purpose::test}, normals);
  std::vector<double> values(n, x);
  AdcBank(adc, true, 0, n, random_source).convert(unit_scale(8, true), 0, values, normals);
  for (int code = -2; code <= 2; ++code) {
    const auto below = [&](double t) { return 0.5 * std::erfc((x - t) / (sigma * std::sqrt(2.0))); };
    const double p = below(code + 0.5) - below(code - 0.5);
    const double share = static_cast<double>(std::count(values.begin(), values.end(), code)) / n;
    CHECK(std::abs(share - p) < z_limit * std::sqrt(p * (1 - p) / n));
  }
}

TEST_CASE("SAR without mismatch is the uniform converter; with a vanishing one too") {
  SarAdc exact{.common = {.bits = 9}}, nearly = exact;
  nearly.capacitor_mismatch = 1e-12;
  for (const bool is_signed : {false, true}) {
    const AdcBank a(exact, is_signed, 0, 1, random_source), b(nearly, is_signed, 0, 1, random_source);
    for (double x = -300.013; x < 600; x += 0.21) {
      double u = x, v = x;
      const AdcScale scale = unit_scale(9, is_signed);
      REQUIRE(a.convert(scale, 0, {&u, 1}, {}) == b.convert(scale, 0, {&v, 1}, {}));
      REQUIRE(u == v);
      REQUIRE(u == std::clamp<double>(std::nearbyint(x), scale.lowest, scale.highest));
    }
  }
}

TEST_CASE("SAR levels follow from the drawn capacitors") {
  const double sigma = 0.02;
  const SarAdc adc{.common = {.bits = 5}, .capacitor_mismatch = sigma};
  const std::uint32_t array = 2, converters = 20;
  const AdcBank bank(adc, true, array, converters, random_source);
  for (std::uint32_t c = 0; c < converters; ++c) {
    double capacitor[5], total = 1 + sigma * draw(Purpose::adc_inl, array, c, 5);
    for (int k = 0; k < 5; ++k) {
      capacitor[k] = (1 << k) * (1 + sigma / std::sqrt(1 << k) * draw(Purpose::adc_inl, array, c, k));
      total += capacitor[k];
    }
    double last = -1e9;
    for (int code = 1; code < 32; ++code) {
      double level = 0;
      for (int k = 0; k < 5; ++k) level += (code >> k & 1) * capacitor[k] * 32 / total;
      REQUIRE(level > last);  // so that the search ends where a comparison with all levels does
      last = level;
      CHECK(code_of(bank, unit_scale(5, true), static_cast<int>(c), level - 16 - 0.5 - 1e-9) == code - 17);
      CHECK(code_of(bank, unit_scale(5, true), static_cast<int>(c), level - 16 - 0.5 + 1e-9) == code - 16);
    }
  }
}

// The largest capacitor against the sum of all others: (dC - dR) / 2 with 2^(b-1) units each, hence sigma^2 2^(b-2).
TEST_CASE("SAR mismatch at mid-scale has the variance of the unit capacitors, and the transfer stays monotone") {
  const double sigma = 0.1;
  const int n = 1500;
  const SarAdc adc{.common = {.bits = 8}, .capacitor_mismatch = sigma};
  const AdcBank bank(adc, false, 0, n, random_source);
  const AdcScale scale = unit_scale(8, false);
  double mean = 0, square = 0;
  for (int c = 0; c < n; ++c) {
    double below = 100, above = 156;
    while (above - below > 1e-6) {
      const double middle = (below + above) / 2;
      (code_of(bank, scale, c, middle) < 128 ? below : above) = middle;
    }
    mean += (below - 127.5) / n;
    square += (below - 127.5) * (below - 127.5) / n;
  }
  const double variance = sigma * sigma * 64;
  CHECK(std::abs(mean) < z_limit * std::sqrt(variance / n));
  CHECK(std::abs(square / variance - 1) < z_limit * std::sqrt(2.0 / n));
  for (int c = 0; c < 20; ++c) {
    double last = 0;
    for (double x = -3; x < 260; x += 0.05) {
      const double code = code_of(bank, scale, c, x);
      REQUIRE(code >= last);
      last = code;
    }
    CHECK(last == 255);
  }
}

TEST_CASE("flash: the code is the number of comparators that fire, in whatever order their thresholds are") {
  const FlashAdc adc{.common = {.bits = 5}, .comparator_offset_lsb = 2.5};
  const std::uint32_t array = 4, converters = 5;
  const AdcBank bank(adc, true, array, converters, random_source);
  bool out_of_order = false;
  for (std::uint32_t c = 0; c < converters; ++c) {
    std::vector<double> thresholds;
    for (std::uint32_t i = 0; i < 31; ++i) {
      thresholds.push_back(static_cast<double>(i) - 15.5 + 2.5 * draw(Purpose::adc_inl, array, c, i));
    }
    out_of_order = out_of_order || !std::is_sorted(thresholds.begin(), thresholds.end());
    double last = -16;
    for (double x = -25.003; x < 25; x += 0.07) {
      const auto fired = std::count_if(thresholds.begin(), thresholds.end(), [&](double t) { return t < x; });
      const double code = code_of(bank, unit_scale(5, true), static_cast<int>(c), x);
      REQUIRE(code == -16 + static_cast<double>(fired));
      REQUIRE(code >= last);
      last = code;
    }
    CHECK(last == 15);
  }
  CHECK(out_of_order);
}

TEST_CASE("measured thresholds: lowest code plus the number of thresholds below the value") {
  const FlashAdc adc = measured_flash({.bits = 2}, {-1.2, -0.1, 0.9});
  const AdcBank bank(adc, true, 0, 5, random_source);
  std::vector<double> values = {-2.1, -1.3, -1.1, 0.8, 1.0};
  CHECK(bank.convert(unit_scale(2, true), 0, values, {}) == 0);
  CHECK(values == std::vector<double>{-2, -2, -1, 0, 1});

  SUBCASE("unsigned counts from 0") {
    const FlashAdc table = measured_flash({.bits = 2}, {0.4, 1.7, 2.5});
    std::vector<double> x = {0.3, 0.5, 1.8, 2.6};
    AdcBank(table, false, 0, 4, random_source).convert(unit_scale(2, false), 0, x, {});
    CHECK(x == std::vector<double>{0, 1, 2, 3});
  }
  SUBCASE("clipped: more than one LSB beyond the last threshold, or the code that symmetric drops") {
    std::vector<double> x = {-2.3, -2.1, 1.8, 2.0};
    CHECK(bank.convert(unit_scale(2, true), 0, x, {}) == 2);
    x = {-2.1, -1.0, 0.0, 1.0};
    CHECK(bank.convert(adc_scale(2, 1, true, AdcCodes::symmetric), 0, x, {}) == 1);
    CHECK(x == std::vector<double>{-1, -1, 0, 1});
  }
}

TEST_CASE("a table of the wrong length or out of order is a problem of the config") {
  FlashAdc adc = measured_flash({.bits = 2}, {0.5, 1.5});
  REQUIRE(problems(adc).size() == 1);
  CHECK(problems(adc)[0].path == "adc.thresholds");
  CHECK(problems(adc)[0].message == "has 2 thresholds; 2 bits have 3");
  CHECK_THROWS_AS(AdcBank(adc, false, 0, 1, random_source), ConfigError);
  adc.thresholds_lsb = {0.5, 2.5, 1.5};
  REQUIRE(problems(adc).size() == 1);
  CHECK(problems(adc)[0].message == "threshold 2 is 2.5 and threshold 3 is 1.5: not ascending");
  adc.thresholds_lsb = {0.5, 1.5, 2.5};
  CHECK(problems(adc).empty());
  CHECK(problems(SarAdc{}).empty());
}

TEST_CASE("INL shifts the thresholds, interpolated over the code range") {
  const auto check = [](const Adc& adc) {
    // 8 codes, INL 0, 0.8, 0 at codes 0, 3.5, 7: threshold i at i + 0.5 + 0.8 (1 - |i - 3| / 3.5)
    const AdcBank bank(adc, false, 0, 1, random_source);
    for (int i = 0; i < 7; ++i) {
      const double threshold = i + 0.5 + 0.8 * (1 - std::abs(i - 3) / 3.5);
      CHECK(code_of(bank, unit_scale(3, false), 0, threshold - 1e-6) == i);
      CHECK(code_of(bank, unit_scale(3, false), 0, threshold + 1e-6) == i + 1);
    }
  };
  AdcCommon common{.bits = 3};
  common.errors.inl_lsb = {0, 0.8, 0};
  SUBCASE("ramp") { check(RampAdc{.common = common}); }
  SUBCASE("SAR, by table") { check(SarAdc{.common = common}); }
  SUBCASE("SAR, by search") { check(SarAdc{.common = common, .capacitor_mismatch = 1e-12}); }
  SUBCASE("flash") { check(FlashAdc{.common = common}); }
  SUBCASE("on top of measured thresholds") { check(measured_flash(common, {0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5})); }
}

TEST_CASE("a chip instance is one draw of its converters; seed and instance change it, order does not") {
  RampAdc adc{.common = {.bits = 16}};
  adc.common.errors.offset_sigma_lsb = 1000;
  const auto offsets = [&](const Random& r, int count) {
    std::vector<double> v(static_cast<std::size_t>(count), 0.0);
    AdcBank(adc, true, 0, count, r).convert(unit_scale(16, true), 0, v, {});
    return v;
  };
  const auto first = offsets(Random(1, 0), 8);
  CHECK(offsets(Random(1, 0), 8) == first);
  CHECK(offsets(Random(1, 1), 8) != first);
  CHECK(offsets(Random(2, 0), 8) != first);
  auto more = offsets(Random(1, 0), 16);
  more.resize(8);
  CHECK(more == first);
}

}  // namespace bitline::adc_errors_test
