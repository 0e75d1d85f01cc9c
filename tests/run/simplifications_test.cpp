// SPDX-License-Identifier: Apache-2.0
// What results say is left out is true of the config they are of: every claim names keys that are off, or on, there.
#include "run/simplifications.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/config_writer.h"
#include "base/schema_pages.h"
#include "tests/run/helpers.h"

namespace bitline::simplifications_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace chip;
using namespace run;
using namespace bitline::test;

namespace {

const ConfigPath shipped{{source / "configs"}};

// Paths of all keys, those of every alternative of closed lists included: "adc.bits".
const std::set<std::string>& schema() {
  static const std::set<std::string> keys = [] {
    std::set<std::string> all;
    Config config;
    for (const SchemaRow& row : schema_rows([&](Visitor& v) { fields(v, config); })) {
      std::string path;
      int depth = 0;
      for (const char c : row.path) {
        depth += c == '[';
        if (depth == 0) path += c;
        depth -= c == ']';
      }
      all.insert(path);
    }
    for (const char* type : {"adc", "cell"}) all.insert(std::string(type) + ".type");
    return all;
  }();
  return keys;
}

std::vector<std::string> children(const std::string& parent) {
  std::vector<std::string> names;
  for (const std::string& key : schema())
    if (key.starts_with(parent + ".") && key.find('.', parent.size() + 1) == std::string::npos)
      names.push_back(key.substr(parent.size() + 1));
  return names;
}

// Words and numbers that say that nothing is there.
bool says_nothing(const Value& v) {
  if (v.is_map()) {
    const Value* type = v.find("type");
    return v.entries.empty() || (type && says_nothing(*type));
  }
  if (v.is_list()) return v.items.empty();
  static const std::set<std::string> words = {"unset",    "none",
                                              "never",    "false",
                                              "ideal",    "ohmic",
                                              "exact",    "metal",
                                              "unknown",  "summed over gates",
                                              "modelled", "technology.temperature",
                                              ""};
  if (words.count(v.text)) return true;
  const auto n = number_and_unit(v.text);
  return n && n->value == 0;
}

// Why a claim that these keys are off is false; "" when it is true.
std::string not_off(const Value& tree, const std::string& path) {
  const Value* v = value_at(tree, path);
  if (v && !says_nothing(*v)) return "is set";
  if (v || schema().count(path)) return "";  // unset, or of another alternative
  // No key at all: then its parent is one, and no key beside it has a name like it.
  const std::size_t dot = path.rfind('.');
  const std::string parent = path.substr(0, dot == std::string::npos ? 0 : dot);
  if (!schema().count(parent)) return "has no parent among the keys";
  const std::string near = nearest(path.substr(dot + 1), children(parent));
  return near.empty() ? "" : "is no key, but " + near + " is";
}

std::string not_on(const Value& tree, const std::string& condition) {
  const std::size_t equals = condition.find('=');
  const Value* v = value_at(tree, condition.substr(0, equals));
  if (!v) return "is absent";
  if (equals == std::string::npos) return says_nothing(*v) ? "is off" : "";
  return v->text == condition.substr(equals + 1) ? "" : "is " + v->text;
}

void check_claims(const Config& config) {
  const Value tree = expand_dotted(ConfigWriter::write(config));
  std::set<std::string> topics;
  for (const Simplification& s : simplifications(config)) {
    CHECK(topics.insert(s.what).second);
    CHECK_FALSE(s.claims.empty());
    for (const Claim& c : s.claims) {
      INFO(s.what, ": ", c.text);
      CHECK(c.text.ends_with('.'));
      CHECK_FALSE((c.off.empty() && c.on.empty()));
      for (const std::string& key : c.off) {
        INFO(key, " ", not_off(tree, key));
        CHECK(not_off(tree, key) == "");
      }
      for (const std::string& key : c.on) {
        INFO(key, " ", not_on(tree, key));
        CHECK(not_on(tree, key) == "");
      }
    }
  }
}

Config with(const std::vector<Override>& overrides, const char* base = "fashion-mlp") {
  return load(source / "configs" / (std::string(base) + ".yaml"), overrides, shipped).config;
}

std::string status(const Config& config, const std::string& what) {
  for (const Simplification& s : simplifications(config))
    if (s.what == what) return s.status();
  return "";
}

bool says(const Config& config, const std::string& what, const std::string& text) {
  return status(config, what).find(text) != std::string::npos;
}

// Ways to set or unset what claims speak of.
const std::vector<Override> changes = {
    {"device.slow_noise", "{type: flicker}"},
    {"device.slow_noise", "{type: telegraph}"},
    {"device.slow_noise", "none"},
    {"device.read_noise", "{sigma: 0 S, relative: 0}"},
    {"device.read_noise", "{sigma: 0.1 uS}"},
    {"device.drift", "{type: power-law, nu_mean: 0.05}"},
    {"device.drift", "none"},
    {"device.relaxation", "{type: log-time, sigma: [0.1 uS]}"},
    {"device.relaxation", "none"},
    {"device.thermal", "{drift: 0.6 eV}"},
    {"device.thermal", "{relaxation: 0.6 eV}"},
    {"device.temperature", "350 K"},
    {"device.endurance", "1000000"},
    {"device.faults", "{stuck_on: 0.1 %, dead_row: 0.1 %}"},
    {"device.spread", "{device_to_device: 3 %}"},
    {"device.write", "exact"},
    {"device.write", "{type: gaussian, sigma: [1 uS]}"},
    {"device.write", "{type: write-verify}"},
    {"age", "1 day"},
    {"age", "0 s"},
    {"programming.refresh", "1 h"},
    {"programming.refresh", "7 h"},
    {"use", "{type: in-time, span: 1 day}"},
    {"use", "at-once"},
    {"device.read_disturb",
     "{type: stretched-exponential, g_rest: 4 uS, tau: 1 s, beta: 0.5, at_voltage: 0.2 V, voltage_per_e: 50 mV}"},
    {"wires", "{row: 1 ohm, column: 1 ohm}"},
    {"wires", "{mode: exact, row: 0 ohm, column: 0 ohm}"},
    {"wires", "{mode: ideal, row: 1 ohm}"},
    {"wires", "{access: 1 kohm}"},
    {"wires", "{sense_far: 0 ohm, row: 0 ohm, column: 0 ohm}"},
    {"array.topology", "gated-rows"},
    {"array.topology", "gated-ladder"},
    {"input.encoding", "analog"},
    {"cell", "{type: 1t1r-differential, subtract: analog}"},
    {"cell", "{type: 1t1r-differential}"},
    {"cell", "{type: 1t1r-offset}"},
    {"adc", "ideal"},
    {"adc", "{type: flash, bits: 4, comparator_offset: 0.2}"},
    {"adc", "{type: sar, bits: 6, capacitor_mismatch: 1 %}"},
    {"adc", "{type: ramp, bits: 6, shared_by: 8, clamp: 10 uA, errors: {inl: [0.1, 0, 0.1]}}"},
    {"adc.errors", "{offset: 0.3, noise: 0.5}"},
    {"adc.cost.model", "circuit"},
    {"adc.cost.model", "population"},
    {"adc.cost", "{model: population, kind: flash, effective_bits: 4.5, overhead: 1.3}"},
    {"adc.cost.model", "auto"},
    {"adc.cost", "{energy: 1 pJ, area: 100 um2}"},
    {"adc.cost", "{energy: 1 pJ, area: 100 um2, leakage: 1 uW, time: 10 ns}"},
    {"layers", "{fc1: {digital: true}, fc2: {adc: ideal}}"},
    {"layers", "{fc1: {adc: {bits: 6}}}"},
    {"technology.leakage", "1 mW"},
    {"technology.metal.temperature", "350 K"},
    {"technology.write_energy", "1 pJ"},
    {"technology.write_time", "1 us"},
    {"programming", "{voltage: 1.2 V, pulse: 100 ns}"},
    {"programming", "{voltage: 1.2 V}"},
    {"programming", "{pulse: 100 ns}"},
    {"mapping.schedule", "pipelined"},
    {"mapping.schedule", "sequential"},
    {"reload", "true"},
    {"periphery",
     "{off_chip: true, clock_gating: false, buffer: registers, interconnect: mesh, floorplan_overhead: 10 %}"},
    {"periphery.baselines", "false"},
    {"calibrate", "per-chip"},
    {"correct", "offset"},
    {"adc.range", "mean-square-error"},
};

}  // namespace

TEST_CASE("every claim of every shipped config names keys that are so in it") {
  int checked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source / "configs")) {
    const auto& path = entry.path();
    const std::string folder = path.parent_path().filename().string();
    if (path.extension() != ".yaml" || folder == "device" || folder == "technology" || folder == "sweep") continue;
    INFO(path.string());
    check_claims(load(path, {}, shipped).config);
    ++checked;
  }
  CHECK(checked >= 8);
}

TEST_CASE("every claim is true whatever is set and unset") {
  std::mt19937 engine(1);
  int valid = 0;
  for (const char* base : {"fashion-mlp", "vgg8-cost"}) {
    for (const Override& change : changes) {
      INFO(base, ": ", change.path, ": ", change.value);
      try {
        check_claims(with({change}, base));
        ++valid;
      } catch (const ConfigError&) {  // not for this chip
      }
    }
    for (int i = 0; i < 300; ++i) {
      std::vector<Override> some;
      std::string text;
      for (unsigned n = 2 + engine() % 6; n > 0; --n) {
        some.push_back(changes[engine() % changes.size()]);
        text += fmt::format("{}: {}; ", some.back().path, some.back().value);
      }
      INFO(base, ": ", text);
      try {
        check_claims(with(some, base));
        ++valid;
      } catch (const ConfigError&) {
      }
    }
  }
  CHECK(valid > 150);
}

TEST_CASE("no claim outlives the model that makes it false") {
  CHECK(says(with({}), "Read noise", "No 1/f or telegraph noise"));
  for (const char* noise : {"flicker", "telegraph"})
    CHECK_FALSE(says(with({{"device.slow_noise", fmt::format("{{type: {}}}", noise)}}), "Read noise", "No 1/f"));
  const std::vector<Override> drifting{{"device.drift", "{type: power-law, nu_mean: 0.05}"}, {"age", "1 day"}};
  CHECK(says(with(drifting), "Temperature of devices", "depend on none"));
  std::vector<Override> activated = drifting;
  activated.push_back({"device.thermal.drift_energy", "0.6 eV"});
  CHECK_FALSE(says(with(activated), "Temperature of devices", "depend on none"));
  CHECK(says(with(activated), "Temperature of devices", "Arrhenius"));
  CHECK(says(with({}), "Ageing", "keep the conductance"));
  CHECK_FALSE(says(with(drifting), "Ageing", "keep the conductance"));
  CHECK(says(with({drifting[0]}), "Ageing", "no time has passed"));
  CHECK(says(with(drifting), "Ageing", "read at one age"));
  // A day of refreshes each hour ends with one.
  std::vector<Override> refreshed = drifting;
  refreshed.push_back({"programming.refresh", "1 h"});
  CHECK_FALSE(says(with(refreshed), "Ageing", "read as written"));
  CHECK(says(with(refreshed), "Ageing", "right after a refresh"));
  std::vector<Override> in_time = drifting;
  in_time.push_back({"use", "{type: in-time, span: 1 day}"});
  CHECK(says(with(in_time), "Ageing", "between moments of reading only"));
  CHECK_FALSE(says(with(in_time), "Ageing", "read at one age"));
  const Override disturb{
      "device.read_disturb",
      "{type: stretched-exponential, g_rest: 4 uS, tau: 1 s, beta: 0.5, at_voltage: 0.2 V, voltage_per_e: 50 mV}"};
  CHECK(says(with({}), "Read disturb", "Reads leave devices as they are."));
  CHECK(says(with({disturb}), "Read disturb", "how many came before is not known"));
  CHECK_FALSE(says(with({disturb, in_time.back()}), "Read disturb", "leave devices as they are"));
  CHECK(says(with({disturb, in_time.back()}), "Read disturb", "the mean over the images of the first moment"));
  CHECK(says(with({disturb, in_time.back()}), "Ageing", "But for reads"));
  CHECK(says(with({}), "Wire resistance", "full read voltage"));
  CHECK(says(with({{"wires.row", "1 ohm"}, {"wires.column", "1 ohm"}}), "Wire resistance", "Exact"));
  CHECK(says(with({}), "Lines of arrays", "without loss"));
  const Config held = with({{"periphery.row_supply", "1.2 V"}});
  CHECK_FALSE(says(held, "Lines of arrays", "without loss"));
  CHECK(says(held, "Lines of arrays", "class A"));
  check_claims(held);
  CHECK(says(with({{"adc", "{type: sar, bits: 8}"}}), "Converters", "only round and clip"));
  CHECK_FALSE(
      says(with({{"adc", "{type: sar, bits: 8, capacitor_mismatch: 1 %}"}}), "Converters", "only round and clip"));
  CHECK(status(with({}), "Digital layers") == "");
  CHECK(says(with({{"layers", "{fc1: {digital: true}}"}}), "Digital layers", "Exact"));
  CHECK(status(with({}, "vgg8-cost"), "Read noise") == "");  // nothing is read
  CHECK(says(with({}, "vgg8-cost"), "Weights and inputs", "no write errors"));
}

TEST_CASE("the test of claims sees false ones") {
  const Value tree = ConfigWriter::write(with({{"device.slow_noise", "{type: flicker}"}}));
  CHECK(not_off(tree, "device.slow_noise") == "is set");
  CHECK(not_off(tree, "device.read_noise.relative") == "is set");
  CHECK(not_off(tree, "device.slow_nois") != "");
  CHECK(not_off(tree, "devise.slow_noise") != "");
  CHECK(not_off(tree, "wires.coupling") == "");
  CHECK(not_on(tree, "device.drift") == "is off");
  CHECK(not_on(tree, "device.slow_noise") == "");
  CHECK(not_on(tree, "adc.cost.model=circuit") != "");
}

TEST_CASE("a result carries what its models say, costs of shapes too; a budget says nothing") {
  const Result costs = run::run(load(source / "configs/vgg8-cost.yaml", {}, shipped), run_options());
  CHECK(costs.simplifications.size() == simplifications(with({}, "vgg8-cost")).size());
  CHECK(costs.simplifications.size() > 8);
  CHECK(simplifications(load(source / "configs/validation/isaac.yaml", {}, shipped).config).empty());
}

}  // namespace bitline::simplifications_test
