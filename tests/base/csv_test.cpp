// SPDX-License-Identifier: Apache-2.0
// Tables of text: quotes, comments, and what is told about wrong ones.
#include "base/csv.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace bitline::csv_test {

namespace {

std::string problem(const auto& call) {
  try {
    call();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a table with comments, quotes and Windows line ends") {
  const CsvTable t = CsvTable::parse("# about\nname,x\r\n\"a, \"\"b\"\"\",1.5\r\n\n# more\nc,-2e-3", "t");
  CHECK(t.rows() == 2);
  CHECK(t.text(0, "name") == "a, \"b\"");
  CHECK(t.number(0, "x") == 1.5);
  CHECK(t.text(1, "name") == "c");
  CHECK(t.number(1, "x") == -2e-3);
  CHECK(t.has("x"));
  CHECK(!t.has("y"));
}

TEST_CASE("fields are quoted as RFC 4180 says") {
  CHECK(csv_field("fc1") == "fc1");
  CHECK(csv_field("") == "");
  CHECK(csv_field("a b") == "a b");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
  CHECK(csv_field("\r") == "\"\r\"");
  CHECK(csv_field("\"") == "\"\"\"\"");
}

TEST_CASE("every field that is written is read back, line ends in quotes included") {
  const std::vector<std::string> fields = {"fc1", "", "a,b", "say \"hi\"", "two\nlines", "\"", "#", " x ", "a\"b"};
  std::string text = "a,b,c,d,e,f,g,h,i\n";
  for (const std::string& f : fields) text += csv_field(f) + (&f == &fields.back() ? "\nend,,,,,,,,x\n" : ",");
  const CsvTable t = CsvTable::parse(text, "t");
  REQUIRE(t.rows() == 2);
  CHECK(t.row(0) == fields);
  CHECK(t.line(0) == 2);
  CHECK(t.line(1) == 4);  // the row before has two lines
}

TEST_CASE("what is wrong is told with its line") {
  const CsvTable t = CsvTable::parse("# about\nname,x\na,1 pJ\nb,nan\nc,\n", "t");
  CHECK(problem([&] { t.number(0, "x"); }) == "t:3: x: '1 pJ' is not a number");
  CHECK(problem([&] { t.number(1, "x"); }) == "t:4: x: 'nan' is not a number");
  CHECK(problem([&] { t.number(2, "x"); }) == "t:5: x: '' is not a number");
  CHECK(problem([&] { t.text(0, "y"); }) == "t: there is no column 'y'");
  CHECK(problem([] { CsvTable::parse("a,b\n1,2,3\n", "t"); }) == "t:2: has 3 fields, not 2");
  CHECK(problem([] { CsvTable::parse("a,b\n1,\"2\n", "t"); }) == "t:2: a quote is not closed");
  CHECK(problem([] { CsvTable::parse("# nothing\n", "t"); }) == "t: has no header");
}

}  // namespace bitline::csv_test
