// SPDX-License-Identifier: Apache-2.0
// Plans become points: combinations, order, random draws, and problems said where the plan says them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "experiments/sweep_axes.h"
#include "experiments/sweep_keys.h"
#include "experiments/sweep_order.h"
#include "tests/temporary_folder.h"

namespace bitline::plan_test {
using namespace device;
using namespace arch;
using namespace run;
using namespace experiments;

namespace {

SweepAxes axes_of(const std::string& text) {
  const Value tree = parse_yaml(text, "plan.yaml");
  ConfigReader reader(tree, {});
  SweepPlan plan;
  reader.read(plan);
  reader.finish();
  SweepAxes axes(plan, reader.annotations());
  if (!axes.problems().empty()) throw ConfigError(axes.problems());
  return axes;
}

std::string problem_of(const std::string& text) {
  try {
    axes_of(text);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

std::string values(const AxisBundle& bundle) {
  std::string out;
  for (const auto& a : bundle) out += a.path + "=" + a.value + ";";
  return out;
}

std::vector<std::string> paths_of(const SweepAxes& axes) {
  Sweep sweep;
  sweep.axes = axes.all;
  return sweep.paths();
}

const ConfigPath shipped{{BITLINE_SOURCE_DIR "/configs"}};

Sweep sweep_of(const std::string& plan, const std::vector<Override>& overrides = {}) {
  const test::TemporaryFolder folder;
  write_file(folder.path / "plan.yaml", plan);
  RunOptions run;
  run.model_folders = {BITLINE_SOURCE_DIR "/models"};
  run.data.folders = {"/usr/share/datasets"};
  return load_sweep(folder.path / "plan.yaml", overrides, shipped, run);
}

// What loading each point whole says its key is.
void check_keys(const Sweep& sweep) {
  FileKeys files;
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    INFO("point ", i);
    CHECK(sweep.keys[i] == point_key(sweep, sweep.load(i), files));
  }
}

// Every problem of a plan, as it is told.
std::vector<std::string> problems_of(const std::string& plan) {
  std::vector<std::string> texts;
  try {
    const Sweep sweep = sweep_of(plan);
    check_points(sweep, distinct_points(sweep));  // as before a run
  } catch (const ConfigError& e) {
    for (Diagnostic d : e.diagnostics()) {
      const std::string file = d.where.file.str();
      d.where.file = file.substr(file.rfind('/') + 1);
      texts.push_back(to_string(d));
    }
  }
  return texts;
}

// Whether one of them begins with this.
bool has(const std::vector<std::string>& texts, const std::string& begin) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return text.starts_with(begin); });
}

std::size_t distinct(const Sweep& sweep) { return std::set<Key>(sweep.keys.begin(), sweep.keys.end()).size(); }

}  // namespace

TEST_CASE("the parts of a plan are axes in the order grid, zip, list, random, seeds") {
  const SweepAxes a = axes_of(
      "config: c\nseeds: [7, 8]\nlist: [{d: 1, e: 2}, {d: 3, e: 4}]\nzip: {b: [1, 2], c: [x, y]}\ngrid: {k: [1 uS, 2 "
      "uS, 3 uS], a.b: [all]}\n"
      "random: {points: 5, axes: {r: {from: 0, to: 1}}}\n");
  CHECK(paths_of(a) == std::vector<std::string>{"k", "a.b", "b", "c", "d", "e", "r", "seed"});
  REQUIRE(a.all.size() == 6);
  CHECK(a.all[0].bundles.size() == 3);
  CHECK(values(a.all[0].bundles[2]) == "k=3 uS;");
  CHECK(values(a.all[2].bundles[1]) == "b=2;c=y;");
  CHECK(values(a.all[3].bundles[1]) == "d=3;e=4;");
  CHECK(a.all[4].bundles.size() == 5);
  CHECK(values(a.all[5].bundles[1]) == "seed=8;");
  CHECK(a.all[0].bundles[2][0].origin.line == 5);
  CHECK(a.all[0].bundles[2][0].origin.column == 24);
}

TEST_CASE("what a point of a list leaves out stays as in the config") {
  const SweepAxes a = axes_of("config: c\nlist: [{}, {d: 1}, {e: 2, d: 3}]\n");
  CHECK(paths_of(a) == std::vector<std::string>{"d", "e"});
  REQUIRE(a.all.size() == 1);
  CHECK(values(a.all[0].bundles[0]) == "d=;e=;");
  CHECK(values(a.all[0].bundles[1]) == "d=1;e=;");
  CHECK(values(a.all[0].bundles[2]) == "d=3;e=2;");
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
    return axes_of(t.replace(t.find('%'), 1, seed)).all.at(0).bundles;
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

TEST_CASE("points are all combinations, the last axis fastest, each with the key of its config") {
  const test::TemporaryFolder folder;
  write_file(folder.path / "plan.yaml",
             "config: ideal\nset: {instances: 2}\ngrid: {quantization.weight_bits: [2, 3]}\nseeds: [5, 6, 5]\n");
  const Sweep sweep = load_sweep(folder.path / "plan.yaml", {{"arrays", "3"}}, shipped, {});
  REQUIRE(sweep.size() == 6);
  CHECK(values(sweep.axes[0].bundles[sweep.digit(4, 0)]) + values(sweep.axes[1].bundles[sweep.digit(4, 1)]) ==
        "quantization.weight_bits=3;seed=6;");
  CHECK(sweep.values(4).size() == 2);
  CHECK(sweep.values(4)[1]->value == "6");
  CHECK(sweep.keys[3] == sweep.keys[5]);
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    const LoadedConfig c = sweep.load(i);
    CHECK(c.config.instances == 2);
    CHECK(c.config.arrays == 3);
  }
  CHECK(distinct(sweep) == 4);
  CHECK(distinct_points(sweep).size() == 4);
  CHECK(sweep.load(4).config.quantization.weight_bits == 3);
  CHECK(sweep.load(4).config.seed == 6);
  CHECK(is_sweep_plan(folder.path / "plan.yaml", shipped));
  CHECK_FALSE(is_sweep_plan(BITLINE_SOURCE_DIR "/configs/ideal.yaml", shipped));
}

TEST_CASE("keys are those of the points' configs, however the axes lie in them") {
  for (const char* plan : {
           // Keys that mean something together, on axes of their own.
           "config: fashion-mlp\ngrid: {adc.bits: [7, 8], quantization.weight_bits: [3, 4], layers: [{fc1: {adc.bits: "
           "6}}, "
           "{fc2: {digital: true}}]}\n",
           "config: fashion-mlp\ngrid: {adc: [{type: ideal}, {type: flash, bits: 4}, {bits: 6}], technology: [65nm, "
           "22nm], "
           "technology.vdd: [1 V, 1.1 V]}\n",
           "config: fashion-mlp\nset: {device: pcm}\nzip: {device.g_min: [0.1 uS, 0.2 uS], age: [1 h, 1 day]}\nseeds: "
           "[1, "
           "2]\n",
           // Points that leave keys out, and names.
           "config: fashion-mlp\nlist: [{}, {name: few, adc.bits: 4}, {name: many}, {device: rram-neurram, adc.bits: "
           "8}]\n"
           "grid: {input.v_read: [0.1 V, 0.2 V]}\n",
           "config: fashion-mlp\nrandom: {points: 40, axes: {device.read_noise.relative: {from: 1 %, to: 5 %}, "
           "periphery.bus_bits: {from: 16, to: 512, whole: true}, workload.images: {from: 10, to: 20, whole: true}}}\n",
           "config: vgg8-cost\ngrid: {workload.activity: [{type: bits, ones: 30 %}, {type: uniform}], array.rows: "
           "[128, "
           "256], workload.shapes.0.outputs: [64, 128]}\n",
           // Rows that show published figures: read whole.
           "config: fashion-mlp\ngrid: {adc.bits: [5, 6]}\nkeep: [published.0.ours]\n",
           "config: fashion-mlp\ngrid: {published: [[], [{what: a, published: 1, ours: quality.value, source: b, with: "
           "{adc.bits: 4}}]]}\nresults: full\n",
       }) {
    INFO(plan);
    check_keys(sweep_of(plan));
  }
}

TEST_CASE("points that differ in labels only are one; where rows show them they are two") {
  const std::string plan = "config: fashion-mlp\nlist: [{name: a}, {name: b}, {name: c, published: []}]\n";
  CHECK(distinct(sweep_of(plan)) == 1);
  CHECK(distinct(sweep_of(plan + "results: full\n")) == 2);
  CHECK(distinct(sweep_of(plan + "keep: [published.0.ours, quality.value]\n")) == 2);
  CHECK(distinct(
            sweep_of("config: isaac\ngrid: {budget: [[{name: a}], [{name: b}]]}\nkeep: [budget.chip.power_W]\n")) == 2);
}

TEST_CASE("dear stages vary slowest as points run") {
  const Sweep sweep = sweep_of(
      "config: fashion-mlp\ngrid: {technology: [65nm, 22nm], adc.bits: [7, 8], device.g_min: [1 uS, 2 uS], "
      "workload.images: [10, 20], name: [a, b], age: [1 s, 1 h], array.rows: [576, 600]}\n");
  const std::vector<std::size_t> order = distinct_points(sweep);
  REQUIRE(order.size() == 64);  // names make no points
  // How often each axis changes from one point to the next: the dearest once.
  std::map<std::string, int> changes;
  for (std::size_t i = 1; i < order.size(); ++i)
    for (std::size_t a = 0; a < sweep.axes.size(); ++a)
      changes[sweep.axes[a].paths[0]] += sweep.digit(order[i], a) != sweep.digit(order[i - 1], a);
  CHECK(changes["workload.images"] == 1);
  CHECK(changes["array.rows"] == 3);
  CHECK(changes["device.g_min"] == 7);
  CHECK(changes["age"] == 15);
  CHECK(changes["adc.bits"] == 31);
  CHECK(changes["technology"] == 63);
  CHECK(first_stage("device.drift") == RunStage::state);
  CHECK(first_stage("wires.row") == RunStage::design);
}

TEST_CASE("a point is checked only where it is asked for, and values that no config takes always") {
  const std::string bad = "config: fashion-mlp\ngrid: {device.g_min: [1 uS, 90 uS], adc.bits: [6, 7]}\n";
  const Sweep sweep = sweep_of(bad);  // each value is sound, but not beside g_max
  const std::vector<std::size_t> good{0, 1}, all{0, 1, 2, 3};
  CHECK(check_points(sweep, good).empty());
  std::string told;
  try {
    check_points(sweep, all);
  } catch (const ConfigError& e) {
    told = e.what();
  }
  CHECK(told.find("device.g_min=90 uS") != std::string::npos);
  CHECK_THROWS_AS(sweep_of("config: fashion-mlp\ngrid: {adc.bits: [6, 70]}\n"), ConfigError);
  CHECK_THROWS_AS(sweep_of("config: fashion-mlp\ngrid: {no_such_key: [6, 70]}\n"), ConfigError);
}

TEST_CASE("all problems of a plan are told in one go, each at its place") {
  const auto told = problems_of(
      "config: fashion-mlp\n"
      "gird: {seed: [1]}\n"
      "grid:\n"
      "  adc.bits: [4, 60]\n"
      "  adc.bitz: [1, 2, 3]\n"
      "  array.rows: 64\n"
      "zip: {device.g_min: [1 uS, 2 uS], device.g_max: [20 uS]}\n"
      "random: {points: 2, axes: {age: {from: 1, to: 9 s}, input.bits: {from: 9, to: 2}}}\n"
      "keep: [quality.valu, energy.per_inference_J]\n");
  CAPTURE(told);
  CHECK(told.size() == 8);
  CHECK(has(told, "plan.yaml:2:1: gird: unknown key 'gird' (did you mean 'grid'?)"));
  CHECK(has(told, "plan.yaml:4:17: adc.bits: is '60' but must be"));
  CHECK(has(told, "plan.yaml:5:14: adc.bitz: unknown key 'bitz' (did you mean 'bits'?)"));
  CHECK(has(told, "plan.yaml:6:15: grid.array.rows: must be a list"));
  CHECK(has(told, "plan.yaml:7:49: zip.device.g_max: lists 1 values but device.g_min lists 2"));
  CHECK(has(told, "plan.yaml:8:33: random.axes.age: goes from '1' to '9 s'"));
  CHECK(has(told, "plan.yaml:8:65: random.axes.input.bits: goes from '9' to '2', which is not upwards"));
  CHECK(has(told,
            "plan.yaml:9:8: keep.0: 'quality.valu' is no path of result.json: 'quality' has no 'valu' (did you mean "
            "'quality.value'?)"));
  // In the order of the plan.
  CHECK(std::is_sorted(told.begin(), told.end()));
}

TEST_CASE("values that do not go together are told once, at the value that their points share") {
  // Rows that are switched take no analog inputs.
  const auto told = problems_of(
      "config: fashion-mlp\ngrid: {array.active_rows: [64, 144, all], input.encoding: [bit-serial, analog], "
      "array.topology: [voltage-rows, gated-rows]}\n");
  CAPTURE(told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("plan.yaml:2:72: "));
  CHECK(told[0].find("[3 of 12 points, with input.encoding=analog, array.topology=gated-rows]") != std::string::npos);
}

TEST_CASE("problems that differ in numbers only are one") {
  const auto told = problems_of(
      "config: fashion-mlp\nset: {device.g_max: 20 uS}\nrandom: {points: 50, axes: {device.g_min: {from: 10 uS, to: 40 "
      "uS}}}\n");
  CAPTURE(told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("plan.yaml:2:21: device.g_max: "));
  CHECK(told[0].find(" of 50 points") != std::string::npos);
}

TEST_CASE("points that no config takes are left out where the plan or the caller says so") {
  const std::string plan =
      "config: fashion-mlp\ngrid: {input.encoding: [bit-serial, analog], array.topology: [voltage-rows, gated-rows], "
      "adc.bits: [6, 60]}\n";
  const Sweep sweep = sweep_of(plan + "skip_invalid: true\n");
  REQUIRE(sweep.size() == 8);
  CHECK(std::vector<int>(sweep.invalid.begin(), sweep.invalid.end()) == std::vector<int>{0, 1, 0, 1, 0, 1, 1, 1});
  CHECK(distinct_points(sweep).size() == 3);
  REQUIRE(sweep.skipped.size() == 2);
  CHECK(sweep.skipped[0].points == 4);
  CHECK(sweep.skipped[0].reason.find("is '60'") != std::string::npos);
  CHECK(sweep.skipped[1].points == 1);
  CHECK(sweep.skipped[1].reason.find("analog inputs need row voltages") != std::string::npos);
  const std::vector<std::size_t> good{0, 2, 4};
  CHECK(check_points(sweep, good).empty());
  CHECK_THROWS_AS(sweep_of(plan), ConfigError);
  // Nothing left, or a plan that is wrong itself.
  CHECK_THROWS_AS(sweep_of("config: fashion-mlp\nskip_invalid: true\ngrid: {adc.bits: [60]}\n"), ConfigError);
  CHECK(problems_of(plan + "skip_invalid: true\nkeep: [nothing]\n").size() == 1);
}

TEST_CASE("paths of keep are checked before anything runs, those of layers by the network's") {
  CHECK(
      problems_of("config: fashion-mlp\nkeep: [layers.fc1.snr_db, nodes.any.energy_J, energy.breakdown_J, wires.mode, "
                  "published.0.ours]\n")
          .empty());
  const auto told = problems_of("config: fashion-mlp\nkeep: [layers.fc9.snr_db]\n");
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("'layers' has no 'fc9' (did you mean 'layers.fc1.snr_db'?)") != std::string::npos);
  // Layers of several networks have no names to check.
  CHECK(problems_of("config: fashion-mlp\ngrid: {workload.images: [10, 20]}\nkeep: [layers.other.snr_db]\n").empty());
}

}  // namespace bitline::plan_test
