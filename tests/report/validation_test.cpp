// SPDX-License-Identifier: Apache-2.0
// The page of published figures: verdicts, escapes, the same figures in Markdown, text and JSON; results of a budget.
#include "report/validation.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "report/html.h"
#include "report/svg_published_adcs.h"
#include "report/table.h"
#include "run/result_json.h"
#include "tests/report/sample.h"

namespace bitline::validation_test {
using namespace periphery;
using namespace run;
using namespace report;

namespace {

bool holds(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

Result budget_result() {
  Result r;
  r.name = "a | table";
  r.only_budget = true;
  r.budget = {{"tile", 0.33, 3.7e-7}};
  r.published = {{"power of a tile", "W", "somebody, page 1", "predicted", 0.3, 0.33, 0.005},
                 {"area <of> a tile", "m2", "somebody", "predicted", 3.7e-7, 3.7e-7, 0.005},
                 {"no goal", "W", "somebody", "proxy", 1, 0.5, std::nullopt},
                 {"no figure", "W", "somebody", "predicted", 1, std::nullopt, 0.1}};
  return r;
}

Validation sample() {
  Validation v;
  v.designs.push_back({"table", "configs/validation/table.yaml", "A published table.", budget_result()});
  v.designs.push_back({"network", "network.yaml", "", sample_result()});
  ValidatedParts p;
  p.regression = {378, 2e-7, 2e-6};
  PublishedAdc adc;
  adc.node_m = 65e-9;
  adc.bits = 8, adc.energy_J = 1e-12, adc.architecture = "SAR & more";
  p.published_adcs.assign(6, adc);
  AdcComparison c;
  c.kind = "SAR", c.technology = "65nm", c.bits = 8, c.rate_Hz = 1e7, c.circuit_J = 2e-12, c.survey_J = 4e-12;
  c.circuit = {6, 0.5};
  c.circuit_in_family = {4, 1};
  p.adcs = {c};
  p.parts = {{"adder", "ours", "45nm", 0.9, false, 1e-12, 2e-12, "measured", "somebody"}};
  p.other_simulator = "| a | b |\n|---|---|\n";
  v.parts = p;
  return v;
}

}  // namespace

TEST_CASE("figures with a goal are judged and counted") {
  const ValidationCount c = count(sample());
  CHECK(c.figures == 4 + sample_result().published.size() + 2);
  CHECK(c.with_goal == 5);
  CHECK(c.misses == 3);  // 10 % off, no figure of ours, area of the regression
  CHECK(holds(count_sentence(c), "5 with a goal, 3 misses"));
  CHECK(count_sentence({1, 1, 1}) == "1 figure, 1 with a goal, 1 miss");
}

TEST_CASE("published totals inside our interval are counted, of predicted ones alone") {
  Validation v = sample();
  auto& figures = v.designs[0].result.published;
  figures[0].low = 0.2, figures[0].high = 0.3;    // 0.3: its end is inside
  figures[1].low = 1e-7, figures[1].high = 2e-7;  // 3.7e-7 is not
  figures[2].low = 0, figures[2].high = 2;        // a proxy
  const ValidationCount c = count(v);
  CHECK(c.with_interval == 2);
  CHECK(c.inside == 1);
  CHECK(holds(count_sentence(c), "misses; 1 of 2 predicted totals inside our 90 % interval"));
  const std::string md = validation_page(v, "").markdown();
  CHECK(holds(md, "200 mW .. 300 mW"));
  CHECK(holds(md, "0.2 mm2, not inside"));
}

TEST_CASE("the page as Markdown") {
  const std::string md = validation_page(sample(), "images/x.svg").markdown();
  CHECK(md.rfind("# Published figures beside ours\n", 0) == 0);
  CHECK(holds(md, "## a \\| table\n\nA published table. (configs/validation/table.yaml)\n"));
  CHECK(holds(md,
              "| power of a tile | 300 mW | 330 mW | | +10.00 % | miss: goal 0.5 % | predicted | somebody, page 1 |"));
  CHECK(holds(md, "| area &lt;of> a tile | 0.37 mm2 | 0.37 mm2 | | +0.00 % | within 0.5 % |"));
  CHECK(holds(md, "| no goal | 1 W | 500 mW | | -50.00 % | | proxy |"));
  CHECK(holds(md, "| no figure | 1 W | no such figure | | - | miss: goal 10 % |"));
  CHECK(holds(md, "| tile | 330 mW | 0.37 mm2 |"));
  CHECK(holds(md, "| array | 500 nJ | 53.3 % |"));
  CHECK(holds(md, "![Energy of a conversion"));
  CHECK(holds(md, "| SAR | 65nm | 8 | 10 MHz | 2 pJ | 50 % of 6 | - | 4 pJ | - |"));
  CHECK(holds(md, "| adder | 1 pJ | 2 pJ | 2.00 | 45nm | 900 mV | measured | ours | somebody |"));
  CHECK(holds(md, "we do not follow\n\n| a | b |\n"));
}

TEST_CASE("the page as text, with and without colour") {
  const std::string text = validation_page(sample(), "").text(false),
                    colored = validation_page(sample(), "").text(true);
  CHECK(holds(text, "+10.00 %  miss: goal 0.5 %"));
  CHECK(!holds(text, "\x1b"));
  CHECK(!holds(text, "| a | b |"));
  CHECK(holds(colored, "\x1b[1m"));
  Validation some = sample();
  some.parts.reset();
  CHECK(!holds(validation_page(some, "").text(false), "Single parts"));
}

TEST_CASE("the same as JSON") {
  const auto json = nlohmann::json::parse(validation_json(sample()));
  CHECK(json["misses"] == 3);
  CHECK(json["designs"][0]["published"][0]["miss"] == true);
  CHECK(json["designs"][0]["published"][0]["deviation"].get<double>() == doctest::Approx(0.1));
  CHECK(json["designs"][0]["published"][3]["ours"].is_null());
  CHECK(json["designs"][1]["energy_breakdown_J"]["adc"] == 0.25e-6);
  CHECK(json["adcs"][0]["circuit"]["with_less_energy_frac"] == 0.5);
  CHECK(json["adcs"][0]["survey"]["with_less_energy_frac"].is_null());
  CHECK(json["parts"][0]["ours"] == 2e-12);
}

TEST_CASE("the picture is well-formed") {
  const Validation v = sample();
  const std::string svg = published_adcs_svg(v.parts->published_adcs, v.parts->adcs);
  CHECK(xml_problem(svg) == "");
  CHECK(holds(svg, "SAR &amp; more: 8.0 bits, 1 pJ"));
}

TEST_CASE("a result of a budget alone: JSON, text and page leave out what was not run") {
  const Result r = budget_result();
  const auto json = nlohmann::json::parse(result_json(r));
  CHECK(json["quality"].is_null());
  CHECK(json["energy"].is_null());
  CHECK(json["budget"][0]["power_W"] == 0.33);
  CHECK(json["published"][0]["within"] == 0.005);
  CHECK(lookup(r, "budget.tile.power_W") == 0.33);
  CHECK(!lookup(r, "energy.per_inference_J"));
  const std::string text = summary(r, false);
  CHECK(holds(text, "330 mW"));
  CHECK(!holds(text, "inferences/s"));
  const std::string page = html_report(r, "name: x\n");
  CHECK(holds(page, "nothing was run"));
  CHECK(!holds(page, "TOPS"));
  CHECK(xml_problem(page.substr(page.find("<html"))) == "");
}

}  // namespace bitline::validation_test
