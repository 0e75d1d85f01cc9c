// SPDX-License-Identifier: Apache-2.0
// What device files leave open is assumed, said, and survives being written and read again.
#include <doctest/doctest.h>

#include <algorithm>

#include "helpers.h"

namespace bitline::complete_device_test {
using namespace arch;
using namespace bitline::test;

namespace {

LoadedConfig with_device(const std::string& device) {
  return load(source / "configs/fashion-mlp.yaml", {{"device", device}}, shipped);
}
std::string assumed(const LoadedConfig& l, const std::string& path) {
  for (const Assumption& a : l.annotations.assumed)
    if (a.path == path) return a.value;
  return "";
}

}  // namespace

TEST_CASE("a device without data of writing is written by its pulses where it can be, else exactly, and that is said") {
  const ConfigFolder f;
  const LoadedConfig plain = f.with("");
  CHECK(std::holds_alternative<device::ExactWrite>(plain.config.device.write));
  CHECK(assumed(plain, "device.write.type") == "exact");
  const LoadedConfig ftj = with_device("ftj");
  CHECK(std::holds_alternative<device::PulseWrite>(ftj.config.device.write));
  CHECK(assumed(ftj, "device.write.type") == "pulses");
  const LoadedConfig told = with_device("{base: ftj, write: exact}");
  CHECK(std::holds_alternative<device::ExactWrite>(told.config.device.write));
  CHECK(assumed(told, "device.write.type") == "");
  CHECK(assumed(with_device("rram-2t2r"), "device.write.type") == "");
}

TEST_CASE("a window of which only the ratio is known") {
  const LoadedConfig cbps = with_device("cbps");
  CHECK(cbps.config.device.g_max_S == 20e-6);
  CHECK(cbps.config.device.g_min_S == doctest::Approx(20e-6 / 120).epsilon(1e-15));
  CHECK(!assumed(cbps, "device.g_min").empty());
  CHECK(with_device("{base: cbps, g_min: 1 uS, g_max: 5 uS}").config.device.g_max_S == 5e-6);
}

TEST_CASE("assumptions survive being written and read again") {
  for (const char* device : {"cbps", "ftj", "{g_min: 2 uS, g_max: 20 uS}"}) {
    CAPTURE(device);
    const LoadedConfig once = with_device(device);
    const ConfigFolder f;
    const LoadedConfig again = load(f.file("resolved.yaml", resolved_yaml(once)), {}, shipped);
    CHECK(config_hash(once.config) == config_hash(again.config));
    CHECK(assumed(once, "device.write.type") == assumed(again, "device.write.type"));
    CHECK(assumed(once, "device.g_min") == assumed(again, "device.g_min"));
  }
}

TEST_CASE("nothing is assumed where nothing is written") {
  CHECK(assumed(load(source / "configs/vgg8-cost.yaml", {{"device", "{g_min: 2 uS, g_max: 20 uS}"}}, shipped),
                "device.write.type") == "");
}

}  // namespace bitline::complete_device_test
