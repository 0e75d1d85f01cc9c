// SPDX-License-Identifier: Apache-2.0
// What is valid in a config but hardly meant is said, with the key and where it was written.
#include "arch/warnings.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "helpers.h"

namespace bitline::warnings_test {
using namespace arch;
using namespace bitline::test;

namespace {

// The warnings of the small config with more keys, one on a line, without places.
std::string warned(const std::string& more, const std::vector<Override>& overrides = {}) {
  std::string out;
  for (const Diagnostic& d : warnings(ConfigFolder().with(more, overrides))) out += placeless(d) + "\n";
  return out;
}

}  // namespace

TEST_CASE("a small sound config has no warnings") { CHECK(warned("") == ""); }

TEST_CASE("an age later than the device was measured is extrapolated") {
  const auto measured = [](const std::string& age, const std::vector<Override>& more = {}) {
    std::vector<Override> all{{"device.measured_until", "1 day"}, {"device.drift", "{type: power-law}"}, {"age", age}};
    all.insert(all.end(), more.begin(), more.end());
    return warned("", all);
  };
  CHECK(measured("2 days") ==
        "device.measured_until: 2 days after writing is extrapolated: the device was measured up to 1 day\n");
  CHECK(measured("1 day") == "");
  const std::vector<Override> drifting{{"age", "10 years"}, {"device.drift", "{type: power-law}"}};
  CHECK(warned("", drifting) == "");  // not known
  // Devices are never older than a refresh lets them be.
  CHECK(measured("2 days", {{"programming.refresh", "1 day"}}) == "");
  CHECK(has(measured("79 h", {{"programming.refresh", "40 h"}}), "1.625 days after writing"));
}

TEST_CASE("an age of a device that time does not change, and another read voltage of a curved one") {
  CHECK(has(warned("", {{"age", "1 year"}}), "age: changes nothing"));
  const Override curved{"device.iv", "{type: sinh, beta: 3 /V}"}, v_read{"device.plasticity.v_read", "0.15 V"};
  CHECK(has(warned("", {curved, v_read}), "this curved device was read at 150 mV"));
  CHECK(!has(warned("", {v_read}), "curved"));
  CHECK(!has(warned("", {curved}), "was read at"));
}

TEST_CASE("a warning says where its key was written") {
  const ConfigFolder f;
  const auto found =
      warnings(f.with("age: 1 year\n", {{"device.measured_until", "1 day"}, {"device.drift", "{type: power-law}"}}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].where.file == "--set device.measured_until=1 day");
  const auto in_library = warnings(f.with("age: 1 year\n", {{"device", "rram-neurram"}}));
  REQUIRE(in_library.size() == 1);
  CHECK(has(in_library[0].where.file, "rram-neurram.yaml"));
  CHECK(in_library[0].where.line > 0);
}

TEST_CASE("each key of programming is used or said not to be") {
  const std::string verified = "{type: write-verify, half_width: 1 uS, set_step: [2 uS]}";
  const std::vector<Override> table{{"technology.write_energy", "1 pJ"}, {"technology.write_time", "1 us"}};
  struct Row {
    const char *programming, *said;
    bool write_verify = false, by_table = false, endurance = false;
  };
  const Row rows[] = {
      {"{}", ""},
      {"{voltage: 1 V, pulse: 1 us, pulses: 3, verify: true, parallel: 2}", ""},
      {"{voltage: 1 V, pulse: 1 us, verify: false}", ""},
      {"{voltage: 1 V}", ""},  // sizes level shifters
      {"{pulses: 3}", "programming.pulses: is not used: pulses have a cost only with both"},
      {"{voltage: 1 V, pulses: 3}", "programming.pulses: is not used: pulses have a cost only with both"},
      {"{pulses: 3}", "", false, false, true},
      {"{pulse: 1 us}", "programming.pulse: is not used: pulses have a cost only with both"},
      {"{verify: true}", "programming.verify: is not used"},
      {"{parallel: 2}", "programming.parallel: is not used: no key tells how long"},
      {"{parallel: 2}", "", false, true},
      {"{voltage: 1 V, pulse: 1 us}", "programming.pulse: is not used: technology.write_energy and", false, true},
      {"{pulses: 3}", "programming.pulses: is not used: technology.write_energy and", false, true},
      {"{voltage: 1 V, pulse: 1 us}", "", true},
      {"{voltage: 1 V, pulse: 1 us, pulses: 3}", "programming.pulses: is not used: device.write is write-verify", true},
      {"{pulses: 3}", "programming.pulses: is not used: device.write is write-verify", true, false, true},
      {"{voltage: 1 V, pulse: 1 us, verify: true}", "", true},
      {"{voltage: 1 V, pulse: 1 us, verify: false}", "programming.verify: leaves out the reads", true},
  };
  for (const Row& r : rows) {
    std::vector<Override> all{{"programming", r.programming}};
    if (r.write_verify) all.push_back({"device.write", verified});
    if (r.by_table) all.insert(all.end(), table.begin(), table.end());
    if (r.endurance) all.push_back({"device.endurance", "1e6"});
    const std::string told = warned("", all);
    CAPTURE(r.programming);
    CAPTURE(told);
    CHECK(std::count(told.begin(), told.end(), '\n') == (*r.said ? 1 : 0));
    CHECK(has(told, r.said));
  }
}

TEST_CASE("voltages and transistors that do not go with the node are said") {
  CHECK(has(warned("", {{"input.v_read", "2 V"}}), "input.v_read: 2 V is more than the 1.43 V that transistors"));
  CHECK(warned("", {{"input.v_read", "1.4 V"}}) == "");
  CHECK(warned("", {{"input.v_read", "2 V"}, {"technology.core_limit", "3.3 V"}}) == "");
  CHECK(has(warned("layers: {fc1: {input.v_read: 2 V}, fc2: {digital: true, input.v_read: 3 V}}\n"),
            "layers.fc1.input.v_read: 2 V"));
  CHECK(!has(warned("layers: {fc2: {digital: true, input.v_read: 3 V}}\n"), "v_read"));

  CHECK(has(warned("", {{"technology.vdd", "0.1 V"}}), "technology.vdd: is 100 mV, but the currents of"));
  CHECK(has(warned("", {{"technology.vdd", "1.5 V"}}), "stay within 10 % of 1.3 V"));
  CHECK(warned("", {{"technology.vdd", "1.17 V"}}) == "");
  CHECK(has(warned("", {{"technology.node", "22 nm"}}),
            "technology.node: is 22 nm, but technology.transistor is of 130 nm (name a shipped "
            "table (`bitline list technologies`)"));
  CHECK(warned("", {{"technology.node", "0.13 um"}}) == "");
  for (const char* node : {"130nm", "90nm", "65nm", "45nm", "32nm", "22nm", "14nm", "7nm"}) {
    CAPTURE(node);
    CHECK(warned("", {{"technology", node}}) == "");
  }
}

}  // namespace bitline::warnings_test
