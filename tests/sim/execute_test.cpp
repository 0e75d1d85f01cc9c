// SPDX-License-Identifier: Apache-2.0
// Products of layers against the same worked out read by read and column by column.
#include "sim/execute.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/sim/helpers.h"

using namespace bitline;
using namespace bitline::testing;

namespace {

// One read of one block's rows: sums, noise and codes of its columns.
std::vector<double> read_plainly(const Chip& chip, const ChipState& state, std::size_t b, const RowGroup& group,
                                 const std::int16_t* x, std::uint32_t image, std::uint32_t position, int plane) {
  const LayerPlan& plan = chip.layers[0];
  const LayerState& layer = state.layers[0];
  const BlockState& cells = layer.blocks[b];
  const Block& block = plan.mapped->blocks[b];
  const CellLayout& cell = plan.cell();
  const int width = cells.codes.columns, conversions = cell.conversions_per_weight();
  const float noise_scale = static_cast<float>(std::sqrt(layer.variance_step));
  std::vector<double> values;
  const AdcCommon* adc = common(plan.settings().adc);
  std::vector<float> adc_noise;
  for (int c = 0; c < width; ++c) {
    double sum = 0, variance = 0, reference = 0;
    for (int r = group.row; r < group.row + group.rows; ++r) {
      const int v =
          plane_value(plan.settings().input, plan.planes, plan.signed_inputs, plan.drives_both_signs, x[r], plane);
      const auto at = static_cast<std::size_t>((r - block.row) * width + c);
      sum += v * cells.codes.data[at];
      if (layer.variance_step > 0) variance += v * v * cells.variance.data[at];
      if (!cells.reference_variance.data.empty())
        reference +=
            v * v *
            cells.reference_variance.data[static_cast<std::size_t>((r - block.row) * cell.slices + c % cell.slices)];
    }
    const int conversion = block.column * conversions + c;
    Counter name{Purpose::read_noise, 0,
                 static_cast<std::uint32_t>(group.id) << 20 | static_cast<std::uint32_t>(conversion / 4), image,
                 position * static_cast<std::uint32_t>(plan.planes.planes()) + static_cast<std::uint32_t>(plane)};
    if (layer.variance_step > 0)
      sum += static_cast<double>(state.random.normal4(name)[static_cast<std::size_t>(conversion % 4)] *
                                 (noise_scale * std::sqrt(static_cast<float>(variance))));
    name.purpose = Purpose::adc_noise;
    adc_noise.push_back(state.random.normal4(name)[static_cast<std::size_t>(conversion % 4)]);
    if (layer.variance_step > 0 && cell.offset) {
      name.purpose = Purpose::reference_noise;
      name.place =
          static_cast<std::uint32_t>(group.id) << 20 | static_cast<std::uint32_t>(block.column * conversions / 4);
      name.layer = static_cast<std::uint16_t>(c % cell.slices << 12);
      sum -= static_cast<double>(state.random.normal4(name)[0] * noise_scale) * std::sqrt(reference);
    }
    values.push_back(sum);
  }
  const bool noise = adc && adc->errors.noise_lsb > 0;
  cells.converters.convert(cells.scale, block.array_column / cell.columns_per_weight * conversions, values,
                           noise ? std::span<const float>(adc_noise) : std::span<const float>());
  return values;
}

// (images, count, positions, columns).
std::vector<double> execute_plainly(const Chip& chip, const ChipState& state, std::span<const std::int16_t> in,
                                    std::size_t vectors, Reads reads) {
  const LayerPlan& plan = chip.layers[0];
  const auto rows = static_cast<std::size_t>(plan.matrix->rows),
             columns = static_cast<std::size_t>(plan.matrix->columns);
  const auto positions = static_cast<std::size_t>(plan.matrix->positions);
  const int conversions = plan.cell().conversions_per_weight();
  std::vector<double> out(vectors * reads.count * columns, 0);
  for (std::size_t v = 0; v < vectors; ++v)
    for (std::size_t k = 0; k < reads.count; ++k) {
      const std::size_t read = v / positions * reads.count + k, position = v % positions;
      double* const y = out.data() + (read * positions + position) * columns;
      for (std::size_t b = 0; b < plan.mapped->blocks.size(); ++b) {
        const Block& block = plan.mapped->blocks[b];
        if (position % static_cast<std::size_t>(plan.settings().duplicate) != static_cast<std::size_t>(block.copy))
          continue;
        for (const RowGroup& group : block.groups)
          for (int p = 0; p < plan.planes.planes(); ++p) {
            const auto values =
                read_plainly(chip, state, b, group, in.data() + v * rows,
                             static_cast<std::uint32_t>(reads.first + read), static_cast<std::uint32_t>(position), p);
            for (std::size_t c = 0; c < values.size(); ++c) {
              const int digit = static_cast<int>(c) % conversions;
              y[static_cast<std::size_t>(block.column) + c / static_cast<std::size_t>(conversions)] +=
                  plan.planes.weight[static_cast<std::size_t>(p)] * plan.digit_weight[static_cast<std::size_t>(digit)] *
                  values[c];
            }
          }
      }
    }
  for (double& y : out) y /= state.layers[0].codes_per_step;
  return out;
}

struct Case {
  const char* text;
  int rows, columns;
  InputScale input;
  int positions = 1;
};
const std::string noise =
    ", device: {g_min: 2 uS, g_max: 20 uS, write: {type: gaussian, sigma: [0.5 uS]}, read_noise: "
    "{relative: 4 %, sigma: 0.1 uS}}, adc: {type: sar, bits: 6, range: {type: fixed, current: 20 uA}";
const Case cases[] = {
    {"{cell: {type: 2t2r}, input: {encoding: bit-serial, bits: 8}", 150, 50, {1, 8, false}},
    {"{cell: {type: 2t2r}, array: {rows: 64, columns: 150}, input: {encoding: bit-serial, bits: 5}",
     60,
     150,
     {1, 5, false}},
    {"{cell: {type: 2t2r}, array.active_rows: 9, input: {encoding: bit-serial, bits: 4}", 40, 7, {1, 4, true}, 5},
    {"{cell: {type: 2t2r}, input: {encoding: twos-complement, bits: 8}", 70, 20, {1, 8, true}},
    {"{cell: {type: 2t2r}, input: {encoding: analog, bits: 8}", 33, 18, {1, 8, true}},
    {"{cell: {type: 2t2r}, input: {encoding: analog, bits: 3}", 33, 18, {1, 3, false}},
    {"{cell: {type: 2t2r}, input: {encoding: ternary}", 33, 18, {1, 2, true}},
    {"{cell: {type: 1t1r-differential, slices: 2}, array: {rows: 64, columns: 160}, input: {encoding: bit-serial, "
     "bits: 3}",
     64,
     40,
     {1, 3, false}},
    {"{cell: {type: 1t1r-offset, slices: 3}, array: {rows: 64, columns: 250}, input: {encoding: bit-serial, bits: 3}",
     50,
     60,
     {1, 3, false}},
    {"{cell: {type: 1t1r-offset}, array.topology: gated-rows, input: {encoding: bit-serial, bits: 4}",
     50,
     20,
     {1, 4, true}},
    {"{cell: {type: 2t2r}, layers.layer.duplicate: 2, input: {encoding: bit-serial, bits: 8}", 40, 9, {1, 8, false}, 6},
};

}  // namespace

TEST_CASE("products are those of single reads, to the bit") {
  for (const Case& c : cases)
    for (const char* errors : {"", ", errors: {offset: 0.5, noise: 0.3}"}) {
      const std::string text = std::string(c.text) + ", arrays: 40" + noise + errors + "}}";
      CAPTURE(text);
      const Config config = config_of(text);
      MatrixLayer layer = random_layer(c.rows, c.columns, layout(config.cell, 4), 4, c.input, 3);
      layer.positions = c.positions;
      const auto vectors = static_cast<std::size_t>(c.positions) * 4;
      const auto x = random_inputs(vectors, c.rows, c.input, 8);
      Chip chip = chip_of(config, layer);
      Workspace workspace;
      for (const Isa isa : isas())
        for (const Reads reads : {Reads{3, 1}, Reads{3, 3}}) {
          CAPTURE(name_of(isa));
          CAPTURE(reads.count);
          chip.isa = isa;
          const ChipState state = state_of(chip);
          std::vector<double> y(vectors * reads.count * static_cast<std::size_t>(c.columns), 5);
          execute_layer(chip, state, 0, x, vectors, reads, workspace, y);
          CHECK(y == execute_plainly(chip, state, x, vectors, reads));
        }
    }
}

TEST_CASE("many reads of an image count as so many images, and have their noise") {
  const Config config =
      config_of("{cell: {type: 2t2r}, arrays: 4, input: {encoding: bit-serial, bits: 4}" + noise + "}}");
  const InputScale input{1, 4, false};
  MatrixLayer layer = random_layer(100, 30, layout(config.cell, 4), 4, input, 3);
  layer.positions = 3;
  const Chip chip = chip_of(config, layer);
  const ChipState state = state_of(chip);
  const auto x = random_inputs(6, 100, input, 8);  // two images
  std::vector<std::int16_t> repeated;
  for (std::size_t image = 0; image < 2; ++image)
    for (int k = 0; k < 5; ++k) repeated.insert(repeated.end(), x.begin() + image * 300, x.begin() + (image + 1) * 300);
  std::vector<double> y(6 * 5 * 30), same(y.size());
  Activity once, apart;
  execute_layer(chip, state, 0, x, 6, {11, 5}, y, &once);
  execute_layer(chip, state, 0, repeated, 30, {11}, same, &apart);
  CHECK(y == same);
  CHECK(once.row_drive == apart.row_drive);
  CHECK(once.row_on == apart.row_on);
  CHECK(once.conversions == apart.conversions);
  CHECK(once.clipped == apart.clipped);
  Activity counted;
  counted.count_drives(chip.layers[0], repeated, 30);
  CHECK(counted.row_drive == apart.row_drive);
}

TEST_CASE("a tap sees the sums of each read before noise and conversion") {
  const Config config = config_of(
      "{cell: {type: 2t2r}, array: {rows: 64, columns: 150}, input: {encoding: bit-serial, "
      "bits: 4}" +
      noise + "}}");
  const InputScale input{1, 4, false};
  const MatrixLayer layer = random_layer(60, 150, layout(config.cell, 4), 4, input, 3);
  const Chip chip = chip_of(config, layer);
  const ChipState state = state_of(chip);
  const auto x = random_inputs(3, 60, input, 8);
  std::vector<double> y(3 * 150);
  std::size_t read = 0;
  const CodeMatrix& codes = state.layers[0].blocks[0].codes;
  const Tap tap = [&](std::size_t block, std::span<const double> sums) {
    CHECK(block == 0);
    REQUIRE(sums.size() == 150);
    for (std::size_t c = 0; c < sums.size(); c += 7) {
      std::int64_t sum = 0;
      for (std::size_t r = 0; r < 60; ++r)
        if (x[read / 4 * 60 + r] >> (read % 4) & 1) sum += codes.data[r * 150 + c];
      CHECK(sums[c] == static_cast<double>(sum) * state.layers[0].lattice_S);
    }
    ++read;
  };
  execute_layer(chip, state, 0, x, 3, {0}, y, nullptr, &tap);
  CHECK(read == 12);
}
