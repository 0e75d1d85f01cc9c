// SPDX-License-Identifier: Apache-2.0
// Fits find what made the data, their files read back, and what they cannot tell or use is refused.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "base/config_writer.h"
#include "base/random.h"
#include "device/plasticity/pulsed_device.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::fit_test {
using namespace device;
using namespace characterise;
using namespace bitline::test;

TEST_CASE("a curve that misses is not taken for noise, and a creeping window not for a straight line") {
  const Folder f;
  const auto trains = [](auto&& reading) {
    std::string text = "amplitude (V),width (s),conductance (uS)\n";
    for (int cycle = 0, row = 0; cycle < 3; ++cycle)
      for (const bool up : {true, false})
        for (int i = 1; i <= 50; ++i, ++row)
          text += fmt::format("{},1,{:.5f}\n", up ? 1 : -1, reading(cycle, up, i / 50.0, row));
    return text;
  };
  const Random random(3, 3);
  const auto noise = [&](int row) {
    return 0.2 * random.normal4({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(row)})[0];
  };
  // Two exponentials: no candidate but the table has them. Noise of reading alone.
  const auto two = [](double p) {
    return (0.5 * (1 - std::exp(-20 * p)) + 0.5 * (1 - std::exp(-1.5 * p))) / (0.5 + 0.5 * (1 - std::exp(-1.5)));
  };
  const FitPart missed = fit_device({.ltp = f.write("two.csv", trains([&](int, bool up, double p, int row) {
                                                      return 5 + 45 * (up ? two(p) : 1 - two(p)) + noise(row);
                                                    }))})[0];
  CHECK(missed.best().model == "table");
  for (const FittedValue& v : missed.best().values) CHECK(!v.name.starts_with("noise of each pulse"));
  CHECK(value_of(missed, "noise of reading").value == doctest::Approx(0.2e-6).epsilon(0.25).scale(1e-30));

  // The window rises from cycle to cycle, by a little or by a tenth.
  const auto bent = [](double p) { return (1 - std::exp(-3 * p)) / (1 - std::exp(-3.0)); };
  for (const double step : {0.5, 4.0}) {
    CAPTURE(step);
    const FitPart creep =
        fit_device({.ltp = f.write("creep.csv", trains([&](int cycle, bool up, double p, int row) {
                                     return 5 + step * cycle + 45 * (up ? bent(p) : 1 - bent(p)) + noise(row);
                                   }))})[0];
    CHECK(creep.best().model == "exponential");
    CHECK(value_of(creep, "highest conductance").value ==
          doctest::Approx(50e-6 + step * 1e-6).epsilon(0.03).scale(1e-30));
    const bool said =
        fmt::format("{}", fmt::join(creep.notes, "\n")).find("does the window creep") != std::string::npos;
    CHECK((said || step < 1));
  }
}

TEST_CASE("trains that end far from the other end of the window are refused") {
  const Folder f;
  std::string text = "amplitude (V),width (s),conductance (uS)\n";
  for (int i = 0; i <= 50; ++i) text += fmt::format("{},1,{}\n", i > 0 ? 1 : 0, 5 + i);
  for (int i = 1; i <= 10; ++i) text += fmt::format("-1,1,{}\n", 55 - i);
  const std::string message = refusal({.ltp = f.write("cut.csv", text)});
  CAPTURE(message);
  CHECK(message.find("% of the readings' range before the lowest reading: nothing tells how many") !=
        std::string::npos);
}

TEST_CASE("states that curve differently are told") {
  const Folder f;
  const auto note = [&](double other) {
    std::string text = "state,voltage (V),current (uA)\n";
    std::uint32_t row = 0;
    const Random random(8, 8);
    for (const double beta : {6.0, other})
      for (int i = -20; i <= 20; ++i)
        text += fmt::format("{},{},{:.6f}\n", beta == 6 ? "a" : "b", i / 20.0,
                            std::sinh(beta * i / 20.0) / std::sinh(beta) +
                                0.002 * random.normal4({.purpose = Purpose::test, .place = row++})[0]);
    const FitPart p = fit_device({.iv = f.write("iv.csv", text), .models = {"sinh"}})[0];
    return fmt::format("{}", fmt::join(p.notes, "\n"));
  };
  CHECK(note(1).find("states curve differently, with beta from") != std::string::npos);
  CHECK(note(6.0000001).find("differently") == std::string::npos);
}

TEST_CASE("the device file of a fit reads back as the device that was measured") {
  const Folder f;
  const ExampleTruth e;
  const auto parts = fit_device(all_files(f, e, 7));
  const fs::path file = f.write("mine.yaml", to_yaml(fitted_device(parts)));
  const PulsedDevice mine = load_pulsed_device(file, {}, ConfigPath{});
  CHECK(mine.device.g_max_S == doctest::Approx(e.g_max_S).epsilon(0.02).scale(1e-30));
  CHECK(std::get<Sinh>(mine.device.iv).beta_per_V == doctest::Approx(e.beta_per_V).epsilon(0.02));
  CHECK(std::get<PowerLawDrift>(mine.device.drift).nu_mean == doctest::Approx(e.nu).epsilon(0.1));
  const auto& up = std::get<ExponentialUpdate>(*mine.plasticity().potentiation->update);
  CHECK(up.pulses == e.pulses);
  CHECK(up.nonlinearity == doctest::Approx(e.label_up).epsilon(0.1));
  CHECK(mine.plasticity().potentiation->short_term->tau2_s == doctest::Approx(e.tau2_s).epsilon(0.2));
  // sigma is a polynomial of G / g_max, whatever the largest target was.
  const auto& sigma_S = std::get<GaussianWrite>(mine.device.write).sigma_S;
  REQUIRE(sigma_S.size() == 2);
  CHECK(sigma_S[0] + sigma_S[1] == doctest::Approx(e.sigma0_S + e.sigma1_S).epsilon(0.15).scale(1e-30));
}

TEST_CASE("what a model draws without noise is found to the last digits") {
  const Folder f;
  ExampleTruth e;
  e.cycle = 0, e.read_S = 0, e.pair_noise = 0;
  e.cycles = 1;  // the same cycle again would make its table exact
  FitFiles files;
  files.ltp = f.write("ltp.csv", ltp_csv(e, 1)), files.read_voltage_V = e.v_read_V;
  files.ppf = f.write("ppf.csv", ppf_csv(e, 1));
  const auto parts = fit_device(files);
  CHECK(value_of(parts[0], "nonlinearity of potentiation").value == doctest::Approx(e.label_up).epsilon(1e-4));
  CHECK(value_of(parts[0], "nonlinearity of depression").value == doctest::Approx(e.label_down).epsilon(1e-4));
  CHECK(value_of(parts[1], "facilitation: time constant 1").value == doctest::Approx(e.tau1_s).epsilon(3e-3));
}

TEST_CASE("every model of retention is a device file that reads back") {
  const Folder f;
  ExampleTruth e;
  e.cells = 400;
  const fs::path cells = f.write("r.csv", retention_csv(e, 1));
  for (const char* model : {"no-change", "log-time", "by-level", "power-law", "single-exponential", "measured"}) {
    CAPTURE(std::string(model));
    std::vector<FitPart> parts;
    try {
      parts = fit_device({.retention = cells, .models = {model}});
    } catch (const InputError&) {
      continue;  // these cells do not tell it
    }
    load_pulsed_device(f.write("mine.yaml", to_yaml(fitted_device(parts))), {}, ConfigPath{});
  }
  std::string text = "cell,time (s),conductance (uS)\n";
  for (int cell = 0; cell < 30; ++cell)
    for (const double t : {0.0, 1.0, 10.0, 30.0, 100.0, 300.0, 1000.0})
      text += fmt::format("{},{},{:.5f}\n", cell, t, 5 + (20 + cell) * std::exp(-t / (90 + cell)));
  const auto parts = fit_device({.retention = f.write("e.csv", text), .models = {"single-exponential"}});
  const auto drift = std::get<DoubleExponentialDrift>(
      load_pulsed_device(f.write("e.yaml", to_yaml(fitted_device(parts))), {}, ConfigPath{}).device.drift);
  CHECK(drift.share1 == 1);
  CHECK(drift.tau1_s == doctest::Approx(104).epsilon(0.1));
}

TEST_CASE("few cells have no spread between them, and one says so") {
  const Folder f;
  ExampleTruth e;
  e.cells = 1, e.read_S = 0.01e-6;
  FitFiles files;
  files.retention = f.write("one.csv", retention_csv(e, 3));
  files.models = {"power-law"};  // a small exponent looks like a straight line in log t
  const auto parts = fit_device(files);
  CHECK(parts[0].best().model == "power-law");
  const std::string notes = fmt::format("{}", fmt::join(parts[0].notes, "\n"));
  CHECK(notes.find("spread of exponents") != std::string::npos);
  CHECK(notes.find("none are given") != std::string::npos);
  CHECK(std::isnan(parts[0].best().values[0].low));
}

TEST_CASE("bad files are refused with their place and remedy") {
  const Folder f;
  const auto ltp = [&](const std::string& text) { return FitFiles{.ltp = f.write("a.csv", text)}; };
  const auto retention = [&](const std::string& text) { return FitFiles{.retention = f.write("a.csv", text)}; };
  const auto has = [](const std::string& message, const char* what) {
    CAPTURE(message);
    CAPTURE(std::string(what));
    CHECK(message.find(what) != std::string::npos);
  };
  const std::string head = "amplitude (V),width (s),conductance (uS)\n";
  const auto rows = [](int n, auto&& row) {
    std::string out;
    for (int i = 0; i < n; ++i) out += row(i);
    return out;
  };
  has(refusal({}), "there is nothing to fit");
  has(refusal({.ltp = f.write("a.csv", head), .models = {"cubic"}}), "no model is called 'cubic'");
  has(refusal({.ltp = f.write("a.csv", head), .models = {"sinh"}}), "belongs to no file");
  has(refusal(ltp(head)), "no rows below the header");
  has(refusal(ltp("amplitude (V),conductance (V)\n1,1\n")), "cannot be in 'V'");
  has(refusal(ltp("amplitude (V),current (nA)\n1,1\n1,2\n")), "--read-voltage");
  has(refusal(ltp(head + "1,1,1\n1,1,2\n")), "too short: at least 5");
  has(refusal(ltp(head + rows(8, [](int) { return "1,1,3\n"; }))), "all the same");
  has(refusal(ltp(head + rows(8, [](int i) { return fmt::format("1,1,{}\n", i == 4 ? "x" : "3"); }))),
      ":6: conductance 'x' is not a number");
  has(refusal(ltp(head + rows(8, [](int i) { return fmt::format("1,{},{}\n", i == 4 ? 2 : 1, i); }))),
      ":6: width differs");
  has(refusal(ltp(head + rows(8, [](int i) { return fmt::format("1,1,{}\n", 10 - i); }))),
      "do positive pulses raise it");
  has(refusal(ltp(head + rows(8, [](int i) { return fmt::format("1,1,{}\n", i - 3); }))), "is below 0");
  has(refusal(ltp(head + rows(40, [](int i) { return fmt::format("1,1,{}\n", 10 + (i * 5 % 13)); }))),
      "nothing can be fitted");

  const std::string cells = "cell,time (s),conductance (uS)\n";
  has(refusal(retention(cells + "a,0,5\na,10,4\na,1,3\n")), ":4: cell 'a': time goes back");
  has(refusal(retention(cells + "a,0,5\na,1,4\n")), "too few to fit");
  has(refusal(retention(cells + "a,1,4\nb,1,4\nc,1,4\nd,1,4\n")), "a column 'written', or readings at time 0");
  has(refusal(retention(cells + "a,0,5\na,1,5\na,2,5\na,3,5\n")), "no cell changes");
  has(refusal({.retention = f.write("a.csv", retention_csv({.cells = 40}, 1)), .models = {"by-level"}}),
      "too few cells");

  has(refusal({.ppf = f.write("a.csv", "interval (ms),facilitation\n1,1\n")}), "names its definition");
  const auto pair = [&](auto&& ratio) {
    return FitFiles{.ppf = f.write("a.csv", "interval (ms),ppf ratio\n" + rows(8, [&](int i) {
                                              return fmt::format("{},{}\n", 1 << i, ratio(i));
                                            }))};
  };
  has(refusal(pair([](int) { return 1.5; })), "the same at all intervals");
  // The decay is over before the first interval, or has not begun at the last: no time constant can be told.
  has(refusal(pair([](int i) { return i % 2 ? 1.0001 : 0.9999; })), "nothing can be fitted");
  has(refusal(pair([](int i) { return 1 + 0.5 * std::exp(-(1 << i) / 30.0); })), "which pulses these were");

  has(refusal({.readback = f.write("a.csv", "target (uS),conductance (uS)\n1,1\n")}), "too few to fit a spread");
  has(refusal({.readback = f.write("a.csv", "target (uS),conductance (uS)\n" + rows(30, [](int) { return "1,1\n"; }))}),
      "no error to fit");
  has(refusal({.readback = f.write("a.csv", "target (uS),conductance (nA)\n1,1\n")}), "cannot be in 'nA'");
  has(refusal({.readback = f.write("a.csv", "target (uS),conductance (nA)\n1,1\n")}), "is it 'current (nA)'?");
  has(refusal({.readback = f.write("a.csv", "\xff\xfet\n")}), "UTF-16");
  has(refusal({.readback = f.write("a.csv", "target [uS];conductance [uS]\n1,5;1.5\n")}), "decimal sign?");
  has(refusal(ltp("device," + head + "a,1,1,1\nb,1,1,1\n")), "too short: at least 5");
  has(refusal(retention("time (s),conductance (uS)\n0,5\n1,4\n0,5\n")), "need a column 'cell'");
  has(refusal(retention(cells + "a,0,5\na,1,-4\n")), "offset");
  has(refusal(
          {.readback = f.write("a.csv", "target (nS),conductance (uS)\n" +
                                            rows(30, [](int i) { return fmt::format("{},{}\n", i + 1, i + 1.1); }))}),
      "are the units right?");
  has(refusal(
          {.readback = f.write("a.csv", "target (S),conductance (S)\n" +
                                            rows(30, [](int i) { return fmt::format("{},{}\n", i + 1, i + 1.1); }))}),
      "is no memristor's");
  const auto sweep = [&](auto&& current, const char* model = nullptr) {
    FitFiles files{.iv = f.write("a.csv", "voltage (V),current (uA)\n" + rows(81, [&](int i) {
                                            return fmt::format("{},{}\n", (i - 40) / 40.0, current((i - 40) / 40.0, i));
                                          }))};
    if (model) files.models = {model};
    return files;
  };
  const auto diode = [](double v, int) { return std::exp(4 * v) - 1; };
  has(refusal(sweep(diode)), "conducts one way only");
  has(refusal(sweep([](double v, int) { return std::abs(v); })), "absolute values");
  const auto loop = [](int i) {
    return fmt::format("{},{},x\n", (20 - std::abs(i - 20)) / 20.0, (i < 20 ? 1 : 3) * (20 - std::abs(i - 20)));
  };
  has(refusal({.iv = f.write("a.csv", "voltage (V),current (uA),state\n" + rows(41, loop))}),
      "both branches of a loop");
  // Rows in any order, and few of them.
  has(refusal({.iv = f.write("a.csv", "voltage (V),current (uA)\n" + rows(81,
                                                                          [&](int i) {
                                                                            const double v = (i * 37 % 81 - 40) / 40.0;
                                                                            return fmt::format("{},{}\n", v,
                                                                                               diode(v, i));
                                                                          }))}),
      "conducts one way only");
  has(refusal({.iv = f.write("a.csv", "voltage (V),current (uA)\n" + rows(7,
                                                                          [&](int i) {
                                                                            return fmt::format("{},{}\n", (i - 3) / 3.0,
                                                                                               diode((i - 3) / 3.0, i));
                                                                          }))}),
      "conducts one way only");
  CHECK(fit_device(sweep(diode, "ohmic"))[0].best().model == "ohmic");
  has(refusal({.iv = f.write("a.csv", "voltage (V),current (A)\n0,0\n0,0\n")}), "all voltages are 0");
  // A straight line does not tell a curvature.
  has(refusal({.iv = f.write("a.csv", "voltage (V),current (uA)\n" +
                                          rows(20, [](int i) { return fmt::format("{},{}\n", i, i); })),
               .models = {"sinh"}}),
      "curvature");
}

TEST_CASE("the example files of the tutorial are what the models give") {
  const fs::path folder = fs::path(BITLINE_SOURCE_DIR) / "docs/tutorial/my-device";
  const ExampleTruth e;
  const std::pair<const char*, std::string> files[] = {
      {"ltp.csv", ltp_csv(e, 1)},
      {"ppf.csv", ppf_csv(e, 1)},
      {"retention.csv", retention_csv(e, 1)},
      {"bake.csv", bake_csv(e, 2)},
      {"writes.csv", write_log_csv(example_writes(), e.g_max_S, 60, 3)},
      {"readback.csv", readback_csv(e, 1)},
      {"iv.csv", iv_csv(e, 1)}};
  for (const auto& [name, text] : files) {
    CAPTURE(name);
    if (std::getenv("BITLINE_UPDATE")) write_file(folder / name, text);
    // Another mathematical library may round the last digit another way.
    const std::string committed = read_file(folder / name);
    REQUIRE(committed.size() == text.size());
    int different = 0;
    for (std::size_t i = 0; i < text.size(); ++i) different += text[i] != committed[i];
    CHECK(different <= static_cast<int>(text.size() / 1000));
  }
}

}  // namespace bitline::fit_test
