// SPDX-License-Identifier: Apache-2.0
// Quantities: every unit and prefix, what is refused, and texts that read back to the bit.
#include "base/units.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "base/duration.h"
#include "tests/base/helpers.h"

namespace bitline::units_test {

using bitline::test::has;

namespace {

constexpr Unit all_units[] = {Unit::none,          Unit::fraction,       Unit::siemens, Unit::volt,  Unit::ampere,
                              Unit::ohm,           Unit::farad,          Unit::joule,   Unit::watt,  Unit::coulomb,
                              Unit::hertz,         Unit::kelvin,         Unit::second,  Unit::meter, Unit::square_meter,
                              Unit::ohm_per_meter, Unit::farad_per_meter};

double value(std::string_view text, Unit unit) {
  const auto q = parse_quantity(text, unit);
  INFO(text, ": ", q.problem);
  REQUIRE(q.value);
  return *q.value;
}
std::string problem(std::string_view text, Unit unit) {
  const auto q = parse_quantity(text, unit);
  CAPTURE(text);
  CHECK_FALSE(q.value);
  CHECK_FALSE(q.problem.empty());
  return q.problem;
}

}  // namespace

TEST_CASE("every unit by its SI symbol") {
  struct Row {
    const char* text;
    Unit unit;
    double expected;
  };
  // The expected numbers are what the compiler reads; each is one correctly rounded decimal.
  const Row rows[] = {
      {"80 uS", Unit::siemens, 80e-6},
      {"1.2 V", Unit::volt, 1.2},
      {"1.5 uA", Unit::ampere, 1.5e-6},
      {"2.2 ohm", Unit::ohm, 2.2},
      {"1 Mohm", Unit::ohm, 1e6},
      {"7 fF", Unit::farad, 7e-15},
      {"2.5 pJ", Unit::joule, 2.5e-12},
      {"3 mW", Unit::watt, 3e-3},
      {"12.0703125 pC", Unit::coulomb, 12.0703125e-12},
      {"100 MHz", Unit::hertz, 1e8},
      {"2 GHz", Unit::hertz, 2e9},
      {"300 K", Unit::kelvin, 300},
      {"10 ns", Unit::second, 1e-8},
      {"130 nm", Unit::meter, 130e-9},
      {"3 mm", Unit::meter, 3e-3},
      {"5 m", Unit::meter, 5},
      {"400 um2", Unit::square_meter, 400e-12},
      {"2 mm2", Unit::square_meter, 2e-6},
      {"32 mW/cm2", Unit::watt_per_square_meter, 320},
      {"5 kW/m2", Unit::watt_per_square_meter, 5e3},
      {"7 nm2", Unit::square_meter, 7e-18},
      {"0.4 ohm/um", Unit::ohm_per_meter, 0.4e6},
      {"4 kohm/m", Unit::ohm_per_meter, 4e3},
      {"2 mohm/nm", Unit::ohm_per_meter, 2e6},
      {"0.2 fF/um", Unit::farad_per_meter, 2e-10},
      {"1 pF/mm", Unit::farad_per_meter, 1e-9},
      {"84.56 %", Unit::fraction, 0.8456},
      {"0.8456", Unit::fraction, 0.8456},
      {"12%", Unit::fraction, 0.12},
      {"1e-3", Unit::none, 1e-3},
      {"+5", Unit::none, 5},
      {"-5.25", Unit::none, -5.25},
      {".5", Unit::none, 0.5},
      {"  7 \t", Unit::none, 7},
      {"1e3 kV", Unit::volt, 1e6},
      {"80uS", Unit::siemens, 80e-6},
  };
  for (const auto& r : rows) {
    CAPTURE(r.text);
    CHECK(value(r.text, r.unit) == r.expected);
  }
}

TEST_CASE("every prefix, and three spellings of micro") {
  const std::pair<const char*, double> prefixes[] = {
      {"a", 1e-18}, {"f", 1e-15}, {"p", 1e-12}, {"n", 1e-9}, {"u", 1e-6}, {"\u00b5", 1e-6}, {"\u03bc", 1e-6},
      {"m", 1e-3},  {"", 1},      {"k", 1e3},   {"M", 1e6},  {"G", 1e9},  {"T", 1e12}};
  for (const auto& [prefix, factor] : prefixes)
    for (const Unit unit : {Unit::siemens, Unit::volt, Unit::ampere, Unit::ohm, Unit::farad, Unit::joule, Unit::watt,
                            Unit::coulomb, Unit::hertz, Unit::kelvin, Unit::second, Unit::meter}) {
      const std::string text = fmt::format("1 {}{}", prefix, symbol(unit));
      CAPTURE(text);
      CHECK(value(text, unit) == factor);
    }
}

TEST_CASE("long times") {
  CHECK(value("1 min", Unit::second) == 60);
  CHECK(value("1.5 h", Unit::second) == 5400);
  CHECK(value("2 hours", Unit::second) == 7200);
  CHECK(value("1 day", Unit::second) == 86400);
  CHECK(value("3 days", Unit::second) == 259200);
  CHECK(value("1 year", Unit::second) == 31557600);  // Julian, 365.25 days
  CHECK(value("10 years", Unit::second) == 315576000);
  CHECK_FALSE(parse_quantity("1 day", Unit::meter).value);
}

TEST_CASE("wrong, missing and mistaken units") {
  CHECK(has(problem("80", Unit::siemens), "no unit"));
  CHECK(has(problem("80", Unit::siemens), "80 uS"));
  CHECK(has(problem("80 uV", Unit::siemens), "'uV'"));
  CHECK(has(problem("80 us", Unit::siemens), "'us'"));
  CHECK(has(problem("3 V", Unit::none), "pure number"));
  CHECK(has(problem("3 V", Unit::fraction), "percentage"));
  CHECK(has(problem("1 um", Unit::square_meter), "'um'"));
  CHECK(has(problem("1 ohm", Unit::ohm_per_meter), "'ohm'"));
  CHECK(has(problem("1 ohm/s", Unit::ohm_per_meter), "'ohm/s'"));
  CHECK(has(problem("1 /um", Unit::ohm_per_meter), "'/um'"));
  for (const char* text : {"10 uuS", "10 Us", "10 u S", "10 S S", "1,000 S", "10 S2", "0x1F S", "10 xS", "1.2.3 S"})
    CHECK(has(problem(text, Unit::siemens), "unit"));
  for (const char* text : {"", "uS", "abc", "e5 S", "+-5 S", "- 5 S", "--5 S"})
    CHECK(has(problem(text, Unit::siemens), "number"));
}

TEST_CASE("what no number can hold") {
  for (const char* text : {"nan", "NaN", "inf", "-inf", "infinity", "nan V"}) problem(text, Unit::volt);
  for (const char* text : {"nan", "inf", "-INF"}) CHECK(has(problem(text, Unit::none), "not a number"));
  CHECK(has(problem("1e400", Unit::none), "range"));
  CHECK(has(problem("1e-400", Unit::none), "range"));
  CHECK(has(problem("1e400 V", Unit::volt), "range"));
  CHECK(has(problem("1e300 TV", Unit::volt), "range"));
  CHECK(has(problem("1e-320 aV", Unit::volt), "range"));
}

TEST_CASE("each unit's example is one") {
  for (const Unit unit : all_units) CHECK(parse_quantity(example(unit), unit).value);
}

TEST_CASE("formatted quantities read back to the bit") {
  std::mt19937_64 engine(20240607);
  std::size_t wrong = 0;
  const auto check = [&](double x, Unit unit) {
    const auto back = parse_quantity(format_quantity(x, unit), unit).value;
    if (!back || std::bit_cast<std::uint64_t>(*back) != std::bit_cast<std::uint64_t>(x)) {
      ++wrong;
      MESSAGE(fmt::format("{:a} became {}", x, format_quantity(x, unit)));
    }
  };
  for (const Unit unit : all_units) {
    for (int i = 0; i < 4000; ++i) {
      const double any = std::bit_cast<double>(engine());  // any sign and exponent
      if (std::isfinite(any)) check(any, unit);
      check(std::ldexp(static_cast<double>(engine() >> 11), -53 - static_cast<int>(engine() % 60)), unit);
      check(static_cast<double>(engine() % 100000) * 1e-9, unit);  // as users write them
      check(static_cast<double>(engine() % 10000) / 1e15, unit);
    }
    using limits = std::numeric_limits<double>;
    for (const double x :
         {0.0, -0.0, limits::min(), limits::denorm_min(), limits::max(), limits::lowest(), 1.0, 0.1, 1e22, 1e23})
      check(x, unit);
  }
  CHECK(wrong == 0);
}

TEST_CASE("formatted quantities look as a person would write them") {
  CHECK(format_quantity(80e-6, Unit::siemens) == "80 uS");
  CHECK(format_quantity(19.16e-6, Unit::siemens) == "19.16 uS");
  CHECK(format_quantity(50e-9, Unit::second) == "50 ns");
  CHECK(format_quantity(1e8, Unit::hertz) == "100 MHz");
  CHECK(format_quantity(3.38e-12, Unit::square_meter) == "3.38 um2");
  CHECK(format_quantity(0, Unit::siemens) == "0 S");
  CHECK(format_quantity(0.8456, Unit::fraction) == "0.8456");
  CHECK(format_quantity(3, Unit::none) == "3");
  CHECK(format_quantity(1.2, Unit::volt) == "1.2 V");
}

TEST_CASE("pretty: four digits with a prefix") {
  CHECK(pretty(3.14159e-9, Unit::joule) == "3.142 nJ");
  CHECK(pretty(-2.5e-3, Unit::volt) == "-2.5 mV");
  CHECK(pretty(0, Unit::joule) == "0 J");
  CHECK(pretty(0.84561, Unit::fraction) == "84.56 %");
  CHECK(pretty(1234.5678, Unit::none) == "1235");
  CHECK(pretty(4.2e-6, Unit::square_meter) == "4.2 mm2");
  CHECK(pretty(3e-12, Unit::square_meter) == "3 um2");
  CHECK(pretty(1e-20, Unit::joule) == "1e-05 fJ");
  // What rounds to 1000 takes the next prefix; no "mohm", which could be read as megohm.
  CHECK(pretty(0.99999, Unit::ampere) == "1 A");
  CHECK(pretty(999.9e-9, Unit::siemens) == "999.9 nS");
  CHECK(pretty(999.96e-9, Unit::siemens) == "1 uS");
  CHECK(pretty(0.99999e-6, Unit::square_meter) == "1 mm2");
  CHECK(pretty(0.8477, Unit::ohm) == "0.8477 ohm");
  CHECK(pretty(8.477e-7, Unit::ohm) == "847.7 nohm");
}

TEST_CASE("times as people say them, where that is exact") {
  struct Row {
    double s;
    const char* text;
  };
  for (const auto& [s, text] : {Row{0, "0 s"}, Row{1e-3, "1 ms"}, Row{59, "59 s"}, Row{60, "1 min"}, Row{5400, "1.5 h"},
                                Row{86400, "1 day"}, Row{172800, "2 days"}, Row{1000, "1 ks"}, Row{1e4, "10 ks"},
                                Row{31557600, "1 year"}, Row{315576000, "10 years"}})
    CHECK(duration(s) == text);
}

TEST_CASE("a unit in the wrong case is suggested in the right one") {
  const auto problem = [](const char* text, Unit unit) { return parse_quantity(text, unit).problem; };
  CHECK(problem("1 Ohm", Unit::ohm) == "has the unit 'Ohm' where ohm is expected; did you mean 'ohm'?");
  CHECK(has(problem("1 MOhm", Unit::ohm), "did you mean 'Mohm'?"));
  CHECK(has(problem("5 US", Unit::siemens), "did you mean 'uS'?"));
  CHECK(has(problem("1 Hours", Unit::second), "did you mean 'hours'?"));
  for (const char* known : {"min, h, day or year", "\"1 year\""}) CHECK(has(problem("1 yr", Unit::second), known));
  // What differs in more is another unit.
  CHECK(has(problem("1 V", Unit::siemens), "write for example"));
}

}  // namespace bitline::units_test
