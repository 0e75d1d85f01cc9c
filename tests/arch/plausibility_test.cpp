// SPDX-License-Identifier: Apache-2.0
// Slips of a unit or a factor are warned of, each by its own rule; sound values are not.
#include "arch/plausibility.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "helpers.h"

namespace bitline::plausibility_test {
using namespace arch;
using namespace bitline::test;

namespace {

// Keys that are warned of in the small config with these settings.
std::vector<std::string> found(const std::vector<Override>& overrides) {
  std::vector<std::string> keys;
  for (const Diagnostic& d : implausible(ConfigFolder().with("", overrides).config)) {
    CHECK(!d.message.empty());
    CHECK(!d.remedy.empty());
    keys.push_back(d.path);
  }
  return keys;
}
using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("a sound config is plausible") { CHECK(found({}) == Keys{}); }

TEST_CASE("all shipped configs are plausible") {
  for (const auto& entry : std::filesystem::directory_iterator(source / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path().string());
    for (const Diagnostic& d : implausible(load(entry.path(), {}, shipped).config)) FAIL_CHECK(to_string(d));
  }
}

TEST_CASE("5 where 5 % was meant") {
  CHECK(found({{"device.read_noise.relative", "5"}}) == Keys{"device.read_noise.relative"});
  CHECK(found({{"device.read_noise.relative", "5 %"}}) == Keys{});
  CHECK(found({{"adc.errors.gain", "5"}}) == Keys{"adc.errors.gain"});
  CHECK(found({{"adc.errors.gain", "5 %"}}) == Keys{});
  const auto d = implausible(ConfigFolder().with("", {{"device.read_noise.relative", "5"}}).config);
  REQUIRE(d.size() == 1);
  CHECK(has(d[0].remedy, "5 is 500 %"));
}

TEST_CASE("a current law far beyond where devices are measured") {
  // 20 uS at 0.2 V; of beta 3 /V at 3 V: 20 uS x 3 V x (sinh 9 / 3) / (sinh 0.6 / 0.2) = 25 mA, at 4 V 511 mA.
  const Override law{"device.iv", "{type: sinh, beta: 3 /V}"};
  CHECK(found({law, {"programming", "{voltage: 3 V, pulse: 100 ns}"}}) == Keys{});
  CHECK(found({law, {"programming", "{voltage: 4 V, pulse: 100 ns}"}}) == Keys{"device.iv"});
  CHECK(found({{"programming", "{voltage: 4 V, pulse: 100 ns}"}}) == Keys{});
}

TEST_CASE("mS where uS was meant, and nS") {
  CHECK(found({{"device.write", "{type: gaussian, sigma: [1.5 mS]}"}}) == Keys{"device.write.sigma"});
  CHECK(found({{"device.write", "{type: gaussian, sigma: [0 S, 19 uS]}"}}) == Keys{"device.write.sigma"});
  CHECK(found({{"device.write", "{type: gaussian, sigma: [0 S, 17 uS]}"}}) == Keys{});  // of a window of 18 uS
  CHECK(found({{"device.write", "{type: window, half_width: 20 uS}"}}) == Keys{"device.write.half_width"});
  // 64 rows at 0.2 V: 10 mA are 781.25 uS each.
  CHECK(found({{"device.g_max", "20 mS"}}) == Keys{"device.g_max"});
  CHECK(found({{"device.g_max", "782 uS"}}) == Keys{"device.g_max"});
  CHECK(found({{"device.g_max", "781 uS"}}) == Keys{});
  // 10 electrons for each of 256 steps in 50 ns: 8.2 nA, or 641 pS each.
  CHECK(found({{"device.g_min", "0 S"}, {"device.g_max", "640 pS"}}) == Keys{"device.g_max"});
  CHECK(found({{"device.g_min", "0 S"}, {"device.g_max", "642 pS"}}) == Keys{});
  CHECK(found({{"device.g_min", "19.9 uS"}}) == Keys{"device.g_max"});
}

TEST_CASE("converters and times that no chip has") {
  CHECK(found({{"adc.range", "{type: fixed, current: 1 A}"}}) == Keys{"adc.range"});
  CHECK(found({{"adc.range", "{type: fixed, current: 1 nA}"}}) == Keys{"adc.range"});
  CHECK(found({{"adc.range", "{type: fixed, current: 50 uA}"}}) == Keys{});
  CHECK(found({{"adc.shared_by", "300"}}) == Keys{"adc.shared_by"});
  CHECK(found({{"adc.shared_by", "32"}}) == Keys{});
  CHECK(found({{"input.t_read", "50 ms"}}) == Keys{"input.t_read"});
  CHECK(found({{"programming.pulse", "1 h"}}) == Keys{"programming.pulse"});
  CHECK(found({{"adc.type", "flash"}, {"technology.clock", "20 GHz"}}) == Keys{"adc.cost"});
  CHECK(found({{"adc.type", "flash"}, {"technology.clock", "10 GHz"}}) == Keys{});
  // Published SAR converters have 3.5 effective bits and more.
  CHECK(found({{"adc.cost.model", "population"}, {"adc.bits", "3"}}) == Keys{"adc.cost"});
  CHECK(found({{"adc.cost.model", "population"}, {"adc.bits", "4"}}) == Keys{});
}

}  // namespace bitline::plausibility_test
