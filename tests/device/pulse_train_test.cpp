// SPDX-License-Identifier: Apache-2.0
// The encoder `pulse-train` against closed forms of a device whose transients only add up, and the table of the
// library's optical synapse.
#include "device/plasticity/pulse_train.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::device {
namespace {

constexpr double response = 0.05, share1 = 0.3, tau1_s = 1, share2 = 0.1, tau2_s = 20, gap_s = 1.5;

// Without a ceiling, so that they only add up.
ShortTerm transients() {
  ShortTerm s;
  s.response = response;
  s.share1 = share1, s.tau1_s = tau1_s, s.share2 = share2, s.tau2_s = tau2_s;
  s.ceiling = 1e300;
  return s;
}

// Nothing that lasts.
Plasticity additive() {
  Plasticity p;
  LightResponse light;
  light.drive = {320, 1, 650e-9, 0.7, 0.5, {}};
  light.short_term = transients();
  p.light = light;
  return p;
}

PulseTrain four(ReadMoment read = ReadMoment::residual) {
  PulseTrain t;
  t.gap_s = gap_s, t.read = read;
  return t;
}

// What a full pulse has left after `gaps` gaps: nothing decays while a pulse lasts.
double left_after(int gaps) {
  return response * (share1 * std::exp(-gaps * gap_s / tau1_s) + share2 * std::exp(-gaps * gap_s / tau2_s));
}

std::string problem(auto&& call) {
  try {
    call();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

TEST_CASE("each code leaves the sum of what its pulses leave, each by its age") {
  const std::vector<TrainCode> codes = train_codes(four(), additive());
  REQUIRE(codes.size() == 16);
  for (std::size_t n = 0; n < 16; ++n) {
    double residual = 0, peak = 0;
    std::string name;
    for (int k = 0; k < 4; ++k) {  // the first pulse is the highest digit
      const bool on = n >> (3 - k) & 1;
      name += on ? '1' : '0';
      if (!on) continue;
      residual += left_after(4 - k);
      peak += k == 3 ? response : left_after(3 - k);
    }
    CAPTURE(name);
    CHECK(codes[n].code == name);
    CHECK(codes[n].residual == doctest::Approx(residual).epsilon(1e-12));
    CHECK(codes[n].peak == doctest::Approx(peak).epsilon(1e-12));
  }
}

TEST_CASE("a value is a share of the full pulse's power, and a feature a share of what full pulses leave") {
  double ones = 0;
  for (int k = 1; k <= 4; ++k) ones += left_after(k);
  const std::vector<float> values{0, 0, 0, 0, 1, 1, 1, 1, 0, 0.5f, 0, 0};
  const std::vector<float> features = encode(four(), additive(), values);
  REQUIRE(features.size() == 3);
  CHECK(features[0] == 0);
  CHECK(features[1] == 1);
  CHECK(features[2] == doctest::Approx(std::pow(0.5, 0.7) * left_after(3) / ones));
  CHECK(encoded(four(), additive(), std::span(values).subspan(8)).total() ==
        doctest::Approx(std::pow(0.5, 0.7) * left_after(3)));
}

TEST_CASE("groups know nothing of each other") {
  std::vector<float> values(4 * 3000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101) / 100.f;
  std::vector<float> turned;  // last group first
  for (std::size_t g = 3000; g-- > 0;) turned.insert(turned.end(), values.begin() + 4 * g, values.begin() + 4 * g + 4);
  std::vector<float> features = encode(four(ReadMoment::peak), additive(), values);
  std::ranges::reverse(features);
  CHECK(encode(four(ReadMoment::peak), additive(), turned) == features);
}

TEST_CASE("power, width and voltage of the full pulse may differ from the reference") {
  PulseTrain bright = four(ReadMoment::peak);
  bright.pulses = 1, bright.power_W_m2 = 640, bright.width_s = 4;
  const float one = 1;
  CHECK(encoded(bright, additive(), std::span(&one, 1)).total() ==
        doctest::Approx(response * std::pow(2, 0.7) * 2));  // width to the power of 0.5
  Plasticity p = additive();
  PulseResponse r;
  r.drive = {2, 1e-3, 0.5, PowerAmplitude{2}, 1};
  r.short_term = transients();
  p.potentiation = p.depression = r;
  PulseTrain volts = four(ReadMoment::peak);
  volts.stimulus = Stimulus::potentiation, volts.pulses = 1, volts.amplitude_V = 1.5;
  CHECK(encoded(volts, p, std::span(&one, 1)).total() == doctest::Approx(response * std::pow(1 / 1.5, 2)));
  volts.stimulus = Stimulus::depression;
  CHECK(encoded(volts, p, std::span(&one, 1)).total() == doctest::Approx(-response * std::pow(1 / 1.5, 2)));
  CHECK(problem([&] { encode(volts, p, std::vector<float>{1}); }).find("nothing to read") != std::string::npos);
}

TEST_CASE("the optical synapse of the library: the last pixel outweighs the others at the peak, hardly a gap later") {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  const PulsedDevice cbps = load_pulsed_device(configs / "device/cbps.yaml", {}, {{configs}});
  PulseTrain t;
  t.width_s = 1, t.gap_s = 1;
  const std::vector<TrainCode> codes = train_codes(t, cbps.plasticity());
  // By an independent computation with the file's constants, to the digits given.
  for (const auto& [n, peak] : {std::pair{1, 0.0500}, {2, 0.0028}, {4, 0.0022}, {8, 0.0019}})
    CHECK(std::abs(codes[static_cast<std::size_t>(n)].peak - peak) < 0.00005);
  for (const auto& [n, residual] : {std::pair{1, 0.0028}, {2, 0.0022}, {4, 0.0019}, {8, 0.0018}, {15, 0.0091}})
    CHECK(std::abs(codes[static_cast<std::size_t>(n)].residual - residual) < 0.00005);
  std::vector<double> all;
  for (const TrainCode& c : codes) all.push_back(c.residual);
  std::ranges::sort(all);
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i] > all[i - 1] * 1.005);  // all 16 differ
}

TEST_CASE("values that are no pulses and trains without an answer are refused") {
  CHECK(problem([] {
          encode(four(), additive(), std::vector<float>{0, 1, 0});
        }).find("whole groups of 4") != std::string::npos);
  for (const float bad : {-0.1f, 1.1f, std::numeric_limits<float>::quiet_NaN()})
    CHECK(problem([&] {
            encode(four(), additive(), std::vector<float>{0, bad, 0, 0});
          }).find("no share") != std::string::npos);
  PulseTrain t = four();
  t.pulses = 17;
  CHECK(problem([&] { train_codes(t, additive()); }).find("at most 16") != std::string::npos);
  t = four();
  t.amplitude_V = 1;
  REQUIRE(check(t, additive()).size() == 1);
  CHECK(check(t, additive()).front().path == "amplitude");
  t = four();
  t.stimulus = Stimulus::potentiation;
  REQUIRE(check(t, additive()).size() == 1);
  CHECK(check(t, additive()).front().path == "stimulus");
  CHECK(check(four(), additive()).empty());
}

}  // namespace
}  // namespace bitline::device
