// SPDX-License-Identifier: Apache-2.0
// A chip without any non-ideality must return the integers of the reference, for everything a user can choose.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/run/helpers.h"
#include "workloads/dataset.h"
#include "workloads/interpret.h"
#include "workloads/onnx_import.h"

namespace bitline::exact_test {
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

const char* cells[] = {"{type: 2t2r}",
                       "{type: 2t2r, pair: two-sided}",
                       "{type: 1t1r-differential}",
                       "{type: 1t1r-differential, pair: two-sided}",
                       "{type: 1t1r-differential, subtract: analog}",
                       "{type: 1t1r-offset}"};

std::string with_slices(std::string cell, int slices) {
  cell.back() = ',';
  return cell + fmt::format(" slices: {}}}", slices);
}

void check_exact(const std::string& text, int rows, int columns, bool is_signed) {
  CAPTURE(text);
  const Config config = config_of(text);
  const CellLayout cell = layout(config.cell, config.quantization.weight_bits);
  const bool ternary = config.input.encoding == Encoding::ternary;
  const InputScale input{1, ternary ? (is_signed ? 2 : 1) : config.input.bits, is_signed};
  const workloads::IntegerWeights layer = random_layer(rows, columns, cell, config.quantization.weight_bits, input, 7);
  const std::size_t vectors = 9;
  const auto x = random_inputs(vectors, rows, input, 11);
  const Chip chip = chip_of(config, layer);
  const View view = view_of(chip);
  std::vector<double> y(vectors * static_cast<std::size_t>(columns));
  execute_layer(chip, view, 0, x, {vectors, 0, 0, 1}, y, nullptr);
  // Independent integers, without a call into the library.
  for (std::size_t v = 0; v < vectors; ++v)
    for (int c = 0; c < columns; ++c) {
      long long sum = 0;
      for (int r = 0; r < rows; ++r)
        sum += static_cast<long long>(x[v * static_cast<std::size_t>(rows) + static_cast<std::size_t>(r)]) *
               layer.panels[0].codes[static_cast<std::size_t>(r) * columns + c];
      REQUIRE(y[v * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)] == static_cast<double>(sum));
    }
}

}  // namespace

TEST_CASE("ideal products are the integers for every cell, slicing, encoding, topology and row count") {
  for (const char* cell : cells)
    for (int bits : {1, 2, 4, 8})
      for (int slices : {1, 2, 3, 7})
        for (const char* encoding : {"bit-serial", "twos-complement", "analog", "ternary"})
          for (const char* topology : {"voltage-rows", "gated-ladder"})
            for (const char* active : {"all", "5"})
              for (bool is_signed : {false, true}) {
                const bool analog = std::string(encoding) == "analog";
                if (analog && std::string(topology) != "voltage-rows") continue;
                const bool offset = std::string(cell).find("offset") != std::string::npos;
                const int stored_bits =
                    offset ? bits + (bits == 1) : std::max(1, bits - 1);  // offset cells hold 0 .. 2 x highest
                if (slices > stored_bits) continue;
                check_exact(fmt::format("{{cell: {}, quantization.weight_bits: {}, input: {{encoding: {}, bits: 5}}, "
                                        "array: {{topology: {}, active_rows: {}}}}}",
                                        with_slices(cell, slices), bits, encoding, topology, active),
                            70, 19, is_signed);
              }
}

TEST_CASE("ideal products stay exact at the widest sums") {
  // 8-bit weights in one device and 12-bit analog inputs over 1024 rows: far beyond what a float product carries.
  check_exact("{array: {rows: 1024, columns: 8}, quantization.weight_bits: 8, input: {encoding: analog, bits: 12}}",
              1024, 8, false);
  check_exact(
      "{array: {rows: 1024, columns: 8}, quantization.weight_bits: 8, input: {encoding: bit-serial, bits: 12}, cell: "
      "{type: 1t1r-differential}}",
      2048, 16, true);
}

TEST_CASE("g_min far from zero leaves ideal products exact") {
  for (const char* cell : cells)
    check_exact(fmt::format("{{cell: {}, device: {{g_min: 19.7 uS, g_max: 23.123 uS, write: exact}}}}", cell), 200, 40,
                false);
}

TEST_CASE("the ideal chip equals the integer reference on all 10,000 images") {
  if (!have_fashion_mnist()) {
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    return;
  }
  using workloads::Split;
  const workloads::Samples data = load_samples({}, Split::test, 0, 10000, run_options().data);
  const workloads::Samples calibration = load_samples({}, Split::train, 0, 64, run_options().data);
  const auto network =
      std::make_shared<const workloads::Graph>(workloads::read_onnx(source / "models/fashion-mlp.onnx"));
  struct Case {
    const char* text;
    int weight_bits, input_bits;
  };
  // Every cell, slice count, encoding and row count appears; the full cross product runs above on smaller matrices.
  const Case cases[] = {
      {"{cell: {type: 2t2r}}", 4, 8},
      {"{cell: {type: 2t2r, pair: two-sided, slices: 3}, array.active_rows: 144}", 4, 8},
      {"{cell: {type: 1t1r-differential, slices: 2}, input.encoding: twos-complement}", 4, 8},
      {"{cell: {type: 1t1r-differential, subtract: analog}, input: {encoding: analog, bits: 6}, array.active_rows: "
       "100}",
       4, 6},
      {"{cell: {type: 1t1r-offset, slices: 2}}", 4, 8},
      {"{cell: {type: 1t1r-offset}, input.encoding: analog}", 4, 8},
      {"{cell: {type: 2t2r, slices: 7}, quantization.weight_bits: 8}", 8, 8},
      {"{cell: {type: 2t2r}, input: {encoding: ternary}, array.active_rows: 9}", 4, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    Config config = config_of(c.text);
    config.array.rows = 576;
    config.array.columns = 128;
    const workloads::IntegerGraph quantized =
        quantize(network, {calibration.values, true, true}, [&](int, const std::string&) {
          return LayerQuantization{c.weight_bits, c.input_bits, WeightScale::per_tensor, 1.0};
        });
    std::vector<LayerConfig> settings;
    for (const auto& m : quantized.weights) settings.push_back(layer_config(config, m.name));
    const Chip chip = build_chip(config, quantized.weights, place(config, quantized.weights, settings));
    const View view = view_of(chip);
    constexpr std::size_t batch = 250;
    std::vector<std::size_t> wrong(data.count() / batch, 0);
    parallel_for(wrong.size(), [&](std::size_t b) {
      const auto images = data.of(b * batch, batch);
      const auto truth = interpret(quantized, images, b * batch, workloads::multiply_exactly);
      const auto ours =
          interpret(quantized, images, b * batch,
                    [&](const workloads::IntegerWeights& w, std::span<const std::int16_t> in,
                        const workloads::Vectors& vectors, std::span<double> out) {
                      execute_layer(chip, view, static_cast<std::size_t>(w.index), in, vectors, out, nullptr);
                    });
      for (std::size_t i = 0; i < truth.size(); ++i) wrong[b] += truth[i] != ours[i];
    });
    std::size_t total = 0;
    for (std::size_t w : wrong) total += w;
    CHECK(total == 0);
  }
}

}  // namespace bitline::exact_test
