// SPDX-License-Identifier: Apache-2.0
// What reports say of writing, of the moment of the reads and of arrays that nothing uses.
#include "report/write_text.h"

#include <doctest/doctest.h>

#include "report/html.h"
#include "report/table.h"
#include "sample.h"

namespace bitline::write_text_test {
using namespace run;
using namespace report;

namespace {

constexpr double hour_s = 3600, day_s = 24 * hour_s;
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the moment of the reads is told by text and page where devices have an age") {
  Result r = sample_result();
  CHECK(read_moment(r.write) == "");
  CHECK(!has(summary(r, false), "all reads"));
  r.write.read_after_s = day_s;
  CHECK(read_moment(r.write) == "1 day after writing");
  r.write.read_after_s = hour_s;
  r.write.refresh_in_s = 11 * hour_s;
  const std::string moment = "1 h after the last writing or refresh, 11 h before the next, when devices are oldest";
  CHECK(read_moment(r.write) == moment);
  CHECK(has(summary(r, false), "  all reads: " + moment + "\n"));
  CHECK(has(html_report(r, ""), moment));
  r.write.read_after_s = 0;
  CHECK(read_moment(r.write).starts_with("0 s after the last"));
}

TEST_CASE("pulses per cell are told with the share that takes none") {
  WriteResult w;
  CHECK(pulses_text(w) == "");
  w.pulses_per_cell = 2.25;
  CHECK(pulses_text(w) == "2.25 pulses per cell");
  w.unpulsed_frac = 0.75;
  CHECK(pulses_text(w) == "2.25 pulses per cell (75.0 % need none, the others 9)");
  w.unpulsed_frac = 0;
  CHECK(pulses_text(w) == "2.25 pulses per cell");
  w.pulses_per_cell = 0, w.unpulsed_frac = 1;
  CHECK(has(pulses_text(w), "100.0 % need none"));
  Result r = sample_result();
  r.write.pulses_per_cell = 2.25;
  r.write.unpulsed_frac = 0.75;
  CHECK(has(summary(r, false), "75.0 % need none"));
  CHECK(has(html_report(r, ""), "cells that need no pulse</td><td class=\"n\">75.00 %"));
}

TEST_CASE("only what is not known of the cost of writing is asked for") {
  Result r = sample_result();
  r.costs.energy_write_J = 1e-9;
  CHECK(write_gap(r) == "time not given: set programming.voltage and programming.pulse");
  CHECK(has(summary(r, false), "energy 1 nJ, time not given: set"));
  r.costs.energy_write_J.reset();
  r.costs.write_time_s = 1;
  CHECK(write_gap(r).starts_with("energy not given: set"));
  CHECK(has(summary(r, false), "time 1 s, energy not given: set"));
  r.costs.energy_write_J = 1e-9;
  CHECK(write_gap(r) == "");
}

TEST_CASE("the energy of writing is told by what takes it") {
  Result r = sample_result();
  CHECK(write_parts(r).empty());  // given as a whole
  r.costs.write_parts = {.device_J = 7e-9, .lines_J = 1e-9, .verify_read_J = 2e-9};
  const auto parts = write_parts(r);
  REQUIRE(parts.size() == 3);  // no level shifters, no conversions
  CHECK(parts[0].name == "in devices, by pulses");
  CHECK(parts[0].text == "7 nJ (70.0 %)");
  CHECK(parts[2].text == "2 nJ (20.0 %)");
  CHECK(has(summary(r, false), "charge of their lines 1 nJ (10.0 %)"));
  CHECK(has(html_report(r, ""), "of it in devices, by pulses</td><td class=\"n\">7 nJ (70.0 %)"));
}

TEST_CASE("unused arrays: how many, how much of the area, what would do") {
  Result r = sample_result();
  CHECK(unused_area(r) == "");
  CHECK(!has(summary(r, false), "unused"));
  r.mapping.arrays_total = 5;
  CHECK(unused_arrays(r.mapping) == "1 array unused");
  r.mapping.arrays_total = 16;
  r.costs.unused_arrays_m2 = 2.1e-6;
  CHECK(unused_arrays(r.mapping) == "12 arrays unused");
  r.mapping.fits = "arrays: 2";
  CHECK(unused_arrays(r.mapping) == "12 arrays unused (arrays: 2 would do)");
  const std::string said = "12 arrays unused (arrays: 2 would do): 60.0 % of the area, and they leak";
  CHECK(has(summary(r, false), "  " + said + "\n"));
  CHECK(has(html_report(r, ""), said + "."));
  CHECK(has(mapping_table(r.mapping), "12 arrays unused (arrays: 2 would do)\n"));
}

}  // namespace bitline::write_text_test
