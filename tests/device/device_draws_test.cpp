// SPDX-License-Identifier: Apache-2.0
// Draws of devices: what they hang on, and that they are independent. Statistical bounds: tests/device/device_cases.h.
#include "tests/device/device_cases.h"

namespace bitline::device_draws_test {
using namespace device;
using namespace bitline::test;

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

}  // namespace bitline::device_draws_test
