// SPDX-License-Identifier: Apache-2.0
// Long-term curves, transients, spike timing, history and spread against their closed forms. Statistical bounds: 5
// sigma (false alarm 6e-7 each).
#include "device/plasticity/plasticity.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "base/config_writer.h"
#include "base/error.h"
#include "base/statistics.h"
#include "characterise/measure.h"
#include "device/plasticity/synapse.h"

namespace bitline::plasticity_test {
using namespace device;
using namespace characterise;

namespace {

Plasticity simple(UpdateCurve update = LinearUpdate{10}) {
  Plasticity p;
  PulseResponse r;
  r.drive = {2, 1e-3, 0.5, PowerAmplitude{2}, 0.5};
  r.update = update;
  p.potentiation = p.depression = r;
  return p;
}

Pulse volts(double time_s, double amplitude_V, double width_s = 1e-3) { return {time_s, width_s, amplitude_V, 0, 0}; }

std::string error_of(auto&& call) {
  try {
    call();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A of a nonlinearity label is NeuroSim's") {
  // Of the published table of labels and normalised A, facts to compare with.
  for (const auto& [label, a] : {std::pair{0.01, 126.268958},
                                 {0.5, 2.519877},
                                 {1.0, 1.251653},
                                 {1.8, 0.681470},
                                 {3.6, 0.309280},
                                 {9.0, 0.022810}}) {
    CHECK(neurosim_a(label) == doctest::Approx(a).epsilon(2e-5));
    CHECK(neurosim_a(-label) == -neurosim_a(label));
    CHECK(neurosim_label(a) == doctest::Approx(label).epsilon(2e-5));
    CHECK(neurosim_label(neurosim_a(label)) == doctest::Approx(label).epsilon(1e-9));
  }
  for (const double bad : {0.0, 9.1, -10.0, std::nan("")}) CHECK(!error_of([&] { neurosim_a(bad); }).empty());
}

TEST_CASE("every long-term curve runs from 0 to 1 and inverts") {
  const TableUpdate table{{3, 4, 8, 9}, ""};
  for (const UpdateCurve& u :
       std::vector<UpdateCurve>{LinearUpdate{40}, ExponentialUpdate{40, 2}, ExponentialUpdate{40, 0},
                                ExponentialUpdate{40, -3}, PowerUpdate{40, 0.4}, table}) {
    const double n = pulses_of(u);
    CHECK(state_after(u, 0) == 0);
    CHECK(state_after(u, n) == doctest::Approx(1).epsilon(1e-14));
    CHECK(state_after(u, 2 * n) == state_after(u, n));
    for (double k = 0.25; k < n; k += n / 7) CHECK(pulses_to(u, state_after(u, k)) == doctest::Approx(k).epsilon(1e-9));
    CHECK(potentiated(u, state_after(u, 1), 1) == doctest::Approx(state_after(u, 2)).epsilon(1e-12));
    CHECK(depressed(u, 1, 1) == doctest::Approx(1 - state_after(u, 1)).epsilon(1e-12));
  }
  const double a = neurosim_a(2);
  CHECK(state_after(ExponentialUpdate{40, 2}, 10) ==
        doctest::Approx((1 - std::exp(-0.25 / a)) / (1 - std::exp(-1 / a))).epsilon(1e-12));
  CHECK(state_after(PowerUpdate{40, 0.4}, 10) == doctest::Approx(std::pow(0.25, 0.4)));
  CHECK(state_after(table, 1.5) == doctest::Approx(0.5));
  CHECK(problem_of({{1, 2, 1.5, 3}, ""}) == "point 2 (1.5) turns back from point 1 (2)");
}

TEST_CASE("a fit finds the label a curve was made with") {
  for (const double label : {-4.0, 0.12, 0.207, 1.8, 3.6}) {
    std::vector<double> up, down;
    const ExponentialUpdate u{64, label};
    for (int i = 0; i <= 64; ++i) up.push_back(5 + 3 * state_after(u, i)), down.push_back(1 - state_after(u, i));
    CHECK(fitted_label(up) == doctest::Approx(label).epsilon(1e-5));
    CHECK(fitted_label(down) == doctest::Approx(label).epsilon(1e-5));
  }
  CHECK(!error_of([] { fitted_label(std::vector<double>{1, 2}); }).empty());
  CHECK(!error_of([] { fitted_label(std::vector<double>{1, 2, 1}); }).empty());
}

TEST_CASE("a pulse counts by its amplitude, width, power and wavelength") {
  const ElectricalDrive e{2, 1e-3, 0.5, PowerAmplitude{2}, 0.5};
  CHECK(drive_of(e, 2, 1e-3) == doctest::Approx(1));
  CHECK(drive_of(e, -3.5, 4e-3) == doctest::Approx(4 * 2));
  CHECK(drive_of(e, 0.5, 1) == 0);
  const ElectricalDrive x{2, 1e-3, 0.5, ExponentialAmplitude{0.3}, 1};
  CHECK(drive_of(x, 1.1, 1e-3) == doctest::Approx(std::expm1(2) / std::expm1(5)));
  const OpticalDrive o{100, 1, 650e-9, 0.5, 1, {{450e-9, 2}, {650e-9, 1}}};
  CHECK(drive_of(o, 400, 0.5, 650e-9) == doctest::Approx(1));
  CHECK(drive_of(o, 100, 1, 550e-9) == doctest::Approx(1.5));
  CHECK(drive_of(o, 100, 1, 300e-9) == doctest::Approx(2));
  CHECK(drive_of(o, 0, 1, 650e-9) == 0);
}

TEST_CASE("paired pulses facilitate by two exponentials and relax in both directions") {
  Plasticity p = simple();
  ShortTerm t;
  t.response = 0.1, t.share1 = 0.5, t.tau1_s = 0.07, t.share2 = 0.3, t.tau2_s = 0.24;
  p.potentiation->short_term = t;
  p.depression->short_term = t;
  for (const double sign : {1.0, -1.0})
    for (const double dt : {1e-3, 0.05, 0.4}) {
      SynapseState s;
      s.level = 0.5;
      const double p1 = apply(p, s, volts(0, 2 * sign)).transient;
      CHECK(p1 == doctest::Approx(0.1 * sign));
      const double gamma = 0.5 * std::exp(-dt / 0.07) + 0.3 * std::exp(-dt / 0.24);
      CHECK(apply(p, s, volts(1e-3 + dt, 2 * sign)).transient / p1 == doctest::Approx(1 + gamma).epsilon(1e-12));
      const double left = reading(s).transient;
      CHECK(left * sign > 0);  // decays after potentiation, recovers after depression
      rest(p, s, s.time_s + 10);
      CHECK(std::abs(reading(s).transient) < 1e-12);
      CHECK(s.level == doctest::Approx(0.5 + sign * 0.2));
    }
}

TEST_CASE("time constants follow Arrhenius") {
  Plasticity p = simple();
  ShortTerm t;
  t.activation1_eV = 0.23, t.activation2_eV = 0;
  p.potentiation->short_term = t;
  const Plasticity warm = at_temperature(p, 330);
  CHECK(warm.potentiation->short_term->tau1_s ==
        doctest::Approx(t.tau1_s * std::exp(0.23 / 8.617333262e-5 * (1 / 330.0 - 1 / 300.0))).epsilon(1e-12));
  CHECK(warm.potentiation->short_term->tau2_s == t.tau2_s);
}

TEST_CASE("short-term becomes long-term memory only with many pulses") {
  Plasticity p = simple();
  ShortTerm t;
  t.response = 0.1, t.share1 = 1, t.tau1_s = 10, t.consolidation = Consolidation{0.25, 10};
  LightResponse light;
  light.drive = {320, 1, 650e-9, 1, 1, {}};
  light.short_term = t;
  p.light = light;
  const auto level = [&](int pulses) {
    SynapseState s;
    for (const Pulse& pulse : pulse_train(reference_pulse(p, Stimulus::light), pulses, 0.01)) apply(p, s, pulse);
    return s.level;
  };
  CHECK(level(1) == 0);
  CHECK(level(2) == 0);
  CHECK(level(8) > level(5));
  CHECK(level(5) > 0);
}

TEST_CASE("spike timing: pair and triplet") {
  const StdpRule pair = PairStdp{0.1, 8.3e-3, 0.05, 20e-3};
  CHECK(pair_change(pair, 5e-3) == doctest::Approx(0.1 * std::exp(-5 / 8.3)).epsilon(1e-12));
  CHECK(pair_change(pair, -5e-3) == doctest::Approx(-0.05 * std::exp(-5 / 20.0)).epsilon(1e-12));
  CHECK(pair_change(NoStdp{}, 5e-3) == 0);
  const TripletStdp t{0.1, 0.017, 0.05, 0.034, 0.3, 0.11, 0.2, 0.1};
  SpikeTraces s;  // post, pre, post: the second post spike sees the first
  CHECK(post_spike(t, s, 0) == 0);
  CHECK(pre_spike(t, s, 0.01) == doctest::Approx(-0.05 * std::exp(-0.01 / 0.034)));
  CHECK(post_spike(t, s, 0.03) ==
        doctest::Approx(std::exp(-0.02 / 0.017) * (0.1 + 0.3 * std::exp(-0.03 / 0.11))).epsilon(1e-12));
  SpikeTraces q;  // pre, post, pre
  pre_spike(t, q, 0);
  post_spike(t, q, 0.01);
  CHECK(pre_spike(t, q, 0.03) ==
        doctest::Approx(-std::exp(-0.02 / 0.034) * (0.05 + 0.2 * std::exp(-0.03 / 0.1))).epsilon(1e-12));
}

TEST_CASE("history decides between potentiation and depression") {
  Plasticity p = simple(LinearUpdate{100});
  p.history = History{0, 1, 0.5, 5, 0.05};
  const auto after = [&](std::vector<double> frequencies) {
    SynapseState s;
    s.level = 0.5;
    double before = 0.5;
    for (const double f : frequencies) {
      before = s.level;
      Pulse first = volts(s.time_s + 1, 2, 1e-4);
      for (const Pulse& pulse : pulse_train(first, 10, 1 / f - 1e-4)) apply(p, s, pulse);
    }
    return s.level - before;
  };
  CHECK(after({20}) > 0);
  CHECK(after({20, 1}) < 0);
  CHECK(after({20, 1, 0.25, 1}) > 0);
}

TEST_CASE("spread: sigma of a step and of devices, and the same draws in any order") {
  Plasticity p = simple(LinearUpdate{100});
  p.spread = {0.01, 0};
  const Random random(3, 5);
  constexpr std::uint32_t many = 40000;
  std::vector<double> one;
  for (std::uint32_t i = 0; i < many; ++i) {
    SynapseState s;
    s.level = 0.5;
    apply(p, s, volts(0, 2), {&random, i});
    one.push_back(s.level - 0.51);
  }
  CHECK(std::abs(mean(one)) < 5 * 0.01 / std::sqrt(many));
  CHECK(std::abs(standard_deviation(one) / 0.01 - 1) < 5 / std::sqrt(2.0 * many));
  SynapseState again;
  again.level = 0.5;
  apply(p, again, volts(0, 2), {&random, 77});
  CHECK(again.level - 0.51 == one[77]);
  p.spread = {0, 0.05};
  std::vector<double> logs;
  for (std::uint32_t i = 0; i < many; ++i) {
    SynapseState s;
    apply(p, s, volts(0, 2), {&random, i});
    logs.push_back(std::log(s.level / 0.01));
  }
  CHECK(std::abs(mean(logs)) < 5 * 0.05 / std::sqrt(many));
  CHECK(std::abs(standard_deviation(logs) / 0.05 - 1) < 5 / std::sqrt(2.0 * many));
}

TEST_CASE("pulses that make no sense are refused") {
  const Plasticity p = simple();
  SynapseState s;
  apply(p, s, volts(0, 2));
  CHECK(error_of([&] { apply(p, s, volts(0, 2)); }).find("time goes back") != std::string::npos);
  CHECK(error_of([&] { apply(p, s, {1, 1e-3, 0, 5, 0}); }).find("does not describe light") != std::string::npos);
  CHECK(error_of([&] { apply(p, s, {1, 1e-3, 2, 5, 0}); }).find("either a voltage or light") != std::string::npos);
  CHECK(error_of([&] { apply(p, s, {1, -1, 2, 0, 0}); }).find("at least 0") != std::string::npos);
}

TEST_CASE("every shipped device is read, survives its own text, and measures its figures") {
  const std::filesystem::path folder = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs/device";
  const ConfigPath where{{folder.parent_path()}};
  int pulsed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path().string());
    const PulsedDevice d = load_pulsed_device(entry.path(), {}, where);
    const Value tree = ConfigWriter::write(d.device);
    ConfigReader reader(parse_yaml(to_yaml(tree), "again"), where);
    Device again;
    reader.read(again);
    reader.finish();
    CHECK(to_yaml(ConfigWriter::write(again)) == to_yaml(tree));
    if (!d.device.plasticity) continue;
    ++pulsed;
    CHECK(!d.plasticity().doi.empty());
    for (const auto& m : measured_figures(d)) CHECK_MESSAGE((!m.ours || m.agrees), m.figure.what);
  }
  CHECK(pulsed >= 20);
}

TEST_CASE("the last printed digit decides") {
  CHECK(printed_number("0.207").half_digit == doctest::Approx(0.0005));
  CHECK(printed_number("176").half_digit == 0.5);
  CHECK(printed_number("1e8").half_digit == doctest::Approx(0.5e8));
  CHECK(unit_factor("ms") == 1e-3);
  CHECK(unit_factor("%") == doctest::Approx(0.01));
  CHECK(unit_factor("eV") == 1);
  CHECK(error_of([] { printed_number("about 3"); }) == "the published figure 'about 3' is not a number");
}

}  // namespace bitline::plasticity_test
