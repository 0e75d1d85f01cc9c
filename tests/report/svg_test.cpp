// SPDX-License-Identifier: Apache-2.0
// Pictures: well-formed, escaped, holding what they should, whatever the result.
#include "report/svg.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>

#include "base/duration.h"
#include "report/experiment.h"
#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/svg_lines.h"
#include "tests/report/sample.h"

namespace bitline::svg_test {
using namespace chip;
using namespace cost;
using namespace run;
using namespace report;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

std::vector<std::string> pictures(const Result& r) {
  return {breakdown_svg(r.name, r.costs.energy_J, Unit::joule),
          breakdown_svg("Area", r.costs.area_breakdown_m2, Unit::square_meter),
          quality_svg(r.quality),
          layers_svg(r),
          layer_energy_svg(r),
          timeline_svg(r),
          level_map_svg(r.level_map),
          mapping_svg(r.mapping),
          wire_drop_svg(r.wires.value_or(WireResult{})),
          wire_currents_svg(r.wires.value_or(WireResult{}))};
}

void check_pictures(const Result& r) {
  for (const std::string& svg : pictures(r)) {
    CHECK(xml_problem(svg) == "");
    CHECK(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 ", 0) == 0);
    CHECK(svg.find("fill=\"#ffffff\"/>") != std::string::npos);
    CHECK(svg.find("<script") == std::string::npos);
    for (const char* wrong :
         {"=\"nan", "=\"inf", "=\"-nan", "=\"-inf", ">nan", ">inf", " x=\"-", " y=\"-", "width=\"-", "height=\"-"}) {
      CAPTURE(wrong);
      CHECK(svg.find(wrong) == std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("the checker of these tests sees what is wrong") {
  CHECK(xml_problem("<a b=\"c\"><d/>t &amp; u</a>\n") == "");
  for (const char* wrong : {"<a>", "<a></b>", "<a/><b/>", "<a b=c/>", "<a b=\"1\" b=\"2\"/>", "<a>&x</a>",
                            "<a b=\"&\"/>", "<a b=\"<\"/>", "<a>\x01</a>", "<a>< </a>", "", "text", "</a>"}) {
    CAPTURE(wrong);
    CHECK(xml_problem(wrong) != "");
  }
}

TEST_CASE("pictures are well-formed") {
  check_pictures(sample_result());
  check_pictures(costed_result());
}

TEST_CASE("hostile names stay text") {
  check_pictures(hostile_result());
  const std::string svg = mapping_svg(hostile_result().mapping);
  CHECK(svg.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;") != std::string::npos);
}

TEST_CASE("an empty result has pictures too") { check_pictures(Result{}); }

TEST_CASE("what cannot be drawn is left out") {
  Result r = sample_result();
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  r.costs.energy_J.add(Part::adc, nan);
  r.quality.ci95_images = {nan, inf};
  r.quality.chips[2].ci95 = {nan, nan};
  r.reads[0].snr_db = inf;
  r.level_map.read_back[5] = std::numeric_limits<float>::quiet_NaN();
  r.mapping.layers[0].blocks[0].array = 99;
  for (const std::string& svg : pictures(r)) CHECK(xml_problem(svg) == "");
  WireResult w = *wired_result().wires;
  w.drop_map[7] = w.with_wires[0] = w.without_wires[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(xml_problem(wire_drop_svg(w)) == "");
  CHECK(wire_drop_svg(w).find("0.75 (least)") != std::string::npos);
  CHECK(wire_currents_svg(w).find("398 column currents") != std::string::npos);
  r.level_map.read_back.pop_back();
  CHECK(level_map_svg(r.level_map).find("No levels") != std::string::npos);
}

TEST_CASE("the mapping picture shows every block with name, size and place") {
  const MappingResult m = sample_result().mapping;
  const std::string svg = mapping_svg(m);
  CHECK(count(svg, "fc1: 576 x 128 at row 0, column 0") == 2);
  CHECK(count(svg, "fc1: 208 x 128 at row 0, column 0, from row 576, column 128 of its matrix") == 1);
  CHECK(count(svg, "fc2: 256 x 128 at row 208, column 0") == 1);
  CHECK(count(svg, ">array ") == 4);
  CHECK(count(svg, "36.0 % used") == 1);
  CHECK(count(svg, "784 x 256, 4 blocks") == 1);
  // One colour per layer: swatch and blocks.
  CHECK(count(svg, "fill=\"" + series_color(0) + "\"") == 5);
  CHECK(count(svg, "fill=\"" + series_color(1) + "\"") == 2);
  CHECK(svg == mapping_svg(m));
}

TEST_CASE("blocks stand in proportion on their array") {
  MappingResult m;
  m.arrays_used = m.arrays_total = 1;
  m.chips = 1;
  m.array_rows = m.array_columns = 100;
  m.layers = {{"a", 25, 50, false, {{"a", 0, 0, 50, 25, 25, 50, 0, 0}}}};
  const std::string svg = mapping_svg(m);
  // The array is a square of 320 at x = 20: the block starts a quarter in and is 160 by 80.
  CHECK(svg.find("x=\"100\"") != std::string::npos);
  CHECK(svg.find("width=\"160\" height=\"80\"") != std::string::npos);
}

TEST_CASE("many layers and arrays fit the page") {
  MappingResult m;
  m.arrays_total = 300;
  m.arrays_used = 250;
  m.array_rows = 128;
  m.array_columns = 512;
  for (int i = 0; i < 40; ++i)
    m.layers.push_back(
        {"/features/conv" + std::to_string(i), 128, 512, false, {{"", i % 3, i * 6, 0, 0, 128, 512, 0, 0}}});
  const std::string svg = mapping_svg(m);
  CHECK(xml_problem(svg) == "");
  for (std::size_t at = svg.find(" x=\""); at != std::string::npos; at = svg.find(" x=\"", at + 1))
    CHECK(std::stod(svg.substr(at + 4)) < 900);
}

TEST_CASE("of many arrays those that hold the same are drawn once, and what is left out is said") {
  MappingResult m;
  m.arrays_total = m.arrays_used = 7000;
  m.array_rows = m.array_columns = 128;
  m.chips = 7;
  m.layers = {{"full", 128, 128, false, {}}, {"half", 128, 128, false, {}}, {"one", 64, 64, false, {}}};
  for (int a = 0; a < 6998; ++a)
    m.layers[a % 2 ? 1 : 0].blocks.push_back({"", 0, a, 0, 0, a % 2 ? 64 : 128, 128, 0, 0});
  m.layers[2].blocks.push_back({"", 0, 6998, 0, 0, 64, 64, 0, 0});
  std::string svg = mapping_svg(m);
  CHECK(xml_problem(svg) == "");
  CHECK(svg.size() < 20'000);
  CHECK(count(svg, ">3,499 arrays<") == 2);
  CHECK(count(svg, ">array 6998<") == 1);
  CHECK(count(svg, ">array 6999<") == 1);  // empty
  CHECK(svg.find("arrays that hold the same are drawn once, with their number<") != std::string::npos);
  // 200 kinds: 96 are drawn.
  m.layers = {{"all", 128, 128, false, {}}};
  for (int a = 0; a < 7000; ++a) m.layers[0].blocks.push_back({"", 0, a, 0, 0, 1 + a % 100, 1 + a % 8, 0, 0});
  svg = mapping_svg(m);
  CHECK(xml_problem(svg) == "");
  CHECK(count(svg, ">35 arrays<") == 96);  // lcm of 100 and 8: 200 kinds of 35 arrays
  CHECK(svg.find("; 3,640 further arrays, of 104 kinds, are not shown<") != std::string::npos);
}

TEST_CASE("the breakdown bar is divided by share") {
  const std::string svg = breakdown_svg("Energy", {{Part::array, 3}, {Part::adc, 1}, {Part::leakage, 0}}, Unit::joule);
  CHECK(svg.find("width=\"645\" height=\"34\" fill=\"" + series_color(0)) != std::string::npos);  // 3/4 of 860
  CHECK(svg.find("width=\"215\" height=\"34\" fill=\"" + series_color(1)) != std::string::npos);
  CHECK(svg.find(">75.0 %<") != std::string::npos);
  CHECK(svg.find(">4 J<") != std::string::npos);
  CHECK(svg.find("leakage") == std::string::npos);
}

TEST_CASE("labels of near references do not cover each other") {
  Quality q = sample_result().quality;
  q.reference_quantized = q.reference_float;
  const std::string svg = quality_svg(q);
  const auto baseline = [&](const std::string& label) {
    const std::size_t text = svg.rfind("<text", svg.find(label));
    return std::stod(svg.substr(svg.find(" y=\"", text) + 4));
  };
  CHECK(std::abs(baseline(">float 88.51 %") - baseline(">quantized 88.51 %")) >= 15);
  CHECK(count(svg, "<circle") == 10);
}

TEST_CASE("qualities of what an experiment repeats are called so, without intervals over images") {
  Quality q = sample_result().quality;
  q.ci95_images = {std::nan(""), std::nan("")};
  for (auto& chip : q.chips) chip.ci95 = q.ci95_images;
  const std::string svg = quality_svg(q, "network");
  CHECK(svg.find("accuracy of each network") != std::string::npos);
  CHECK(svg.find("mean over networks") != std::string::npos);
  CHECK(svg.find("network 3: ") != std::string::npos);
  for (const char* not_there : {"chip 3", "nan", "other images"}) CHECK(svg.find(not_there) == std::string::npos);
}

TEST_CASE("colours of layers differ") {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < 27; ++i) {
    for (const std::string& other : seen) CHECK(other != series_color(i));
    seen.push_back(series_color(i));
  }
}

TEST_CASE("the picture of voltages says where lines are driven and sensed") {
  WireResult w = *wired_result().wires;
  std::string svg = wire_drop_svg(w);
  CHECK(count(svg, "<image ") == 2);
  CHECK(svg.find("0.75 (least)") != std::string::npos);
  CHECK(svg.find("576 input rows from top to bottom, 128 output columns from left to right") != std::string::npos);
  // As in the picture of the mapping: rows from top to bottom, driven at the left.
  CHECK(count(svg, "width=\"168\" height=\"420\"") == 1);  // 128 columns are a thread beside 576 rows: two fifths
  CHECK(count(svg, ">row drivers<") == 1);
  CHECK(count(svg, ">\u2193 sense ends of columns<") == 1);
  w.map_array = 3;
  CHECK(wire_drop_svg(w).find("each cell of array 3, all rows driven<") != std::string::npos);
  w.supplied_beside_columns = true;
  CHECK(count(wire_drop_svg(w), ">supply ends \u2193<") == 1);
  w.drop_map.pop_back();
  CHECK(wire_drop_svg(w).find("No voltages") != std::string::npos);
}

TEST_CASE("currents with wires are counted once each in the histogram") {
  WireResult w;
  w.without_wires = {1, 0.5F, 0.5F, -0.25F};
  w.with_wires = {0.9F, 0.45F, 0.45F, std::nanf("")};
  w.current_error_rms = 0.1;
  const std::string svg = wire_currents_svg(w);
  CHECK(xml_problem(svg) == "");
  CHECK(svg.find("3 column currents") != std::string::npos);
  CHECK(svg.find("rms error 10.00 %") != std::string::npos);
  CHECK(count(svg, "<title>1</title>") == 1);  // one current lost 0.1,
  CHECK(count(svg, "<title>2</title>") == 1);  // two lost 0.05
}

TEST_CASE("axes end on round numbers, and 0 has a place beside a logarithm") {
  const ChartAxis plain = ChartAxis::fitting(std::vector<double>{0.1, 0.9}, 0, 100);
  CHECK(!plain.is_log());
  CHECK(plain.ticks() == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(plain(0.5) == doctest::Approx(50));
  const ChartAxis below = ChartAxis::linear(std::vector<double>{-0.01, 1}, 0, 101);
  CHECK(below.ticks().front() == 0);
  CHECK(below(0) == doctest::Approx(1));
  const ChartAxis log = ChartAxis::fitting(std::vector<double>{0, 0.1, 1, 10}, 0, 100);
  CHECK(log.is_log());
  CHECK(log(0) == 0);
  CHECK(log(0.1) == doctest::Approx(12));
  CHECK(log(1) == doctest::Approx(56));
  CHECK(log(10) == doctest::Approx(100));
  CHECK(log.ticks().front() == 0);
  for (const std::vector<double>& odd : {std::vector<double>{}, {0.0}, {5.0}, {-3.0, -3.0}, {std::nan("")}}) {
    const ChartAxis axis = ChartAxis::fitting(odd, 0, 100);
    CHECK(axis.low() < axis.high());
    CHECK(axis.ticks().size() >= 2);
  }
  CHECK(!ChartAxis::fitting(std::vector<double>{-1, 0.001, 5}, 0, 100).is_log());
}

TEST_CASE("times are told as people write them") {
  for (const auto& [seconds, text] : {std::pair{0.0, "0 s"},
                                      {1e-7, "100 ns"},
                                      {1.0, "1 s"},
                                      {59.0, "59 s"},
                                      {60.0, "1 min"},
                                      {3600.0, "1 h"},
                                      {9000.0, "2.5 h"},
                                      {86400.0, "1 day"},
                                      {864000.0, "10 days"},
                                      {365.25 * 86400, "1 year"},
                                      {3652.5 * 86400, "10 years"}})
    CHECK(duration(seconds) == text);
  const auto labels = [](std::vector<double> values) {
    std::string text;
    for (const double t : ChartAxis::logarithmic(values, 0, 100).time_ticks()) text += duration(t) + ", ";
    return text;
  };
  CHECK(labels({0.1, 4e8}) == "100 ms, 1 s, 1 min, 1 h, 1 day, 1 year, 10 years, ");
  CHECK(labels({0, 2, 1e5}) == "0 s, 1 min, 1 h, 1 day, ");
}

TEST_CASE("thin lines take every colour, the pale ones last") {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < 27; ++i) {
    for (const std::string& other : seen) CHECK(other != line_color(i));
    seen.push_back(line_color(i));
  }
  for (const std::size_t pale : {1, 3})
    CHECK(std::find(seen.begin(), seen.begin() + 7, series_color(pale)) == seen.begin() + 7);
}

TEST_CASE("pixels are a PNG") {
  // Made with Python's zlib at level 0: 3 x 2 pixels, indices 0 1 2 / 2 1 0, palette black, red, blue.
  const unsigned char indices[] = {0, 1, 2, 2, 1, 0}, palette[] = {0, 0, 0, 255, 0, 0, 0, 0, 255};
  CHECK(png_data_uri(3, 2, indices, palette) ==
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAMAAACqqpYoAAAACVBMVEUAAAD/"
        "AAAAAP9Kpa2BAAAAE0lEQVR4AQEIAPf/AAABAgACAQAAIAAH6s58rAAAAABJRU5ErkJggg==");
}

TEST_CASE("axes: words with the prefix that suits, times as people write them, bands cut at the axis") {
  CHECK(scaled_unit(std::vector<double>{1e-6, -25e-6}, Unit::siemens).unit == "uS");
  CHECK(scaled_unit(std::vector<double>{1e-6, -25e-6}, Unit::siemens).factor == doctest::Approx(1e6));
  CHECK(scaled_unit(std::vector<double>{0.02}, Unit::second).unit == "ms");
  CHECK(scaled_unit(std::vector<double>{1e6}, Unit::second).unit == "s");  // nobody says megaseconds
  CHECK(scaled_unit(std::vector<double>{}, Unit::volt).factor == 1);
  CHECK(scaled_unit(std::vector<double>{7}, Unit::none).unit == "");

  LineChart chart;
  chart.title = "t", chart.x_name = "time", chart.y_name = "conductance";
  chart.x_unit = Unit::second, chart.y_unit = Unit::siemens, chart.log_x = true;
  chart.series = {{"a", {{1, 2e-6}, {3600, 1e-6}, {86400, NAN}}, {1e-6, 3e-6, 1e-6}}};
  const std::string svg = lines_svg(chart);
  CHECK(xml_problem(svg) == "");
  for (const char* words : {">time<", ">conductance (uS)<", ">1 s<", ">1 min<", ">1 h<"}) {
    CAPTURE(words);
    CHECK(count(svg, words) == 1);
  }
  CHECK(count(svg, "<polygon") == 1);
  // The band of the second point would reach below 0: it ends where the axis does.
  const auto at = svg.find("points=\"");
  double lowest = 0;
  std::istringstream corners(svg.substr(at + 8, svg.find('"', at + 8) - at - 8));
  for (std::string corner; corners >> corner;)
    lowest = std::max(lowest, std::stod(corner.substr(corner.find(',') + 1)));
  CHECK(lowest == 423);
}

TEST_CASE("pictures in a grid have the shape of their pixels, whatever that of those beside them") {
  // Two pixels high and four wide, a square, and one whose values do not fill its pixels.
  ImageFigure figure{0, 1, {{"row", {{2, 4, std::vector<float>(8, 0.5f)}, {3, 3, std::vector<float>(9, 1)}}}}};
  figure.rows.push_back({"second", {{2, 4, std::vector<float>(7, 0)}, {2, 4, std::vector<float>(8, 1)}}});
  const std::string svg = picture_svg({"grid", "", figure});
  CHECK(xml_problem(svg) == "");
  struct Box {
    double x, y, width, height;
  };
  std::vector<Box> boxes;
  for (std::size_t at = svg.find("<image "); at != std::string::npos; at = svg.find("<image ", at + 1)) {
    const auto number = [&](const char* name) { return std::stod(svg.substr(svg.find(name, at) + std::strlen(name))); };
    boxes.push_back({number("x=\""), number("y=\""), number("width=\""), number("height=\"")});
  }
  REQUIRE(boxes.size() == 3);
  for (const Box& b : boxes) CHECK(b.width == boxes[0].width);
  CHECK(boxes[0].height == doctest::Approx(boxes[0].width / 2));
  CHECK(boxes[1].height == doctest::Approx(boxes[0].width));
  CHECK(boxes[1].y == boxes[0].y);
  CHECK(boxes[2].x == boxes[1].x);  // nothing is drawn in the place before it
  CHECK(boxes[2].y >= boxes[1].y + boxes[1].height);
}

TEST_CASE("bars are as long as their values, and what is not a number has none") {
  const BarFigure bars{"accuracy (%)",
                       {"first", "second & third", "none"},
                       {{"one", {20, 40, NAN}, {1, 2, NAN}}, {"two", {40, 10, NAN}, {}}}};
  const std::string svg = picture_svg({"library", "", bars});
  CHECK(xml_problem(svg) == "");
  const auto width = [&](const std::string& tooltip) {
    const std::size_t at = svg.rfind("width=\"", svg.find(tooltip));
    return svg.find(tooltip) == std::string::npos ? -1 : std::stod(svg.substr(at + 7));
  };
  const double one = width("first, one: 20 +- 1");
  CHECK(one > 100);
  CHECK(width("second &amp; third, one: 40 +- 2") == doctest::Approx(2 * one).epsilon(0.001));
  CHECK(width("second &amp; third, two: 10") == doctest::Approx(one / 2).epsilon(0.001));
  CHECK(svg.find("none, ") == std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
}

}  // namespace bitline::svg_test
