// SPDX-License-Identifier: Apache-2.0
// Write-verify: the law against a plain loop over pulses, published figures, rounds, records. Bounds:
// tests/device/device_cases.h.
#include "device/write_verify.h"

#include <filesystem>

#include "base/config_reader.h"
#include "tests/device/device_cases.h"

namespace bitline::write_verify_test {
using namespace device;
using namespace bitline::test;

namespace {

constexpr int some = 40000;

struct Written {
  std::vector<double> g_S, pulses;
  std::vector<std::uint8_t> failed, round;
};

Written write_all(const Device& d, std::span<const CellId> ids, double target_S) {
  const VerifyTables tables(d, {target_S});
  std::vector<std::uint16_t> pulses(ids.size());
  Written w{std::vector<double>(ids.size(), target_S),
            {},
            std::vector<std::uint8_t>(ids.size()),
            std::vector<std::uint8_t>(ids.size())};
  write_cells(d, {0, &tables}, draws, ids, w.g_S, w.g_S,
              WriteRecord{.pulses = pulses, .failed = w.failed, .round = w.round});
  w.pulses.assign(pulses.begin(), pulses.end());
  return w;
}

// As the model says it, written again: no code in common with the tables.
Written by_hand(const WriteVerify& w, double g_max_S, double target_S, int n) {
  const Random random(99, 1);
  Written out;
  for (int i = 0; i < n; ++i) {
    double g = w.start_S;
    int pulses = 0, streak = 0, last = 0;
    bool hit = false;
    const auto z = [&](std::uint32_t step) {
      return random.normal4({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(i), .step = step});
    };
    const double factor = std::exp(w.device_spread * z(0)[0]);
    while (true) {
      const auto n4 = z(static_cast<std::uint32_t>(pulses + 1));
      const double read = g + w.verify_noise_S * n4[0];
      const double half = w.half_width_S + w.half_width_per_g_S * target_S / g_max_S;
      hit = read >= target_S - half && read <= target_S + half;
      if (hit || pulses == w.max_pulses) break;
      const int way = read < target_S ? +1 : -1;
      streak = way == last ? streak + 1 : 1;
      last = way;
      const auto& steps = way > 0 || w.reset_step_S.empty() ? w.set_step_S : w.reset_step_S;
      double step = 0;
      for (std::size_t k = 0; k < steps.size(); ++k) step += steps[k] * std::pow(std::min(g / g_max_S, 1.0), k);
      g += way * step * factor * (1 + w.growth * (streak - 1)) * (1 + w.spread * n4[1]);
      g = std::max(0.0, std::min(g, 1.25 * g_max_S));
      ++pulses;
    }
    out.g_S.push_back(g), out.pulses.push_back(pulses), out.failed.push_back(!hit);
  }
  return out;
}

}  // namespace

TEST_CASE("write-verify has the law of its pulses") {
  const WriteVerify plain{.set_step_S = {1 * uS}};
  const WriteVerify rich{.half_width_S = 0.3 * uS,
                         .half_width_per_g_S = 0.2 * uS,
                         .set_step_S = {2 * uS, -1.5 * uS},
                         .reset_step_S = {0.8 * uS},
                         .growth = 0.1,
                         .spread = 0.5,
                         .device_spread = 0.6,
                         .verify_noise_S = 0.15 * uS,
                         .max_pulses = 20,
                         .start_S = 2 * uS};
  for (const WriteVerify& w : {plain, rich})
    for (const double target_S : {5 * uS, 22 * uS}) {
      const Device d = device_40uS(w);
      const Written law = write_all(d, singles(some), target_S), hand = by_hand(w, d.g_max_S, target_S, some);
      // Both are samples, and the tables are of 2^15 paths: three errors add.
      const double sigma = sigma_of(hand.pulses), error = sigma * std::sqrt(2.0 / some + 1.0 / VerifyTables::paths);
      CHECK(std::abs(mean_of(law.pulses) - mean_of(hand.pulses)) < 5 * error);
      const auto share = [](const std::vector<std::uint8_t>& x) {
        return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
      };
      const double failed = share(hand.failed);
      CHECK(std::abs(share(law.failed) - failed) <
            5 * std::sqrt((failed + 1e-3) * (2.0 / some + 1.0 / VerifyTables::paths)));
      // Two-sample Kolmogorov-Smirnov, on the positions: D sqrt(n m / (n + m)) < 2.7, m the fewer of paths and hand.
      std::vector<double> sorted = hand.g_S;
      std::sort(sorted.begin(), sorted.end());
      const auto empirical = [&](double v) {
        return static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), v) - sorted.begin()) / some;
      };
      CHECK(kolmogorov(law.g_S, empirical) / std::sqrt(1 + 1 + some / double(VerifyTables::paths)) < 2.7);
    }
}

TEST_CASE("right after write-verify devices are uniform in the window, as measured") {
  // +-0.25 uS gave 0.133-0.149 uS at 17 targets (Zhao 2023, Fig. 2g).
  const Device d = device_40uS(WriteVerify{.half_width_S = 0.25 * uS, .set_step_S = {1 * uS}, .spread = 0.5});
  for (const double target_S : {5 * uS, 20 * uS, 38 * uS}) {
    const Written w = write_all(d, singles(some), target_S);
    CHECK(sigma_of(w.g_S) > 0.133 * uS);
    CHECK(sigma_of(w.g_S) < 0.149 * uS);
    CHECK(std::abs(mean_of(w.g_S) - target_S) < 0.03 * uS);
    CHECK(*std::max_element(w.g_S.begin(), w.g_S.end()) <= target_S + 0.2501 * uS);
  }
}

TEST_CASE("pulses per cell of NeuRRAM, whose step was chosen to meet them") {
  const std::filesystem::path folder = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  const ConfigPath where{{folder}};
  ConfigReader reader(load_config(folder / "device/rram-neurram.yaml", {}, where), where);
  Device d;
  reader.read(d);
  reader.finish();
  CHECK(check(d).empty());
  std::vector<double> targets;
  for (int level = 0; level < 16; ++level) targets.push_back(level_conductance(d, level, 16));
  const VerifyTables tables(d, targets);
  MESSAGE("rram-neurram: ", tables.mean_pulses(), " pulses per cell over 16 levels (published mean 8.5), failures ",
          tables.failed_share(targets[15]), " at the highest");
  CHECK(tables.mean_pulses() == doctest::Approx(8.5).epsilon(0.05));

  // Standard deviation over time with the window's own (device_noise_models.json, rram_wan2022_aihwkit.test).
  struct Point {
    double g, at_1s, at_1day, at_2days;
  };
  // From 5 uS on, where nothing is clamped at 0.
  for (const Point& p : {Point{5, 1.7511, 2.75639, 2.70593},
                         {10, 2.25827, 3.72076, 3.66379},
                         {20, 2.02294, 3.909, 3.92913},
                         {30, 1.53299, 3.36648, 3.37435},
                         {40, 1.103, 2.651, 2.677}}) {
    CAPTURE(p.g);
    const auto ids = singles(some);
    Device uniform = d;
    uniform.write = WindowWrite{1 * uS};
    const auto sigma = [&](double t_s) {
      return sigma_of(aged(uniform, t_s, ids, write(uniform, ids, p.g * uS))) / uS;
    };
    const double room = 5 / std::sqrt(2.0 * some);
    CHECK(sigma(1) == doctest::Approx(p.at_1s).epsilon(0.01 + room));
    CHECK(sigma(86400) == doctest::Approx(p.at_1day).epsilon(0.01 + room));
    CHECK(sigma(172800) == doctest::Approx(p.at_2days).epsilon(0.045 + room));
  }
}

TEST_CASE("two bits per cell: with a step chosen for it, pulses near what RADAR's authors report") {
  // 8.6-10.1 pulses for 2 bits; step and windows of that chip are not published. The step here was chosen, so this says
  // that the model reaches such numbers, not that it predicts them; the bounds are half a pulse beyond theirs.
  const Device d = device_40uS(WriteVerify{.half_width_S = 2 * uS,
                                           .set_step_S = {1.5 * uS},
                                           .growth = 0.1,
                                           .spread = 0.6,
                                           .device_spread = 0.4,
                                           .start_S = 2 * uS});
  const VerifyTables tables(d, {2 * uS, 14.7 * uS, 27.3 * uS, 40 * uS});
  MESSAGE("2 bits per cell: ", tables.mean_pulses(), " pulses (RADAR 8.6-10.1)");
  CHECK(tables.mean_pulses() > 8);
  CHECK(tables.mean_pulses() < 10.5);
}

TEST_CASE("rounds of writing, waiting and writing again narrow what relaxation leaves") {
  Device d = device_40uS(WriteVerify{.half_width_S = 1 * uS, .set_step_S = {2 * uS}, .spread = 0.5, .wait_s = 100});
  d.relaxation = LogTimeRelaxation{.t0_s = 1, .sigma_S = {1.5 * uS}, .sigma_per_decade_S = {0.5 * uS}};
  const auto ids = singles(some);
  double last = 1e9, first = 0;
  for (const int rounds : {1, 2, 4, 8}) {
    std::get<WriteVerify>(d.write).rounds = rounds;
    const Written w = write_all(d, ids, 20 * uS);
    std::vector<double> later(ids.size());
    age_cells(d, 1000, draws, ids, w.g_S, {}, later, w.round);
    const double sigma = sigma_of(later);
    MESSAGE(rounds, " rounds: ", mean_of(w.pulses), " pulses, sigma ", sigma / uS, " uS after 1000 s");
    CHECK(sigma < last);
    last = sigma;
    if (rounds == 1) first = sigma;
    CHECK(std::abs(mean_of(w.pulses) - VerifyTables(d, {20 * uS}).mean_pulses(20 * uS)) < 0.03 * mean_of(w.pulses));
  }
  CHECK(last < 0.75 * first);
}

TEST_CASE("write-verify meets the conductances on its way, over the target and back") {
  // From 2 uS in steps of 4 uS to 10 uS +- 1 uS; and from 2 uS in one step of 20 uS, then back in steps of 3 uS: 22,
  // 19, 16, 13, 10 uS.
  const Device up =
      device_40uS(WriteVerify{.half_width_S = 1 * uS, .set_step_S = {4 * uS}, .spread = 0, .start_S = 2 * uS});
  const WritePath two = VerifyTables(up, {10 * uS}).path(10 * uS);
  CHECK(two.pulses == 2);
  CHECK(two.during_S == doctest::Approx((4 + 8) * uS).epsilon(1e-12));
  CHECK(two.after_S == doctest::Approx((6 + 10) * uS).epsilon(1e-12));
  const Device over = device_40uS(WriteVerify{
      .half_width_S = 1 * uS, .set_step_S = {20 * uS}, .reset_step_S = {3 * uS}, .spread = 0, .start_S = 2 * uS});
  const WritePath five = VerifyTables(over, {10 * uS}).path(10 * uS);
  CHECK(five.pulses == 5);
  CHECK(five.during_S == doctest::Approx((12 + 20.5 + 17.5 + 14.5 + 11.5) * uS).epsilon(1e-12));
  CHECK(five.after_S == doctest::Approx((22 + 19 + 16 + 13 + 10) * uS).epsilon(1e-12));
}

TEST_CASE("tables are by target, and devices without tables are refused") {
  const Device d = device_40uS(WriteVerify{.set_step_S = {1 * uS}, .start_S = 2 * uS});
  const VerifyTables tables(d, {2 * uS, 10 * uS, 40 * uS});
  CHECK(tables.mean_pulses(2 * uS) == 0);
  CHECK(tables.mean_pulses(9 * uS) == tables.mean_pulses(10 * uS));
  CHECK(tables.mean_pulses(24.9 * uS) == tables.mean_pulses(10 * uS));
  CHECK(tables.mean_pulses(25.1 * uS) == tables.mean_pulses(40 * uS));
  CHECK(tables.mean_pulses(90 * uS) == tables.mean_pulses(40 * uS));
  CHECK_THROWS(write(d, singles(3), 20 * uS));
  Device bad = device_40uS(WriteVerify{.set_step_S = {1 * uS, -2 * uS}});
  REQUIRE(check(bad).size() == 1);
  CHECK(check(bad)[0].path == "write.set_step");
}

}  // namespace bitline::write_verify_test
