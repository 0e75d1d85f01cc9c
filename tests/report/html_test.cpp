// SPDX-License-Identifier: Apache-2.0
// The HTML report: complete, balanced, self-contained, and deaf to hostile names.
#include "report/html.h"

#include <doctest/doctest.h>

#include "report/text.h"
#include "tests/report/sample.h"

namespace bitline::html_test {
using namespace periphery;
using namespace run;
using namespace report;

namespace {

// After its first line the page is XML as well.
std::string problem(const std::string& html) {
  const std::string doctype = "<!DOCTYPE html>\n";
  if (html.rfind(doctype, 0) != 0) return "no doctype";
  return xml_problem(std::string_view(html).substr(doctype.size()));
}

}  // namespace

TEST_CASE("the page holds the figures, the pictures and the configuration") {
  const std::string html = html_report(sample_result(), "name: fashion-mlp  # from configs\nseed: 7\n");
  CHECK(problem(html) == "");
  for (const char* text :
       {"<title>fashion-mlp - Bitline</title>", "86.91 %", "86.80 .. 87.02 %", "86.30 .. 87.51 %", "88.51 %",
        "1.31 .. 1.52 %", "937.5 nJ", "3.5 mm2", "0.5 TOPS/W", "84.56 %", "the chip&#39;s paper, Fig. 4", "imposed",
        "device.g_min", "layer fc3 clips 3.1 %", "models/mlp.onnx",
        "<details><summary>Resolved configuration</summary>\n<pre>name: fashion-mlp  # from configs\nseed: "
        "7\n</pre></details>"}) {
    CAPTURE(text);
    CHECK(html.find(text) != std::string::npos);
  }
  std::size_t pictures = 0;
  for (std::size_t at = html.find("<svg "); at != std::string::npos; at = html.find("<svg ", at + 1)) {
    const std::size_t end = html.find("</svg>", at);
    CHECK(xml_problem(std::string_view(html).substr(at, end + 6 - at)) == "");
    ++pictures;
  }
  CHECK(pictures == 9);
  CHECK(html == html_report(sample_result(), "name: fashion-mlp  # from configs\nseed: 7\n"));
}

TEST_CASE("the page needs nothing else and runs nothing") {
  const std::string html = html_report(hostile_result(), hostile);
  CHECK(problem(html) == "");
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<link") == std::string::npos);
  for (const char* handler : {"onload=", "onclick=", "onerror=", "javascript:", "src=", "@import", "url("})
    CHECK(html.find(handler) == std::string::npos);
  for (std::size_t at = html.find("http"); at != std::string::npos; at = html.find("http", at + 1)) {
    const std::string_view here = std::string_view(html).substr(at);
    CHECK((here.starts_with("http://www.w3.org/2000/svg\"") || here.starts_with("http-equiv=")));
  }
  for (std::size_t at = html.find("href=\""); at != std::string::npos; at = html.find("href=\"", at + 1))
    CHECK(html.compare(at + 6, 22, "data:image/png;base64,") == 0);
  CHECK(html.find('\x1b') == std::string::npos);
  CHECK(html.find('\xff') == std::string::npos);
  CHECK(html.find("&lt;script&gt;") != std::string::npos);
}

TEST_CASE("an empty result gives a page") { CHECK(problem(html_report(Result{}, "")) == ""); }

TEST_CASE("wires have a section when they are not ideal") {
  const std::string with = html_report(wired_result(), ""), without = html_report(sample_result(), "");
  CHECK(problem(with) == "");
  for (const char* text :
       {"<h2>Wires</h2>", "0.25 ohm", "1.5 ohm", "direct reduction of each array", "not measured", "12.34 %", "93.21 %",
        "75.00 %", "0.875", "0.67 %", "Voltage left across each cell", "Column currents with wires"}) {
    CAPTURE(text);
    CHECK(with.find(text) != std::string::npos);
  }
  CHECK(without.find("<h2>Wires</h2>") == std::string::npos);
  Result swept = wired_result();
  swept.wires->residual = 8.1e-8;
  swept.wires->status = "solved; 3 reads by direct reduction";
  const std::string html = html_report(swept, "");
  CHECK(html.find("8.1e-08 of the largest current") != std::string::npos);
  CHECK(html.find("solved; 3 reads by direct reduction") != std::string::npos);
}

TEST_CASE("what the models leave out is said, as they said it") {
  Result r = sample_result();
  r.simplifications = {{"Read noise", {{"White & independent."}, {"No 1/f noise.", {"device.slow_noise"}}}},
                       {"Clock", {{"No tree."}}}};
  const std::string html = html_report(r, "");
  CHECK(html.find("White &amp; independent. No 1/f noise.") != std::string::npos);
  CHECK(html.find("<td>Clock</td>") != std::string::npos);
}

}  // namespace bitline::html_test
