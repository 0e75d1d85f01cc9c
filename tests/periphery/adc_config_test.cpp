// SPDX-License-Identifier: Apache-2.0
// The configuration keys of the converters: read, refused, written back.
#include <doctest/doctest.h>

#include <string>

#include "base/config_reader.h"
#include "base/config_writer.h"
#include "periphery/adc/adc.h"

namespace bitline::adc_config_test {
using namespace periphery;

struct AdcHolder {
  Adc adc = SarAdc{};
};
void fields(Visitor& v, AdcHolder& c) { v(c.adc, {.key = "adc", .meaning = "converter"}); }

namespace {

Adc read(const std::string& yaml) {
  AdcHolder holder;
  ConfigReader reader(parse_yaml(yaml, "test"), {});
  reader.read(holder);
  reader.finish();
  return holder.adc;
}

std::string refused(const std::string& yaml) {
  try {
    read(yaml);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every key of a SAR converter") {
  const Adc adc = read(R"(
adc:
  type: sar
  bits: 6
  range: {type: charge, charge: 12.5 pC, time: 100 ns}
  codes: symmetric
  shared_by: 8
  clamp: 20 uA
  errors: {offset: 0.5, gain: 1 %, noise: 0.3, inl: [0, 0.25, -0.5]}
  cost: {energy: 2 pJ, time: 10 ns, area: 1e-9 m2, leakage: 3 uW}
  capacitor_mismatch: 0.5 %
)");
  const auto& sar = std::get<SarAdc>(adc);
  const AdcCommon& c = *common(adc);
  CHECK(&c == &sar.common);
  CHECK(c.bits == 6);
  CHECK(std::get<ChargeRange>(c.range).charge_C == doctest::Approx(12.5e-12).epsilon(1e-12));
  CHECK(std::get<ChargeRange>(c.range).time_s == doctest::Approx(100e-9).epsilon(1e-12));
  CHECK(c.codes == AdcCodes::symmetric);
  CHECK(c.shared_by == 8);
  CHECK(*c.clamp_A == doctest::Approx(20e-6).epsilon(1e-12));
  CHECK(c.errors.offset_sigma_lsb == 0.5);
  CHECK(c.errors.gain_sigma == doctest::Approx(0.01).epsilon(1e-12));
  CHECK(c.errors.noise_lsb == 0.3);
  CHECK(c.errors.inl_lsb == std::vector<double>{0, 0.25, -0.5});
  CHECK(*c.cost.given.energy_J == doctest::Approx(2e-12).epsilon(1e-12));
  CHECK(*c.cost.given.time_s == doctest::Approx(1e-8).epsilon(1e-12));
  CHECK(*c.cost.given.area_m2 == doctest::Approx(1e-9).epsilon(1e-12));
  CHECK(*c.cost.given.leakage_W == doctest::Approx(3e-6).epsilon(1e-12));
  CHECK(sar.capacitor_mismatch == doctest::Approx(0.005).epsilon(1e-12));
}

TEST_CASE("the other kinds and ranges") {
  CHECK(std::holds_alternative<IdealAdc>(read("adc: {type: ideal}")));
  CHECK(common(read("adc: {type: ideal}")) == nullptr);
  const Adc flash = read("adc: {type: flash, bits: 2, comparator_offset: 0.1, thresholds: [0.4, 1.7, 2.5]}");
  CHECK(std::get<FlashAdc>(flash).thresholds_lsb == std::vector<double>{0.4, 1.7, 2.5});
  CHECK(std::get<FlashAdc>(flash).comparator_offset_lsb == 0.1);
  CHECK(std::get<RampAdc>(read("adc: {type: ramp, clock: 250 MHz}")).clock_Hz == doctest::Approx(250e6).epsilon(1e-12));
  const auto range = [](const std::string& text) {
    return common(read("adc: {type: sar, range: " + text + "}"))->range;
  };
  CHECK(std::holds_alternative<FullScaleRange>(range("{type: full-scale}")));
  CHECK(std::get<FixedRange>(range("{type: fixed, current: 40 uA}")).current_A ==
        doctest::Approx(40e-6).epsilon(1e-12));
  CHECK(std::get<CalibratedRange>(range("{type: calibrated, coverage: 99.9 %}")).coverage ==
        doctest::Approx(0.999).epsilon(1e-12));
}

TEST_CASE("wrong values are refused with the key's path") {
  const auto names = [](const std::string& yaml, const std::string& path) {
    const std::string text = refused(yaml);
    CAPTURE(yaml);
    CAPTURE(text);
    CHECK(text.find(path) != std::string::npos);
  };
  names("adc: {type: sar, bits: 0}", "adc.bits");
  names("adc: {type: sar, bits: 40}", "adc.bits");
  names("adc: {type: flash, bits: 11}", "adc.bits");
  names("adc: {type: sar, shared_by: 0}", "adc.shared_by");
  names("adc: {type: sar, clamp: 0 A}", "adc.clamp");
  names("adc: {type: sar, range: {type: fixed}}", "adc.range");
  names("adc: {type: sar, range: {type: fixed, current: 0 A}}", "adc.range.current");
  names("adc: {type: sar, range: {type: calibrated, coverage: 101 %}}", "adc.range.coverage");
  names("adc: {type: sar, range: {type: charge, charge: 1 pC, time: 0 s}}", "adc.range.time");
  names("adc: {type: sar, errors: {noise: -1}}", "adc.errors.noise");
  names("adc: {type: sar, errors: {noise: .nan}}", "adc.errors.noise");
  names("adc: {type: sar, errors: {inl: [0, .inf]}}", "adc.errors.inl");
  names("adc: {type: sar, cost: {energy: -1 pJ}}", "adc.cost.energy");
  names("adc: {type: sar, capacitor_mismatch: 20 %}", "adc.capacitor_mismatch");
  names("adc: {type: ramp, clock: 0 Hz}", "adc.clock");
  names("adc: {type: ideal, bits: 8}", "bits");
  names("adc: {type: sar, thresholds: [1]}", "thresholds");
}

TEST_CASE("written back and read again it is the same converter") {
  const Adc adc = read(
      "adc: {type: flash, bits: 3, range: {type: fixed, current: 1.7 uA}, clamp: 3 uA, errors: {inl: [0.1, 0.2]}, "
      "cost: "
      "{energy: 1.234567 pJ}, comparator_offset: 0.3}");
  const std::string text = to_yaml(ConfigWriter::write(AdcHolder{adc}));
  CAPTURE(text);
  const auto& a = std::get<FlashAdc>(adc);
  const Adc again = read(text);
  const auto& b = std::get<FlashAdc>(again);
  CHECK(b.common.bits == 3);
  CHECK(std::get<FixedRange>(b.common.range).current_A == std::get<FixedRange>(a.common.range).current_A);
  CHECK(b.common.clamp_A == a.common.clamp_A);
  CHECK(b.common.errors.inl_lsb == a.common.errors.inl_lsb);
  CHECK(b.common.cost.given.energy_J == a.common.cost.given.energy_J);
  CHECK_FALSE(b.common.cost.given.time_s);
  CHECK_FALSE(b.common.cost.given.leakage_W);
  CHECK(b.comparator_offset_lsb == a.comparator_offset_lsb);
}

}  // namespace bitline::adc_config_test
