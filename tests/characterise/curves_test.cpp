// SPDX-License-Identifier: Apache-2.0
// Curves of devices by hand: a loop that its own steps open, and measured trains over a curve's legs.
#include "characterise/curves.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "characterise/measured_points.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::curves_test {
using namespace characterise;
using namespace device;
using namespace bitline::test;

namespace {

// 2 .. 10 uS in four steps of 2 V up, in two of 1 V down; nothing up to 0.5 V.
PulsedDevice ladder() {
  PulsedDevice d;
  d.name = "ladder";
  d.device.g_min_S = 2e-6, d.device.g_max_S = 10e-6;
  Plasticity& p = d.device.plasticity.emplace();
  p.potentiation = PulseResponse{{.amplitude_V = 2, .width_s = 1e-3, .threshold_V = 0.5}, LinearUpdate{4}, {}};
  p.depression = PulseResponse{{.amplitude_V = 1, .width_s = 1e-3, .threshold_V = 0.5}, LinearUpdate{2}, {}};
  return d;
}

PulseProtocol up_to(double highest_V) {
  PulseProtocol q;
  q.highest = highest_V;
  return q;
}

}  // namespace

TEST_CASE("a sweep as far as pulses write is a loop, and one below the threshold is not") {
  const PulsedDevice d = ladder();
  CHECK(is_loop(d, {}));
  CHECK(is_loop(d, up_to(1)));
  CHECK_FALSE(is_loop(d, up_to(0.9)));
  PulsedDevice one_way = d;
  one_way.device.plasticity->depression->update.reset();
  CHECK_FALSE(is_loop(one_way, {}));

  // 50 steps of 20 mV to 1 V: (v - 0.5) / 1.5 of a pulse each, so 25 rising and 24 falling ones write
  // (sum of 0.02 k for k = 1 .. 25 and 24 .. 1) / 1.5 = 12.5 / 1.5 pulses of four: the window's end. At the top 6.5
  // / 1.5.
  const ResponseCurve c = iv_curve(d, up_to(1));
  REQUIRE(c.rows.size() == 201);
  CHECK(c.loop);
  const auto level = [&](std::size_t row) { return c.rows[row][2]; };
  const auto up = [](int steps) { return 0.02 * steps * (steps + 1) / 2 / 1.5 / 4; };
  CHECK(level(25) == 0);  // at 0.5 V
  CHECK(level(30) == doctest::Approx(up(5)).epsilon(1e-12));
  CHECK(level(40) == doctest::Approx(up(15)).epsilon(1e-12));
  CHECK(level(100) == doctest::Approx(1).epsilon(1e-12));
  CHECK(level(125) == doctest::Approx(1).epsilon(1e-12));  // at -0.5 V
  // Downwards (v - 0.5) / 0.5 of a pulse, two of which cross the window.
  CHECK(level(130) == doctest::Approx(1 - 0.02 * 15 / 0.5 / 2).epsilon(1e-12));
  CHECK(level(200) == doctest::Approx(0).epsilon(1e-12).scale(1));
  // Ohm's law at the end of each step.
  CHECK(c.rows[40][3] == doctest::Approx(0.8 * (2e-6 + up(15) * 8e-6)).epsilon(1e-12));
  CHECK(c.rows[60][3] == doctest::Approx(0.8 * 10e-6).epsilon(1e-12));
}

TEST_CASE("measured trains lie over the legs of a curve, later cycles over the first") {
  const Folder f;
  std::string text = "amplitude (V),width (ms),conductance (uS)\n0,0,2\n";
  for (int cycle = 0; cycle < 2; ++cycle)
    for (const auto& [v, g] : {std::pair{2, 3.0},
                               {2, 5.1},
                               {2, 6.9},
                               {2, 9.0},
                               {2, 10.0},
                               {-1, 8.0},
                               {-1, 6.0},
                               {-1, 5.0},
                               {-1, 3.0},
                               {-1, 2.1}})
      text += fmt::format("{},1,{}\n", v, g + 0.01 * cycle);
  const fs::path file = f.write("ltp.csv", text);
  const auto points = [&](int cycles) {
    PulseProtocol q;
    q.cycles = cycles, q.pulses = 5;
    ResponseCurve c = ltp_curve(ladder(), q);
    add_measured(c, MeasuredKind::ltp, ladder(), file, {});
    return c.measured->points;
  };
  const auto folded = points(1);
  REQUIRE(folded.size() == 4 * 6);  // each train with the reading before it
  CHECK(folded[0] == std::pair{0.0, 2e-6});
  CHECK(folded[5].first == 5);
  CHECK(folded[5].second == doctest::Approx(10e-6).epsilon(1e-12).scale(1e-30));
  CHECK(folded[11].first == 10);  // the end of the first cycle
  CHECK(folded[12].first == 0);   // and of the second the beginning
  CHECK(folded[13].first == 1);
  const auto apart = points(2);
  CHECK(apart[12].first == 10);
  CHECK(apart.back().first == 20);
}

}  // namespace bitline::curves_test
