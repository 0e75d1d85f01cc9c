// SPDX-License-Identifier: Apache-2.0
// Files as laboratories save them (tests/characterise/data/make_lab_files.py) open, and give the devices they were
// drawn from.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "tests/characterise/fit_cases.h"

namespace bitline::lab_files_test {
using namespace characterise;
using namespace bitline::test;

namespace {

fs::path lab(const char* name) { return fs::path(BITLINE_SOURCE_DIR) / "tests/characterise/data/lab" / name; }

std::string notes_of(const FitPart& p) { return fmt::format("{}", fmt::join(p.notes, "\n")); }
bool has(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }
bool holds(const FittedValue& v, double truth) { return v.low <= truth && truth <= v.high; }

// Drawn from labels 1.5 and 2.5, 2 .. 20 uS, 3 x (50 + 50) pulses: the seed is fixed, so intervals hold or do not.
void check_first_laboratory(const FitPart& p) {
  CHECK(p.best().model == "exponential");
  CHECK(value_of(p, "nonlinearity of potentiation").value == doctest::Approx(1.5).epsilon(0.2));
  CHECK(value_of(p, "nonlinearity of depression").value == doctest::Approx(2.5).epsilon(0.2));
  CHECK(value_of(p, "highest conductance").value == doctest::Approx(20e-6).epsilon(0.05).scale(1e-30));
  for (const FitPart::Key& k : p.keys)
    if (k.path == "plasticity.potentiation.update.pulses") CHECK(k.text == "50");
}
// Drawn without noise from label 4.217, 1 .. 10 uS, 40 + 40 pulses, to 6 digits.
void check_second_laboratory(const FitPart& p) {
  CHECK(p.best().model == "exponential");
  CHECK(value_of(p, "nonlinearity of potentiation").value == doctest::Approx(4.217).epsilon(1e-4));
  CHECK(value_of(p, "lowest conductance").value == doctest::Approx(1e-6).epsilon(1e-5).scale(1e-30));
  CHECK(value_of(p, "highest conductance").value == doctest::Approx(10e-6).epsilon(1e-5).scale(1e-30));
}

}  // namespace

TEST_CASE("a header of words is skipped, and names with units in brackets are known") {
  const FitPart p = fit_device({.ltp = lab("keithley.csv"), .read_voltage_V = 0.1})[0];
  check_first_laboratory(p);
  CHECK(has(notes_of(p), "the table begins at line 6"));
}

TEST_CASE("pulse numbers without an amplitude: signs come from where readings turn") {
  const FitPart p = fit_device({.ltp = lab("numbers.csv"), .amplitude_V = {1.5, -1.2}, .width_s = 100e-6})[0];
  check_first_laboratory(p);
  CHECK(has(notes_of(p), "turns after rows 51, 101, 151, 201, 251"));
  int given = 0;
  for (const FitPart::Key& k : p.keys) {
    given += k.path == "plasticity.depression.drive.amplitude" && k.text == "1.2 V";
    given += k.path == "plasticity.potentiation.drive.width" && k.text == "100 us";
  }
  CHECK(given == 2);
}

TEST_CASE("columns of LTP and LTD, decimal commas, and resistances are one curve") {
  const FitPart p = fit_device({.ltp = lab("neurosim.csv")})[0];
  check_second_laboratory(p);
  CHECK(has(notes_of(p), "1 V is assumed (--amplitude says it)"));
  const FitPart comma = fit_device({.ltp = lab("excel.csv")})[0];
  check_second_laboratory(comma);
  CHECK(has(notes_of(comma), "commas are decimal"));
  check_second_laboratory(fit_device({.ltp = lab("kohm.csv")})[0]);
}

TEST_CASE("readings that are missing are counted, and their pulses too") {
  const FitPart p = fit_device({.ltp = lab("missing.csv")})[0];
  check_first_laboratory(p);
  CHECK(has(notes_of(p), "4 missing readings"));
  CHECK(p.y.size() == 297);
}

TEST_CASE("quotes, separators at the end and blank lines are no matter; UTF-16 is told") {
  check_first_laboratory(fit_device({.ltp = lab("quotes.csv")})[0]);
  CHECK(has(refusal({.ltp = lab("utf16.csv")}), "UTF-16"));
}

TEST_CASE("an index of paired pulses is a ratio where it ends at 1") {
  const FitPart p = fit_device({.ppf = lab("ppf_index.csv")})[0];
  CHECK(p.best().model == "two-exponentials");
  CHECK(holds(value_of(p, "facilitation: time constant 1"), 40e-3));
  CHECK(holds(value_of(p, "facilitation: time constant 2"), 0.9));
  CHECK(has(notes_of(p), "'PPF index' is taken as the ratio P2 / P1"));
}

TEST_CASE("a table with a column for each cell is the long one") {
  const FitPart wide = fit_device({.retention = lab("retention_wide.csv")})[0],
                tall = fit_device({.retention = lab("retention_long.csv")})[0];
  CHECK(wide.best().model == "power-law");
  CHECK(holds(value_of(wide, "exponent nu"), 0.045));
  CHECK(value_of(wide, "exponent nu").value == value_of(tall, "exponent nu").value);
  CHECK(has(notes_of(wide), "30 columns, 'cell 1 (uS)' to 'cell 30 (uS)', are taken as curves of conductance"));
  const FitPart relaxed = fit_device({.retention = lab("relaxation.csv")})[0];
  CHECK(relaxed.best().model == "log-time");
  CHECK(holds(value_of(relaxed, "mean shift per decade"), -0.1e-6));
}

TEST_CASE("sweeps of instruments: EasyEXPERT, two currents, a loop") {
  for (const char* name : {"easyexpert.csv", "vd_id_ig.csv"}) {
    CAPTURE(name);
    const FitPart p = fit_device({.iv = lab(name)})[0];
    CHECK(p.best().model == "sinh");
    CHECK(value_of(p, "beta of sinh(beta V)").value == doctest::Approx(2).epsilon(0.01));
  }
  // Drawn from 2 and 20 uS, which switch at the ends of a sweep from -1 to 1 V in steps of 50 mV.
  const FitPart loop = fit_device({.iv = lab("loop.csv"), .read_voltage_V = 0.1})[0];
  CHECK(loop.best().model == "ohmic");
  CHECK(value_of(loop, "conductance of 'high' at 100 mV").value == doctest::Approx(20e-6).epsilon(1e-6).scale(1e-30));
  CHECK(value_of(loop, "conductance of 'low' at 100 mV").value == doctest::Approx(2e-6).epsilon(1e-6).scale(1e-30));
  CHECK(value_of(loop, "switching to the high state").low == doctest::Approx(0.95));
  CHECK(value_of(loop, "switching to the high state").high == doctest::Approx(1));
  CHECK(value_of(loop, "switching to the low state").value == doctest::Approx(-0.975));
}

TEST_CASE("tabs, and cells read back") {
  const FitPart p = fit_device({.ltp = lab("ftj.tsv")})[0];
  CHECK(p.best().model == "power");
  CHECK(holds(value_of(p, "exponent of potentiation"), 0.6));
  CHECK(holds(value_of(p, "exponent of depression"), 0.4));
  const FitPart r = fit_device({.readback = lab("readback.csv")})[0];
  CHECK(r.best().model == "gaussian-linear");
  CHECK(holds(value_of(r, "sigma: coefficient of g^1"), 1e-6));
}

TEST_CASE("what a header means can be said, and what nobody used is told") {
  const Folder f;
  std::string text = "no,Vx,Ix\n";
  for (int i = 0; i <= 20; ++i) text += fmt::format("{},{},{}\n", i, i > 0 ? 1.5 : 0, 0.1 * (1 + i));
  FitFiles files{.ltp = f.write("a.csv", text), .read_voltage_V = 0.1};
  files.columns = parse_column_choices("no=pulse, Vx=amplitude (V), Ix=current (uA)");
  const FitPart p = fit_device(files)[0];
  CHECK(p.best().model == "linear");
  CHECK(value_of(p, "highest conductance").value == doctest::Approx(21e-6).scale(1e-30));
  files.columns = parse_column_choices("no=pulse, Vx=amplitude (V), Iy=current (uA)");
  CHECK(has(refusal(files), "not known: 'Ix'"));
  files.columns = parse_column_choices("no=pulse, Vx=amplitude (V), Ix=current (uA), z=width (s)");
  CHECK(has(refusal(files), "--columns: no file has a column 'z'"));
  CHECK_THROWS_AS(parse_column_choices("amplitude"), InputError);
  // Columns that nothing names need one question.
  std::string wide = "time (s)";
  for (int c = 0; c < 25; ++c) wide += fmt::format(",c{}", c);
  for (const double t : {0.0, 1.0, 10.0, 100.0}) {
    wide += fmt::format("\n{}", t);
    for (int c = 0; c < 25; ++c) wide += fmt::format(",{:.4f}", (20 + c) * std::pow(1 + t, -0.05 - 0.001 * (c % 5)));
  }
  FitFiles cells{.retention = f.write("w.csv", wide)};
  CHECK(has(refusal(cells), "--columns \"*=conductance (uS)\""));
  cells.columns = parse_column_choices("*=conductance (uS)");
  CHECK(fit_device(cells)[0].best().model == "power-law");
}

TEST_CASE("a reading after every third pulse is of the same device as one after every pulse") {
  const FitPart p = fit_device({.ltp = lab("third.csv")})[0];
  check_first_laboratory(p);
  CHECK(holds(value_of(p, "noise of each pulse (share of the window)"), 0.01));
  CHECK(has(notes_of(p), "a reading after every 3 pulses"));
}

TEST_CASE("a preview tells columns, rows and what was decided") {
  const auto shown = preview({.ltp = lab("missing.csv"), .retention = lab("retention_wide.csv")});
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].columns[2].name == "conductance");
  CHECK(shown[0].columns[2].unit == "uS");
  CHECK(shown[0].rows == 297);
  CHECK(shown[0].first[1] == std::vector<std::string>{"1", "+", "2.44 uS"});
  CHECK(shown[1].rows == 180);
  CHECK(shown[1].heads == std::vector<std::string>{"cell", "time", "conductance"});
}

}  // namespace bitline::lab_files_test
