// SPDX-License-Identifier: Apache-2.0
// What an experiment found, as people read it.
#include "report/experiment.h"

#include <doctest/doctest.h>

#include <sstream>

#include "report/html.h"
#include "report/table.h"
#include "report/text.h"
#include "tests/report/sample.h"

namespace bitline::experiment_report_test {
using namespace report;
using run::ExperimentResult;

namespace {

ExperimentResult pictures() {
  ExperimentResult e;
  e.kind = "edges", e.seeds = 7, e.repeated = "pictures";
  e.claims.push_back({"more", "more is found", true, 0.5, 0.25, {0.125, 0.375}, "bit per pixel"});
  std::string caption = "A title";
  for (int i = 0; i < 60; ++i) caption += " word";
  e.tables.push_back(
      {"table", caption, {"what", "x"}, {{std::string("a cell with more than forty characters of text"), 1.0}}});
  return e;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("claims and the head of a report name what is repeated, and what intervals are over") {
  ExperimentResult e = pictures();
  const Paint plain{false};
  CHECK(has(experiment_text(e, plain), "Claims (95 % over pictures)"));
  CHECK(has(experiment_text(e, plain), "more: 0.25 bit per pixel (0.125 .. 0.375); in 50 % of pictures"));
  CHECK(has(experiment_section(e), "figure (95 % over pictures)"));
  CHECK(has(experiment_section(e), "share of pictures"));
  e.over = "speakers", e.repeated = "runs";
  CHECK(has(experiment_text(e, plain), "Claims (95 % over speakers)"));
  CHECK(has(experiment_text(e, plain), "in 50 % of runs"));
  CHECK(repeats_text(e) == "7 runs");
  e.seeds = 1;
  CHECK(repeats_text(e) == "1 run");
  run::Result r = sample_result();
  r.experiment = pictures();
  CHECK(has(summary(r, false), "   7 pictures"));
  const std::string html = html_report(r, "");
  CHECK(has(html, "7 pictures, seed 7"));
  CHECK(has(html, "mean over pictures"));
  CHECK(!has(html, "95 % over images"));
}

TEST_CASE("long titles of tables and long names go on in the next line, whole") {
  run::Result r = sample_result();
  r.experiment = pictures();
  r.published = {{"a name of a published figure that is longer than the forty-eight characters of its column", "", "x",
                  "proxy", 1, 1}};
  const std::string text = summary(r, false);
  std::string words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CHECK_MESSAGE(display_width(line) <= terminal_width, line);
    for (const std::string& part : wrap(line, 1)) words += part + " ";
  }
  CHECK(has(words, "A title word word"));
  CHECK(has(text, "forty-eight"));
  CHECK(has(text, "characters of its column"));
  CHECK(has(text, "of text"));
  CHECK(!has(text, "…"));
}

}  // namespace bitline::experiment_report_test
