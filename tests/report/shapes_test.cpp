// SPDX-License-Identifier: Apache-2.0
// Costs from layer shapes: reports leave out what only a run gives, and say so.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "report/csv.h"
#include "report/html.h"
#include "report/table.h"
#include "run/result_json.h"
#include "tests/report/sample.h"

namespace bitline::shapes_test {
using namespace run;
using namespace report;

using Json = nlohmann::ordered_json;

namespace {

Result costs() {
  Result r = sample_result();
  r.quality = {};
  r.write = {};
  r.level_map = {};
  r.images.clear();
  r.reads.clear();
  r.shapes = ShapesResult{"drawn", "Array energies are those of the targets."};
  return r;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("shapes: result.json has null for what was not run") {
  const Json j = Json::parse(result_json(costs()));
  CHECK(j["quality"].is_null());
  CHECK(j["shapes"]["statistics"] == "drawn");
  CHECK(has(j["shapes"]["note"].get<std::string>(), "nothing was run"));
  REQUIRE(j["write"].size() == 8);
  for (const auto& [key, value] : j["write"].items()) CHECK(value.is_null());
  for (const char* key : {"snr_db", "adc_clipped_frac", "adc_full_scale_A"}) CHECK(j["layers"][0][key].is_null());
  CHECK(j["energy"]["images"].is_null());
  CHECK(j["layers"][0]["energy_J"].is_number());
  CHECK(!lookup(costs(), "quality.value"));
  CHECK(lookup(costs(), "energy.per_inference_J"));
  CHECK(Json::parse(result_json(sample_result()))["shapes"].is_null());
}

TEST_CASE("shapes: text, page and table leave out accuracy, what was written and signals") {
  const Result r = costs();
  const std::string text = summary(r, false), html = html_report(r, "");
  CHECK(has(text, nothing_was_run));
  CHECK(has(html, nothing_was_run));
  for (const char* word : {"float", "on chip", "at their level", "SNR", "clipped", "full scale"}) {
    CAPTURE(word);
    CHECK(!has(text, word));
  }
  for (const char* word :
       {"What comes out", "right after writing", "pulses per cell", "SNR", "ADC full scale", "accuracy on chip"}) {
    CAPTURE(word);
    CHECK(!has(html, word));
  }
  CHECK(has(html, "Array energies are those of the targets."));
  CHECK(has(layers_csv(r), ",,,,"));
  CHECK(has(summary(sample_result(), false), "SNR"));
}

TEST_CASE("shapes: text and page tell what writing would cost") {
  Result r = costs();
  const char* gap = "energy and time not given: set programming.voltage and programming.pulse";
  CHECK(has(summary(r, false), std::string("Writing  ") + gap + "\n"));
  CHECK(has(html_report(r, ""), std::string("What writing costs: ") + gap));
  r.costs.energy_write_J = 3e-3;
  r.costs.write_time_s = 0.25;
  r.costs.refresh_W = 0.5e-6;
  CHECK(has(summary(r, false), "Writing  energy 3 mJ, 250 ms, refresh 500 nW\n"));
  const std::string html = html_report(r, "");
  for (const char* row : {"<h2>Writing", "<td>energy of writing everything once</td><td class=\"n\">3 mJ</td>",
                          "<td>time of it</td><td class=\"n\">250 ms</td>",
                          "<td>mean power of refreshing</td><td class=\"n\">500 nW</td>", "inferences"}) {
    CAPTURE(row);
    CHECK(has(html, row));
  }
}

}  // namespace bitline::shapes_test
