// SPDX-License-Identifier: Apache-2.0
// Fits find what made the data, their intervals hold as often as they say, and bad files are refused.
#include "array/fit/fit.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <tuple>

#include "array/plasticity/pulsed_device.h"
#include "base/config_writer.h"
#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "tests/array/example_curves.h"
#include "tests/temporary_folder.h"

using namespace bitline;
using namespace bitline::test;
namespace fs = std::filesystem;

namespace {

struct Folder : TemporaryFolder {
  fs::path write(const std::string& name, const std::string& text) const {
    write_file(path / name, text);
    return path / name;
  }
};

FitFiles all_files(const Folder& f, const ExampleTruth& e, std::uint32_t seed) {
  FitFiles files;
  files.ltp = f.write("ltp.csv", ltp_csv(e, seed));
  files.ppf = f.write("ppf.csv", ppf_csv(e, seed));
  files.retention = f.write("retention.csv", retention_csv(e, seed));
  files.readback = f.write("readback.csv", readback_csv(e, seed));
  files.iv = f.write("iv.csv", iv_csv(e, seed));
  files.read_voltage_V = e.v_read_V;
  return files;
}

const FitPart& part_of(const std::vector<FitPart>& parts, const char* name) {
  for (const FitPart& p : parts)
    if (p.part == name) return p;
  throw std::out_of_range(name);
}
const FittedValue& value_of(const FitPart& p, const std::string& name) {
  for (const FittedValue& v : p.best().values)
    if (v.name == name) return v;
  throw std::out_of_range(name);
}

// What the models of the example are called, and what their numbers truly are.
struct True {
  const char *part, *name;
  double value;
};
std::vector<True> truths(const ExampleTruth& e) {
  return {{"ltp", "lowest conductance", e.g_min_S},
          {"ltp", "highest conductance", e.g_max_S},
          {"ltp", "nonlinearity of potentiation", e.label_up},
          {"ltp", "nonlinearity of depression", e.label_down},
          {"ltp", "noise of each pulse (share of the window)", e.cycle},
          {"ppf", "facilitation: share 1", e.share1},
          {"ppf", "facilitation: time constant 1", e.tau1_s},
          {"ppf", "facilitation: share 2", e.share2},
          {"ppf", "facilitation: time constant 2", e.tau2_s},
          {"retention", "exponent nu", e.nu},
          {"retention", "sigma of nu between cells", e.nu_sigma},
          {"retention", "t0", e.t0_s},
          {"readback", "sigma: coefficient of g^0", e.sigma0_S},
          {"readback", "sigma: coefficient of g^1", e.sigma1_S},
          {"iv", "beta of sinh(beta V)", e.beta_per_V}};
}
const std::map<std::string, std::string> expected_models = {{"ltp", "exponential"},
                                                            {"ppf", "two-exponentials"},
                                                            {"retention", "power-law"},
                                                            {"readback", "gaussian-linear"},
                                                            {"iv", "sinh"}};

std::string refusal(const FitFiles& files) {
  try {
    fit_device(files);
  } catch (const InputError& e) {
    return e.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("intervals hold the truth as often as they say, and the model that made the data is chosen") {
  const Folder f;
  const ExampleTruth e;
  constexpr int rounds = 60;
  std::map<std::string, int> held, right;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const auto parts = fit_device(all_files(f, e, seed));
    for (const auto& [part, model] : expected_models) right[part] += part_of(parts, part.c_str()).best().model == model;
    for (const True& t : truths(e)) {
      const FitPart& p = part_of(parts, t.part);
      if (p.best().model != expected_models.at(t.part)) continue;
      const FittedValue& v = value_of(p, t.name);
      held[t.name] += v.low <= t.value && t.value <= v.high;
    }
  }
  for (const auto& [part, n] : right) {
    MESSAGE(part, ": ", n, " of ", rounds, " choose ", expected_models.at(part));
    CHECK(n >= 0.8 * rounds);
  }
  for (const True& t : truths(e)) {
    const double n = right[t.part];
    MESSAGE(std::string(t.name), ": ", held[t.name], " of ", n);
    // 95 %: fewer than 83 % of 48 or more come about by chance once in 2500 parameters.
    CHECK(held[t.name] >= 0.83 * n);
  }
}

TEST_CASE("intervals of pulses hold with more noise of reading, and a straight line stays one") {
  const Folder f;
  ExampleTruth e;
  e.cycle = 0.005, e.read_S = 0.38e-6;
  constexpr int rounds = 60;
  std::map<std::string, int> held;
  int right = 0, straight = 0;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const auto parts = fit_device(
        {.ltp = f.write("ltp.csv", ltp_csv(e, seed)), .read_voltage_V = e.v_read_V, .models = {"exponential"}});
    ++right;
    for (const True& t : truths(e)) {
      if (std::string(t.part) != "ltp" || std::string(t.name).starts_with("noise")) continue;
      const FittedValue& v = value_of(parts[0], t.name);
      held[t.name] += v.low <= t.value && t.value <= v.high;
    }
    ExampleTruth line = e;
    line.label_up = line.label_down = 0;
    straight +=
        fit_device({.ltp = f.write("line.csv", ltp_csv(line, seed)), .read_voltage_V = e.v_read_V})[0].best().model ==
        "linear";
  }
  for (const auto& [name, n] : held) {
    MESSAGE(std::string(name), ": ", n, " of ", right);
    CHECK(n >= 0.83 * right);
  }
  MESSAGE("a straight line is called one: ", straight, " of ", rounds);
  CHECK(straight >= 0.8 * rounds);

  // One cycle, and noise of pulses that is a quarter of a step.
  for (const auto& [what, cycles, cycle, read_S] :
       {std::tuple{"one cycle", 1, 0.005, 0.38e-6}, {"large noise of pulses", 3, 0.03, 0.1e-6}}) {
    e.cycles = cycles, e.cycle = cycle, e.read_S = read_S;
    std::map<std::string, int> single;
    for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
      const auto parts = fit_device(
          {.ltp = f.write("one.csv", ltp_csv(e, seed)), .read_voltage_V = e.v_read_V, .models = {"exponential"}});
      for (const True& t : truths(e)) {
        if (std::string(t.part) != "ltp" || (cycles == 1 && std::string(t.name).starts_with("noise"))) continue;
        const FittedValue& v = value_of(parts[0], t.name);
        single[t.name] += v.low <= t.value && t.value <= v.high;
      }
    }
    for (const auto& [name, n] : single) {
      MESSAGE(std::string(what), ": ", std::string(name), ": ", n, " of ", rounds);
      CHECK(n >= 0.83 * rounds);
    }
  }
}

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

TEST_CASE("readings that scatter without change are no drift") {
  const Folder f;
  int right = 0;
  constexpr int rounds = 20;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const Random random(seed, 4);
    std::string text = "cell,time (s),conductance (uS)\n";
    for (std::uint32_t cell = 0, row = 0; cell < 100; ++cell) {
      const double g = 5.0 + cell % 10 * 4;
      text += fmt::format("{},0,{}\n", cell, g);
      for (const double t : {1.0, 10.0, 100.0, 1e3, 1e4})
        text += fmt::format("{},{},{:.5f}\n", cell, t,
                            g * (1 + 0.03 * random.normal4({.purpose = Purpose::test, .place = row++})[0]));
    }
    const FitPart p = fit_device({.retention = f.write("still.csv", text)})[0];
    right += p.best().model == "no-change";
  }
  MESSAGE("no change is called so: ", right, " of ", rounds);
  CHECK(right >= 0.8 * rounds);
}

TEST_CASE("intervals of a spread hold whatever is chosen") {
  const Folder f;
  const ExampleTruth e;
  int held[2] = {0, 0}, n = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    try {
      const auto parts =
          fit_device({.readback = f.write("r.csv", readback_csv(e, seed)), .models = {"gaussian-linear"}});
      ++n;
      for (const int k : {0, 1}) {
        const FittedValue& v = parts[0].best().values[static_cast<std::size_t>(k)];
        const double truth = k == 0 ? e.sigma0_S : e.sigma1_S;
        held[k] += v.low <= truth && truth <= v.high;
      }
    } catch (const InputError&) {
      // the slope's interval holds 0
    }
  }
  MESSAGE("sigma: ", held[0], " and ", held[1], " of ", n);
  CHECK(n >= 380);
  // 95 %: fewer than 91 % of 400 by chance once in 2000.
  for (const int k : {0, 1}) CHECK(held[k] >= 0.91 * n);
}

TEST_CASE("intervals of many cells shrink as those of few do") {
  // 3,200 cells are drawn as many, of 12,800 fewer: half as wide either way.
  const Folder f;
  double width[2];
  for (const int many : {0, 1}) {
    ExampleTruth e;
    e.cells = many ? 12800 : 3200;
    const FitPart p = fit_device({.retention = f.write("r.csv", retention_csv(e, 1)), .models = {"power-law"}})[0];
    const FittedValue& v = value_of(p, "sigma of nu between cells");
    width[many] = v.high - v.low;
    CHECK(v.low - 0.5 * width[many] < e.nu_sigma);
    CHECK(v.high + 0.5 * width[many] > e.nu_sigma);
  }
  // Quantiles of 200 are good to about a tenth.
  CHECK(width[1] / width[0] > 0.5 * 0.75);
  CHECK(width[1] / width[0] < 0.5 * 1.33);
}

TEST_CASE("an offset of the instrument and noise in proportion leave a curve what it is") {
  const Folder f;
  int sinh = 0, held = 0, straight = 0;
  constexpr int rounds = 40;
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    const Random random(seed, 8);
    const auto curve = [&](double beta, double offset, double constant, double relative) {
      std::string text = "state,voltage (V),current (uA)\n";
      std::uint32_t row = 0;
      for (const double g : {10.0, 20.0, 40.0})
        for (int k = -20; k <= 20; ++k) {
          const double v = 0.025 * k, i = g * (beta > 0 ? std::sinh(beta * v) / beta : v);
          const auto z = random.normal4({.purpose = Purpose::test, .place = row++});
          text += fmt::format("{},{:.3f},{:.5f}\n", g, v, i * (1 + relative * z[0]) + offset + constant * z[1]);
        }
      return fit_device({.iv = f.write("iv.csv", text)})[0];
    };
    const FitPart off = curve(2.5, 0.05, 0.02, 0);
    sinh += off.best().model == "sinh";
    if (off.best().model == "sinh") {
      const FittedValue& beta = value_of(off, "beta of sinh(beta V)");
      held += beta.low < 2.5 && 2.5 < beta.high;
      CHECK(value_of(off, "current at no voltage (the instrument's)").value ==
            doctest::Approx(0.05e-6).epsilon(0.3).scale(1e-30));
    }
    straight += curve(0, 0, 0.002, 0.02).best().model == "ohmic";
  }
  MESSAGE("sinh with an offset: ", sinh, ", its interval holds ", held,
          "; straight with noise in proportion: ", straight, " of ", rounds);
  CHECK(sinh >= 0.9 * rounds);
  CHECK(held >= 0.83 * sinh);
  CHECK(straight >= 0.8 * rounds);
  const auto refused = [&](const char* slope) {
    std::string text = "voltage (V),current (uA)\n";
    for (int k = -10; k <= 10; ++k)
      text += fmt::format("{},{}\n", k / 10.0, std::string(slope) == "falls" ? -k : k % 2 ? 0.1 : -0.1);
    return refusal({.iv = f.write("iv.csv", text)});
  };
  CHECK(refused("falls").find("no conductance is above the noise") != std::string::npos);
  CHECK(refused("none") != "none");
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

TEST_CASE("a single exponential decay is not taken for another law") {
  const Folder f;
  const ExampleTruth e;
  int right = 0;
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    std::string text = "cell,time (s),conductance (uS)\n";
    const Random random(static_cast<std::uint32_t>(round), 9);
    for (std::uint32_t cell = 0; cell < 60; ++cell) {
      const double g0 = 20 + 0.5 * cell;
      std::uint32_t step = 0;
      for (const double t : {0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0})
        text += fmt::format("{},{},{:.4f}\n", cell, t,
                            5 + (g0 - 5) * std::exp(-t / 100) +
                                0.1 * random.normal4({.purpose = Purpose::test, .place = cell, .step = step++})[0]);
    }
    const auto parts = fit_device({.retention = f.write("decay.csv", text)});
    right += parts[0].best().model == "single-exponential";
    if (parts[0].best().model == "single-exponential")
      CHECK(value_of(parts[0], "time constant").value == doctest::Approx(100).epsilon(0.02));
  }
  CHECK(right == rounds);
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
  has(refusal(ltp(head + rows(8, [](int i) { return fmt::format("1,1,{}\n", i == 4 ? "nan" : "3"); }))),
      ":6: conductance 'nan' is not a number");
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
  has(refusal(retention(cells + "a,0,5\na,1,5\na,2,5\na,3,5\n")), "no cell changes");
  has(refusal({.retention = f.write("a.csv", retention_csv({.cells = 40}, 1)), .models = {"by-level"}}),
      "too few cells");

  has(refusal({.ppf = f.write("a.csv", "interval (ms),ppf\n1,1\n")}), "names its definition");
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
  has(refusal({.readback = f.write("a.csv", "target (uS),conductance (\xb5S)\n1,1\n")}), "not UTF-8");
  has(refusal({.readback = f.write("a.csv", "\xff\xfet\n")}), "UTF-16");
  has(refusal({.readback = f.write("a.csv", "target [uS];conductance [uS]\n1,5;1\n")}), "write a decimal point");
  has(refusal(ltp("device," + head + "a,1,1,1\nb,1,1,1\n")), "fit one device at a time");
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
  has(refusal({.retention = f.write("a.csv", retention_csv({}, 1)), .models = {"measured", "log-time"}}),
      "leave 'log-time' out");
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
    return fmt::format("{},{}\n", (20 - std::abs(i - 20)) / 20.0, (i < 20 ? 1 : 3) * (20 - std::abs(i - 20)));
  };
  has(refusal({.iv = f.write("a.csv", "voltage (V),current (uA)\n" + rows(41, loop))}), "both branches of a loop");
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
  const std::pair<const char*, std::string> files[] = {{"ltp.csv", ltp_csv(e, 1)},
                                                       {"ppf.csv", ppf_csv(e, 1)},
                                                       {"retention.csv", retention_csv(e, 1)},
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
