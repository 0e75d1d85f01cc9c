// SPDX-License-Identifier: Apache-2.0
// Calibration on known inputs: corrections of columns find what was planted, and ranges of converters what deviates
// least.
#include "read/correction.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/run/helpers.h"
#include "workloads/least_error.h"

namespace bitline::correction_test {
using namespace arch;
using namespace chip;
using namespace periphery;
using namespace read;
using namespace bitline::test;

namespace {

constexpr int rows = 100, columns = 16;
constexpr std::size_t known = 200;  // calibration inputs

// A layer of 100 x 16 weights on arrays of 50 rows: two blocks, unless `text` says otherwise.
struct Corrected {
  Config config;
  workloads::InputScale input;
  workloads::IntegerWeights layer;
  Chip chip;
  LayerInputs inputs;
  View view;
  explicit Corrected(const std::string& text, workloads::InputScale input_ = {1, 8, false})
      : config(config_of("{arrays: 4, array: {rows: 50, columns: 96}, correct: scale-and-offset, " + text + "}")),
        input(input_),
        layer(random_layer(rows, columns, layout(config.cell, 4), 4, input, 3)),
        chip(chip_of(config, layer)),
        inputs{random_inputs(known, rows, input, 11)},
        view(needs_calibration(chip.layers[0]) ? look(chip, written_chip(chip).state) : view_of(chip)) {}

  void correct() { correct_columns(chip, view, inputs); }
  std::vector<double> product(std::span<const std::int16_t> x) const {
    const std::size_t vectors = x.size() / rows;
    std::vector<double> y(vectors * columns);
    execute_layer(chip, view, 0, x, {vectors, 0, 0, 1}, y);
    return y;
  }
  // Of inputs that corrections have not seen: rms deviation from the exact products, over their rms.
  double error() const {
    const std::size_t vectors = 100;
    const auto x = random_inputs(vectors, rows, input, 5);
    const std::vector<double> y = product(x);
    std::vector<double> exact(y.size());
    workloads::multiply_exactly(layer, x, {vectors, 0, 0, 1}, exact);
    double off = 0, all = 0;
    for (std::size_t i = 0; i < y.size(); ++i) off += (y[i] - exact[i]) * (y[i] - exact[i]), all += exact[i] * exact[i];
    return std::sqrt(off / all);
  }
};

}  // namespace

TEST_CASE("a line through pairs gives back what was planted, whole or in parts") {
  // measured = 0.8 intended - 30, so intended = 1.25 measured + 37.5.
  ColumnLine first, second;
  for (int k = 0; k < 40; ++k) {
    const double intended = k * k % 37 - 11.5 * (k % 3);
    (k < 13 ? first : second).add(0.8 * intended - 30, intended);
  }
  first.add(second);
  const ColumnLine::Line both = first.fit(Correct::scale_and_offset);
  CHECK(std::abs(both.scale - 1.25) < 1e-12);
  CHECK(std::abs(both.offset - 37.5) < 1e-11);

  ColumnLine three;  // by hand: pairs (1, 3), (2, 3), (4, 9)
  three.add(1, 3), three.add(2, 3), three.add(4, 9);
  CHECK(three.fit(Correct::offset).offset == doctest::Approx(5 - 7.0 / 3));
  CHECK(three.fit(Correct::offset).scale == 1);
  CHECK(three.fit(Correct::scale).scale == doctest::Approx((3.0 + 6 + 36) / (1 + 4 + 16)));
  CHECK(three.fit(Correct::scale).offset == 0);
  CHECK(three.fit(Correct::scale_and_offset).scale == doctest::Approx(10 / (14.0 / 3)));  // 45 - 3 x 5 x 7/3; 21 - 49/3
  CHECK(three.fit(Correct::none).scale == 1);
  CHECK(three.fit(Correct::none).offset == 0);

  ColumnLine silent;  // always 2 where 5 and 7 were meant
  silent.add(2, 5), silent.add(2, 7);
  CHECK(silent.fit(Correct::scale_and_offset).scale == 1);
  CHECK(silent.fit(Correct::scale_and_offset).offset == 4);
  CHECK(ColumnLine().fit(Correct::scale_and_offset).scale == 1);
}

TEST_CASE("planted gains of columns are found and undone exactly, whatever cell, encoding and rows driven at once") {
  for (const char* text : {"input: {encoding: analog}", "input: {encoding: bit-serial}, array.active_rows: 20",
                           "cell: {type: 1t1r-differential}, chips: auto", "cell: {type: 2t2r, slices: 3}, chips: auto",
                           "cell: {type: 1t1r-offset}", "mapping: {duplicate: 2, schedule: pipelined}, chips: auto"}) {
    CAPTURE(text);
    Corrected c(text);
    CHECK(c.error() < 1e-12);
    std::mt19937 engine(2);
    for (BlockView& block : c.view.blocks)
      for (int k = 0; k < block.columns; ++k) block.gain.push_back(0.8 + 0.4 * (engine() % 1000) / 1000.0);
    CHECK(c.error() > 0.03);
    c.correct();
    for (const BlockView& block : c.view.blocks)
      for (std::size_t k = 0; k < block.gain.size(); ++k) {
        CHECK(block.correction.scale[k] * block.gain[k] == doctest::Approx(1).epsilon(1e-9));
        CHECK(std::abs(block.correction.offset[k]) < 1e-6 * c.chip.layers[0].lattice.codes_per_step);
      }
    CHECK(c.error() < 1e-9);
    c.correct();  // measured anew, not on top of what was found
    CHECK(c.error() < 1e-9);
  }
}

TEST_CASE("gain and offset errors of converters are made up for, to what rounding leaves") {
  const auto adc = [](const char* errors) {
    return fmt::format("adc: {{type: sar, bits: 12, range: full-scale, errors: {{{}}}}}", errors);
  };
  for (const char* more : {"", ", array.active_rows: 20", ", cell: {type: 1t1r-differential}, chips: auto"}) {
    CAPTURE(more);
    Corrected c(adc("gain: 5 %, offset: 8") + more);
    const double rounding = Corrected(adc("") + more).error(), before = c.error();
    c.correct();
    // Codes of a column err by up to 20 % more where its gain is 20 % low (four sigma); the lines of 200 inputs add
    // 2 parts in 200 of the variance.
    CHECK(before > 10 * rounding);
    CHECK(c.error() < 1.25 * rounding);
    c.chip.config.correct = Correct::scale;
    c.correct();
    CHECK(c.view.blocks[0].correction.offset.empty());
    const double scale = c.error();
    c.chip.config.correct = Correct::offset;
    c.correct();
    CHECK(c.view.blocks[0].correction.scale.empty());
    CHECK(scale < before);
    CHECK(c.error() < before);
    c.chip.config.correct = Correct::none;
    c.correct();
    CHECK(c.error() == before);
  }
}

TEST_CASE("factors and offsets act alike in the short path of noisy reads") {
  Corrected c("adc: {type: sar, bits: 8, range: full-scale}, device.read_noise.relative: 3 %");
  const auto x = random_inputs(20, rows, c.input, 5);
  const std::vector<double> plain = c.product(x);
  for (BlockView& block : c.view.blocks)
    for (int k = 0; k < columns; ++k) {
      block.correction.scale.push_back(1 + 0.01 * k);
      block.correction.offset.push_back(1000.0 * k);
    }
  const std::vector<double> corrected = c.product(x);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double k = static_cast<double>(i % columns), both = 2000 * k / c.chip.layers[0].lattice.codes_per_step;
    CHECK(corrected[i] == doctest::Approx((1 + 0.01 * k) * plain[i] + both).epsilon(1e-12));
  }
}

TEST_CASE("corrections are the same on any number of threads, and other ones on another chip") {
  const std::string text =
      "adc: {type: sar, bits: 7, range: full-scale, errors: {gain: 5 %, noise: 0.5}}, device.read_noise.relative: 3 %";
  const auto found = [&](int threads, int instance) {
    Corrected c(text);
    c.view = view_of(c.chip, instance);
    with_threads(threads, [&] { c.correct(); });
    return c.view.blocks[1].correction.scale;
  };
  CHECK(found(1, 0) == found(2, 0));
  CHECK(found(1, 0) != found(1, 1));
}

TEST_CASE("losses of wires that a column has in common are made up for, with and without compensation") {
  for (const char* wires : {"row: 5 ohm, column: 8 ohm",
                            "row: 5 ohm, column: 8 ohm, compensation: conductance, "
                            "compensated_swing: 70 %"}) {
    CAPTURE(wires);
    Corrected c(fmt::format("input: {{encoding: analog}}, wires: {{{}}}", wires));
    const double before = c.error();
    c.correct();
    CHECK(c.error() < 0.6 * before);
  }
  Corrected gated(
      "array.topology: gated-ladder, input: {encoding: bit-serial, bits: 2}, wires: {row: 5 ohm, column: 8 ohm}",
      {1, 2, false});
  const double before = gated.error();
  gated.correct();
  CHECK(gated.error() < 0.6 * before);
}

TEST_CASE("a range of the least error is the best there is for what planes and slices add up to") {
  for (const char* cell : {"2t2r", "2t2r, slices: 3"}) {
    CAPTURE(cell);
    Corrected c(
        fmt::format("calibrate: per-array, cell: {{type: {}}}, chips: auto, "
                    "adc: {{type: sar, bits: 4, range: {{type: mean-square-error}}}}",
                    cell));
    // Squared errors of every sum of the second block, weights and all, as its digital side adds them.
    const LayerPlan& plan = c.chip.layers[0];
    std::vector<workloads::WeightedValue> sums;
    const Tap keep{.currents = [&](std::size_t b, std::size_t plane, std::span<const double> values) {
      for (std::size_t k = 0; b == 1 && k < values.size(); ++k) {
        const double slice =
            std::pow(plan.cell.base, static_cast<double>(k % static_cast<std::size_t>(plan.cell.slices)));
        sums.push_back({static_cast<float>(values[k]),
                        static_cast<float>(std::pow(std::ldexp(slice, static_cast<int>(plane)), 2))});
      }
    }};
    std::vector<double> unused(known * columns);
    execute_layer(c.chip, c.view, 0, c.inputs[0], {known, 0, 0, 1}, unused, nullptr, &keep);
    REQUIRE(sums.size() == known * 8 * columns * static_cast<std::size_t>(plan.cell.slices));
    const std::vector<float> found = largest_sums(c.chip, c.view, 0, c.inputs[0], true);
    REQUIRE(found.size() == 2);
    const double ours = squared_error(sums, found[1] / 7.0, -8, 7);
    double largest = 0, least = 1e300;
    for (const auto& s : sums) largest = std::max(largest, std::abs(static_cast<double>(s.value)));
    for (int k = 1; k <= 2000; ++k) least = std::min(least, squared_error(sums, k * largest / 2000 / 7, -8, 7));
    CHECK(ours < 1.001 * least);
    CHECK(ours < 0.95 * squared_error(sums, largest / 7, -8, 7));
    calibrate(c.chip, c.view, c.inputs);
    CHECK(c.view.blocks[1].scale.lsb * plan.lattice.code_S == doctest::Approx(found[1] / 7.0));
  }
}

}  // namespace bitline::correction_test
