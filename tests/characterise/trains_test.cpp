// SPDX-License-Identifier: Apache-2.0
// Codes of pulses and trains of them against closed forms of transients and of equal steps.
#include "device/plasticity/trains.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "characterise/curves.h"
#include "characterise/measure.h"
#include "device/plasticity/pulse_code.h"

namespace bitline::device {
namespace {

// Responses of 0.2 that half remain and decay with 50 ms; nothing long-term.
Plasticity fading() {
  Plasticity p;
  p.potentiation = PulseResponse{{1, 1e-3}, {}, ShortTerm{}};
  ShortTerm& s = *p.potentiation->short_term;
  s.response = 0.2, s.share1 = 0.5, s.tau1_s = 0.05, s.ceiling = 1e9;  // saturates by 1e-10
  p.depression = p.potentiation;
  return p;
}

Plasticity stepping() {
  Plasticity p;
  p.potentiation = p.depression = PulseResponse{{1, 1e-3}, LinearUpdate{100}, {}};
  return p;
}

}  // namespace

TEST_CASE("what a code leaves is the sum of what is left of its pulses") {
  constexpr double period_s = 0.02, width_s = 1e-3;
  SynapseState state;
  const auto readings = code_readings(fading(), state, {true, false, true}, {{0, width_s, 1}, period_s});
  REQUIRE(readings.size() == 3);
  // Nothing decays while a pulse lasts: the first pulse loses one width less once the second has come.
  const auto left = [&](double since_s) { return 0.1 * std::exp(-(since_s - width_s) / 0.05); };
  CHECK(readings[0].total() == doctest::Approx(left(period_s)).epsilon(1e-12));
  CHECK(readings[1].total() == doctest::Approx(left(2 * period_s)).epsilon(1e-12));
  CHECK(readings[2].total() == doctest::Approx(left(3 * period_s - width_s) + left(period_s)).epsilon(1e-9));
  CHECK(state.time_s == doctest::Approx(3 * period_s).epsilon(1e-12));
  // A code goes on where the one before ended.
  const auto more = code_readings(fading(), state, {false}, {{0, width_s, 1}, period_s});
  CHECK(more[0].total() == doctest::Approx(left(4 * period_s - width_s) + left(2 * period_s)).epsilon(1e-9));
  CHECK_THROWS_AS(code_readings(fading(), state, {true}, {{0, 0.03, 1}, period_s}), InputError);
}

TEST_CASE("a reading below the lowest level is held there") {
  PulsedDevice d;
  d.device.g_min_S = 2e-6, d.device.g_max_S = 12e-6;
  SynapseState state;
  const SynapseReading end = apply(fading(), state, {0, 1e-3, -1});  // level 0 less a transient of 0.2
  CHECK(end.total() == doctest::Approx(-0.2));
  CHECK(below_window(end));
  CHECK(conductance_S(d.device, end) == 2e-6);
  CHECK(d.conductance(end.total()) == 2e-6);
  CHECK(conductance_S(d.device, {0.5, 0.1}) == doctest::Approx(8e-6).epsilon(1e-12));
  CHECK(!below_window({0.5, -0.4}));
}

TEST_CASE("trains follow one another from the level that the last one left") {
  const std::array trains{RegularTrain{{0, 1e-3, 1}, 10, 20}, RegularTrain{{0, 1e-3, -1}, 2, 5}};
  const auto levels = run_trains(stepping(), 0.3, trains, 1);
  REQUIRE(levels.size() == 2);
  CHECK(levels[0].change() == doctest::Approx(0.2).epsilon(1e-9));
  CHECK(levels[1].before == levels[0].after());
  CHECK(levels[1].change() == doctest::Approx(-0.05).epsilon(1e-9));
  CHECK(levels[0].time_s.back() == doctest::Approx(19 * 0.1 + 1e-3).epsilon(1e-12));
  CHECK(levels[1].time_s.front() == doctest::Approx(19 * 0.1 + 1e-3 + 1 + 1e-3).epsilon(1e-12));
  const std::array fast{RegularTrain{{0, 1e-3, 1}, 1001, 2}};
  CHECK_THROWS_AS(run_trains(stepping(), 0.3, fast, 1), InputError);
}

TEST_CASE("the threshold frequency is where a train's falls and rises cancel") {
  Plasticity p = stepping();
  p.history = History{.rest = -0.5, .gain = 1, .recent_tau_s = 0.5, .usual_tau_s = 1e9, .adaptation = 0};
  // After a gap of 1e3 s pulses count -0.5, e - 0.5 and e^2 + e - 0.5, e = exp(-dt / 0.5): nothing changes where
  // e^2 + 2 e = 1.5, e = sqrt(2.5) - 1. One pulse always falls.
  const RegularTrain train{{0, 1e-9, 1}, 1, 1};
  p.potentiation->drive.width_exponent = p.depression->drive.width_exponent = 0;
  RegularTrain test = train;
  test.count = 3;
  const auto found = threshold_frequency_Hz(p, 0.5, train, test, 1e3, 0.1, 100);
  REQUIRE(found);
  CHECK(*found == doctest::Approx(-1 / (0.5 * std::log(std::sqrt(2.5) - 1))).epsilon(1e-6));
  test.count = 1;
  CHECK(!threshold_frequency_Hz(p, 0.5, train, test, 1e3, 0.1, 100));
}

TEST_CASE("a curve of codes has a row a code, its bits, and what each slot leaves") {
  PulsedDevice d;
  d.name = "x", d.relative = true;
  d.device.plasticity = fading();
  characterise::PulseProtocol q;
  q.interval_s = 0.019;
  const auto c = characterise::codes_curve(d, {{false, true}, {true, false}}, q);
  CHECK(c.columns == std::vector<std::string>{"row", "bit_1", "bit_2", "conductance_after_slot_1_per_g_max",
                                              "conductance_after_slot_2_per_g_max"});
  REQUIRE(c.rows.size() == 2);
  CHECK(c.rows[0][1] == 0);
  CHECK(c.rows[0][2] == 1);
  CHECK(c.rows[0][3] == 0);
  CHECK(c.rows[0][4] == doctest::Approx(0.1 * std::exp(-0.019 / 0.05)).epsilon(1e-12));
  CHECK(c.rows[1][4] == doctest::Approx(0.1 * std::exp(-0.039 / 0.05)).epsilon(1e-12));
}

}  // namespace bitline::device
