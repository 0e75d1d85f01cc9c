// SPDX-License-Identifier: Apache-2.0
#include "base/measured_table.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/files.h"
#include "tests/temporary_folder.h"

namespace bitline::measured_table_test {

namespace {

const KnownColumn known[] = {{"time", Unit::second},
                             {"current", Unit::ampere},
                             {"ppf ratio", Unit::fraction, {"ppf_ratio_P2/P1", "P2/P1"}},
                             {"cell"}};

MeasuredTable table_of(const std::string& text) {
  const test::TemporaryFolder folder;
  write_file(folder.path / "t.csv", text);
  return {folder.path / "t.csv", known};
}
std::string problem_of(const std::string& text, const char* column = "time") {
  try {
    table_of(text).values(column);
  } catch (const InputError& e) {
    const std::string message = e.what();
    return message.substr(message.find(".csv") + 4);
  }
  return "none";
}

}  // namespace

TEST_CASE("columns are found by name, whatever separates them, and converted to SI") {
  for (const char* text : {"time (ms),current (nA)\n1,2.5\n", "# about\n\"Time (ms)\";\"Current (nA)\"\r\n1;2.5\r\n",
                           "\xef\xbb\xbftime_ms\tcurrent_nA\n 1 \t2.5\n"}) {
    CAPTURE(text);
    const MeasuredTable t = table_of(text);
    REQUIRE(t.rows() == 1);
    CHECK(t.values("time")[0] == 1e-3);
    CHECK(t.values("current")[0] == 2.5e-9);
    CHECK(t.unused().empty());
  }
  const MeasuredTable t = table_of("ppf_ratio_P2/P1,ppf_gain_(P2-P1)/P1,cell,time (s)\n1.76,0.76,a7,\n1.5,0.5,b,2\n");
  CHECK(t.values("ppf ratio") == std::vector{1.76, 1.5});
  CHECK(t.texts("cell") == std::vector<std::string>{"a7", "b"});
  CHECK(t.unused() == std::vector<std::string>{"ppf_gain_(P2-P1)/P1"});
  CHECK(!t.optional_values("time")[0]);
  CHECK(*t.optional_values("time")[1] == 2);
  CHECK(!t.optional_values("current")[0]);
  CHECK(table_of("P2/P1 (%)\n176\n").values("ppf ratio")[0] == 1.76);
}

TEST_CASE("what cannot be read is said with its line") {
  CHECK(problem_of("time (s),x\n1,2\n") == "none");
  CHECK(problem_of("") == ": has no header");
  CHECK(problem_of("time (s)\n") == ": there are no rows below the header");
  CHECK(problem_of("time,x\n1,2\n") == ": column 'time' has no unit; write it like 'time (s)'");
  CHECK(problem_of("time (V),x\n1,2\n") == ": column 'time (V)' cannot be in 'V'; write it like 'time (s)'");
  CHECK(problem_of("ppf ratio (V)\n1\n", "ppf ratio") ==
        ": column 'ppf ratio (V)' cannot be in 'V': it is a pure number");
  CHECK(problem_of("time (s),time (ms)\n1,2\n") == ": column 'time' is there twice");
  CHECK(problem_of("t (s)\n1\n") ==
        ": there is no column 'time'; known are time, current, ppf ratio, cell; not known: 't (s)'");
  CHECK(problem_of("time (s)\n1\nnan\n") == ":3: time 'nan' is not a number");
  CHECK(problem_of("time (s);x\n1,5;2\n") == ":2: time '1,5' is not a number: write a decimal point");
  CHECK(problem_of("time (s),x\n,2\n") == ":2: time is empty");
  CHECK(problem_of("time (s),x\n1\n") == ":2: has 1 fields, not 2");
}

}  // namespace bitline::measured_table_test
