// SPDX-License-Identifier: Apache-2.0
// The page of a sweep: fronts, designs, units, places of rows, and nothing that runs or leaves its place.
#include "report/sweep_page.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "report/sweep_chart.h"
#include "report/sweep_table_html.h"
#include "report/text.h"
#include "tests/report/sample.h"

namespace bitline::sweep_page_test {
using namespace report;

namespace {

using Front = std::vector<std::size_t>;

std::string problem_of_page(const std::string& html) {
  const std::string doctype = "<!DOCTYPE html>\n";
  if (!html.starts_with(doctype)) return "no doctype";
  return xml_problem(std::string_view(html).substr(doctype.size()));
}

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

// Four designs: a and b trade accuracy for energy, c loses in both, d has no accuracy.
const std::string designs =
    "point,hash,name,adc.bits,technology,quality.value,quality.ci95_both.0,quality.ci95_both.1,energy.per_inference_J,"
    "latency.per_inference_s,area.total_m2,efficiency.tops_per_w\n"
    "0,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,a,8,130nm,0.9,0.88,0.92,1.595e-07,2e-05,4.8e-06,3\n"
    "1,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,b,,22nm,0.85,0.83,0.87,1.6e-08,4e-06,5e-07,28\n"
    "2,cccccccccccccccccccccccccccccccc,c <b>,6,130nm,0.8,0.78,0.82,1.2e-07,2e-05,4.6e-06,4\n"
    "3,dddddddddddddddddddddddddddddddd,d,4,130nm,,,,1e-07,2e-05,4.5e-06,5\n";

SweepNote design_note() {
  SweepNote note;
  note.name = "which";
  note.command = "bitline run mine.yaml --set workload.images=500";
  note.metric = "accuracy";
  note.axes = 3;
  note.points = 6;
  note.list = {"name", "adc.bits", "technology"};
  note.fixed = {{"workload.images", "500"}};
  note.as_config[1]["adc.bits"] = "8";
  note.skipped = {{"plan.yaml:3:5: adc.bits: is '60'", 2}};
  return note;
}

}  // namespace

TEST_CASE("the front holds what no other point beats") {
  const double nan = std::nan("");
  const std::vector<double> cost{3, 1, 2, 2, 4, nan, 1}, gain{9, 5, 7, 7, 9, 99, 4};
  // 3 costs less than 4 for the same gain; 1 beats 6; the two at (2, 7) are equal; a point without cost is none.
  CHECK(pareto_front(cost, Better::lower, gain, Better::higher) == Front{1, 2, 3, 0});
  // Of two costs the small ones.
  CHECK(pareto_front(std::vector<double>{1, 2, 3, 3}, Better::lower, std::vector<double>{5, 4, 6, 1}, Better::lower) ==
        Front{0, 1, 3});
  CHECK(pareto_front(std::vector<double>{}, Better::lower, std::vector<double>{}, Better::lower).empty());
}

TEST_CASE("trades are accuracy against costs, or costs among each other") {
  const SweepView view = sweep_view(design_note(), designs);
  const std::vector<Trade> trades = trades_of(view);
  REQUIRE(trades.size() == 3);
  CHECK(trades[0].name == "energy");
  CHECK(trades[0].front == Front{1, 0});
  CHECK(trades[2].front == Front{1, 0});
  CHECK(table_order(view, trades) == Front{0, 1, 2, 3});
  SweepNote note;
  note.axes = 1;
  const SweepView costs = sweep_view(
      note, "point,hash,x,energy.per_inference_J,latency.per_inference_s,area.total_m2\n0,a,1,1,3,7\n1,b,2,2,2,7\n");
  const std::vector<Trade> among = trades_of(costs);
  REQUIRE(among.size() == 1);  // the area does not vary
  CHECK(among[0].name == "energy and latency");
  CHECK(among[0].front == Front{1, 0});
}

TEST_CASE("designs of a list are one dimension, by their names or by what they set") {
  const SweepView view = sweep_view(design_note(), designs);
  REQUIRE(view.designs());
  CHECK(view.designs()->values == std::vector<std::string>{"a", "b", "c <b>", "d"});
  const std::string unnamed =
      "point,hash,technology,array.rows,quality.value\n0,a,22nm,,1\n1,b,22nm,128,2\n2,c,65nm,128,3\n3,d,,,4\n";
  SweepNote note;
  note.axes = 2;
  note.list = {"technology", "array.rows"};
  const SweepView plain = sweep_view(note, unnamed);
  REQUIRE(plain.dimensions.size() == 1);
  CHECK(plain.dimensions[0].values ==
        std::vector<std::string>{"22nm", "22nm, rows 128", "65nm, rows 128", "as the config"});
  note.list.clear();  // the same columns of a grid stay apart
  CHECK(sweep_view(note, unnamed).dimensions.size() == 2);
}

TEST_CASE("the page is complete, well-formed and still") {
  SweepFiles files;
  files.pages["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] = "points/aaaaaaaaaaaaaaaa/report.html";
  files.failures["does not <fit>"] = 2;
  const std::string html = sweep_page(design_note(), designs, files);
  CHECK(problem_of_page(html) == "");
  CHECK(html == sweep_page(design_note(), designs, files));
  for (const char* text :
       {"<title>Sweep which - Bitline</title>", "4 finished points of 6, 2 failed, 2 left out",
        // headings are names, figures have units and intervals
        "title=\"quality.value\">Accuracy on chip</label>", "title=\"adc.bits\">ADC bits</label>", "159.5 nJ",
        "4.8 mm2", "90.00 %<small>88.00 .. 92.00 %</small>",
        "Accuracy on chip against Energy per inference, bars: 95 %", "Energy per inference (nJ, logarithmic)",
        "Accuracy on chip (%)",
        // what a design leaves out, pages and commands of points
        "<i title=\"not set: as in the config\">8</i>", "<a href=\"points/aaaaaaaaaaaaaaaa/report.html\">0</a>",
        "<a href=\"#run-1\">1</a>",
        "<code>bitline run mine.yaml --set workload.images=500 --set name=b --set technology=22nm</code>",
        "--set &#39;name=c &lt;b&gt;&#39;", "does not &lt;fit&gt;", "is &#39;60&#39;", "workload images"}) {
    CAPTURE(text);
    CHECK(has(html, text));
  }
  CHECK(occurrences(html, "<tr style=") == 4);
  CHECK(occurrences(html, "<svg ") == 3 + 2);  // trades, and dots of named points for the first two figures
  CHECK(!has(html, "<script"));
  CHECK(!has(html, "onclick"));
  CHECK(!has(html, "c <b>"));
}

TEST_CASE("rows carry their places for each heading, the best first") {
  const SweepView view = sweep_view(design_note(), designs);
  const std::vector<Trade> trades = trades_of(view);
  const std::string html = sweep_table_html(view, trades, {});
  // Columns: point, front, name, ADC bits, technology, accuracy, energy, latency, area, efficiency.
  CHECK(occurrences(html, "<input ") == 10);
  CHECK(has(html, "id=\"by-1\" checked=\"checked\""));
  const auto row = [&](const std::string& name) {
    const std::size_t cell = html.find(">" + name + "</td>"), begin = html.rfind("<tr style=\"", cell);
    return html.substr(begin + 11, html.find('"', begin + 11) - begin - 11);
  };
  // Of b: second in accuracy, least energy, latency and area, highest efficiency; axes by first appearance.
  CHECK(row("b") == "--c0:1;--c1:1;--c2:1;--c3:1;--c4:3;--c5:1;--c6:0;--c7:0;--c8:0;--c9:0;");
  // Of d: no accuracy comes last.
  CHECK(has(row("d"), "--c5:3;"));
  CHECK(occurrences(html, "class=\"n best\"") == 5);
  CHECK(occurrences(html, "<span class=\"pill\">") == 6);
  const std::string style = sweep_table_style(view, trades);
  CHECK(has(style, "#by-6:checked ~ .wide td { order: var(--c6); }"));
}

TEST_CASE("lines have per cent, units, and the quantized network beside them") {
  SweepNote note;
  note.axes = 1;
  const SweepView view =
      sweep_view(note,
                 "point,hash,device.write.sigma,quality.value,quality.reference.quantized,energy.per_inference_J\n"
                 "0,a,[0.2 uS],0.9,0.901,1e-7\n1,b,[0.5 uS],0.88,0.901,2e-7\n2,c,[1 uS],0.8,0.901,4e-7\n");
  REQUIRE(view.dimensions.size() == 1);
  CHECK(view.dimensions[0].numeric);  // a list of one value is that value
  CHECK(view.dimensions[0].unit == "uS");
  const std::vector<std::string> charts = sweep_charts(view);
  REQUIRE(charts.size() == 2);
  CHECK(has(charts[0], ">Accuracy on chip (%)<"));
  CHECK(has(charts[0], ">device write sigma (uS)<"));
  CHECK(has(charts[0], ">quantized network 90.10 %<"));
  CHECK(has(charts[1], ">Energy per inference (nJ)<"));
  for (const std::string& chart : charts) CHECK(xml_problem(chart) == "");
}

TEST_CASE("bars say what lies within them, and their ends are no figures") {
  SweepNote note;
  note.axes = 1;
  const SweepView view =
      sweep_view(note,
                 "point,hash,adc.bits,quality.value,quality.ci95_both.0,quality.ci95_both.1,energy.per_inference_J,"
                 "energy.interval_J.0,energy.interval_J.1,area.total_m2,area.interval_m2.0,area.interval_m2.1\n"
                 "0,a,4,0.5,0.4,0.6,1e-7,5e-8,2e-7,1e-6,5e-7,2e-6\n1,b,5,0.6,0.5,0.7,2e-7,1e-7,4e-7,2e-6,1e-6,4e-6\n");
  REQUIRE(view.figures.size() == 3);
  CHECK(view.figures[2].low == std::vector<double>{5e-7, 1e-6});
  const std::vector<std::string> charts = sweep_charts(view);
  REQUIRE(charts.size() == 2);  // of the first two figures
  CHECK(has(charts[0], "Accuracy on chip, bars: 95 %<"));
  CHECK(has(charts[1], "Energy per inference, bars: 90 % of designs<"));
  CHECK(view.figures[2].interval == "90 % of designs");
}

TEST_CASE("tables of one point, of none and of nothing known make pages too") {
  SweepNote note;
  note.axes = 1;
  for (const char* csv : {"point,hash,adc.bits,quality.value\n0,a,4,0.5\n", "point,hash,adc.bits,quality.value\n",
                          "point,hash,adc.bits,quality.metric\n0,a,4,accuracy\n1,b,5,accuracy\n",
                          "point,hash,adc.bits,quality.value\n0,a,4,\n1,b,5,\n"}) {
    CAPTURE(csv);
    CHECK(problem_of_page(sweep_page(note, csv, {})) == "");
  }
  CHECK_THROWS_AS(sweep_page(note, "", {}), InputError);
}

TEST_CASE("names of figures and keys, and their values") {
  CHECK(figure_name("quality.value", "").name == "Accuracy on chip");
  CHECK(figure_name("quality.value", "mean-square-error").better == Better::lower);
  CHECK(figure_name("quality.value", "top-5").unit == "fraction");
  CHECK(figure_name("layers.conv.1.snr_db", "").name == "Signal to noise of conv.1");
  CHECK(figure_name("layers.fc1.snr_db", "").unit == "dB");
  CHECK(figure_name("energy.breakdown_J.shift_add", "").name == "Energy of shift and add");
  CHECK(figure_name("energy.breakdown_J.shift_add", "").unit == "J");
  CHECK(axis_name("adc.shared_by") == "ADC shared by");
  CHECK(axis_name("device.g_max") == "device g_max");
  CHECK(value_text(1.595e-7, "J") == "159.5 nJ");
  CHECK(value_text(0.8691, "fraction") == "86.91 %");
  CHECK(value_text(51283, "") == "51,283");
  CHECK(difference_text(-0.014, "fraction") == "-1.40 points");
  CHECK(difference_text(0, "J") == "0");
}

}  // namespace bitline::sweep_page_test
