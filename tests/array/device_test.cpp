// SPDX-License-Identifier: Apache-2.0
// Writing, ageing, faults and read noise of devices. Statistical bounds: 5 sigma for means, variances and shares (false
// alarm 6e-7 each); Kolmogorov-Smirnov at sqrt(n) D < 2.7 (false alarm 2 exp(-2 x 2.7^2) = 9e-7).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "array/device/device.h"
#include "base/config_reader.h"
#include "tests/array/worst.h"

using namespace bitline;

namespace {

constexpr double uS = 1e-6;
constexpr int many = 200000;
const Random draws(11, 4);

// n weights of one device each.
std::vector<CellId> singles(int n, std::uint16_t layer = 2) {
  std::vector<CellId> ids(n);
  for (int i = 0; i < n; ++i) ids[i] = {layer, static_cast<std::uint32_t>(i), 0, 0};
  return ids;
}

// n weights of `slices` slices of two devices each, positive and negative beside each other.
std::vector<CellId> pairs(int n, int slices = 1) {
  std::vector<CellId> ids;
  for (int i = 0; i < n; ++i) {
    for (int s = 0; s < slices; ++s) {
      for (int sign = 0; sign < 2; ++sign) {
        ids.push_back(
            {1, static_cast<std::uint32_t>(i), static_cast<std::uint16_t>(s), static_cast<std::uint8_t>(sign)});
      }
    }
  }
  return ids;
}

std::vector<double> write(const Device& d, std::span<const CellId> ids, double target_S, double sigma_S = 0,
                          std::span<std::uint8_t> faulty = {}) {
  std::vector<double> target(ids.size(), target_S), written(ids.size(), -1);
  write_cells(d, sigma_S, draws, ids, target, written, faulty);
  return written;
}

std::vector<double> aged(const Device& d, double t_s, std::span<const CellId> ids, std::span<const double> written,
                         std::span<const std::uint8_t> faulty = {}) {
  std::vector<double> out(ids.size(), -1);
  age_cells(d, t_s, draws, ids, written, faulty, out);
  return out;
}

double mean_of(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0) / x.size(); }

double sigma_of(const std::vector<double>& x) {
  const double m = mean_of(x);
  double sum = 0;
  for (double v : x) sum += (v - m) * (v - m);
  return std::sqrt(sum / (x.size() - 1));
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mx = mean_of(x), my = mean_of(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mx) * (y[i] - my);
  return sum / (x.size() - 1) / sigma_of(x) / sigma_of(y);
}

// sqrt(n) times the largest distance of the empirical distribution from `cdf`.
double kolmogorov(std::vector<double> x, auto cdf) {
  std::sort(x.begin(), x.end());
  double d = 0;
  const double n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) test::keep_worst(d, {(i + 1) / n - cdf(x[i]), cdf(x[i]) - i / n});
  return d * std::sqrt(n);
}

void check_normal(const std::vector<double>& x, double mean_S, double sigma_S) {
  const double n = static_cast<double>(x.size());
  CHECK(std::abs(mean_of(x) - mean_S) < 5 * sigma_S / std::sqrt(n));
  CHECK(std::abs(sigma_of(x) - sigma_S) < 5 * sigma_S / std::sqrt(2 * n));
  CHECK(kolmogorov(x, [&](double v) { return 0.5 * std::erfc((mean_S - v) / sigma_S / std::sqrt(2.0)); }) < 2.7);
}

void check_share(double share, double expected, double n) {
  CHECK(std::abs(share - expected) < 5 * std::sqrt(expected * (1 - expected) / n));
}

Device device_40uS(WriteModel model = ExactWrite{}) {
  Device d;
  d.g_min_S = 2 * uS, d.g_max_S = 40 * uS, d.write = std::move(model);
  return d;
}

}  // namespace

TEST_CASE("levels are linear between g_min and g_max or as the table says") {
  Device d = device_40uS();
  CHECK(level_conductance(d, 0, 8) == 2 * uS);
  CHECK(level_conductance(d, 7, 8) == doctest::Approx(40 * uS).epsilon(1e-15).scale(1e-30));
  CHECK(level_conductance(d, 3, 20) == doctest::Approx(8 * uS).epsilon(1e-15).scale(1e-30));
  CHECK(level_conductance(d, 0, 1) == 2 * uS);
  CHECK_THROWS_WITH_AS(level_conductance(d, 8, 8), doctest::Contains("no level 8 in a device of 8 levels"), InputError);
  CHECK_THROWS_AS(level_conductance(d, -1, 8), InputError);
  CHECK_THROWS_AS(level_conductance(d, 0, 0), InputError);

  d.levels_S = {1 * uS, 4 * uS, 4 * uS, 30 * uS};
  CHECK(level_conductance(d, 1, 4) == 4 * uS);
  CHECK(level_conductance(d, 2, 4) == 4 * uS);
  CHECK(level_conductance(d, 3, 4) == 30 * uS);
  CHECK_THROWS_WITH_AS(level_conductance(d, 1, 8), doctest::Contains("lists 4 levels, the weights need 8"), InputError);
  d.levels_S = {1 * uS, 4 * uS, 3 * uS, 30 * uS};
  CHECK_THROWS_AS(level_conductance(d, 2, 4), InputError);
}

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

TEST_CASE("conductances stop at zero") {
  const double sigma = 3 * uS;
  const auto g = write(device_40uS(GaussianWrite{{sigma}}), singles(many), 0);
  CHECK(*std::min_element(g.begin(), g.end()) == 0);
  check_share(std::count(g.begin(), g.end(), 0.0) / double(many), 0.5, many);
  // max(0, N(0, s)): mean s / sqrt(2 pi), variance s^2 (1/2 - 1/(2 pi)).
  CHECK(std::abs(mean_of(g) - sigma * 0.3989422804) < 5 * sigma * std::sqrt((0.5 - 0.1591549431) / many));
  for (double v : write(device_40uS(WindowWrite{5 * uS}), singles(1000), 1 * uS)) CHECK(v >= 0);
}

TEST_CASE("draws hang on the weight's identity alone") {
  // Pinned to the counters: a result must not change when the code that draws does.
  const Device gaussian = device_40uS(GaussianWrite{{0.5 * uS}}), window = device_40uS(WindowWrite{0.5 * uS});
  const auto ids = pairs(700, 2);
  const auto g = write(gaussian, ids, 20 * uS), w = write(window, ids, 20 * uS);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Counter c{.purpose = Purpose::write_error, .layer = 1, .place = ids[i].weight, .image = ids[i].slice};
    CHECK(g[i] == 20 * uS + 0.5 * uS * draws.normal4(c)[ids[i].negative]);
    CHECK(w[i] == 20 * uS + 0.5 * uS * (2 * draws.uniform4(c)[ids[i].negative] - 1));
  }

  // Each purpose has its own draws; the pair shares words 0 and 1, cycle to cycle takes 2 and 3.
  const std::vector<double> start(ids.size(), 20 * uS);
  Device relaxing = device_40uS(), drifting = device_40uS(), varied = device_40uS(), broken = device_40uS();
  relaxing.relaxation = LogTimeRelaxation{.t0_s = 1, .sigma_S = {0.5 * uS}};
  drifting.drift = PowerLawDrift{.t0_s = 1, .nu_mean = 0.5, .nu_sigma = 0.01};
  varied.spread.cycle_to_cycle = 0.05;
  broken.faults = {.stuck_on = 0.3, .stuck_off = 0.2};
  std::vector<std::uint8_t> stuck(ids.size());
  const auto r = aged(relaxing, 1, ids, start), p = aged(drifting, 1, ids, start), v = write(varied, ids, 20 * uS);
  const auto b = write(broken, ids, 20 * uS, 0, stuck);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Counter c{.purpose = Purpose::relaxation, .layer = 1, .place = ids[i].weight, .image = ids[i].slice};
    CHECK(r[i] == 20 * uS + 0.5 * uS * draws.normal4(c)[ids[i].negative]);
    c.purpose = Purpose::drift;
    const double nu = 0.5 + 0.01 * draws.normal4(c)[ids[i].negative];
    CHECK(p[i] == doctest::Approx(20 * uS * std::pow(2, -nu)).epsilon(1e-12).scale(1e-30));
    c.purpose = Purpose::device_spread;
    CHECK(
        v[i] ==
        doctest::Approx(20 * uS * std::exp(0.05 * draws.normal4(c)[ids[i].negative + 2])).epsilon(1e-12).scale(1e-30));
    c.purpose = Purpose::stuck_cell;
    const double x = draws.uniform4(c)[ids[i].negative];
    CHECK(b[i] == (x < 0.3 ? 40 * uS : x > 0.8 ? 2 * uS : 20 * uS));
    CHECK(stuck[i] == (x < 0.3 || x > 0.8));
  }
  // The same weight of another layer beside it is another device.
  const CellId layers[] = {{1, 5, 0, 0}, {2, 5, 0, 0}};
  const auto two = write(gaussian, layers, 20 * uS);
  CHECK(two[0] == g[5 * 4]);
  CHECK(two[1] == write(gaussian, singles(6), 20 * uS)[5]);

  // Any order and any splitting, with everything switched on.
  Device d = gaussian;
  d.spread = {0.05, 0.03};
  d.faults = {.stuck_on = 0.05, .stuck_off = 0.05};
  d.relaxation = LogTimeRelaxation{.sigma_S = {0.3 * uS}, .sigma_per_decade_S = {0.1 * uS}};
  d.drift = PowerLawDrift{.nu_sigma = 0.02};
  std::vector<double> target(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) target[i] = (1 + i % 8) * uS;
  const auto run = [&](const std::vector<std::size_t>& order, std::size_t piece) {
    std::vector<CellId> id(ids.size());
    std::vector<double> want(ids.size()), got(ids.size()), later(ids.size()), result(ids.size());
    std::vector<std::uint8_t> faulty(ids.size(), 7);
    for (std::size_t i = 0; i < ids.size(); ++i) id[i] = ids[order[i]], want[i] = target[order[i]];
    for (std::size_t b = 0; b < ids.size(); b += piece) {
      const std::size_t n = std::min(piece, ids.size() - b);
      const std::span some{id.data() + b, n};
      write_cells(d, 0, draws, some, {want.data() + b, n}, {got.data() + b, n}, {faulty.data() + b, n});
      age_cells(d, 3600, draws, some, {got.data() + b, n}, {faulty.data() + b, n}, {later.data() + b, n});
    }
    for (std::size_t i = 0; i < ids.size(); ++i) result[order[i]] = later[i];
    return result;
  };
  std::vector<std::size_t> forward(ids.size()), shuffled(ids.size()), by_sign;
  std::iota(forward.begin(), forward.end(), 0);
  for (std::size_t i = 0; i < ids.size(); ++i) shuffled[i] = i * 1009 % ids.size();  // 1009 is prime to 2800
  for (int sign = 0; sign < 2; ++sign) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i].negative == sign) by_sign.push_back(i);
    }
  }
  const auto reference = run(forward, ids.size());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{257}}) {
    CHECK(run(forward, piece) == reference);
    CHECK(run(shuffled, piece) == reference);
    CHECK(run(by_sign, piece) == reference);
  }
  // In place.
  std::vector<double> in_place = target;
  std::vector<std::uint8_t> faulty(ids.size());
  write_cells(d, 0, draws, ids, in_place, in_place, faulty);
  age_cells(d, 3600, draws, ids, in_place, faulty, in_place);
  CHECK(in_place == reference);
}

TEST_CASE("devices of a pair, slices, layers and chips are independent") {
  const Device d = device_40uS(GaussianWrite{{0.5 * uS}});
  const int n = 50000;
  const auto g = write(d, pairs(n, 2), 20 * uS);
  std::vector<double> part[4];
  for (std::size_t i = 0; i < g.size(); ++i) part[i % 4].push_back(g[i]);
  std::vector<double> other_layer = write(d, singles(n, 3), 20 * uS), other_chip(n),
                      layer = write(d, singles(n, 1), 20 * uS);
  CHECK(layer == part[0]);
  write_cells(d, 0, Random(11, 5), singles(n, 1), std::vector<double>(n, 20 * uS), other_chip);
  const double bound = 5 / std::sqrt(n);
  for (int k = 1; k < 4; ++k) CHECK(std::abs(correlation(part[0], part[k])) < bound);
  CHECK(std::abs(correlation(part[0], other_layer)) < bound);
  CHECK(std::abs(correlation(part[0], other_chip)) < bound);
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

TEST_CASE("relaxation: variance and mean with the logarithm of time, by state") {
  Device d = device_40uS();
  LogTimeRelaxation r{.t0_s = 0.01, .sigma_S = {0.4 * uS, 0.4 * uS}, .sigma_per_decade_S = {0, 0, 2 * uS}};
  d.relaxation = r;
  const auto ids = singles(many);
  const std::vector<double> at20(many, 20 * uS);
  // At g = 1/2: sigma 0.6 uS, 0.5 uS per decade; three decades after t0: sqrt(0.36 + 3 x 0.25) uS.
  const auto later = aged(d, 10, ids, at20), first = aged(d, 0.01, ids, at20);
  check_normal(first, 20 * uS, 0.6 * uS);
  check_normal(later, 20 * uS, std::sqrt(0.36 + 0.75) * uS);
  CHECK(aged(d, 0.009, ids, at20) == at20);
  CHECK(aged(d, 0, ids, at20) == at20);
  // One number per device for all times.
  for (int i = 0; i < many; i += 997) {
    CHECK((later[i] - 20 * uS) / std::sqrt(1.11) ==
          doctest::Approx((first[i] - 20 * uS) / 0.6).epsilon(1e-9).scale(1e-30));
  }

  // The mean alone; the state is held at g_max.
  r = {.t0_s = 1, .shift_S = {0.5 * uS, -1 * uS}, .shift_per_decade_S = {-0.1 * uS, 0, -0.8 * uS}};
  d.relaxation = r;
  const CellId one[] = {{}};
  CHECK(aged(d, 1e4, one, std::vector{20 * uS})[0] ==
        doctest::Approx((20 + 0.5 - 0.5 + 4 * (-0.1 - 0.2)) * uS).epsilon(1e-12).scale(1e-30));
  CHECK(aged(d, 1e4, one, std::vector{50 * uS})[0] ==
        doctest::Approx((50 + 0.5 - 1 + 4 * (-0.1 - 0.8)) * uS).epsilon(1e-12).scale(1e-30));
  r.shift_S = {-30 * uS};
  d.relaxation = r;
  CHECK(aged(d, 1e4, one, std::vector{20 * uS})[0] == 0);
}

TEST_CASE("power-law drift") {
  Device d = device_40uS();
  d.drift = PowerLawDrift{.t0_s = 20, .nu_mean = 0.06, .nu_sigma = 0};
  const CellId one[] = {{}};
  const std::vector<double> at20{20 * uS};
  CHECK(aged(d, 180, one, at20)[0] ==
        doctest::Approx(20 * uS * 0.8709635899560807).epsilon(1e-14).scale(1e-30));  // 10^-0.06
  CHECK(aged(d, 0, one, at20)[0] == 20 * uS);

  // ln(G / G0) = -nu ln 10 at t = 9 t0.
  const auto ids = singles(many);
  const std::vector<double> start(many, 20 * uS);
  const auto exponents = [&] {
    auto g = aged(d, 180, ids, start);
    for (double& v : g) v = -std::log(v / (20 * uS)) / 2.302585092994046;
    return g;
  };
  d.drift = PowerLawDrift{.t0_s = 20, .nu_mean = 0.06, .nu_sigma = 0.008};
  check_normal(exponents(), 0.06, 0.008);
  // Never a negative exponent.
  d.drift = PowerLawDrift{.t0_s = 20, .nu_mean = 0, .nu_sigma = 0.02};
  const auto g = aged(d, 180, ids, start);
  check_share(std::count(g.begin(), g.end(), 20 * uS) / double(many), 0.5, many);
  CHECK(*std::max_element(g.begin(), g.end()) == 20 * uS);
}

TEST_CASE("double-exponential drift, from above and below rest") {
  Device d = device_40uS();
  d.drift = DoubleExponentialDrift{.g_rest_S = 5 * uS, .share1 = 0.25, .tau1_s = 1, .tau2_s = 10};
  const CellId two[] = {{0, 0, 0, 0}, {0, 0, 0, 1}};
  const auto g = aged(d, 2, two, std::vector{15 * uS, 1 * uS});
  CHECK(g[0] ==
        doctest::Approx((5 + 10 * 0.6478818856176396) * uS).epsilon(1e-14).scale(1e-30));  // 0.25 e^-2 + 0.75 e^-0.2
  CHECK(g[1] == doctest::Approx((5 - 4 * 0.6478818856176396) * uS).epsilon(1e-14).scale(1e-30));
  const auto end = aged(d, 1e9, two, std::vector{15 * uS, 1 * uS});
  CHECK(end[0] == doctest::Approx(5 * uS));
  CHECK(end[1] == doctest::Approx(5 * uS));
}

TEST_CASE("ageing is relaxation, then drift, and leaves stuck devices alone") {
  Device d = device_40uS();
  d.relaxation = LogTimeRelaxation{.t0_s = 1, .shift_S = {-2 * uS}};
  d.drift = PowerLawDrift{.t0_s = 20, .nu_mean = 0.06};
  const CellId two[] = {{0, 0, 0, 0}, {0, 0, 0, 1}};
  const std::uint8_t faulty[] = {0, 1};
  const auto g = aged(d, 180, two, std::vector{20 * uS, 20 * uS}, faulty);
  CHECK(g[0] == doctest::Approx(18 * uS * 0.8709635899560807).epsilon(1e-14).scale(1e-30));
  CHECK(g[1] == 20 * uS);
}

TEST_CASE("read noise adds its parts in square") {
  Device d = device_40uS();
  CHECK(read_noise_sigma(d, 20 * uS) == 0);
  d.read_noise = {.sigma_S = 0.3 * uS, .relative = 0.02};
  CHECK(read_noise_sigma(d, 20 * uS) == doctest::Approx(0.5 * uS).epsilon(1e-14).scale(1e-30));
  CHECK(read_noise_sigma(d, 0) == doctest::Approx(0.3 * uS).epsilon(1e-14).scale(1e-30));
}

TEST_CASE("bad numbers are refused, not written") {
  const Device d = device_40uS();
  CHECK_THROWS_WITH_AS(write(d, singles(3), std::nan("")), doctest::Contains("weight 0 of layer 2"), InputError);
  CHECK_THROWS_AS(write(d, singles(3), -1 * uS), InputError);
  CHECK_THROWS_AS(write(d, singles(3), INFINITY), InputError);
  const CellId one[] = {{}};
  CHECK_THROWS_AS(aged(d, -1, one, std::vector{20 * uS}), InputError);
  CHECK_THROWS_AS(aged(d, std::nan(""), one, std::vector{20 * uS}), InputError);
  std::vector<double> short_span(2);
  CHECK_THROWS(write_cells(d, 0, draws, singles(3), std::vector<double>(3, uS), short_span));
  CHECK_THROWS(age_cells(d, 1, draws, singles(3), std::vector<double>(3, uS), {}, short_span));
}

TEST_CASE("a device reads from YAML") {
  const char* text = R"(
g_min: 1 uS
g_max: 20 uS
levels: [1 uS, 8 uS, 20 uS]
write: {type: level-accuracy, accuracy: 84.56 %}
relaxation: {type: log-time, t0: 10 ms, sigma: [1 uS, -0.2 uS], sigma_per_decade: [0.5 uS], shift: [0.1 uS],
             shift_per_decade: [0 S, -0.4 uS]}
drift: {type: power-law, t0: 20 s, nu_mean: 0.05, nu_sigma: 0.01}
read_noise: {sigma: 0.1 uS, relative: 1 %}
faults: {stuck_on: 1 %, stuck_off: 2 %, dead_row: 0.1 %, dead_column: 0.2 %}
spread: {device_to_device: 1.93 %, cycle_to_cycle: 1.21 %}
)";
  ConfigReader reader(parse_yaml(text, "device.yaml"), {});
  Device d;
  reader.read(d);
  reader.finish();
  CHECK(check(d).empty());
  CHECK(d.g_min_S == doctest::Approx(1e-6));
  CHECK(d.g_max_S == doctest::Approx(20e-6));
  REQUIRE(d.levels_S.size() == 3);
  CHECK(d.levels_S[1] == doctest::Approx(8e-6));
  CHECK(std::get<LevelAccuracyWrite>(d.write).accuracy == doctest::Approx(0.8456));
  const auto& r = std::get<LogTimeRelaxation>(d.relaxation);
  CHECK(r.t0_s == doctest::Approx(0.01));
  CHECK(r.sigma_S.at(1) == doctest::Approx(-0.2e-6));
  CHECK(r.sigma_per_decade_S.at(0) == doctest::Approx(0.5e-6));
  CHECK(r.shift_S.at(0) == doctest::Approx(0.1e-6));
  CHECK(r.shift_per_decade_S.at(1) == doctest::Approx(-0.4e-6));
  const auto& drift = std::get<PowerLawDrift>(d.drift);
  CHECK(drift.t0_s == 20);
  CHECK(drift.nu_mean == doctest::Approx(0.05));
  CHECK(drift.nu_sigma == doctest::Approx(0.01));
  CHECK(d.read_noise.sigma_S == doctest::Approx(0.1e-6));
  CHECK(d.read_noise.relative == doctest::Approx(0.01));
  CHECK(d.faults.stuck_on == doctest::Approx(0.01));
  CHECK(d.faults.stuck_off == doctest::Approx(0.02));
  CHECK(d.faults.dead_row == doctest::Approx(0.001));
  CHECK(d.faults.dead_column == doctest::Approx(0.002));
  CHECK(d.spread.device_to_device == doctest::Approx(0.0193));
  CHECK(d.spread.cycle_to_cycle == doctest::Approx(0.0121));

  const char* other =
      "{g_min: 0 S, g_max: 40 uS, write: {type: gaussian, sigma: [1 uS, 2 uS]}, "
      "drift: {type: double-exponential, g_rest: 1 uS, share1: 30 %, tau1: 69 ms, tau2: 240 ms}}";
  ConfigReader second(parse_yaml(other, "other.yaml"), {});
  second.read(d);
  second.finish();
  CHECK(std::get<GaussianWrite>(d.write).sigma_S == std::vector{1e-6, 2e-6});
  const auto& rest = std::get<DoubleExponentialDrift>(d.drift);
  CHECK(rest.g_rest_S == doctest::Approx(1e-6));
  CHECK(rest.share1 == doctest::Approx(0.3));
  CHECK(rest.tau1_s == doctest::Approx(0.069));
  CHECK(rest.tau2_s == doctest::Approx(0.24));

  for (const char* wrong :
       {"{g_min: 1 uS}", "{g_min: 1 uS, g_max: 2 V}", "{g_min: 1 uS, g_max: 20 uS, faults: {stuck_on: 120 %}}",
        "{g_min: 1 uS, g_max: 20 uS, write: {type: gauss}}", "{g_min: -1 uS, g_max: 20 uS}",
        "{g_min: 1 uS, g_max: 20 uS, drift: {type: power-law, t0: 0 s}}",
        "{g_min: 1 uS, g_max: 20 uS, write: {type: window, sigma: 1 uS}}"}) {
    CAPTURE(wrong);
    ConfigReader bad(parse_yaml(wrong, "wrong.yaml"), {});
    Device ignored;
    CHECK_THROWS_AS((bad.read(ignored), bad.finish()), ConfigError);
  }
}

TEST_CASE("what only several fields together get wrong is found") {
  CHECK(check(Device{}).empty());
  Device d;
  d.g_min_S = d.g_max_S;
  d.levels_S = {3 * uS, 2 * uS};
  d.write = GaussianWrite{};
  d.faults = {.stuck_on = 0.6, .stuck_off = 0.5};
  const auto found = check(d);
  REQUIRE(found.size() == 4);
  CHECK(found[0].path == "g_max");
  CHECK(found[1].path == "levels");
  CHECK(found[2].path == "write.sigma");
  CHECK(found[3].path == "faults.stuck_off");
  for (const Diagnostic& f : found) CHECK_FALSE(f.remedy.empty());
  d = {};
  d.levels_S = {2 * uS, 2 * uS};
  CHECK(check(d).size() == 1);
  d = {};
  d.write = LevelAccuracyWrite{1.0};
  CHECK(check(d).size() == 1);
}
