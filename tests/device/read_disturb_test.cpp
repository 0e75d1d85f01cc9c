// SPDX-License-Identifier: Apache-2.0
// What reads leave behind, against the law worked out by hand.
#include "device/read_disturb.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/config_reader.h"
#include "base/yaml.h"
#include "device/device.h"

namespace bitline::read_disturb_test {
using namespace device;

namespace {

Device disturbed(double beta) {
  Device d;
  d.read_disturb = StretchedReadDisturb{.g_rest_S = 4e-6, .tau_s = 2, .beta = beta, .at_V = 0.2, .per_e_V = 0.05};
  return d;
}

double after(const Device& d, double voltage_V, double bias_s, double g_S) {
  disturb_cells(d, voltage_V, bias_s, {}, {&g_S, 1});
  return g_S;
}

}  // namespace

TEST_CASE("reads lead to the resting conductance, by 1/e in tau at its voltage") {
  const double e = std::exp(1.0);
  CHECK(after(disturbed(1), 0.2, 2, 10e-6) == doctest::Approx(4e-6 + 6e-6 / e).epsilon(1e-12));
  CHECK(after(disturbed(0.4), 0.2, 2, 10e-6) == doctest::Approx(4e-6 + 6e-6 / e).epsilon(1e-12));
  CHECK(after(disturbed(1), 0.2, 2, 1e-6) == doctest::Approx(4e-6 - 3e-6 / e).epsilon(1e-12));  // from below
  // 2^(1/2) and 9^(1/2) of the exponent at beta = 1/2: exp(-3) after nine times tau.
  CHECK(after(disturbed(0.5), 0.2, 18, 10e-6) == doctest::Approx(4e-6 + 6e-6 / (e * e * e)).epsilon(1e-12));
  CHECK(after(disturbed(1), 0.2, 6, 10e-6) == doctest::Approx(4e-6 + 6e-6 / (e * e * e)).epsilon(1e-12));
}

TEST_CASE("voltage speeds it up exponentially: ten times for ln 10 steps") {
  const double faster_V = 0.2 + 0.05 * std::log(10.0), slower_V = 0.2 - 0.05 * std::log(10.0);
  for (const double beta : {0.3, 0.7, 1.0})
    for (const double bias_s : {0.01, 1.0, 3.0}) {
      CAPTURE(beta);
      const double now = after(disturbed(beta), 0.2, bias_s, 10e-6);
      CHECK(after(disturbed(beta), faster_V, bias_s / 10, 10e-6) == doctest::Approx(now).epsilon(1e-12));
      CHECK(after(disturbed(beta), slower_V, bias_s * 10, 10e-6) == doctest::Approx(now).epsilon(1e-12));
    }
}

TEST_CASE("no read changes nothing, reads without end lead to rest, stuck devices stay") {
  CHECK(after(disturbed(0.5), 0.2, 0, 10e-6) == 10e-6);
  CHECK(after(Device{}, 0.2, 1e9, 10e-6) == 10e-6);
  CHECK(after(disturbed(0.5), 0.2, std::numeric_limits<double>::infinity(), 10e-6) == 4e-6);
  double g_S[] = {10e-6, 10e-6};
  const std::uint8_t faulty[] = {1, 0};
  disturb_cells(disturbed(1), 0.2, 2, faulty, g_S);
  CHECK(g_S[0] == 10e-6);
  CHECK(g_S[1] < 7e-6);
  CHECK(is_disturbed(disturbed(1)));
  CHECK(!is_disturbed(Device{}));
}

TEST_CASE("every parameter is to be given") {
  const auto read = [](const std::string& text) {
    const Value tree = parse_yaml("g_min: 1 uS\ng_max: 20 uS\nread_disturb: {" + text + "}\n", "d.yaml");
    ConfigReader reader(tree, {});
    Device d;
    reader.read(d);
    reader.finish();
    return std::get<StretchedReadDisturb>(d.read_disturb);
  };
  const auto law =
      read("type: stretched-exponential, g_rest: 4 uS, tau: 2 ms, beta: 0.5, at_voltage: 200 mV, voltage_per_e: 50 mV");
  CHECK(law.g_rest_S == 4e-6);
  CHECK(law.tau_s == 2e-3);
  CHECK(law.beta == 0.5);
  CHECK(law.at_V == 0.2);
  CHECK(law.per_e_V == 0.05);
  for (const char* missing : {"type: stretched-exponential",
                              "type: stretched-exponential, g_rest: 4 uS, tau: 2 ms, beta: 0.5, at_voltage: 200 mV",
                              "type: stretched-exponential, g_rest: 4 uS, tau: 2 ms, beta: 1.5, at_voltage: 200 mV, "
                              "voltage_per_e: 50 mV"}) {
    CAPTURE(missing);
    CHECK_THROWS_AS(read(missing), ConfigError);
  }
}

}  // namespace bitline::read_disturb_test
