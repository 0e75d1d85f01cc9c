// SPDX-License-Identifier: Apache-2.0
// Arrays that are pulsed: every device by its own model, as if it were alone.
#include "chip/pulse.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/run/helpers.h"

namespace bitline::pulse_test {
using namespace device;
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace bitline::test;

namespace {

const std::string device =
    "device: {g_min: 1 uS, g_max: 21 uS, write: exact, plasticity: {potentiation: {drive: {amplitude: 2 V, width: 1 "
    "ms}, update: {type: exponential, pulses: 40, nonlinearity: 2}}, depression: {drive: {amplitude: 3 V, width: 1 "
    "ms}, "
    "update: {type: exponential, pulses: 40, nonlinearity: -1}}SPREAD}}\narray: {rows: 8, columns: 8}\narrays: 4\n";

std::string with_spread(const std::string& spread) {
  std::string text = device;
  return text.replace(text.find("SPREAD"), 6, spread.empty() ? "" : ", spread: " + spread);
}

struct Pulsed {
  CellLayout cell = layout(SignWeightedCell{}, 4);
  Config config;
  Chip chip;
  State state;
  explicit Pulsed(const std::string& spread = "")
      : config(config_of(with_spread(spread))),
        chip(chip_of(config, random_layer(12, 6, cell, 4, {1, 4, false}, 3))),
        state(new_state(chip, 0)) {
    write(chip, state);
  }
  const Block& block(BlockId id) const { return *layer_blocks(chip)[id].block; }
  std::size_t width(BlockId id) const { return static_cast<std::size_t>(block(id).columns) * 2; }
  PulsePattern pattern(BlockId id, double amplitude_V) const {
    PulsePattern p;
    p.pulse = {0, 1e-3, amplitude_V, 0, 0};
    p.gap_s = 1e-3;
    p.rows.assign(static_cast<std::size_t>(block(id).rows), 0);
    p.columns.assign(width(id), 0);
    return p;
  }
};

}  // namespace

TEST_CASE("a pattern does to each device what its pulses do to it alone, and leaves the others to the bit") {
  for (const char* spread : {"", "{cycle_to_cycle: 0.02, device_to_device: 0.3}"}) {
    CAPTURE(spread);
    Pulsed whole(spread);
    const std::vector<double> before = whole.state.blocks[1].written_S, other = whole.state.blocks[0].written_S;
    PulsePattern pattern = whole.pattern(1, 2);
    pattern.rows[0] = 1, pattern.rows[2] = 3, pattern.columns[1] = 2, pattern.columns[4] = 1;
    pulse(whole.chip, whole.state, 1, pattern);
    for (std::size_t r = 0; r < pattern.rows.size(); ++r)
      for (std::size_t k = 0; k < pattern.columns.size(); ++k) {
        const std::size_t i = r * pattern.columns.size() + k;
        const int count = pattern.rows[r] * pattern.columns[k];
        if (count == 0) {
          CHECK(whole.state.blocks[1].written_S[i] == before[i]);
          continue;
        }
        Pulsed alone(spread);
        PulsePattern one = alone.pattern(1, 2);
        one.rows[r] = static_cast<std::uint16_t>(count), one.columns[k] = 1;
        pulse(alone.chip, alone.state, 1, one);
        CHECK(alone.state.blocks[1].written_S[i] == whole.state.blocks[1].written_S[i]);
        CHECK(alone.state.blocks[1].written_S[i] != before[i]);
      }
    CHECK(whole.state.blocks[0].written_S == other);
    // The longest train: 6 pulses of 1 ms and 5 gaps of as much.
    CHECK(whole.state.now_s == doctest::Approx(11e-3));
  }
}

TEST_CASE("pulses move a device along its own curve, up and down, and stop at the ends of the window") {
  Pulsed p;
  const Plasticity& plasticity = *p.config.device.plasticity;
  const std::size_t i = p.width(0) + 3;  // row 1, device 3
  SynapseState expected{.level = (p.state.blocks[0].written_S[i] - 1e-6) / 20e-6};
  PulsePattern pattern = p.pattern(0, 2);
  pattern.rows[1] = 5, pattern.columns[3] = 1;
  pulse(p.chip, p.state, 0, pattern);
  for (const Pulse& one : pulse_train({0, 1e-3, 2, 0, 0}, 5, 1e-3)) apply(plasticity, expected, one);
  CHECK(p.state.blocks[0].written_S[i] == doctest::Approx(1e-6 + 20e-6 * expected.level).epsilon(1e-12).scale(1e-30));
  const double risen = p.state.blocks[0].written_S[i];
  pattern.pulse.amplitude_V = -3;
  pulse(p.chip, p.state, 0, pattern);
  CHECK(p.state.blocks[0].written_S[i] < risen);
  pattern.rows[1] = 500;
  pulse(p.chip, p.state, 0, pattern);
  CHECK(p.state.blocks[0].written_S[i] == doctest::Approx(1e-6).epsilon(1e-9).scale(1e-30));
  // Written again, nothing of it is left.
  const State fresh = [&] {
    Pulsed q;
    return q.state;
  }();
  write(p.chip, p.state);
  CHECK(p.state.blocks[0].written_S == fresh.blocks[0].written_S);
}

TEST_CASE("a look after pulses changes the view of their block only") {
  Pulsed p;
  View view = look(p.chip, p.state);
  const View before = view;
  PulsePattern pattern = p.pattern(1, 2);
  pattern.rows[0] = 4, pattern.columns[0] = 1;
  pulse(p.chip, p.state, 1, pattern);
  look(p.chip, p.state, view);
  for (BlockId id = 0; id < view.blocks.size(); ++id)
    CHECK((codes_of(view.blocks[id]).data == codes_of(before.blocks[id]).data) == (id != 1));
  std::size_t changed = 0;
  const std::vector<std::int16_t> now = codes_of(view.blocks[1]).data, then = codes_of(before.blocks[1]).data;
  for (std::size_t i = 0; i < now.size(); ++i) changed += now[i] != then[i];
  CHECK(changed == 1);
  CHECK(now == codes_of(look(p.chip, p.state).blocks[1]).data);
}

TEST_CASE("pulses that no model describes are refused, and nothing is changed") {
  Pulsed p;
  const std::vector<double> before = p.state.blocks[0].written_S;
  PulsePattern pattern = p.pattern(0, 2);
  pattern.rows[0] = pattern.columns[0] = 1;
  PulsePattern light = pattern;
  light.pulse = {0, 1e-3, 0, 10, 0};
  CHECK_THROWS_AS(pulse(p.chip, p.state, 0, light), InputError);
  PulsePattern narrow = pattern;
  narrow.columns.pop_back();
  CHECK_THROWS_AS(pulse(p.chip, p.state, 0, narrow), InputError);
  CHECK_THROWS_AS(pulse(p.chip, p.state, 99, pattern), InputError);
  State blank = new_state(p.chip, 0);
  CHECK_THROWS_AS(pulse(p.chip, blank, 0, pattern), InputError);
  Chip plain =
      chip_of(config_of("array: {rows: 8, columns: 8}\narrays: 4"), random_layer(12, 6, p.cell, 4, {1, 4, false}, 3));
  State state = new_state(plain, 0);
  write(plain, state);
  CHECK_THROWS_AS(pulse(plain, state, 0, pattern), InputError);
  CHECK(p.state.blocks[0].written_S == before);
}

}  // namespace bitline::pulse_test
