// SPDX-License-Identifier: Apache-2.0
// Plans become points: combinations, order, random draws, and problems said where the plan says them.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "experiments/sweep_axes.h"
#include "tests/temporary_folder.h"

namespace bitline::plan_test {

namespace {

SweepAxes axes_of(const std::string& text) {
  const Value tree = parse_yaml(text, "plan.yaml");
  ConfigReader reader(tree, {});
  SweepPlan plan;
  reader.read(plan);
  reader.finish();
  return SweepAxes(plan, reader.annotations());
}

std::string problem_of(const std::string& text) {
  try {
    axes_of(text);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

std::string values(const SweepAxes::Bundle& bundle) {
  std::string out;
  for (const auto& a : bundle) out += a.path + "=" + a.value + ";";
  return out;
}

}  // namespace

TEST_CASE("the parts of a plan are axes in the order grid, zip, list, random, seeds") {
  const SweepAxes a = axes_of(
      "config: c\nseeds: [7, 8]\nlist: [{d: 1, e: 2}, {d: 3, e: 4}]\nzip: {b: [1, 2], c: [x, y]}\ngrid: {k: [1 uS, 2 "
      "uS, 3 uS], a.b: [all]}\n"
      "random: {points: 5, axes: {r: {from: 0, to: 1}}}\n");
  CHECK(a.paths == std::vector<std::string>{"k", "a.b", "b", "c", "d", "e", "r", "seed"});
  REQUIRE(a.all.size() == 6);
  CHECK(a.all[0].size() == 3);
  CHECK(values(a.all[0][2]) == "k=3 uS;");
  CHECK(values(a.all[2][1]) == "b=2;c=y;");
  CHECK(values(a.all[3][1]) == "d=3;e=4;");
  CHECK(a.all[4].size() == 5);
  CHECK(values(a.all[5][1]) == "seed=8;");
  CHECK(a.all[0][2][0].origin.line == 5);
  CHECK(a.all[0][2][0].origin.column == 24);
}

TEST_CASE("what a point of a list leaves out stays as in the config") {
  const SweepAxes a = axes_of("config: c\nlist: [{}, {d: 1}, {e: 2, d: 3}]\n");
  CHECK(a.paths == std::vector<std::string>{"d", "e"});
  REQUIRE(a.all.size() == 1);
  CHECK(values(a.all[0][0]) == "d=;e=;");
  CHECK(values(a.all[0][1]) == "d=1;e=;");
  CHECK(values(a.all[0][2]) == "d=3;e=2;");
}

TEST_CASE("values keep what they are on one line of YAML") {
  for (const char* text : {"80 uS", "[1, 2]", "{a: {b: [x, 1]}, c: d}", "\"4\"", "a, b", "~", "-3", "1e-6"}) {
    const Value once = parse_yaml(std::string("{v: [") + text + "]}", "t").find("v")->items.at(0);
    const Value again = parse_yaml(one_line(once), "t");
    CHECK(one_line(again) == one_line(once));
    CHECK(again.kind == once.kind);
    CHECK(again.text == once.text);
  }
}

TEST_CASE("random axes lie within their ends, follow their scale, and depend only on the seed") {
  const std::string text =
      "config: c\nrandom: {points: 4000, seed: %, axes: {lin: {from: 2 uS, to: 4 uS}, log: {from: 1e-3, to: 1e3, "
      "scale: log}, n: {from: 4, to: 6, whole: true}}}\n";
  const auto with_seed = [&](const std::string& seed) {
    std::string t = text;
    return axes_of(t.replace(t.find('%'), 1, seed)).all.at(0);
  };
  const auto points = with_seed("1"), same = with_seed("1"), other = with_seed("2");
  REQUIRE(points.size() == 4000);
  int below_three = 0, below_one = 0, differing = 0;
  std::map<std::string, int> whole;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& p = points[i];
    REQUIRE(p.size() == 3);  // axes by name: lin, log, n
    CHECK(p[0].value.substr(p[0].value.size() - 3) == " uS");
    const double lin = std::atof(p[0].value.c_str()), log = std::atof(p[1].value.c_str());
    CHECK(lin >= 2);
    CHECK(lin <= 4);
    CHECK(log >= 1e-3);
    CHECK(log <= 1e3);
    below_three += lin < 3;
    below_one += log < 1;
    ++whole[p[2].value];
    CHECK(values(p) == values(same[i]));
    differing += values(p) != values(other[i]);
  }
  // Halves of 4000 draws: sigma is 31.6, so 5 sigma (false alarm 6e-7 each).
  CHECK(std::abs(below_three - 2000) < 158);
  CHECK(std::abs(below_one - 2000) < 158);
  CHECK(differing > 3990);
  REQUIRE(whole.size() == 3);
  for (const char* n : {"4", "5", "6"}) CHECK(std::abs(whole[n] - 4000 / 3.0) < 5 * std::sqrt(4000 * 2 / 9.0));
}

TEST_CASE("wrong parts of a plan") {
  CHECK(problem_of("config: c\ngrid: [1]\n").find("plan.yaml:2:7: grid: must be a map") != std::string::npos);
  CHECK(
      problem_of("config: c\ngrid: {a: []}\n").find("plan.yaml:2:11: grid.a: must be a list with at least one value") !=
      std::string::npos);
  CHECK(problem_of("config: c\nzip: {a: [1], b: [1, 2]}\n").find("zip.b: lists 2 values but a lists 1") !=
        std::string::npos);
  CHECK(problem_of("config: c\nlist: [1]\n").find("must hold maps") != std::string::npos);
  CHECK(problem_of("config: c\ngrid: {a: [1]}\nlist: [{a: 2}]\n").find("'a' is on two axes") != std::string::npos);
  CHECK(problem_of("config: c\nrandom: {points: 2, axes: {a: {from: 1 V, to: 2 mV}}}\n").find("same unit") !=
        std::string::npos);
  CHECK(problem_of("config: c\nrandom: {points: 2, axes: {a: {from: 3, to: 2}}}\n").find("not upwards") !=
        std::string::npos);
  CHECK(problem_of("config: c\nrandom: {points: 2, axes: {a: {from: 0, to: 2, scale: log}}}\n").find("no logarithm") !=
        std::string::npos);
  CHECK(problem_of("config: c\nrandom: {points: 0, axes: {a: {from: 0, to: 2}}}\n").find("random.points") !=
        std::string::npos);
  CHECK(problem_of("config: c\nrandom: {points: 2}\n").find("axes") != std::string::npos);
}

TEST_CASE("points are all combinations, the last axis fastest, each with the hash of its config") {
  const test::TemporaryFolder folder;
  write_file(folder.path / "plan.yaml",
             "config: ideal\nset: {instances: 2}\ngrid: {quantization.weight_bits: [2, 3]}\nseeds: [5, 6, 5]\n");
  const ConfigPath where{{BITLINE_SOURCE_DIR "/configs"}};
  const Sweep sweep = load_sweep(folder.path / "plan.yaml", {{"arrays", "3"}}, where);
  REQUIRE(sweep.points.size() == 6);
  CHECK(values(sweep.points[4].axes) == "quantization.weight_bits=3;seed=6;");
  CHECK(sweep.points[3].hash == sweep.points[5].hash);
  std::set<std::string> hashes;
  for (const auto& p : sweep.points) {
    const LoadedConfig c = sweep.load(p);
    CHECK(c.config.instances == 2);
    CHECK(c.config.arrays == 3);
    CHECK(p.hash == config_hash(c.config));
    hashes.insert(p.hash);
  }
  CHECK(hashes.size() == 4);
  CHECK(sweep.load(sweep.points[4]).config.quantization.weight_bits == 3);
  CHECK(sweep.load(sweep.points[4]).config.seed == 6);
  CHECK(is_sweep_plan(folder.path / "plan.yaml", where));
  CHECK_FALSE(is_sweep_plan(BITLINE_SOURCE_DIR "/configs/ideal.yaml", where));
}

}  // namespace bitline::plan_test
