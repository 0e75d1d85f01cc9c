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
  CHECK(problem_of("time,x\n1,2\n") ==
        ": column 'time' has no unit; write it like 'time (s)', or say --columns \"time=time (s)\"");
  CHECK(problem_of("time (V),x\n1,2\n") == ": column 'time (V)' cannot be in 'V'; write it like 'time (s)'");
  CHECK(problem_of("ppf ratio (V)\n1\n", "ppf ratio") ==
        ": column 'ppf ratio (V)' cannot be in 'V': it is a pure number");
  CHECK(problem_of("time (s),time (ms)\n1,2\n") ==
        ": column 'time' is there twice; --columns says which it is, and what the other one is");
  CHECK(problem_of("t (s)\n1\n") ==
        ": there is no column 'time'; known are time, current, ppf ratio, cell; not known: 't (s)' (--columns \"t "
        "(s)=NAME\" says what one is)");
  CHECK(problem_of("time (s)\n1\nnan\n") == ":3: time is missing");
  CHECK(problem_of("time (s)\n1\n1 s\n") == ":3: time '1 s' is not a number");
  CHECK(problem_of("time (s);x\n1,5;2\n2.5;2\n") ==
        ":2: has a decimal comma, line 3 a decimal point: which of them is the decimal sign?");
  CHECK(problem_of("time (s),x\n,2\n1,2\n") == ":2: time is missing");
  CHECK(problem_of("time (s),x\n1\n") == ":2: has 1 fields, not 2");
}

TEST_CASE("lines above the header are skipped, units may have a row of their own, commas may be decimal") {
  const MeasuredTable t =
      table_of("Instrument;X1\nTime;12:30\n\nTime;Current;note\nms;nA;\n1,5;2;a\n2,5;3;b\nend of file\n");
  CHECK(t.values("time") == std::vector{1.5e-3, 2.5e-3});
  CHECK(t.values("current") == std::vector{2e-9, 3e-9});
  CHECK(t.notes() == std::vector<std::string>{"the table begins at line 4: what stands above is not read",
                                              "1 lines of words below the header are not read", "commas are decimal"});
  CHECK(table_of("# time (s), current (nA)\n1, 2\n").values("current")[0] == 2e-9);  // as NumPy saves it
  CHECK(table_of("time / ms,current / nA\n1,2\n").values("time")[0] == 1e-3);
  // Latin-1's micro sign.
  CHECK(table_of("time (\xb5s),x\n1,2\n").values("time")[0] == 1e-6);
}

TEST_CASE("EasyEXPERT's rows are found, in SI units") {
  const MeasuredTable t = table_of(
      "SetupTitle, X\nTestParameter, a, b, c\nDataName, time, current\nDataValue, 1, 2e-9\nDataValue, 3, 4e-9\n");
  CHECK(t.values("time") == std::vector{1.0, 3.0});
  CHECK(t.values("current") == std::vector{2e-9, 4e-9});
}

TEST_CASE("missing readings are left out and counted, by what instruments and spreadsheets write for them") {
  MeasuredTable t = table_of("time (s),current (A)\n1,\n2,NaN\n3,#N/A\n4,9.91E+37\n5,199.999E+99\n6,1e-9\n");
  const std::string_view columns[] = {"current"};
  t.leave_out_missing(columns);
  CHECK(t.values("time") == std::vector{6.0});
  CHECK(t.left_out() == 5);
  CHECK(t.notes() == std::vector<std::string>{"5 missing readings left out (line 2, 3, 4, 5, 6)"});
}

TEST_CASE("columns of one unit become rows, with their headers as labels") {
  const test::TemporaryFolder folder;
  write_file(folder.path / "w.csv", "time (s),a (nA),b (nA)\n1,10,20\n2,11,21\n");
  const MeasuredTable t(folder.path / "w.csv", known, {{}, {"current"}, "cell"});
  CHECK(t.texts("cell") == std::vector<std::string>{"a", "a", "b", "b"});
  CHECK(t.values("time") == std::vector{1.0, 2.0, 1.0, 2.0});
  REQUIRE(t.rows() == 4);
  CHECK(t.values("current")[2] == doctest::Approx(20e-9).scale(1e-30));
  write_file(folder.path / "x.csv", "t1,strange (nA)\n1,10\n");
  const auto choices = parse_column_choices("t1=time (ms), strange (nA)=current");
  const MeasuredTable said(folder.path / "x.csv", known, {choices, {}, ""});
  CHECK(said.values("time")[0] == 1e-3);
  CHECK(said.values("current")[0] == 10e-9);
}

}  // namespace bitline::measured_table_test
