// SPDX-License-Identifier: Apache-2.0
// The 144k macro's integer codes: round half to even of 7 I / I_FS clipped to -8..7, with I_FS T = 12.0703125 pC,
// inputs -1, 0, 1 x 0.1 V and weights w/7 x 19.16 uS (OpenCIMTC). The expectation is rational arithmetic on integers.
#include <doctest/doctest.h>

#include "tests/run/helpers.h"

namespace bitline::macro_144k_test {
using namespace workloads;
using namespace array;
using namespace arch;
using namespace chip;
using namespace read;
using namespace bitline::test;

TEST_CASE("144k macro: codes for given weights, inputs and integration times") {
  std::size_t clipped = 0, inside = 0;
  for (const long long time_ns : {100LL, 137LL, 200LL, 1000LL, 5000LL, 20000LL}) {
    CAPTURE(time_ns);
    const LoadedConfig loaded = load(source / "configs/chip/rram-144k.yaml",
                                     {{"adc.range.time", std::to_string(time_ns) + " ns"}}, {{source / "configs"}});
    const InputScale input{1, 2, true};
    const workloads::IntegerWeights layer = random_layer(576, 128, layout(loaded.config.cell, 4), 4, input, 21);
    const Chip chip = chip_of(loaded.config, layer);
    const View view = view_of(chip);
    const std::size_t vectors = 200;
    auto x = random_inputs(vectors, 576, input, 22);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i / 576 % 4 != 0 && i % 576 > i / 576 % 40 + 3) x[i] = 0;  // few driven rows, so that small codes occur
    std::vector<double> y(vectors * 128);
    execute_layer(chip, view, 0, x, {vectors, 0, 0, 1}, y, nullptr);
    // Code in whole LSB of I_FS / 7; y is in level steps: y = code * I_FS / 7 / (0.1 V x 19.16/7 uS).
    for (std::size_t v = 0; v < vectors; ++v)
      for (int c = 0; c < 128; ++c) {
        long long k = 0;  // I = k x 0.1 V x 19.16/7 uS
        for (int r = 0; r < 576; ++r)
          k += static_cast<long long>(x[v * 576 + static_cast<std::size_t>(r)]) *
               layer.panels[0].codes[static_cast<std::size_t>(r) * 128 + c];
        // 7 I / I_FS = k x 1.916 uA x T / 12.0703125 pC = k x 19160 x T[ns] / 120703125.
        const long long numerator = k * 19160 * time_ns, denominator = 120703125;
        const long long n2 = 2 * numerator + (numerator >= 0 ? denominator : -denominator);  // round half away first
        long long code = n2 / (2 * denominator);
        if (n2 % (2 * denominator) == 0 && code % 2 != 0) code -= numerator >= 0 ? 1 : -1;  // a tie goes to even
        const long long expected = code < -8 ? -8 : code > 7 ? 7 : code;
        (code == expected ? inside : clipped) += 1;
        const double lsb_in_steps = 12.0703125e-12 / (static_cast<double>(time_ns) * 1e-9) / 7 / (0.1 * 19.16e-6 / 7);
        REQUIRE(std::llround(y[v * 128 + static_cast<std::size_t>(c)] / lsb_in_steps) == expected);
      }
  }
  CHECK(inside > 1000);
  CHECK(clipped > 1000);
}

}  // namespace bitline::macro_144k_test
