// SPDX-License-Identifier: Apache-2.0
// Strings and numbers for people, and what the terminal shows.
#include "report/text.h"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>

#include "report/html.h"
#include "report/table.h"
#include "tests/report/sample.h"

namespace bitline::text_test {
using namespace run;
using namespace report;

TEST_CASE("clean replaces what steers terminals and what is not UTF-8") {
  CHECK(clean("fc1 µ → 日本") == "fc1 µ → 日本");
  CHECK(clean("a\x1b[31mb") == "a\xef\xbf\xbd[31mb");
  CHECK(clean("a\nb\tc") ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd"
        "c");
  CHECK(clean("a\nb\tc", true) == "a\nb\tc");
  CHECK(clean(std::string_view("a\0b", 3)) ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(clean("\xc2\x9b"
              "31m") ==
        "\xef\xbf\xbd"
        "31m");                                                            // the one-character form of ESC [
  CHECK(clean("\xc0\xaf").find('/') == std::string::npos);                 // overlong
  CHECK(clean("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
  CHECK(clean("\xe6\x97") == "\xef\xbf\xbd\xef\xbf\xbd");                  // cut short
  CHECK(clean("\xef\xbf\xbf") == "\xef\xbf\xbd");                          // U+FFFF is not XML
}

TEST_CASE("markup is escaped") {
  CHECK(escape_markup("<a b=\"c\">&'\x01") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\xef\xbf\xbd");
}

TEST_CASE("width, cutting and wrapping count characters") {
  CHECK(display_width("日本µ") == 3);
  CHECK(shorten("日本語です", 3) == "日本…");
  CHECK(shorten("abc", 3) == "abc");
  CHECK(wrap("one two  three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("unbreakable x", 4) == std::vector<std::string>{"unbreakable", "x"});
  CHECK(wrap("  ", 4).empty());
}

TEST_CASE("the summary says what went into the network and which published figures are left out") {
  const Result r = sample_result();
  const std::string text = summary(r, false);
  CHECK(text.find("mlp.onnx, 3 layers with 234,752 weights, 10 outputs\n") != std::string::npos);
  CHECK(text.find("clothes, 10,000 samples of 1 x 28 x 28 in 10 classes\n") != std::string::npos);
  CHECK(text.find("-0.81 .. 2.025, mean 0.0014, deviation 1.01, after (x - 0.286) / 0.353\n") != std::string::npos);
  CHECK(text.find("1 published figure is not compared: device was replaced (level accuracy).") != std::string::npos);
  const std::string page = html_report(r, "");
  for (const char* part : {"mlp.onnx, 3 layers", "clothes, 10,000 samples", "deviation 1.01",
                           "the paper gives the on/off ratio only", "1 published figure is not compared"})
    CHECK(page.find(part) != std::string::npos);
}

TEST_CASE("assumed values stand together by part") {
  Result r = sample_result();
  r.assumed = {
      {"device.g_min", "2 uS", "why"}, {"adc.bits", "8", "why"}, {"device.g_max", "20 uS", "why"}, {"x", "1", ""}};
  const std::string text = summary(r, false);
  CHECK(text.find("Assumed (4 values ") != std::string::npos);
  CHECK(text.find("\n  device: g_min = 2 uS, g_max = 20 uS\n  adc: bits = 8\n  x: 1\n") != std::string::npos);
}

TEST_CASE("numbers as people read them") {
  CHECK(percent(0.86914) == "86.91 %");
  CHECK(percent_range({0.868, 0.8702}) == "86.80 .. 87.02 %");
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(count_text(784) == "784");
  CHECK(count_text(200704) == "200.7 k");
  CHECK(count_text(1.5e9) == "1.5 G");
  CHECK(quality_text("accuracy", 0.5) == "50.00 %");
  CHECK(quality_text("fid", 12.3456) == "12.35");
  CHECK(snr_text(21.54) == "21.5 dB");
  CHECK(snr_text(std::numeric_limits<double>::infinity()) == "exact");
  CHECK(figure_text(1.25e-6, "J") == "1.25 uJ");
  CHECK(figure_text(11.2, "TOPS/W") == "11.2 TOPS/W");
  CHECK(quantity(0.5e-6, Unit::square_meter) == "0.5 mm2");
  CHECK(quantity(3.5e-6, Unit::square_meter) == "3.5 mm2");
  CHECK(quantity(4e-9, Unit::square_meter) == "4000 um2");
  CHECK(quantity(1.5e-9, Unit::joule) == "1.5 nJ");
}

TEST_CASE("columns line up and no line ends in spaces") {
  TextTable table({{}, {Align::right}, {}});
  table.row({"a", "1", "x"});
  table.row({"µµµ", "222"});
  table.row({"", "3", "yy"});
  CHECK(table.str(1) == " a      1  x\n µµµ  222\n        3  yy\n");
}

TEST_CASE("a cell longer than its column may be goes on in the lines below") {
  TextTable table({{.most = 8}, {Align::right}});
  table.row({"", "n"});
  table.row({"one two three", "1"});
  table.row({"short", "22"});
  CHECK(table.str(0) == "          n\none two   1\nthree\nshort    22\n");
}

TEST_CASE("bars are as long as their share") {
  CHECK(bar(1, 4) == "████");
  CHECK(bar(0.5, 4) == "██");
  CHECK(bar(0, 4) == "");
  CHECK(bar(7, 2) == "██");
  CHECK(bar(-1, 2) == "");
  CHECK(bar(0.125, 1) == "▏");
}

TEST_CASE("the summary shows every figure, in about 40 lines of at most 100 characters") {
  const std::string text = summary(sample_result(), false);
  for (const char* figure : {"fashion-mlp",
                             "0123456789ab",
                             "10,000",
                             "88.51 %",
                             "88.32 %",
                             "86.91 %",
                             "86.80 .. 87.02 %",
                             "86.30 .. 87.51 %",
                             "1.41 %",
                             "1.31 .. 1.52 %",
                             "84.56 %",
                             "84.49 .. 84.63 %",
                             "234,752",
                             "1.234 uS",
                             "937.5 nJ",
                             "12 us",
                             "3.5 mm2",
                             "shift and add",
                             "62.5 nJ",
                             "6.7 %",
                             "67 %",
                             "57 %",
                             "83.33 k inferences/s",
                             "0.5 TOPS/W",
                             "0.011 TOPS/mm2",
                             "two operations per multiply-accumulate",
                             "4 of 4 arrays of 576 x 128",
                             "75.0 %",
                             "21.5 dB",
                             "3.10 %",
                             "8.3 uA",
                             "200.7 k",
                             "write level accuracy",
                             "imposed",
                             "predicted",
                             "no such figure",
                             "1.25 uJ",
                             "device: g_min = 1 uS",
                             "layer fc3 clips 3.1 %",
                             "\n  energy and time not given: set programming.voltage and programming.pulse\n",
                             "84.56 % of 234,752 cells at their level right after writing"}) {
    CAPTURE(figure);
    CHECK(text.find(figure) != std::string::npos);
  }
  CHECK(text.find('\x1b') == std::string::npos);
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    CHECK(display_width(line) <= 100);
    CHECK((line.empty() || line.back() != ' '));
  }
  CHECK(count < 45);
  CHECK(text == summary(sample_result(), false));
  CHECK(text.find("leakage") == std::string::npos);  // nothing leaks: no row
}

TEST_CASE("the summary tells what wires do, when they are not ideal") {
  const std::string text = summary(wired_result(), false);
  CHECK(text.find("  0.25 ohm a row segment, 1.5 ohm a column segment: rms error of column currents 12.34 %\n") !=
        std::string::npos);
  CHECK(text.find("  voltage left 93.21 % on average, 75.00 % at least, all rows driven; solved\n") !=
        std::string::npos);
  const std::string ideal = summary(sample_result(), false);
  CHECK(ideal.find("Wires are ideal; what real ones would do to column currents was not worked out") !=
        std::string::npos);
  Result known = sample_result();
  known.metal = chip::MetalEffect{0.8477, 0.4238, 2, 16, 0.474};
  CHECK(summary(known, false).find("metal of 0.8477 ohm a row segment and 0.4238 ohm a column segment") !=
        std::string::npos);
}

TEST_CASE("colour adds escape sequences and changes nothing else") {
  std::string painted = summary(sample_result(), true);
  CHECK(painted.find("\x1b[1m") != std::string::npos);
  for (std::size_t at; (at = painted.find('\x1b')) != std::string::npos;)
    painted.erase(at, painted.find('m', at) + 1 - at);
  CHECK(painted == summary(sample_result(), false));
}

TEST_CASE("one chip is told apart from many") {
  Result r = sample_result();
  r.quality.chips.resize(1);
  CHECK(summary(r, false).find("95 %, images of one chip") != std::string::npos);
  CHECK(summary(sample_result(), false).find("95 %, chips and images") != std::string::npos);
}

TEST_CASE("hostile names do not reach the terminal as commands") {
  const Result r = hostile_result();
  for (const std::string& text : {summary(r, false), mapping_table(r.mapping)}) {
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\xff') == std::string::npos);
  }
}

TEST_CASE("the mapping table lists every block and every array") {
  MappingResult m = sample_result().mapping;
  m.layers[1].blocks[0].copy = 1;
  m.layers.push_back({"softmax", 10, 10, true, {}});
  const std::string text = mapping_table(m);
  for (const char* line : {"  fc1         784 x 256      0, 0  576 x 128      0    0       0\n",
                           "576, 128  208 x 128      3    0       0\n", "fc2 copy 2", "256 x 128      2  208       0\n",
                           "128 x 10      3  208       0\n", "digital", "36.0 %  ████████▋\n"}) {
    CAPTURE(text);
    CHECK(text.find(line) != std::string::npos);
  }
}

}  // namespace bitline::text_test
