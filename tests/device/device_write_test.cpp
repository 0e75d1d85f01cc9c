// SPDX-License-Identifier: Apache-2.0
// Writing and faults of devices. Statistical bounds: tests/device/device_cases.h.
#include "base/statistics.h"
#include "tests/device/device_cases.h"

namespace bitline::device_write_test {
using namespace device;
using namespace bitline::test;

TEST_CASE("an exact write is the target") {
  for (double g : write(device_40uS(), pairs(300), 7.3 * uS)) CHECK(g == 7.3 * uS);
}

TEST_CASE("a Gaussian write has the polynomial's sigma") {
  const Device d = device_40uS(GaussianWrite{{0.2 * uS, 1.0 * uS, -0.5 * uS}});
  check_normal(write(d, singles(many), 20 * uS), 20 * uS, (0.2 + 0.5 - 0.125) * uS);
  check_normal(write(d, singles(many), 30 * uS), 30 * uS, (0.2 + 0.75 - 0.28125) * uS);
  // Negative sigma is none.
  for (double g : write(device_40uS(GaussianWrite{{0.2 * uS, -1.0 * uS}}), singles(1000), 20 * uS)) CHECK(g == 20 * uS);
}

TEST_CASE("a level-accuracy write has the sigma it is given") {
  const Device d = device_40uS(LevelAccuracyWrite{0.9});
  check_normal(write(d, singles(many), 20 * uS, 0.8 * uS), 20 * uS, 0.8 * uS);
  for (double g : write(d, singles(1000), 20 * uS, 0)) CHECK(g == 20 * uS);
  CHECK_THROWS(write(d, singles(1), 20 * uS, -1));
  CHECK_THROWS(write(d, singles(1), 20 * uS, std::nan("")));
}

TEST_CASE("a window write is uniform in the window") {
  const auto g = write(device_40uS(WindowWrite{0.25 * uS}), singles(many), 20 * uS);
  const auto [low, high] = std::minmax_element(g.begin(), g.end());
  CHECK(*low >= 19.75 * uS);
  CHECK(*high <= 20.25 * uS);
  CHECK(kolmogorov(g, [](double v) { return std::clamp((v - 19.75 * uS) / (0.5 * uS), 0.0, 1.0); }) < 2.7);
  CHECK(std::abs(mean_of(g) - 20 * uS) < 5 * 0.25 * uS / std::sqrt(3.0 * many));
}

TEST_CASE("a measured write has the quantiles it is given") {
  // Errors -1, 0, 3 uS at scores -3, 0, 3 (a lopsided law), twice as large at 30 uS.
  const Device d = device_40uS(MeasuredWrite{{{10 * uS, {-1 * uS, 0, 3 * uS}}, {30 * uS, {-2 * uS, 0, 6 * uS}}}});
  // Linear in the score z: z/3 below 0 and z above, in uS; times 1.5 halfway between the two targets.
  const auto share_below = [](double error_uS) { return bitline::normal_cdf(error_uS < 0 ? 3 * error_uS : error_uS); };
  for (const auto& [target, factor] : {std::pair{10 * uS, 1.0}, {20 * uS, 1.5}, {30 * uS, 2.0}, {38 * uS, 2.0}}) {
    const auto g = write(d, singles(many), target);
    CHECK(kolmogorov(g, [&](double v) { return share_below((v - target) / (factor * uS)); }) < 2.7);
  }
  Device wrong = d;
  std::get<MeasuredWrite>(wrong.write).levels[1].error_S = {0, 1 * uS};
  CHECK(check(wrong).size() == 1);
  std::get<MeasuredWrite>(wrong.write).levels = {};
  CHECK(check(wrong).size() == 1);
}

TEST_CASE("conductances stop at zero") {
  const double sigma = 3 * uS;
  const auto g = write(device_40uS(GaussianWrite{{sigma}}), singles(many), 0);
  CHECK(*std::min_element(g.begin(), g.end()) == 0);
  check_share(std::count(g.begin(), g.end(), 0.0) / double(many), 0.5, many);
  // max(0, N(0, s)): mean s / sqrt(2 pi), variance s^2 (1/2 - 1/(2 pi)).
  CHECK(std::abs(mean_of(g) - sigma * 0.3989422804) < 5 * sigma * std::sqrt((0.5 - 0.1591549431) / many));
  for (double v : write(device_40uS(WindowWrite{5 * uS}), singles(1000), 1 * uS)) CHECK(v >= 0);
}

TEST_CASE("spread scales the target by a lognormal factor, whatever else is on") {
  Device to_device = device_40uS(), to_cycle = device_40uS(), both = device_40uS();
  to_device.spread.device_to_device = both.spread.device_to_device = 0.06;
  to_cycle.spread.cycle_to_cycle = both.spread.cycle_to_cycle = 0.03;
  const auto ids = singles(many);
  const auto logs = [&](std::vector<double> g) {
    for (double& v : g) v = std::log(v / (20 * uS));
    return g;
  };
  const auto dd = logs(write(to_device, ids, 20 * uS)), cc = logs(write(to_cycle, ids, 20 * uS));
  check_normal(dd, 0, 0.06);
  check_normal(cc, 0, 0.03);
  CHECK(std::abs(correlation(dd, cc)) < 5 / std::sqrt(many));
  const auto sum = logs(write(both, ids, 20 * uS));
  for (int i = 0; i < many; i += 97) CHECK(sum[i] == doctest::Approx(dd[i] + cc[i]).epsilon(1e-9).scale(1e-30));
  // The same factor on every conductance of a device.
  const auto low = write(to_device, ids, 5 * uS);
  for (int i = 0; i < many; i += 97)
    CHECK(low[i] / (5 * uS) == doctest::Approx(std::exp(dd[i])).epsilon(1e-12).scale(1e-30));

  // With a write error on top: error and factor are the ones drawn without the other.
  const auto error = write(device_40uS(GaussianWrite{{0.5 * uS}}), ids, 20 * uS);
  Device noisy = to_device;
  noisy.write = GaussianWrite{{0.5 * uS}};
  const auto g = write(noisy, ids, 20 * uS);
  for (int i = 0; i < many; i += 97) {
    CHECK(g[i] - error[i] == doctest::Approx(20 * uS * (std::exp(dd[i]) - 1)).epsilon(1e-9).scale(1e-30));
  }
}

TEST_CASE("stuck devices: shares, values, nesting") {
  Device d = device_40uS(GaussianWrite{{0.5 * uS}});
  d.faults = {.stuck_on = 0.0904, .stuck_off = 0.0175};
  const auto ids = singles(many);
  std::vector<std::uint8_t> faulty(many, 9), more(many);
  const auto g = write(d, ids, 20 * uS, 0, faulty);
  const double on = std::count(g.begin(), g.end(), 40 * uS), off = std::count(g.begin(), g.end(), 2 * uS);
  check_share(on / many, 0.0904, many);
  check_share(off / many, 0.0175, many);
  CHECK(std::count(faulty.begin(), faulty.end(), 1) == on + off);
  CHECK(std::count(faulty.begin(), faulty.end(), 0) == many - on - off);

  // The others are written as if there were no faults, and a larger share keeps the faults there are.
  const auto sound = write(device_40uS(GaussianWrite{{0.5 * uS}}), ids, 20 * uS);
  d.faults = {.stuck_on = 0.15, .stuck_off = 0.05};
  write(d, ids, 20 * uS, 0, more);
  for (int i = 0; i < many; ++i) {
    if (!faulty[i] && g[i] != sound[i]) FAIL("a sound device changed");
    if (faulty[i] && !more[i]) FAIL("a fault healed");
  }
  d.faults = {.stuck_on = 1};
  for (double v : write(d, singles(500), 20 * uS)) CHECK(v == 40 * uS);
  d.faults = {.stuck_off = 1};
  for (double v : write(d, singles(500), 20 * uS)) CHECK(v == 2 * uS);

  // Stuck at the device's own g_max.
  d.faults = {.stuck_on = 1};
  d.spread = {0.06, 0.03};
  Device free = device_40uS();
  free.spread = {0.06, 0};
  const auto stuck = write(d, singles(500), 20 * uS), own = write(free, singles(500), 40 * uS);
  CHECK(stuck == own);
}

TEST_CASE("dead lines: shares, rows apart from columns, chips apart") {
  Device d = device_40uS();
  CHECK_FALSE(dead_row(d, draws, 0, 0));
  d.faults = {.dead_row = 0.1, .dead_column = 0.03};
  const int arrays = 100, lines = 1000;
  int rows = 0, columns = 0, both = 0, other_chip = 0;
  for (int a = 0; a < arrays; ++a) {
    for (int i = 0; i < lines; ++i) {
      const bool r = dead_row(d, draws, a, i), c = dead_column(d, draws, a, i);
      rows += r, columns += c, both += r && c, other_chip += r && dead_row(d, Random(11, 5), a, i);
    }
  }
  const double n = arrays * lines;
  check_share(rows / n, 0.1, n);
  check_share(columns / n, 0.03, n);
  check_share(both / n, 0.003, n);
  check_share(other_chip / n, 0.01, n);
  const Counter pinned{.purpose = Purpose::dead_line, .place = 3, .step = 2 * 17 + 1};
  d.faults.dead_column = draws.uniform4(pinned)[0] * (1 + 1e-9);
  CHECK(dead_column(d, draws, 3, 17));
  d.faults.dead_column = draws.uniform4(pinned)[0] * (1 - 1e-9);
  CHECK_FALSE(dead_column(d, draws, 3, 17));
  d.faults = {.dead_row = 1};
  for (int i = 0; i < 100; ++i) CHECK(dead_row(d, draws, 1, i));
}

}  // namespace bitline::device_write_test
