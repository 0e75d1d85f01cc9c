// SPDX-License-Identifier: Apache-2.0
// Noise drawn once per conversion must have the law of noise drawn cell by cell.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/run/helpers.h"

namespace bitline::noise_test {
using namespace device;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace chip;
using namespace read;
using namespace bitline::test;

namespace {

struct Moments {
  double mean = 0, variance = 0;
  std::size_t n = 0;
};

Moments moments(const std::vector<double>& x) {
  Moments m;
  m.n = x.size();
  for (double v : x) m.mean += v / static_cast<double>(m.n);
  for (double v : x) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(m.n - 1);
  return m;
}

}  // namespace

TEST_CASE("read noise per column equals read noise cell by cell") {
  // The truth needs no simulator: every driven device fluctuates with sigma(G), so a column of one plane has the
  // variance sum x^2 (sigma+^2 + sigma-^2). Compared for each column and plane weight: mean (z test) and variance (chi
  // square, normal approximation). 2 x 12 tests at 5 sigma: false alarm below 2e-5.
  for (const char* cell :
       {"{type: 2t2r}", "{type: 1t1r-differential, subtract: analog}", "{type: 1t1r-differential}"}) {
    CAPTURE(cell);
    const Config config = config_of(std::string("{cell: ") + cell +
                                    ", device: {g_min: 2 uS, g_max: 20 uS, write: exact, read_noise: {sigma: 0.3 uS, "
                                    "relative: 4 %}}, input: {encoding: bit-serial, bits: 3}}");
    const InputScale input{1, 3, false};
    const int rows = 90, columns = 12;
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, input, 3);
    const Chip chip = chip_of(config, layer);
    const View view = view_of(chip);
    const std::size_t images = 4000;
    const auto one = random_inputs(1, rows, input, 5);
    std::vector<std::int16_t> x;
    for (std::size_t i = 0; i < images; ++i) x.insert(x.end(), one.begin(), one.end());
    std::vector<double> y(images * columns);
    execute_layer(chip, view, 0, x, {images, 0, 0, 1}, y, nullptr);
    const double step = 18e-6 / 7;
    for (int c = 0; c < columns; ++c) {
      double expected_mean = 0, expected_variance = 0;
      for (int r = 0; r < rows; ++r) {
        const int w = layer.panels[0].codes[static_cast<std::size_t>(r) * columns + c];
        const double plus = 2e-6 + (w > 0 ? w * step : 0), minus = 2e-6 + (w < 0 ? -w * step : 0);
        const auto variance = [](double g) { return 0.3e-6 * 0.3e-6 + 0.04 * 0.04 * g * g; };
        for (int p = 0; p < 3; ++p)
          if (one[static_cast<std::size_t>(r)] >> p & 1) {
            expected_mean += w * (1 << p);
            expected_variance += (variance(plus) + variance(minus)) / (step * step) * (1 << p) * (1 << p);
          }
      }
      std::vector<double> samples;
      for (std::size_t i = 0; i < images; ++i) samples.push_back(y[i * columns + static_cast<std::size_t>(c)]);
      const Moments m = moments(samples);
      CHECK(std::abs(m.mean - expected_mean) < 5 * std::sqrt(expected_variance / static_cast<double>(images)));
      CHECK(std::abs(m.variance / expected_variance - 1) < 5 * std::sqrt(2.0 / static_cast<double>(images)));
    }
  }
}

TEST_CASE("a reference column's noise is common to the columns it serves") {
  // The weights' own devices are at g_min = 0, where relative noise vanishes, so that all noise comes from the
  // reference.
  const Config config = config_of(
      "{cell: {type: 1t1r-offset}, device: {g_min: 0 uS, g_max: 20 uS, write: exact, read_noise: {relative: 5 %}}, "
      "input: {encoding: bit-serial, bits: 1}}");
  workloads::IntegerWeights layer = random_layer(40, 8, layout(config.cell, 4), 4, {1, 1, false}, 3);
  for (auto& w : layer.panels[0].codes) w = -7;
  const Chip chip = chip_of(config, layer);
  const View view = view_of(chip);
  const std::size_t images = 3000;
  std::vector<std::int16_t> x(images * 40, 1);
  std::vector<double> y(images * 8), first;
  execute_layer(chip, view, 0, x, {images, 0, 0, 1}, y, nullptr);
  for (std::size_t i = 0; i < images; ++i) {
    for (std::size_t c = 1; c < 8; ++c) REQUIRE(y[i * 8 + c] == y[i * 8]);
    first.push_back(y[i * 8]);
  }
  const double expected = 40 * std::pow(0.05 * 7, 2);  // 40 reference devices at level 7 of 14
  CHECK(std::abs(moments(first).variance / expected - 1) < 5 * std::sqrt(2.0 / static_cast<double>(images)));
}

TEST_CASE("the lattice rounding stays below 1e-4 of full scale") {
  // The same noisy weights in float64, straight from the devices' conductances.
  const Config config = config_of(
      "{device: {g_min: 2 uS, g_max: 20 uS, write: {type: gaussian, sigma: [0.9 uS]}}, input: {encoding: analog, bits: "
      "8}}");
  const InputScale input{1, 8, false};
  const int rows = 64, columns = 32;
  const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, input, 9);
  const Chip chip = chip_of(config, layer);
  const View view = view_of(chip);
  const auto x = random_inputs(20, rows, input, 2);
  std::vector<double> y(20 * columns);
  execute_layer(chip, view, 0, x, {20, 0, 0, 1}, y, nullptr);
  std::vector<CellId> ids;
  std::vector<double> target;
  for (int i = 0; i < rows * columns; ++i) {
    const Targets t = targets(chip.layers[0].cell, config.device, layer.panels[0].codes[static_cast<std::size_t>(i)]);
    for (std::uint8_t n : {0, 1})
      ids.push_back({0, static_cast<std::uint32_t>(i), 0, n}), target.push_back(n ? t.negative_S : t.positive_S);
  }
  std::vector<double> g(target.size());
  write_cells(config.device, 0, view.random, ids, target, g);
  const double step = 18e-6 / 7, full_scale = 64.0 * 7 * 255;
  for (std::size_t v = 0; v < 20; ++v)
    for (int c = 0; c < columns; ++c) {
      double sum = 0;
      for (int r = 0; r < rows; ++r) {
        const auto i = static_cast<std::size_t>(r * columns + c) * 2;
        sum += x[v * rows + static_cast<std::size_t>(r)] * (g[i] - g[i + 1]) / step;
      }
      REQUIRE(std::abs(y[v * columns + static_cast<std::size_t>(c)] - sum) < 1e-4 * full_scale);
    }
}

TEST_CASE("an array whose rows are all dead delivers nothing, whatever the cell") {
  for (const char* cell : {"{type: 2t2r}", "{type: 1t1r-differential}", "{type: 1t1r-offset}"}) {
    CAPTURE(cell);
    const Config config =
        config_of(std::string("{cell: ") + cell + ", device: {g_min: 2 uS, g_max: 20 uS, faults: {dead_row: 100 %}}}");
    const InputScale input{1, 8, false};
    const workloads::IntegerWeights layer = random_layer(50, 9, layout(config.cell, 4), 4, input, 3);
    const Chip chip = chip_of(config, layer);
    const auto x = random_inputs(4, 50, input, 1);
    std::vector<double> y(4 * 9);
    execute_layer(chip, view_of(chip), 0, x, {4, 0, 0, 1}, y, nullptr);
    for (double v : y) CHECK(v == 0);
  }
}

TEST_CASE("a weight in several slices reads back right when all its digits do") {
  // 3 slices of one bit each: the share over weights is the configured one (five standard errors, false alarm < 1e-6).
  const Config config = config_of(
      "{array: {rows: 512, columns: 512}, cell: {type: 2t2r, slices: 3}, device: {g_min: 2 uS, g_max: 20 uS, "
      "write: {type: level-accuracy, accuracy: 90 %}}}");
  const workloads::IntegerWeights layer = random_layer(400, 150, layout(config.cell, 4), 4, {1, 8, false}, 3);
  const WriteReport report = written_chip(chip_of(config, layer)).report;
  CHECK(report.cells == 400 * 150);
  const double share = static_cast<double>(report.at_level) / static_cast<double>(report.cells);
  CHECK(std::abs(share - 0.9) < 5 * std::sqrt(0.9 * 0.1 / static_cast<double>(report.cells)));
}

}  // namespace bitline::noise_test
