// SPDX-License-Identifier: Apache-2.0
// What reports say of a use in time.
#include "report/use_text.h"

#include <doctest/doctest.h>

#include "report/html.h"
#include "report/table.h"
#include "sample.h"

namespace bitline::use_text_test {
using namespace run;
using namespace report;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a use in time is told by summary and page, reads at once are not") {
  const Result once = costed_result(), used = used_result();
  CHECK(!has(summary(once, false), "In time"));
  CHECK(!has(html_report(once, ""), "<h2>In time"));
  const std::string text = summary(used, false);
  CHECK(has(text, "In time  1 day of use, an image every 2 s (43.2 k images), refreshed once\n"));
  CHECK(has(text, "12 h           12 h  21.6 k          0   81.25 %        78.00 .. 84.00 %  -7.00 .. -5.00 %\n"));
  CHECK(has(text, "  refreshes take 3 mJ, 69.44 nJ for each image, and 250 ms in all\n"));
  const std::string page = html_report(used, "");
  CHECK(has(page, "<h2>In time</h2>"));
  CHECK(has(page, "accuracy through 1 day of use"));
}

TEST_CASE("reads through time have no one moment, so that none is told") {
  Result used = used_result();
  used.write.read_after_s = 3600;
  CHECK(!has(summary(used, false), "all reads:"));
  CHECK(!has(html_report(used, ""), "all reads are"));
  used.use.reset();
  CHECK(has(summary(used, false), "all reads: 1 h after writing"));
}

TEST_CASE("what is not known of refreshes is not made up") {
  UseResult use = *used_result().use;
  use.refresh_J.reset();
  CHECK(refresh_text(use) == "refreshes take 250 ms in all");
  use.refresh_s.reset();
  CHECK(refresh_text(use) == "refreshes: energy and time are not known");
  use.refreshes = 0;
  CHECK(refresh_text(use) == "");
  CHECK(has(use_line(use), "never refreshed"));
}

TEST_CASE("the summary shows two dozen of many moments, first and last among them") {
  UseResult use = *used_result().use;
  use.moments.assign(100, use.moments[0]);
  for (std::size_t m = 0; m < 100; ++m) use.moments[m].time_s = static_cast<double>(m + 1) * 60;
  const std::string text = use_summary(use, Paint{false});
  CHECK(count_of(text, "87.50 %") == 24);
  CHECK(has(text, "  1 min"));
  CHECK(has(text, "  100 min"));
  CHECK(has(text, "24 of 100 moments"));
}

TEST_CASE("the curve is drawn in hours of a day, and a refresh interrupts it") {
  const UseResult use = *used_result().use;
  const std::string svg = use_svg(use);
  CHECK(has(svg, "time in use in hours"));
  CHECK(has(svg, "Lines are interrupted"));
  UseResult whole = use;
  for (UseMoment& m : whole.moments) m.refreshes = 0;
  whole.refreshes = 0;
  CHECK(!has(use_svg(whole), "Lines are interrupted"));
  CHECK(use_svg(whole) != svg);
}

}  // namespace bitline::use_text_test
