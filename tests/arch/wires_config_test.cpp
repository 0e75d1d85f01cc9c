// SPDX-License-Identifier: Apache-2.0
// Wires and curved devices in a config: what does not go together is told before anything runs.
#include <doctest/doctest.h>

#include "tests/arch/helpers.h"

namespace bitline::wires_config_test {
using namespace device;
using namespace bitline::test;

namespace {

using Sets = std::vector<Override>;

Sets wired(Sets more) {
  more.push_back({"wires.row", "1 ohm"});
  more.push_back({"wires.column", "1 ohm"});
  return more;
}
const Override compensated{"wires.compensation", "conductance"}, curved{"device.iv", "{type: sinh, beta: 3 /V}"},
    analog{"input.encoding", "analog"};

}  // namespace

TEST_CASE("settings of wires that cannot be meant are refused, each with its reason") {
  const ConfigFolder f;
  const auto refuses = [&](const Sets& sets, const std::string& path, const std::string& words) {
    CAPTURE(words);
    const auto wrong = diagnostics_of([&] { f.with("", sets); });
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].path == path);
    CHECK(has(wrong[0].message, words));
    CHECK(!wrong[0].remedy.empty());
  };
  refuses({compensated}, "wires.compensation", "none has a resistance");
  for (const char* cell : {"{type: 1t1r-offset}", "{type: 1t1r-differential}"})
    refuses(wired({compensated, {"cell", cell}}), "wires.compensation", "g_min cancels");
  refuses(wired({compensated, curved}), "wires.compensation", "ohmic");
  refuses(wired({curved, {"array.topology", "gated-ladder"}}), "device.iv", "ohmic");
  refuses({curved, analog}, "device.iv", "solved circuits");
  refuses({curved, {"layers.fc1.input.encoding", "analog"}}, "device.iv", "layers.fc1.input.encoding");
  refuses({curved, {"layers.fc1.input.v_read", "0.1 V"}}, "layers.fc1.input.v_read", "verified");
  refuses(wired({{"layers.fc1.cell", "{type: 1t1r-offset}"}}), "layers.fc1.cell", "one circuit");
  refuses({{"wires.mode", "exact"},
           {"technology.metal.width", "100 nm"},
           {"technology.metal.thickness", "200 nm"},
           {"technology.metal.resistivity", "20 nohm m"},
           {"technology.metal.temperature", "4 K"}},
          "technology.metal", "temperature coefficient");
  // A cell that cannot be laid out is told once, with or without wires.
  const auto cell = diagnostics_of([&] { f.with("", wired({{"cell", "{type: 2t2r, slices: 9}"}})); });
  REQUIRE(cell.size() == 1);
  CHECK(has(cell[0].path, "cell"));
  CHECK(f.wrong_set("device.iv", "{type: sinh, beta: 0 /V}").size() == 1);
}

TEST_CASE("what goes together loads") {
  const ConfigFolder f;
  const Override row{"wires.row", "0 ohm"}, column{"wires.column", "0 ohm"};
  // Sweeps over resistances begin at none.
  CHECK_NOTHROW(f.with("", {row, column, compensated}));
  CHECK_NOTHROW(f.with("", {row, column, {"wires.mode", "exact"}, curved, analog}));
  CHECK(is_curved(f.with("", {curved}).config.device.iv));
}

}  // namespace bitline::wires_config_test
