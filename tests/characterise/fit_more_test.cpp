// SPDX-License-Identifier: Apache-2.0
// Several devices, pulses of the other polarity, spike timing, endurance, cells that are stuck or off on average.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "base/config_writer.h"
#include "base/random.h"
#include "device/plasticity/pulsed_device.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::fit_more_test {
using namespace characterise;
using namespace bitline::test;

namespace {

std::string notes_of(const FitPart& p) { return fmt::format("{}", fmt::join(p.notes, "\n")); }
bool has(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }
const FitPart::Key* key_of_path(const FitPart& p, const std::string& path) {
  for (const FitPart::Key& k : p.keys)
    if (k.path == path) return &k;
  return nullptr;
}
fs::path lab(const char* name) { return fs::path(BITLINE_SOURCE_DIR) / "tests/characterise/data/lab" / name; }
bool holds(const FittedValue& v, double truth) { return v.low <= truth && truth <= v.high; }

struct Normals {
  Random random;
  std::uint32_t next = 0;
  double operator()() { return random.normal4({.purpose = Purpose::test, .place = next++})[0]; }
};

}  // namespace

TEST_CASE("several devices in one file tell the spread between them") {
  const Folder f;
  Normals z{Random(1, 50)};
  const auto bent = [](double p) { return (1 - std::exp(-3 * p)) / (1 - std::exp(-3.0)); };
  std::string text = "device,amplitude (V),width (us),conductance (uS)\n", wide = "pulse,a (uS),b (uS),c (uS)\n";
  std::vector<double> factors;
  for (int d = 0; d < 12; ++d) {
    const double factor = std::exp(0.2 * z());
    factors.push_back(std::log(factor));
    for (int i = 0; i <= 100; ++i) {
      const double p = i <= 50 ? bent(i / 50.0) : 1 - bent((i - 50) / 50.0);
      text += fmt::format("d{},{},100,{:.5f}\n", d,
                          i == 0    ? 0
                          : i <= 50 ? 1.5
                                    : -1.5,
                          factor * (2 + 18 * p) + 0.02 * z());
    }
  }
  const FitPart p = fit_device({.ltp = f.write("d.csv", text)})[0];
  CHECK(p.best().model == "exponential");
  double mean_factor = 0, m = 0, square = 0;
  for (const double x : factors) m += x / 12, mean_factor += std::exp(x) / 12;
  for (const double x : factors) square += (x - m) * (x - m) / 11;
  const FittedValue& spread = value_of(p, "spread between devices (sigma of ln g_max)");
  CHECK(spread.value == doctest::Approx(std::sqrt(square)).epsilon(0.02));
  CHECK(holds(spread, 0.2));
  CHECK(value_of(p, "highest conductance").value == doctest::Approx(20e-6 * mean_factor).epsilon(0.01).scale(1e-30));
  REQUIRE(key_of_path(p, "spread.device_to_device"));
  CHECK(has(notes_of(p), "12 devices: values are means"));
  // As columns, with numbers for pulses.
  for (int i = 0; i <= 100; ++i) {
    const double p_of = i <= 50 ? bent(i / 50.0) : 1 - bent((i - 50) / 50.0);
    wide += fmt::format("{},{:.5f},{:.5f},{:.5f}\n", i, 2 + 18 * p_of, 1.1 * (2 + 18 * p_of), 1.21 * (2 + 18 * p_of));
  }
  const FitPart columns = fit_device({.ltp = f.write("w.csv", wide)})[0];
  // ln 1, ln 1.1 and ln 1.21 lie ln 1.1 apart: that is their standard deviation.
  CHECK(value_of(columns, "spread between devices (sigma of ln g_max)").value ==
        doctest::Approx(std::log(1.1)).epsilon(1e-3));
}

TEST_CASE("negative pulses that potentiate are recognised, or said") {
  const Folder f;
  std::string text = "amplitude (V),width (us),conductance (uS)\n", falling = text;
  for (int i = 0; i <= 40; ++i) text += fmt::format("{},100,{}\n", i ? -2 : 0, 1 + i);
  for (int i = 1; i <= 40; ++i) text += fmt::format("3,100,{}\n", 41 - i);
  const FitPart p = fit_device({.ltp = f.write("n.csv", text)})[0];
  CHECK(p.best().model == "linear");
  CHECK(has(notes_of(p), "negative pulses potentiate, by their readings"));
  CHECK(key_of_path(p, "plasticity.potentiation.drive.amplitude")->text == "2 V");
  CHECK(key_of_path(p, "plasticity.depression.drive.amplitude")->text == "3 V");
  for (int i = 0; i <= 40; ++i) falling += fmt::format("{},100,{}\n", i ? 3 : 0, 41 - i);
  FitFiles one{.ltp = f.write("f.csv", falling)};
  CHECK(has(refusal(one), "--potentiation negative"));
  one.negative_potentiates = true;
  CHECK(key_of_path(fit_device(one)[0], "plasticity.depression.drive.amplitude")->text == "3 V");
}

TEST_CASE("spike timing is fitted on both sides, and its device file reads back") {
  // Drawn from 60 % and 25 ms, 40 % and 35 ms, with noise of 1 %.
  const auto parts = fit_device({.stdp = lab("stdp.csv")});
  const FitPart& p = parts[0];
  CHECK(p.best().model == "pair");
  CHECK(holds(value_of(p, "change at dt > 0"), 0.6));
  CHECK(holds(value_of(p, "time constant of dt > 0"), 25e-3));
  CHECK(holds(value_of(p, "change at dt < 0"), 0.4));
  CHECK(holds(value_of(p, "time constant of dt < 0"), 35e-3));
  CHECK(has(notes_of(p), "relative to the conductance before"));
  const Folder f;
  const auto mine = device::load_pulsed_device(f.write("s.yaml", to_yaml(fitted_device(parts))), {}, ConfigPath{});
  CHECK(pair_change(mine.plasticity().stdp, 25e-3) == doctest::Approx(0.6 * std::exp(-1.0)).epsilon(0.1));
  Normals z{Random(2, 50)};
  std::string noise = "dt (ms),change\n";
  for (int i = 1; i <= 20; ++i) noise += fmt::format("{},{:.4f}\n{},{:.4f}\n", i, 0.01 * z(), -i, 0.01 * z());
  CHECK(fit_device({.stdp = f.write("n.csv", noise)})[0].best().model == "no-timing");
}

TEST_CASE("a window that closes over cycles is told, with what it is at first and at last") {
  // Drawn from 20 - 0.8 log10 n and 2 + 0.2 log10 n, to a million cycles.
  const FitPart p = fit_device({.endurance = lab("endurance.csv")})[0];
  CHECK(p.best().model == "log-cycles");
  CHECK(holds(value_of(p, "high state, change per decade"), -0.8e-6));
  CHECK(holds(value_of(p, "low state, change per decade"), 0.2e-6));
  CHECK(value_of(p, "high state, first cycle").value == doctest::Approx(20e-6).epsilon(0.02).scale(1e-30));
  CHECK(has(notes_of(p), "after 1e+06 cycles"));
  CHECK(key_of_path(p, "g_min"));
}

TEST_CASE("cells that are stuck are a share of their own; a mean error and a gain are told") {
  const Folder f;
  const auto cells = [&](int stuck, double bias, double gain) {
    Normals z{Random(3, 50)};
    std::string text = "target (uS),conductance (uS)\n";
    for (int i = 0; i < 400; ++i) {
      const double target = 2 + 18.0 * (i % 8) / 7;
      text += fmt::format("{:.4f},{:.4f}\n", target, i % 20 < stuck ? 2 + 0.1 * z() : bias + gain * target + 0.5 * z());
    }
    return fit_device({.readback = f.write("r.csv", text)})[0];
  };
  const FitPart stuck = cells(1, 0, 1);
  // 1 of 20 is at 2 uS, whatever its target.
  CHECK(holds(value_of(stuck, "share of cells stuck at the lowest conductance"), 0.05));
  REQUIRE(key_of_path(stuck, "faults.stuck_off"));
  CHECK(stuck.best().model == "gaussian");
  CHECK(value_of(stuck, "sigma: coefficient of g^0").value == doctest::Approx(0.5e-6).epsilon(0.1).scale(1e-30));
  const FitPart off = cells(0, 2, 1), steep = cells(0, 0, 1.1);
  CHECK(!key_of_path(off, "faults.stuck_off"));
  CHECK(holds(value_of(off, "mean error"), 2e-6));
  CHECK(holds(value_of(steep, "gain of writing"), 1.1));
  // Spread with the mean: sqrt(2^2 + 0.5^2) = 2.06 uS.
  CHECK(has(notes_of(off), "counted as spread, 2.0"));
}

TEST_CASE("states that can be told apart are counted from noise and pulses") {
  const FitPart p = fit_device({.ltp = lab("keithley.csv"), .read_voltage_V = 0.1})[0];
  // Noise of 1 % a pulse and 0.5 % a reading, together 1.12 %: 1 + 1 / (4 x 1.12 %) = 23.
  const std::string notes = notes_of(p);
  const auto at = notes.find(" states can be told apart");
  REQUIRE(at != std::string::npos);
  const int states = std::stoi(notes.substr(notes.rfind(' ', at - 1)));
  CHECK(states >= 18);
  CHECK(states <= 29);
}

}  // namespace bitline::fit_more_test
