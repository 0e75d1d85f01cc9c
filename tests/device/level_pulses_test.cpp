// SPDX-License-Identifier: Apache-2.0
// Numbers of pulses on rows of devices against the same pulses one by one (synapse.h).
#include "device/plasticity/level_pulses.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/statistics.h"
#include "device/plasticity/synapse.h"

namespace bitline::level_pulses_test {
using namespace device;

namespace {

Plasticity with_curves(UpdateCurve up, UpdateCurve down, PulseSpread spread = {}) {
  Plasticity p;
  p.potentiation.emplace().update = std::move(up);
  p.depression.emplace().update = std::move(down);
  p.spread = spread;
  return p;
}

// Each pulse on its own, as far apart as they like: no part of the state but the level counts.
double pulse_by_pulse(const Plasticity& p, double level, int count, const SynapseDraws& draws = {}) {
  SynapseState s;
  s.level = level;
  const Stimulus side = count > 0 ? Stimulus::potentiation : Stimulus::depression;
  for (int i = 0; i < std::abs(count); ++i) apply(p, s, reference_pulse(p, side, s.time_s), draws);
  return s.level;
}

struct Row {
  std::vector<std::int16_t> counts;
  std::vector<float> levels, sizes;
};

// Levels from end to end under -40 .. 40 pulses; as many as make no vector whole.
Row row_of_all() {
  Row row;
  for (int k = 0; k <= 20; ++k)
    for (int n : {-40, -17, -3, -1, 0, 1, 2, 5, 40}) {
      row.counts.push_back(static_cast<std::int16_t>(n));
      row.levels.push_back(static_cast<float>(k / 20.0));
    }
  row.sizes.assign(row.counts.size(), 1.0f);
  return row;
}

const std::vector<Plasticity> curves = {with_curves(LinearUpdate{32}, LinearUpdate{50}),
                                        with_curves(ExponentialUpdate{64, 1.8}, ExponentialUpdate{64, 3.6}),
                                        with_curves(ExponentialUpdate{30, -2}, ExponentialUpdate{8000, 0.12}),
                                        with_curves(ExponentialUpdate{40, 7.5}, ExponentialUpdate{40, -7.5}),
                                        with_curves(PowerUpdate{40, 0.5}, TableUpdate{{0, 3, 4, 9, 10}})};

}  // namespace

TEST_CASE("a number of pulses at once moves a level as far as the same pulses one by one") {
  for (std::size_t c = 0; c < curves.size(); ++c) {
    CAPTURE(c);
    const Row row = row_of_all();
    std::vector<float> levels = row.levels;
    LevelPulses(curves[c]).apply(row.counts, row.sizes, {}, levels);
    double worst = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (row.counts[i] == 0)
        CHECK(levels[i] == row.levels[i]);
      else
        worst = std::max(worst, std::abs(levels[i] - pulse_by_pulse(curves[c], row.levels[i], row.counts[i])));
    }
    CHECK(worst < 2e-6);  // levels are floats: 6e-8 near 1, and an exponential of 3e-7
  }
}

TEST_CASE("pulses of other heights and widths count as the device's drive says, and so do larger devices") {
  Plasticity p = with_curves(ExponentialUpdate{50, 2}, ExponentialUpdate{50, 2});
  p.potentiation->drive = {.amplitude_V = 2, .width_s = 1e-3, .threshold_V = 1, .law = PowerAmplitude{2}};
  const std::vector<std::int16_t> counts = {3, 3, -3};
  const std::vector<float> sizes = {1, 0.5f, 0.5f};
  std::vector<float> levels = {0.2f, 0.2f, 0.8f};
  // 3 V is twice as far above the threshold: (2 / 1)^2 = 4; half the width is half.
  LevelPulses(p, {.positive_V = 3, .positive_s = 0.5e-3}).apply(counts, sizes, {}, levels);
  CHECK(levels[0] == doctest::Approx(potentiated(*p.potentiation->update, 0.2, 6)).epsilon(1e-6));
  CHECK(levels[1] == doctest::Approx(potentiated(*p.potentiation->update, 0.2, 3)).epsilon(1e-6));
  CHECK(levels[2] == doctest::Approx(depressed(*p.depression->update, 0.8, 1.5)).epsilon(1e-6));
}

TEST_CASE("one pulse with spread is the device's own pulse with the same draws") {
  const Random random(5, 2);
  for (UpdateCurve curve : {UpdateCurve(ExponentialUpdate{40, 3}), UpdateCurve(PowerUpdate{40, 0.7})}) {
    const Plasticity p = with_curves(curve, curve, {0.02, 0.3});
    const LevelPulses pulses(p);
    for (std::uint32_t device = 0; device < 50; ++device) {
      const float z = random.normal4({.purpose = Purpose::pulse_cycle, .place = device})[0];
      float size = 1, level = 0.02f * static_cast<float>(device);
      size = static_cast<float>(std::exp(0.3 * random.normal4({.purpose = Purpose::pulse_device, .place = device})[0]));
      const std::int16_t count = device % 2 ? 1 : -1;
      const double alone = pulse_by_pulse(p, level, count, {&random, device});
      pulses.apply({&count, 1}, {&size, 1}, {&z, 1}, {&level, 1});
      CHECK(level == doctest::Approx(alone).epsilon(2e-6));
    }
  }
}

// Steep enough that later pulses halve what earlier ones added, far enough from the ends that none is met.
TEST_CASE("the spread of a number of pulses has the mean and the variance of single ones") {
  constexpr int devices = 60000, count = 12;
  const Random random(6, 1);
  for (double label : {3.0, -3.0}) {
    const Plasticity p = with_curves(ExponentialUpdate{60, label}, ExponentialUpdate{60, label}, {0.004, 0});
    const double from = label > 0 ? 0.3 : 0.1;
    std::vector<double> one_by_one;
    for (std::uint32_t device = 0; device < devices; ++device)
      one_by_one.push_back(pulse_by_pulse(p, from, count, {&random, device}));
    std::vector<float> z(devices), levels(devices, static_cast<float>(from)), sizes(devices, 1.0f);
    random.normals({.purpose = Purpose::test}, z);
    LevelPulses(p).apply(std::vector<std::int16_t>(devices, count), sizes, z, levels);
    const std::vector<double> at_once(levels.begin(), levels.end());
    const double sigma = standard_deviation(one_by_one), straight = 0.004 * std::sqrt(count);
    CHECK(std::abs(sigma / straight - 1) > 0.15);  // the curve tells
    // 5 sigma of a difference of two means, and of the logarithm of a ratio of two sigmas.
    CHECK(std::abs(mean(at_once) - mean(one_by_one)) < 5 * sigma * std::sqrt(2.0 / devices));
    CHECK(std::abs(std::log(standard_deviation(at_once) / sigma)) < 5 / std::sqrt(devices));
  }
}

TEST_CASE("every instruction set gives the same bits") {
  const Plasticity p = with_curves(ExponentialUpdate{64, 1.8}, ExponentialUpdate{64, -3.6}, {0.03, 0});
  const Random random(7, 0);
  Row row = row_of_all();
  std::vector<float> z(row.counts.size());
  random.normals({.purpose = Purpose::test}, z);
  random.normals({.purpose = Purpose::test, .layer = 1}, row.sizes);
  for (float& s : row.sizes) s = std::exp(0.3f * s);
  std::vector<float> exact = row.levels, noisy = row.levels;
  LevelPulses(p, {}, Isa::baseline).apply(row.counts, row.sizes, {}, exact);
  LevelPulses(p, {}, Isa::baseline).apply(row.counts, row.sizes, z, noisy);
  CHECK(exact != noisy);
  for (const Isa isa : isas()) {
    CAPTURE(name_of(isa));
    std::vector<float> levels = row.levels;
    LevelPulses(p, {}, isa).apply(row.counts, row.sizes, {}, levels);
    CHECK(levels == exact);
    levels = row.levels;
    LevelPulses(p, {}, isa).apply(row.counts, row.sizes, z, levels);
    CHECK(levels == noisy);
  }
}

TEST_CASE("devices balance where up and down move them alike") {
  // dx/dn is 3 (1 - x) up and 1 x down, in units of one: x = 3/4.
  const double a = 0.5;  // soft bounds: slope at the bottom over that at the top is exp(1 / A)
  const double label = neurosim_label(a);
  CHECK(LevelPulses(with_curves(ExponentialUpdate{50, label}, ExponentialUpdate{50, label})).balance() ==
        doctest::Approx(0.5));
  const LevelPulses uneven(with_curves(ExponentialUpdate{50, label}, ExponentialUpdate{150, label}));
  float risen = static_cast<float>(uneven.balance()), fallen = risen;
  const float size = 1;
  const std::int16_t up = 1, down = -1;
  uneven.apply({&up, 1}, {&size, 1}, {}, {&risen, 1});
  uneven.apply({&down, 1}, {&size, 1}, {}, {&fallen, 1});
  CHECK(uneven.balance() > 0.7);
  CHECK(risen - uneven.balance() == doctest::Approx(uneven.balance() - fallen).epsilon(0.03));  // slopes, not steps
  CHECK(LevelPulses(with_curves(LinearUpdate{100}, LinearUpdate{100})).step() == doctest::Approx(0.01));
}

TEST_CASE("devices whose pulses depend on when others came are refused with the key that makes them so") {
  Plasticity p = with_curves(LinearUpdate{10}, LinearUpdate{10});
  CHECK(pulses_need(p).empty());
  Plasticity adapting = p;
  adapting.history = History{.rest = 0, .gain = 1};
  CHECK(pulses_need(adapting).find("history.rest") != std::string::npos);
  adapting.history->rest = 1;
  CHECK(pulses_need(adapting).empty());
  Plasticity consolidating = p;
  consolidating.potentiation->short_term.emplace().consolidation = Consolidation{};
  CHECK(pulses_need(consolidating).find("consolidation") != std::string::npos);
  Plasticity volatile_only = p;
  volatile_only.depression->update.reset();
  CHECK_THROWS_AS(LevelPulses{volatile_only}, InputError);
  Plasticity one_sided = p;
  one_sided.depression.reset();
  CHECK(pulses_need(one_sided).find("depression") != std::string::npos);
}

}  // namespace bitline::level_pulses_test
