// SPDX-License-Identifier: Apache-2.0
// Ageing and read noise of devices. Statistical bounds: tests/device/device_cases.h.
#include "tests/device/device_cases.h"

namespace bitline::device_age_test {
using namespace device;
using namespace bitline::test;

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
  d.read_noise.by_conductance = {{10 * uS, 0.4 * uS}, {30 * uS, 2.0 * uS}};
  const auto both = [](double a, double b) { return doctest::Approx(std::hypot(a, b)).epsilon(1e-14).scale(1e-30); };
  CHECK(read_noise_sigma(d, 20 * uS) == both(0.5 * uS, 1.2 * uS));  // halfway
  CHECK(read_noise_sigma(d, 0) == both(0.3 * uS, 0.4 * uS));        // held
  CHECK(read_noise_sigma(d, 40 * uS) == both(std::hypot(0.3, 0.8) * uS, 2 * uS));
  CHECK(check(d).empty());
  d.read_noise.by_conductance[1].g_S = 10 * uS;
  CHECK(check(d).size() == 1);
}

}  // namespace bitline::device_age_test
