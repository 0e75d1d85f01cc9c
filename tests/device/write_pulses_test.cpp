// SPDX-License-Identifier: Apache-2.0
// Writing by counted pulses: the law against the synapse pulsed one by one, exact where nothing is drawn. Bounds:
// tests/device/device_cases.h.
#include "device/write_pulses.h"

#include <array>

#include "device/plasticity/synapse.h"
#include "tests/device/device_cases.h"

namespace bitline::write_pulses_test {
using namespace device;
using namespace bitline::test;

namespace {

Device pulsed(UpdateCurve curve, PulseSpread spread = {}) {
  Device d = device_40uS(PulseWrite{});
  d.plasticity.emplace();
  d.plasticity->potentiation.emplace().update = std::move(curve);
  d.plasticity->spread = spread;
  return d;
}

struct Written {
  std::vector<double> g_S;
  std::vector<std::uint16_t> pulses;
};
int pulses_towards(const Device& d, double target_S) { return PulseTables(d, std::array{target_S}).pulses(target_S); }

Written write_all(const Device& d, std::span<const CellId> ids, double target_S) {
  const PulseTables tables(d, std::array{target_S});
  Written w{std::vector<double>(ids.size(), target_S), std::vector<std::uint16_t>(ids.size())};
  write_cells(d, {0, nullptr, &tables}, draws, ids, w.g_S, w.g_S, WriteRecord{.pulses = w.pulses});
  return w;
}

}  // namespace

TEST_CASE("counted pulses have the law of the synapse that takes them one by one") {
  constexpr int some = 40000;
  const PulseSpread noisy{.cycle_to_cycle = 0.01, .device_to_device = 0.15};
  for (const UpdateCurve& curve :
       {UpdateCurve(ExponentialUpdate{.pulses = 40, .nonlinearity = 3}), UpdateCurve(PowerUpdate{40, 0.6})})
    for (const double target_S : {5 * uS, 22 * uS, 40 * uS}) {
      const Device d = pulsed(curve, noisy);
      const Written law = write_all(d, singles(some), target_S);
      const int n = pulses_towards(d, target_S);
      const Random random(5, 2);
      std::vector<double> hand;
      for (std::uint32_t i = 0; i < some; ++i) {
        SynapseState s;
        for (const Pulse& pulse : pulse_train(reference_pulse(*d.plasticity, Stimulus::potentiation), n, 1))
          apply(*d.plasticity, s, pulse, {&random, i});
        hand.push_back(d.g_min_S + s.level * (d.g_max_S - d.g_min_S));
      }
      CHECK(law.pulses[0] == n);
      CHECK(law.pulses[some - 1] == n);
      // States stop at the ends of the window: there they are counted, elsewhere both samples are compared.
      const auto at_top = [&](const std::vector<double>& g_S) {
        return std::count_if(g_S.begin(), g_S.end(), [&](double g) { return g > d.g_max_S * (1 - 1e-6); }) /
               double(some);
      };
      const double top = at_top(hand);
      CHECK(std::abs(at_top(law.g_S) - top) < 5 * std::sqrt((top + 1e-3) * (2.0 / some + 1.0 / PulseTables::paths)));
      // Two-sample Kolmogorov-Smirnov: D sqrt(n m / (n + m)) < 2.7, m the fewer of paths and hand.
      std::sort(hand.begin(), hand.end());
      const auto empirical = [&](double v) {
        return static_cast<double>(std::upper_bound(hand.begin(), hand.end(), v + 1e-12 * v) - hand.begin()) / some;
      };
      std::vector<double> inside;
      for (const double g : law.g_S)
        if (g < d.g_max_S * (1 - 1e-6)) inside.push_back(g);
      const double below = 1 - at_top(law.g_S);
      CHECK(kolmogorov(inside, [&](double v) { return std::min(1.0, empirical(v) / (1 - top)); }) * below /
                std::sqrt(1 + 1 + some / double(PulseTables::paths)) <
            2.7);
    }
}

TEST_CASE("without noise a write ends at the pulse nearest to its target") {
  const Device d = pulsed(ExponentialUpdate{.pulses = 20, .nonlinearity = 4});
  for (const double target_S : {2 * uS, 9 * uS, 25.3 * uS, 39 * uS, 40 * uS}) {
    double nearest = INFINITY;
    int pulses = 0;
    for (int n = 0; n <= 20; ++n) {
      const double g = d.g_min_S + (d.g_max_S - d.g_min_S) * state_after(*d.plasticity->potentiation->update, n);
      if (std::abs(g - target_S) < std::abs(nearest - target_S)) nearest = g, pulses = n;
    }
    const Written w = write_all(d, singles(10), target_S);
    CHECK(w.pulses[3] == pulses);
    CHECK(w.g_S[3] == doctest::Approx(nearest).epsilon(1e-6));
  }
  // Equal steps onto equal levels leave no error.
  const Device straight = pulsed(LinearUpdate{.pulses = 14});
  for (int level = 0; level < 8; ++level) {
    const double target_S = level_conductance(straight, level, 8);
    CHECK(write_all(straight, singles(4), target_S).g_S[2] == doctest::Approx(target_S).epsilon(1e-6));
    CHECK(write_all(straight, singles(4), target_S).pulses[2] == 2 * level);
  }
}

TEST_CASE("each of many targets has its own pulses") {
  // 128 levels onto 127 equal steps: exact, and more than write-verify keeps tables for.
  const Device d = pulsed(LinearUpdate{.pulses = 127});
  std::vector<double> targets_S;
  for (int level = 0; level < 128; ++level) targets_S.push_back(level_conductance(d, level, 128));
  const PulseTables tables(d, targets_S);
  for (int level = 0; level < 128; ++level) {
    const PulseTables::Outcome one = tables.draw(targets_S[static_cast<std::size_t>(level)], 0x80000000u);
    CHECK(one.pulses == level);
    CHECK(one.g_S == doctest::Approx(targets_S[static_cast<std::size_t>(level)]).epsilon(1e-6));
  }
  // A target between them takes the nearer one's pulses, and outcomes of a number that was not asked for are those of
  // the nearest that was.
  CHECK(tables.pulses(targets_S[5] + 0.49 * (targets_S[6] - targets_S[5])) == 5);
  CHECK(tables.pulses(targets_S[5] + 0.51 * (targets_S[6] - targets_S[5])) == 6);
  const PulseTables few(d, std::array{targets_S[10], targets_S[20]});
  CHECK(few.draw(targets_S[14], 0).g_S == doctest::Approx(targets_S[10]).epsilon(1e-6));
  CHECK(few.draw(targets_S[16], 0).g_S == doctest::Approx(targets_S[20]).epsilon(1e-6));
}

TEST_CASE("pulses meet the conductances of their curve, not the target") {
  // Nominal: four equal steps to half of a window of eight. Along soft bounds the way is higher, and known in closed
  // form.
  const Device line = pulsed(LinearUpdate{.pulses = 8});
  const double window_S = line.g_max_S - line.g_min_S, half_S = line.g_min_S + window_S / 2;
  const WritePath straight = PulseTables(line, std::array{half_S}).path(half_S);
  CHECK(straight.pulses == 4);
  CHECK(straight.during_S == doctest::Approx(4 * line.g_min_S + window_S * (0.5 + 1.5 + 2.5 + 3.5) / 8).epsilon(1e-12));
  CHECK(straight.after_S == doctest::Approx(4 * line.g_min_S + window_S * (1 + 2 + 3 + 4) / 8).epsilon(1e-12));
  const WritePath same = straight_path(line.g_min_S, half_S, 4);
  CHECK(straight.during_S == doctest::Approx(same.during_S).epsilon(1e-12));
  CHECK(straight.after_S == doctest::Approx(same.after_S).epsilon(1e-12));

  const Device bent = pulsed(ExponentialUpdate{.pulses = 10, .nonlinearity = 5});
  const double a = neurosim_a(5), b = 1 / (1 - std::exp(-1 / a));
  double during = 0, after = 0;
  for (int n = 0; n < 10; ++n) {
    const auto x = [&](int k) { return b * (1 - std::exp(-k / (10 * a))); };
    during += (x(n) + x(n + 1)) / 2, after += x(n + 1);
  }
  const WritePath bow = PulseTables(bent, std::array{bent.g_max_S}).path(bent.g_max_S);
  CHECK(bow.pulses == 10);
  CHECK(bow.during_S == doctest::Approx(10 * bent.g_min_S + window_S * during).epsilon(1e-9));
  CHECK(bow.after_S == doctest::Approx(10 * bent.g_min_S + window_S * after).epsilon(1e-9));
  CHECK(bow.during_S > 1.2 * straight_path(bent.g_min_S, bent.g_max_S, 10).during_S);
}

TEST_CASE("a table's curve is followed as its points say") {
  const Device d = pulsed(TableUpdate{.points = {0, 1, 3, 3, 4}, .file = ""});
  const auto at = [&](double x) { return d.g_min_S + x * (d.g_max_S - d.g_min_S); };
  CHECK(pulses_towards(d, at(0.3)) == 1);
  CHECK(pulses_towards(d, at(0.6)) == 2);
  CHECK(pulses_towards(d, at(0.99)) == 4);
  CHECK(write_all(d, singles(2), at(0.74)).g_S[1] == doctest::Approx(at(0.75)).epsilon(1e-6));
}

TEST_CASE("pulses that nothing describes cannot write") {
  const auto problems = [](const Device& d) {
    std::string all;
    for (const auto& p : check(d)) all += p.path + ": " + p.message + "\n";
    return all;
  };
  CHECK(problems(pulsed(LinearUpdate{})).empty());
  CHECK(problems(device_40uS(PulseWrite{})).find("plasticity.potentiation.update") != std::string::npos);
  CHECK(problems(pulsed(TableUpdate{})).find("more than") == std::string::npos);  // only what is wrong with the table
  CHECK(problems(pulsed(LinearUpdate{.pulses = 20000})).find("more than 10000") != std::string::npos);
}

}  // namespace bitline::write_pulses_test
