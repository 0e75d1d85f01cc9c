// SPDX-License-Identifier: Apache-2.0
// What chips make of drift: factors that make up for it, and refreshes that start it anew.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "base/npy.h"
#include "tests/run/helpers.h"

namespace bitline::ageing_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace read;
using namespace run;
using namespace bitline::test;

namespace {

constexpr const char* kinds[] = {"global", "column", "reference"};
const InputScale bytes{1, 8, false};

// A layer of 100 x 16 weights in two blocks of 50 rows, all inputs one read.
struct Aged {
  Config config;
  workloads::IntegerWeights layer;
  Chip chip;
  State state;
  View view;
  explicit Aged(const std::string& text, int every_weight = 0)
      : config(config_of(fmt::format(
            "{{arrays: 2, array: {{rows: 50, columns: 96}}, input: {{encoding: analog, bits: 8}}, {}}}", text))),
        layer(random_layer(100, 16, layout(config.cell, 4), 4, bytes, 3)),
        chip(chip_of(config, with(every_weight))),
        state(written_chip(chip).state),
        view(view_of(chip, state)) {}
  const std::vector<BlockView>& blocks() const { return view.blocks; }

  // Deviation of products from exact ones, over the largest product there can be: rms and worst.
  struct Error {
    double rms = 0, worst = 0;
  };
  Error error() const {
    const std::size_t vectors = 40;
    const auto x = random_inputs(vectors, layer.rows, bytes, 5);
    std::vector<double> y(vectors * 16), exact(y.size());
    execute_layer(chip, view, 0, x, {vectors, 0, 0, 1}, y, nullptr);
    workloads::multiply_exactly(layer, x, {vectors, 0, 0, 1}, exact);
    Error e;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double off = std::abs(y[i] - exact[i]) / (100.0 * 7 * 255);
      e.worst = std::max(e.worst, off), e.rms += off * off / static_cast<double>(y.size());
    }
    e.rms = std::sqrt(e.rms);
    return e;
  }

 private:
  const workloads::IntegerWeights& with(int every_weight) {
    if (every_weight != 0)
      layer.panels[0].codes.assign(layer.panels[0].codes.size(), static_cast<std::int16_t>(every_weight));
    return layer;
  }
};

std::string compensated(const std::string& how, const std::string& rest) { return "compensate: " + how + ", " + rest; }

// Whole phase-change memory, as shipped.
double fashion_accuracy(const std::string& how) {
  const auto loaded = load(source / "configs/fashion-mlp.yaml",
                           {{"device", "pcm"},
                            {"instances", "1"},
                            {"workload.images", "500"},
                            {"workload.calibration_images", "64"},
                            {"age", "1 year"},
                            {"compensate", how}},
                           {{source / "configs"}});
  return run::run(loaded, run_options()).quality.value;
}

}  // namespace

TEST_CASE("drift that is the same for all devices is undone by every kind of compensation") {
  // (1 + 1 day / 20 s)^-0.06: results fall to 0.605 of what they were.
  const double factor = std::pow(1 + 86400.0 / 20, -0.06);
  const std::string drift = "age: 1 day, device.drift: {type: power-law, t0: 20 s, nu_mean: 0.06}, cell: ";
  for (const char* cell : {"{type: 2t2r}", "{type: 1t1r-differential}", "{type: 1t1r-differential, subtract: analog}",
                           "{type: 1t1r-offset}", "{type: 2t2r, slices: 3}"}) {
    CAPTURE(cell);
    const Aged none(compensated("none", drift + cell));
    CHECK(none.blocks().size() == 2);
    for (const BlockView& block : none.blocks()) CHECK(block.gain.empty());
    CHECK(none.error().rms > 0.01);
    for (const char* how : kinds) {
      CAPTURE(how);
      const Aged a(compensated(how, drift + cell));
      for (const BlockView& block : a.blocks()) {
        CHECK(block.gain.size() == static_cast<std::size_t>(block.columns));
        for (const double gain : block.gain) CHECK(gain == doctest::Approx(1 / factor).epsilon(1e-12));
      }
      CHECK(a.error().worst < 1e-4);  // the rounding to the lattice
    }
  }
}

TEST_CASE("right after writing there is nothing to compensate, and nothing changes") {
  const std::string drift =
      "device: {drift: {type: power-law, nu_mean: 0.06, nu_sigma: 0.02}, write: {type: gaussian, "
      "sigma: [0.5 uS]}}";
  const Aged none(compensated("none", drift));
  for (const char* how : kinds) {
    CAPTURE(how);
    const Aged a(compensated(how, drift));
    for (std::size_t b = 0; b < 2; ++b) {
      CHECK(codes_of(a.blocks()[b]).data == codes_of(none.blocks()[b]).data);
      for (const double gain : a.blocks()[b].gain) CHECK(gain == 1);
    }
    CHECK(a.error().rms == none.error().rms);
  }
}

TEST_CASE("with an exponent per device, factors are what drift leaves on average") {
  // Every weight is one device at g_max and one at 0. A device keeps f = e^(-nu L), L = ln(1 + t / t0), lognormal with
  // the relative deviation d = sqrt(e^(sL)^2 - 1). Known inputs weigh a device by how many of 32 drive it: one part in
  // 32 more variance. 5 standard errors of 1 / gain in about 60 checks: false alarm below 1e-4, once for this seed.
  const double log_time = std::log1p(86400.0 / 20), s = 0.01 * log_time;
  const double mean = std::exp(-0.06 * log_time + s * s / 2), d = std::sqrt(std::expm1(s * s));
  const std::string text =
      "age: 1 day, device: {g_min: 0 uS, drift: {type: power-law, t0: 20 s, nu_mean: 0.06, nu_sigma: 0.01}}";
  const auto as_expected = [&](double gain, double devices) {
    return std::abs(1 / (gain * mean) - 1) < 5 * d * std::sqrt((1 + 1.0 / 32) / devices);
  };
  const Aged global(compensated("global", text), 7), reference(compensated("reference", text), 7);
  for (const BlockView& block : global.blocks())
    for (const double gain : block.gain) {
      CHECK(gain == global.blocks()[0].gain[0]);
      CHECK(as_expected(gain, 1600));
    }
  for (const BlockView& block : reference.blocks())
    for (const double gain : block.gain) {
      CHECK(gain == block.gain[0]);
      CHECK(as_expected(gain, block.rows));
    }
  CHECK(reference.blocks()[0].gain[0] != reference.blocks()[1].gain[0]);

  const auto folder = std::filesystem::temp_directory_path() / "bitline-ageing-test";
  std::filesystem::create_directories(folder);
  const Aged column(compensated("column", text), 7);
  keep_conductances(column.chip, column.state, folder);
  for (std::size_t b = 0; b < 2; ++b) {
    const BlockView& block = column.blocks()[b];
    const Block& at = column.chip.layers[0].blocks[b];
    const NpyArray aged = read_npy(folder / fmt::format("{}_aged.npy", at.array));
    double squares = 0;
    for (int c = 0; c < block.columns; ++c) {
      const double gain = block.gain[static_cast<std::size_t>(c)];
      CHECK(as_expected(gain, block.rows));
      // Its own devices' mean, up to how unevenly known inputs drive them.
      double kept = 0;
      for (int r = 0; r < at.rows; ++r)
        kept += aged.data[static_cast<std::size_t>(((at.array_row + r) * 96 + at.array_column + c) * 2)] / 20e-6;
      squares += std::pow(gain * kept / at.rows - 1, 2);
    }
    // A sum of 16 squares, 5 standard errors: a factor of other columns is off by 5.7 times as much.
    CHECK(squares < d * d / 32 / at.rows * (16 + 5 * std::sqrt(2.0 * 16)));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("columns that deliver nothing keep their results") {
  for (const char* how : {"global", "column"}) {
    const Aged dead(compensated(how, "age: 1 day, device: {drift: {type: power-law}, faults: {dead_column: 100 %}}"));
    for (const BlockView& block : dead.blocks())
      for (const double gain : block.gain) CHECK(gain == 1);
  }
}

TEST_CASE("phase-change memory of a year: compensation takes most of the error and gives accuracy back") {
  // One fixed draw of a chip, so no false alarm. Drift leaves 0.3 of the signal; what differs from device to device
  // stays.
  const std::string pcm =
      "age: 1 year, device: {g_min: 0 uS, g_max: 25 uS, write: {type: gaussian, sigma: [0.26348 uS, 1.965 uS, -1.1731 "
      "uS]}, drift: {type: power-law-by-state}, slow_noise: {type: flicker}}";
  const double without = Aged(compensated("none", pcm)).error().rms;
  for (const char* how : kinds) {
    CAPTURE(how);
    CHECK(Aged(compensated(how, pcm)).error().rms < without / 2);
  }
  if (!have_fashion_mnist()) {
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    return;
  }
  const double accuracy = fashion_accuracy("none");
  for (const char* how : kinds) {
    CAPTURE(how);
    CHECK(fashion_accuracy(how) > accuracy + 0.02);
  }
}

TEST_CASE("a refresh makes devices young again: age counts from the last one") {
  // Offset cells have reference devices as well, and `reference` some more.
  const std::string device =
      "compensate: reference, cell: {type: 1t1r-offset}, device: {write: {type: gaussian, sigma: [0.5 uS]}, "
      "relaxation: "
      "{type: log-time, t0: 1 s, sigma: [0.3 uS]}, drift: {type: power-law, nu_mean: 0.05, nu_sigma: 0.02}}, ";
  const auto same = [](const Aged& a, const Aged& b) {
    bool equal = true;
    for (std::size_t i = 0; i < 2; ++i)
      equal = equal && codes_of(a.blocks()[i]).data == codes_of(b.blocks()[i]).data &&
              a.blocks()[i].gain == b.blocks()[i].gain;
    return equal;
  };
  const Aged hour(device + "age: 1 h"), fresh(device + "age: 0 s"), day(device + "age: 25 h");
  CHECK(!same(hour, day));
  CHECK(!same(hour, fresh));
  CHECK(same(Aged(device + "age: 25 h, programming.refresh: 12 h"), hour));
  CHECK(same(Aged(device + "age: 25 h, programming.refresh: 26 h"), day));    // not yet
  CHECK(same(Aged(device + "age: 24 h, programming.refresh: 12 h"), fresh));  // just now
}

}  // namespace bitline::ageing_test
