// SPDX-License-Identifier: Apache-2.0
// result.json: the documented keys in their order, sums, nulls, and no number that is none.
#include "run/result_json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/version.h"
#include "tests/report/sample.h"

namespace bitline::result_json_test {
using namespace cost;
using namespace run;

using Json = nlohmann::ordered_json;

namespace {

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}
using Keys = std::vector<std::string>;

double sum(const Json& object) {
  double s = 0;
  for (const auto& [key, value] : object.items()) s += value.get<double>();
  return s;
}

}  // namespace

TEST_CASE("result.json has exactly the documented keys, in order") {
  const Json j = Json::parse(result_json(costed_result()));
  CHECK(keys(j) == Keys{"schema_version",
                        "bitline_version",
                        "config_hash",
                        "seed",
                        "status",
                        "design",
                        "network",
                        "data",
                        "warnings",
                        "assumed",
                        "simplifications",
                        "shapes",
                        "experiment",
                        "quality",
                        "scores",
                        "use",
                        "write",
                        "wires",
                        "energy",
                        "latency",
                        "area",
                        "efficiency",
                        "baselines",
                        "unit_costs",
                        "budget",
                        "mapping",
                        "layers",
                        "nodes",
                        "published",
                        "published_left_out",
                        "timing",
                        "provenance"});
  CHECK(keys(j["network"]) == Keys{"file", "layers", "weights", "outputs"});
  CHECK(keys(j["data"]) == Keys{"set", "samples", "shape", "classes", "targets", "normalized", "values"});
  CHECK(keys(j["data"]["values"]) == Keys{"min", "max", "mean", "deviation"});
  CHECK(keys(j["published_left_out"][0]) == Keys{"what", "why"});
  CHECK(keys(j["assumed"][0]) == Keys{"path", "value", "reason"});
  CHECK(keys(j["quality"]) == Keys{"metric", "value", "ci95_both", "ci95", "ci95_images", "chips", "reference", "loss",
                                   "loss_ci95", "inputs"});
  CHECK(keys(j["quality"]["chips"][0]) == Keys{"value", "ci95"});
  CHECK(keys(j["quality"]["reference"]) == Keys{"float", "quantized", "chance"});
  CHECK(keys(j["write"]) == Keys{"level_accuracy", "rms_error_S", "fault_frac", "pulses_per_cell", "failed_frac",
                                 "unpulsed_frac", "read_after_s", "refresh_in_s"});
  CHECK(keys(j["energy"]) == Keys{"per_inference_J", "at_least", "interval_J", "write_J", "write_breakdown_J",
                                  "write_s", "refresh_W", "breakdown_J", "images"});
  CHECK(keys(j["energy"]["breakdown_J"]) == Keys{"array", "adc", "driver", "shift_add", "leakage"});
  CHECK(keys(j["latency"]) == Keys{"per_inference_s", "at_least", "throughput_per_s", "breakdown_s"});
  CHECK(keys(j["area"]) == Keys{"total_m2", "interval_m2", "unused_arrays_m2", "breakdown_m2"});
  CHECK(keys(j["efficiency"]) == Keys{"tops_per_w", "tops_per_mm2", "one_bit_tops_per_w", "definition", "boundaries"});
  CHECK(keys(j["efficiency"]["boundaries"][0]) == Keys{"name", "inside", "tops_per_w", "tops_per_mm2"});
  CHECK(keys(j["baselines"][0]) ==
        Keys{"name", "how", "energy_J", "latency_s", "area_m2", "tops_per_w", "tops_per_mm2"});
  CHECK(keys(j["unit_costs"][0]) == Keys{"name", "per", "energy_J", "time_s", "area_m2", "leakage_W", "instances",
                                         "from", "model_because", "energy_spread", "area_spread", "leakage_spread"});
  CHECK(keys(j["budget"][0]) == Keys{"name", "power_W", "area_m2"});
  CHECK(keys(j["mapping"]) ==
        Keys{"arrays_used", "arrays_total", "arrays_needed", "choices", "cell_utilisation", "layers"});
  CHECK(keys(j["mapping"]["layers"][0]) == Keys{"name", "rows", "columns", "copies", "blocks"});
  CHECK(keys(j["mapping"]["layers"][0]["blocks"][0]) == Keys{"array", "row", "column", "rows", "columns"});
  CHECK(keys(j["layers"][0]) == Keys{"name", "energy_J", "latency_s", "settle_s", "read_s", "snr_db",
                                     "adc_clipped_frac", "adc_full_scale_A", "conversions", "macs", "arrays",
                                     "energy_breakdown_J", "latency_breakdown_s"});
  CHECK(keys(j["nodes"][0]) == Keys{"name", "operation", "where", "paid_by", "macs", "energy_J", "latency_s"});
  CHECK(keys(j["published"][0]) ==
        Keys{"what", "published", "ours", "unit", "source", "kind", "within", "low", "high"});
  CHECK(keys(j["timing"]) == Keys{"load", "run"});
  CHECK(keys(j["provenance"]) == Keys{"host", "threads", "isa", "libraries", "inputs"});
  CHECK(keys(j["provenance"]["inputs"][0]) == Keys{"name", "checksum"});
}

TEST_CASE("result.json holds what costs can tell") {
  const Json j = Json::parse(result_json(costed_result()));
  CHECK(j["energy"]["interval_J"] == Json::array({0.6e-6, 1.5e-6}));
  CHECK(j["area"]["interval_m2"] == Json::array({2e-6, 9e-6}));
  CHECK(j["unit_costs"][0]["area_spread"] == 3.75);
  CHECK(j["energy"]["write_s"] == 0.25);
  CHECK(j["energy"]["refresh_W"] == 0.5e-6);
  CHECK(keys(j["efficiency"]["boundaries"][0]) == Keys{"name", "inside", "tops_per_w", "tops_per_mm2"});
  CHECK(keys(j["baselines"][0]) ==
        Keys{"name", "how", "energy_J", "latency_s", "area_m2", "tops_per_w", "tops_per_mm2"});
  CHECK(keys(j["unit_costs"][0]) == Keys{"name", "per", "energy_J", "time_s", "area_m2", "leakage_W", "instances",
                                         "from", "model_because", "energy_spread", "area_spread", "leakage_spread"});
  CHECK(j["unit_costs"][0]["from"] == "survey");
  CHECK(j["unit_costs"][0]["model_because"] == "survey: adc.cost.model says so");
  CHECK(j["unit_costs"][1]["model_because"].is_null());
  CHECK(j["unit_costs"][2]["instances"].is_null());
  CHECK(j["budget"][1] == Json({{"name", "chip"}, {"power_W", 55.2e-3}, {"area_m2", 1.556e-6}}));
}

TEST_CASE("result.json holds a use in time, moment by moment") {
  CHECK(Json::parse(result_json(sample_result()))["use"].is_null());
  const Json use = Json::parse(result_json(used_result()))["use"];
  CHECK(keys(use) ==
        Keys{"span_s", "time_per_image_s", "images", "metric", "refreshes", "refresh_J", "refresh_s", "moments"});
  REQUIRE(use["moments"].size() == 3);
  CHECK(keys(use["moments"][0]) == Keys{"time_s", "age_s", "images", "images_since_write", "refreshes", "inputs",
                                        "value", "low", "high", "change", "change_ci95"});
  CHECK(use["refresh_J"] == 3e-3);
  const Json last = {{"time_s", 86400.}, {"age_s", 3600.},  {"images", 43200.}, {"images_since_write", 1800.},
                     {"refreshes", 1},   {"inputs", 10000}, {"value", 0.8725},  {"low", 0.84},
                     {"high", 0.9}};
  Json moment = use["moments"][2];
  CHECK(moment["change"].is_null());
  CHECK(moment["change_ci95"].is_null());
  moment.erase("change"), moment.erase("change_ci95");
  CHECK(moment == last);
  CHECK(use["moments"][1]["change"] == -0.0625);
  CHECK(use["moments"][1]["change_ci95"] == Json::array({-0.07, -0.05}));
}

TEST_CASE("result.json holds the figures") {
  const Json j = Json::parse(result_json(costed_result()));
  CHECK(j["schema_version"] == 1);
  CHECK(j["bitline_version"] == std::string(version()));
  CHECK(std::string(version()).find('.') != std::string::npos);
  CHECK(j["seed"] == 7);
  CHECK(j["status"] == "done");
  CHECK(j["warnings"] == Json::array({"layer fc3 clips 3.1 % of its conversions"}));
  CHECK(j["quality"]["value"] == 0.8691);
  CHECK(j["quality"]["ci95"] == Json::array({0.8680, 0.8702}));
  CHECK(j["quality"]["ci95_images"] == Json::array({0.8630, 0.8751}));
  CHECK(j["quality"]["chips"].size() == 10);
  CHECK(j["quality"]["reference"]["float"] == 0.8851);
  CHECK(j["quality"]["reference"]["quantized"] == 0.8832);
  CHECK(j["quality"]["loss_ci95"] == Json::array({0.0131, 0.0152}));
  CHECK(j["quality"]["inputs"] == 10000);
  for (const char* unset : {"pulses_per_cell", "unpulsed_frac", "refresh_in_s"}) CHECK(j["write"][unset].is_null());
  CHECK(j["write"]["read_after_s"] == 0);
  CHECK(j["area"]["unused_arrays_m2"] == 0);
  CHECK(j["energy"]["interval_J"] == Json::array({0.6e-6, 1.5e-6}));
  CHECK(j["energy"]["write_J"] == 3e-3);
  CHECK(j["energy"]["write_s"] == 0.25);
  CHECK(j["energy"]["refresh_W"] == 0.5e-6);
  const Json bare = Json::parse(result_json(sample_result()));
  for (const char* unset : {"write_J", "write_breakdown_J", "write_s", "refresh_W"})
    CHECK(bare["energy"][unset].is_null());
  CHECK(j["efficiency"]["one_bit_tops_per_w"] == 16);
  CHECK(j["efficiency"]["boundaries"][1]["tops_per_w"] == 1.25);
  CHECK(j["baselines"][0]["latency_s"] == 3e-6);
  CHECK(j["unit_costs"][0]["from"] == "survey");
  CHECK(j["unit_costs"][0]["instances"] == 64);
  CHECK(j["unit_costs"][2]["from"] == "given");
  CHECK(j["unit_costs"][2]["instances"].is_null());
  CHECK(j["budget"][1]["power_W"] == 55.2e-3);
  CHECK(j["published"][0]["ours"] == 0.8457);
  CHECK(j["published"][1]["ours"].is_null());
  CHECK(j["published"][1]["published"] == 1.25e-6);
  CHECK(j["mapping"]["layers"][0]["blocks"].size() == 4);
  CHECK(j["mapping"]["layers"][0]["blocks"][3] ==
        Json({{"array", 3}, {"row", 0}, {"column", 0}, {"rows", 208}, {"columns", 128}}));
  CHECK(j["layers"][1]["snr_db"] == 19.25);
  CHECK(j["provenance"]["threads"] == 2);
  // Sums of powers of two: exact.
  CHECK(sum(j["energy"]["breakdown_J"]) ==
        doctest::Approx(j["energy"]["per_inference_J"].get<double>()).epsilon(1e-14));
  CHECK(sum(j["latency"]["breakdown_s"]) == doctest::Approx(12e-6).epsilon(1e-14));
  CHECK(sum(j["area"]["breakdown_m2"]) == doctest::Approx(3.5e-6).epsilon(1e-14));
}

TEST_CASE("set optionals are numbers; a part named twice is added up") {
  Result r = costed_result();
  r.write.pulses_per_cell = 5.5;
  r.write.unpulsed_frac = 0.25;
  r.write.read_after_s = 3600;
  r.write.refresh_in_s = 7200;
  r.costs.unused_arrays_m2 = 1e-6;
  r.costs.energy_write_J = 3e-3;
  r.costs.write_time_s = 2e-3;
  r.costs.refresh_W = 1e-6;
  r.costs.energy_J.add(Part::adc, 0.25e-6);
  const Json j = Json::parse(result_json(r));
  CHECK(j["write"]["pulses_per_cell"] == 5.5);
  CHECK(j["write"]["unpulsed_frac"] == 0.25);
  CHECK(j["write"]["read_after_s"] == 3600);
  CHECK(j["write"]["refresh_in_s"] == 7200);
  CHECK(j["area"]["unused_arrays_m2"] == 1e-6);
  CHECK(j["energy"]["write_J"] == 3e-3);
  CHECK(j["energy"]["write_s"] == 2e-3);
  CHECK(j["energy"]["refresh_W"] == 1e-6);
  CHECK(j["energy"]["breakdown_J"]["adc"] == 0.5e-6);
}

TEST_CASE("a number that is not finite is null, and a warning names its key") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  struct Case {
    const char* key;
    std::function<void(Result&, double)> set;
  };
  const std::vector<Case> cases = {
      {"quality.value", [](Result& r, double x) { r.quality.value = x; }},
      {"quality.ci95.1", [](Result& r, double x) { r.quality.ci95.upper = x; }},
      {"quality.chips.3.value", [](Result& r, double x) { r.quality.chips[3].value = x; }},
      {"quality.reference.float", [](Result& r, double x) { r.quality.reference_float = x; }},
      {"quality.loss_ci95.0", [](Result& r, double x) { r.quality.loss_ci95.lower = x; }},
      {"write.rms_error_S", [](Result& r, double x) { r.write.rms_error_S = x; }},
      {"write.pulses_per_cell", [](Result& r, double x) { r.write.pulses_per_cell = x; }},
      {"write.unpulsed_frac", [](Result& r, double x) { r.write.unpulsed_frac = x; }},
      {"write.read_after_s", [](Result& r, double x) { r.write.read_after_s = x; }},
      {"write.refresh_in_s", [](Result& r, double x) { r.write.refresh_in_s = x; }},
      {"area.unused_arrays_m2", [](Result& r, double x) { r.costs.unused_arrays_m2 = x; }},
      {"energy.write_J", [](Result& r, double x) { r.costs.energy_write_J = x; }},
      {"energy.write_s", [](Result& r, double x) { r.costs.write_time_s = x; }},
      {"energy.refresh_W", [](Result& r, double x) { r.costs.refresh_W = x; }},
      {"energy.interval_J.1", [](Result& r, double x) { r.costs.energy_high_J = x; }},
      {"efficiency.boundaries.chip.tops_per_w", [](Result& r, double x) { r.costs.boundaries[2].tops_per_w = x; }},
      {"baselines.MAC plane.energy_J", [](Result& r, double x) { r.costs.baselines[0].energy_J = x; }},
      {"unit_costs.adder.area_m2", [](Result& r, double x) { r.costs.unit_costs[2].unit.area_m2 = x; }},
      {"budget.chip.power_W", [](Result& r, double x) { r.budget[1].power_W = x; }},
      {"layers.fc2.settle_s", [](Result& r, double x) { r.costs.layers[1].settle_s = x; }},
      {"energy.breakdown_J.adc", [](Result& r, double x) { r.costs.energy_J.add(Part::adc, x); }},
      {"latency.throughput_per_s", [](Result& r, double x) { r.costs.throughput_per_s = x; }},
      {"area.total_m2", [](Result& r, double x) { r.costs.area_m2 = x; }},
      {"efficiency.tops_per_w", [](Result& r, double x) { r.costs.tops_per_w = x; }},
      {"mapping.cell_utilisation", [](Result& r, double x) { r.mapping.cell_utilisation = x; }},
      {"layers.fc2.adc_full_scale_A", [](Result& r, double x) { r.reads[1].adc_full_scale_A = x; }},
      {"layers.fc1.energy_breakdown_J.array",
       [](Result& r, double x) { r.costs.layers[0].energy_breakdown_J.add(Part::array, x); }},
      {"published.1.published", [](Result& r, double x) { r.published[1].published = x; }},
      {"timing.run", [](Result& r, double x) { r.timing[1].second = x; }},
  };
  for (const Case& c : cases)
    for (const double x : {nan, inf, -inf}) {
      CAPTURE(c.key);
      Result r = costed_result();
      c.set(r, x);
      const Json j = Json::parse(result_json(r));
      CHECK_FALSE(lookup(r, c.key));
      // Scores and ratios say themselves why they have no value.
      if (std::string_view(c.key).starts_with("quality")) continue;
      CHECK(std::ranges::any_of(j["warnings"], [&](const Json& warning) {
        return warning.get<std::string>().starts_with(std::string(c.key) + " of");
      }));
    }
}

TEST_CASE("a layer that deviates nowhere has no signal-to-noise ratio") {
  Result r = costed_result();
  r.reads[0].snr_db = std::numeric_limits<double>::infinity();
  CHECK(Json::parse(result_json(r))["layers"][0]["snr_db"].is_null());
  CHECK(!lookup(r, "layers.fc1.snr_db"));
  r.reads[0].snr_db = -std::numeric_limits<double>::infinity();
  CHECK(!lookup(r, "layers.fc1.snr_db"));
  r.reads[0].snr_db = std::nan("");  // no signal
  CHECK(!lookup(r, "layers.fc1.snr_db"));
}

TEST_CASE("lookup finds what a path names") {
  Result r = costed_result();
  CHECK(lookup(r, "write.level_accuracy") == 0.8456);
  CHECK(lookup(r, "energy.per_inference_J") == 0.9375e-6);
  CHECK(lookup(r, "energy.breakdown_J.adc") == 0.25e-6);
  CHECK(lookup(r, "energy.interval_J.0") == 0.6e-6);
  CHECK(lookup(r, "efficiency.boundaries.array.tops_per_w") == 4);
  CHECK(lookup(r, "baselines.MAC plane.area_m2") == 1.75e-6);
  CHECK(lookup(r, "unit_costs.adc.energy_J") == 2e-11);
  CHECK(lookup(r, "budget.macro.area_m2") == 0.264e-6);
  CHECK(lookup(r, "layers.fc1.snr_db") == 21.5);
  CHECK(lookup(r, "layers.fc3.arrays") == 1.0);
  CHECK(lookup(r, "layers.fc1.energy_breakdown_J.array") == 0.5e-6);
  CHECK(lookup(r, "quality.ci95.1") == 0.8702);
  CHECK(lookup(r, "quality.chips.9.value") == r.quality.chips[9].value);
  CHECK(lookup(r, "mapping.layers.fc1.blocks.3.array") == 3.0);
  CHECK(lookup(r, "seed") == 7.0);
  for (const char* nowhere : {"", ".", "write", "write.", "write.level", "write.level_accuracy.x", "layers.fc.snr_db",
                              "layers.0.snr_db", "quality.metric", "write.pulses_per_cell",
                              "unit_costs.adder.instances", "quality.chips.10.value", "layers.fc1"}) {
    CAPTURE(nowhere);
    CHECK(!lookup(r, nowhere));
  }
  r.costs.layers[0].name = "fc";
  r.costs.layers[1].name = "fc.a.b";
  CHECK(lookup(r, "layers.fc.a.b.snr_db") == 19.25);
  CHECK(lookup(r, "layers.fc.snr_db") == 21.5);
}

TEST_CASE("only timing and provenance follow the way a run was made") {
  Result a = costed_result(), b = costed_result();
  b.threads = 1;
  b.timing = {{"load", 99}};
  CHECK(result_json(a) == result_json(costed_result()));
  Json x = Json::parse(result_json(a)), y = Json::parse(result_json(b));
  CHECK(x != y);
  for (Json* j : {&x, &y}) {
    j->erase("timing");
    j->erase("provenance");
  }
  CHECK(x.dump() == y.dump());
}

TEST_CASE("hostile names survive as data") {
  const std::string text = result_json(hostile_result());
  const Json j = Json::parse(text);
  const std::string name = j["layers"][0]["name"];
  CHECK(name.find("<script>alert('x')</script> & \"quoted\"") == 0);
  CHECK(name.substr(name.size() - 3) == "\xef\xbf\xbd");
  for (const char c : text) CHECK_FALSE((static_cast<unsigned char>(c) < 0x20 && c != '\n'));
}

TEST_CASE("mapping_json says more about the mapping alone") {
  Result r = costed_result();
  const Json j = Json::parse(mapping_json(r.mapping));
  CHECK(keys(j) == Keys{"arrays_used", "arrays_total", "arrays_needed", "choices", "chips", "array_rows",
                        "array_columns", "cell_utilisation", "array_utilisation", "layers"});
  CHECK(j["array_utilisation"] == Json::array({1.0, 1.0, 0.36, 0.56}));
  CHECK(keys(j["layers"][0]) == Keys{"name", "rows", "columns", "digital", "copies", "blocks"});
  CHECK(j["layers"][0]["blocks"][2]["layer_row"] == 576);
  r.mapping.array_utilisation[2] = std::nan("");
  CHECK(Json::parse(mapping_json(r.mapping))["array_utilisation"][2].is_null());
}

TEST_CASE("an empty result is still a document") {
  const Json j = Json::parse(result_json(Result{}));
  CHECK(j["layers"] == Json::array());
  CHECK(j["warnings"] == Json::array());
  CHECK(j["energy"]["breakdown_J"] == Json::object());
}

}  // namespace bitline::result_json_test
