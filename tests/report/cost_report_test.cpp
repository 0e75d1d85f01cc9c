// SPDX-License-Identifier: Apache-2.0
// How costs are shown: pictures of energy and time, and the sections and lines about intervals, boundaries, digital
// machines, unit costs, writing and budgets.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <sstream>

#include "report/cost_text.h"
#include "report/html.h"
#include "report/html_parts.h"
#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/table.h"
#include "report/text.h"
#include "tests/report/sample.h"

namespace bitline::cost_report_test {
using namespace periphery;
using namespace cost;
using namespace run;
using namespace report;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

// Attribute of the element whose tooltip contains `tooltip`.
double attribute(const std::string& svg, const std::string& tooltip, const std::string& name) {
  const std::size_t from = svg.rfind("<rect", svg.find("<title>" + tooltip));
  return std::stod(svg.substr(svg.find(" " + name + "=\"", from) + name.size() + 3));
}

void check_says(const std::string& text, const std::vector<std::string>& figures) {
  for (const std::string& figure : figures) {
    CAPTURE(figure);
    CHECK(text.find(figure) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("a layer's bar is cut in the proportion of its parts, all bars to one scale") {
  const std::string svg = layer_energy_svg(costed_result());
  const double fc1_array = attribute(svg, "fc1, array: 500 nJ", "width");
  CHECK(attribute(svg, "fc1, ADC: 200 nJ", "width") == doctest::Approx(fc1_array * 0.4).epsilon(1e-3));
  CHECK(attribute(svg, "fc2, ADC: 200 nJ", "width") == doctest::Approx(fc1_array * 0.4).epsilon(1e-3));
  CHECK(attribute(svg, "fc3, ADC: 37.5 nJ", "width") == doctest::Approx(fc1_array * 0.075).epsilon(1e-3));
  CHECK(attribute(svg, "fc1, ADC: 200 nJ", "x") ==
        doctest::Approx(attribute(svg, "fc1, array: 500 nJ", "x") + fc1_array).epsilon(1e-4));
  // Swatch and segments of one part have one colour.
  CHECK(count(svg, "fill=\"" + part_color(Part::adc) + "\"") == 4);
}

TEST_CASE("where reloading is not counted, costs are bounds and no verdict hangs on them") {
  Result r = costed_result();
  r.costs.energy_is_bound = true;
  const std::string energy = quantity(r.costs.energy_per_inference_J, Unit::joule);
  check_says(summary(r, false), {"at least " + energy, fmt::format("at most {:.4g} TOPS/W", r.costs.tops_per_w)});
  CHECK(summary(r, false).find("at least " + quantity(r.costs.latency_per_inference_s, Unit::second)) ==
        std::string::npos);
  check_says(html_report(r, ""), {"<b>at least " + energy + "</b>", "Total energy at least " + energy});
  CHECK_FALSE(has_energy_interval(r));
  Baseline machine = r.costs.baselines.front();
  machine.energy_J = 2 * r.costs.energy_high_J;
  CHECK(baseline_verdict(r, machine).find("energy") == std::string::npos);
  machine.energy_J = 0.1 * r.costs.energy_low_J;  // what is left out only widens that
  CHECK(baseline_verdict(r, machine).find("energy (") != std::string::npos);
  r.costs.time_is_bound = true;
  check_says(summary(r, false), {"at least " + quantity(r.costs.latency_per_inference_s, Unit::second), "at most "});
}

TEST_CASE("what no layer is charged with has a bar, and parts below 1 % are one") {
  Result r = costed_result();
  r.costs.energy_J.add(Part::leakage, 0.4e-6);
  r.costs.layers[0].energy_breakdown_J.add(Part::mux, 1e-9);
  r.costs.layers[1].energy_breakdown_J.add(Part::sample_hold, 2e-9);
  const std::string svg = layer_energy_svg(r);
  check_says(svg, {"whole chip, leakage: 400 nJ", "fc1, other: 1 nJ", "fc2, other: 2 nJ",
                   "other, each below 1 %: column switches, sample and hold, digital operations"});
  CHECK(svg.find("fc1, column switches") == std::string::npos);
  // The swatch, two layers and the digital node.
  CHECK(count(svg, "fill=\"" + std::string(other_color) + "\"") == 4);
  CHECK(layer_energy_svg(sample_result()).find("other") == std::string::npos);
}

TEST_CASE("every part has a name and a colour of its own") {
  for (std::size_t i = 0; i < part_count; ++i)
    for (std::size_t k = 0; k < i; ++k) {
      CAPTURE(i);
      CAPTURE(k);
      CHECK(part_color(static_cast<Part>(i)) != part_color(static_cast<Part>(k)));
      CHECK(name_of(static_cast<Part>(i)) != name_of(static_cast<Part>(k)));
    }
}

TEST_CASE("arrays have lines in time, in the colours of the mapping") {
  const std::string svg = timeline_svg(costed_result());
  CHECK(count(svg, "\">array ") == 4);
  const double whole = attribute(svg, "array 0, fc1: 0 s .. 6 us", "width");
  CHECK(attribute(svg, "array 2, fc2: 7 us .. 9 us", "width") == doctest::Approx(whole / 3).epsilon(1e-3));
  CHECK(attribute(svg, "array 2, fc2", "x") ==
        doctest::Approx(attribute(svg, "array 0, fc1", "x") + whole * 7 / 6).epsilon(1e-3));
  CHECK(attribute(svg, "array 2, fc1", "y") == attribute(svg, "array 2, fc2", "y"));
  CHECK(attribute(svg, "array 3, fc3", "y") > attribute(svg, "array 2, fc2", "y"));
  CHECK(count(svg, "fill=\"" + series_color(0) + "\"") == 5);  // swatch and four bars
  check_says(svg, {">10 us<", "time since the image arrives", "output after 12 us"});
  CHECK(svg.find("period") == std::string::npos);
}

TEST_CASE("a period is marked where it is shorter than the latency") {
  Result r = costed_result();
  r.costs.throughput_per_s = 1 / 10e-6;
  std::string svg = timeline_svg(r);
  check_says(svg, {"period 10 us: the next image starts", "stroke-dasharray"});
  CHECK(svg.find("makes images wait") != std::string::npos);  // array 3 is busy from 0 to 11 us
  r.costs.timeline.pop_back();
  svg = timeline_svg(r);
  CHECK(svg.find("makes images wait") == std::string::npos);
}

TEST_CASE("of many arrays some are shown, of every layer, and the others are counted") {
  Result r = costed_result();
  r.costs.timeline.clear();
  for (int array = 0; array < 100; ++array) r.costs.timeline.push_back({array < 98 ? 0 : array - 97, array, 0, 1e-6});
  const std::string svg = timeline_svg(r);
  CHECK(count(svg, "\">array ") == timeline_arrays);
  check_says(svg, {"40 of 100 arrays", "60 are left out", ">array 98<", ">array 99<"});
}

TEST_CASE("writing anew is left out of the time axis, with words") {
  Result r = costed_result();
  r.costs.latency_s.add(Part::reload, 1e-3);
  r.costs.latency_per_inference_s += 1e-3;
  for (Busy& b : r.costs.timeline) b.start_s += 1e-3, b.end_s += 1e-3;
  r.costs.throughput_per_s = 1 / r.costs.latency_per_inference_s;
  const std::string svg = timeline_svg(r);
  check_says(svg, {"Time 0:", "time since the arrays are written", ">10 us<"});
  CHECK(attribute(svg, "array 0, fc1", "width") ==
        doctest::Approx(attribute(timeline_svg(costed_result()), "array 0, fc1", "width")).epsilon(1e-3));
}

TEST_CASE("ranges and ratios") {
  CHECK(range_text(71.93e-9, 430.9e-9, Unit::joule) == "71.9 .. 431 nJ");
  CHECK(range_text(0.5e-9, 1.2e-6, Unit::joule) == "0.0005 .. 1.2 uJ");
  CHECK(range_text(12.3e-9, 25.0477e-9, Unit::joule) == "12.3 .. 25 nJ");
  CHECK(range_text(0, 0, Unit::joule) == "0 J .. 0 J");
  CHECK(ratio_text(3, 2) == "1.5 x");
  CHECK(ratio_text(15548.6, 1) == "15,549 x");
  CHECK(ratio_text(1, 0) == "");
}

TEST_CASE("the interval says what it means") {
  Result r = costed_result();
  check_says(energy_interval_text(r),
             {"energy 937.5 nJ", "600 .. 1,500 nJ", "90 % of real designs",
              "decided by converters (3.2 x; adc.cost.model, adc.cost.energy, adc.cost.area)", "devices of arrays"});
  check_says(area_interval_text(r), {"area 3.5 mm2", "2 .. 9 mm2", "decided by converters (3.75 x;", "cell_area"});
  CHECK(interval_line(r) ==
        "Intervals (90 % of real designs) are decided: energy by converters (3.2 x; adc.cost.model, adc.cost.energy, "
        "adc.cost.area) and area by converters (3.75 x; adc.cost.model, adc.cost.energy, adc.cost.area)");
  r.costs.energy_deviations_J.add(Kind::off_chip, 1e-6, 1.5);
  check_says(energy_interval_text(r), {" and off-chip memory (1.5 x; technology.costs.dram)"});
  r.costs.energy_low_J = r.costs.energy_high_J = r.costs.energy_per_inference_J;
  check_says(energy_interval_text(r), {"no interval", "not make it exact"});
  CHECK(energy_interval_text(sample_result()) == "");
}

TEST_CASE("the price of converters stands beside what other models say") {
  Result r = costed_result();
  // The regression says what the survey says: once is enough.
  CHECK(converter_price_text(r) ==
        "Converters priced by survey: 20 pJ, 0.02 mm2; by circuit 4 pJ, 500 um2 (adc.cost.model)");
  Result chosen = r;
  chosen.costs.unit_costs[0].because = "population: as far as published ones reach";
  check_says(converter_price_text(chosen), {"(adc.cost.model; population: as far as published ones reach)"});
  check_says(unit_cost_section(chosen), {"Converters by population: as far as published ones reach."});
  UnitCost& used = r.costs.unit_costs[0].unit;
  used.energy_J = 5e-12, used.energy_spread = 1;
  CHECK(converter_price_text(r) ==
        "Converters priced by adc.cost.energy and survey: 5 pJ, 0.02 mm2; by survey 20 pJ, 0.02 mm2; by circuit 4 pJ, "
        "500 um2 (adc.cost.model)");
  used.area_m2 = 1e-9, used.area_spread = 1;
  check_says(converter_price_text(r), {"priced by adc.cost.energy and adc.cost.area: 5 pJ, 1000 um2; by survey 20 pJ"});
  r.costs.converter_prices.clear();
  CHECK(converter_price_text(r) == "");
}

TEST_CASE("who wins is said, whoever it is") {
  const Result r = costed_result();
  CHECK(baseline_verdict(r, r.costs.baselines[0]) ==
        "MAC plane: the digital machine wins in latency (4 x), area (2 x) and TOPS/mm2 (8 x). This chip wins in energy "
        "(4 x).");
  Result unsure = r;
  unsure.costs.area_low_m2 = 1e-6;
  check_says(baseline_verdict(unsure, r.costs.baselines[0]),
             {"wins in latency (4 x) and TOPS/mm2 (8 x)", "In area neither wins: 1.75 mm2 lies within this chip's"});
  // Its energy lies within the interval.
  CHECK(
      baseline_verdict(r, r.costs.baselines[1]) ==
      "digital memory: This chip wins in latency (4 x), area (10 x) and TOPS/mm2 (10 x). In energy neither wins: 1 uJ "
      "lies within this chip's interval.");
  Baseline better = r.costs.baselines[0];
  better.energy_J = 1e-7;
  check_says(baseline_verdict(r, better), {"wins in energy (9.38 x), latency", "better in every figure"});
  CHECK(baseline_verdict(r, better).find("This chip wins") == std::string::npos);
}

TEST_CASE("the page has sections for what costs can tell, and none for what is missing") {
  const std::string html = html_report(costed_result(), "");
  CHECK(xml_problem(std::string_view(html).substr(16)) == "");
  check_says(html,
             {"<h2>Efficiency</h2>",
              "<td>array</td><td>cells</td><td class=\"n\">4</td><td class=\"n\">0.05</td>",
              "Normalized to one bit: 16 TOPS/W",
              "counted as 32 of",
              "Definition: two operations",
              "<h2>Beside digital machines</h2>",
              "<td class=\"n\">3.75 uJ</td><td class=\"n\">4 x</td>",
              "units of multiply-accumulate",
              "<h2>Unit costs: where each joule comes from</h2>",
              "Converters and what feeds them",
              "<td class=\"n\">20 pJ</td><td class=\"n\">90 ns</td><td class=\"n\">0.02 mm2</td><td "
              "class=\"n\">-</td><td class=\"n\">64</td><td>survey</td><td class=\"n\">3.2 x</td><td class=\"n\">3.75 "
              "x</td>",
              "Converters priced by survey: 20 pJ",
              "2 .. 9 mm2",
              "4,608",
              "<td>given</td>",
              "energy of writing everything once",
              "3 mJ",
              "3200 inferences",
              "250 ms",
              "mean power of refreshing",
              "500 nW",
              "<h2>Budget",
              "55.2 mW",
              "600 .. 1,500 nJ",
              "One inference in time",
              "Energy by layer and part"});
  Result light = costed_result();
  light.costs.energy_write_J = light.costs.energy_per_inference_J / 5;
  check_says(html_report(light, ""), {"0.2 inferences"});
  const std::string bare = html_report(sample_result(), "");
  for (const char* heading : {"<h2>Beside digital", "<h2>Unit costs", "<h2>Budget", "mean power of refreshing"})
    CHECK(bare.find(heading) == std::string::npos);
  CHECK(bare.find("<td>leakage</td>") == std::string::npos);  // zero in energy, latency and area
  CHECK(bare.find("What writing costs: energy and time not given: set programming.voltage and") != std::string::npos);
}

TEST_CASE("the summary tells the same in few lines") {
  const std::string text = summary(costed_result(), false);
  check_says(text, {"600 .. 1,500 nJ", "2 .. 9 mm2", "Converters priced by survey: 20 pJ", "are decided: energy by",
                    "TOPS/W by boundary: array 4, macro 1.25, chip 0.5; one-bit 16\n", "MAC plane", "digital memory",
                    "energy 3 mJ, 250 ms, refresh 500 nW", "55.2 mW"});
  std::istringstream lines(text);
  std::size_t n = 0;
  for (std::string line; std::getline(lines, line); ++n) {
    CAPTURE(line);
    CHECK(display_width(line) <= 100);
    CHECK((line.empty() || line.back() != ' '));
  }
  CHECK(n < 60);  // a terminal of a desk
}

}  // namespace bitline::cost_report_test
