// SPDX-License-Identifier: Apache-2.0
// Products of layers against the same worked out read by read and column by column.
#include "read/execute.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/run/helpers.h"

namespace bitline::execute_test {
using namespace arch;
using namespace array;
using namespace chip;
using namespace mapping;
using namespace periphery;
using namespace read;
using namespace test;

namespace {

// Whether noise, conversion and the sum over planes are of single precision.
bool in_single_precision(const Chip& chip, const View& view, std::size_t b, const RowGroup& group) {
  const LayerPlan& plan = chip.layers[0];
  return plan.lattice.variance_step > 0 && !plan.cell.offset && view.blocks[plan.blocks[b].id].converters.uniform() &&
         double(plan.planes.largest) * group.rows * largest_code < 1 << 24;
}

struct BlockCodes {
  explicit BlockCodes(const BlockView& block)
      : codes(codes_of(block)), variance(variances_of(block)), reference_variance(reference_variances_of(block)) {}
  CodeMatrix codes, variance, reference_variance;
};

// One read of one block's rows: sums, noise and what converters give of its columns, codes in single precision, else
// codes times lsb.
std::vector<double> read_plainly(const Chip& chip, const View& view, const BlockCodes& of, std::size_t b,
                                 const RowGroup& group, const std::int16_t* x, std::uint32_t image,
                                 std::uint32_t position, int plane) {
  const LayerPlan& plan = chip.layers[0];
  const Block& block = plan.blocks[b];
  const BlockView& cells = view.blocks[block.id];
  const CellLayout& cell = plan.cell;
  const int width = cells.columns, conversions = cell.conversions_per_weight();
  const float noise_scale = static_cast<float>(std::sqrt(plan.lattice.variance_step));
  const bool single = in_single_precision(chip, view, b, group);
  const AdcScale& scale = cells.scale;
  std::vector<double> values;
  const AdcCommon* adc = common(plan.settings.adc);
  std::vector<float> adc_noise;
  for (int c = 0; c < width; ++c) {
    double sum = 0, variance = 0, reference = 0;
    for (int r = group.row; r < group.row + group.rows; ++r) {
      const int v =
          plane_value(plan.settings.input, plan.planes, plan.signed_inputs, plan.drives_both_signs, x[r], plane);
      const auto at = static_cast<std::size_t>((r - block.row) * width + c);
      sum += v * of.codes.data[at];
      if (plan.lattice.variance_step > 0) variance += v * v * of.variance.data[at];
      if (!of.reference_variance.data.empty())
        reference +=
            v * v *
            of.reference_variance.data[static_cast<std::size_t>((r - block.row) * cell.slices + c % cell.slices)];
    }
    const int conversion = block.column * conversions + c;
    Counter name{Purpose::read_noise, 0,
                 static_cast<std::uint32_t>(group.id) << 20 | static_cast<std::uint32_t>(conversion / 4), image,
                 position * static_cast<std::uint32_t>(plan.planes.planes()) + static_cast<std::uint32_t>(plane)};
    const float noise = plan.lattice.variance_step > 0
                            ? view.random.normal4(name)[static_cast<std::size_t>(conversion % 4)] *
                                  (noise_scale * std::sqrt(static_cast<float>(variance)))
                            : 0;
    if (single) {
      const float code = (static_cast<float>(sum) + noise) * static_cast<float>(1 / scale.lsb);
      values.push_back(std::clamp(std::nearbyint(static_cast<double>(code)), static_cast<double>(scale.lowest),
                                  static_cast<double>(scale.highest)));
      continue;
    }
    sum += static_cast<double>(noise);
    name.purpose = Purpose::adc_noise;
    adc_noise.push_back(view.random.normal4(name)[static_cast<std::size_t>(conversion % 4)]);
    if (plan.lattice.variance_step > 0 && cell.offset) {
      name.purpose = Purpose::reference_noise;
      name.place =
          static_cast<std::uint32_t>(group.id) << 20 | static_cast<std::uint32_t>(block.column * conversions / 4);
      name.layer = static_cast<std::uint16_t>(c % cell.slices << 12);
      sum -= static_cast<double>(view.random.normal4(name)[0] * noise_scale) * std::sqrt(reference);
    }
    values.push_back(sum);
  }
  if (single) return values;
  const bool noise = adc && adc->errors.noise_lsb > 0;
  cells.converters.convert(cells.scale, block.array_column / cell.columns_per_weight * conversions, values,
                           noise ? std::span<const float>(adc_noise) : std::span<const float>());
  return values;
}

std::vector<double> execute_plainly(const Chip& chip, const View& view, std::span<const std::int16_t> in,
                                    const workloads::Vectors& vectors) {
  const LayerPlan& plan = chip.layers[0];
  const auto rows = static_cast<std::size_t>(plan.matrix.rows), columns = static_cast<std::size_t>(plan.matrix.columns);
  const int conversions = plan.cell.conversions_per_weight();
  std::vector<double> out(vectors.count * columns, 0);
  std::vector<BlockCodes> codes;
  for (const Block& block : plan.blocks) codes.emplace_back(view.blocks[block.id]);
  for (std::size_t v = 0; v < vectors.count; ++v) {
    const std::size_t position = vectors.first_position + v % vectors.positions,
                      sample = vectors.first_sample + v / vectors.positions;
    // Copies share positions, or take samples in turn.
    const std::size_t copies = static_cast<std::size_t>(plan.copies.placed),
                      copy = plan.matrix.positions == 1 ? sample % copies : position % copies;
    double* const y = out.data() + v * columns;
    for (std::size_t b = 0; b < plan.blocks.size(); ++b) {
      const Block& block = plan.blocks[b];
      if (copy != static_cast<std::size_t>(block.copy)) continue;
      const auto output = [&](std::size_t c) -> double& {
        return y[static_cast<std::size_t>(block.column) + c / static_cast<std::size_t>(conversions)];
      };
      const auto digit_weight = [&](std::size_t c) {
        return plan.digit_weight[c % static_cast<std::size_t>(conversions)];
      };
      const AdcScale& scale = view.blocks[block.id].scale;
      for (const RowGroup& group : block.groups) {
        const bool single = in_single_precision(chip, view, b, group);
        std::vector<double> code_sums;
        for (int p = 0; p < plan.planes.planes(); ++p) {
          const auto values = read_plainly(chip, view, codes[b], b, group, in.data() + v * rows,
                                           static_cast<std::uint32_t>(vectors.first_sample + v / vectors.positions),
                                           static_cast<std::uint32_t>(position), p);
          const double weight = plan.planes.weight[static_cast<std::size_t>(p)];
          code_sums.resize(values.size());
          for (std::size_t c = 0; c < values.size(); ++c)
            if (single)
              code_sums[c] += weight * values[c];
            else
              output(c) += weight * digit_weight(c) * values[c];
        }
        if (!single) continue;
        for (std::size_t c = 0; c < code_sums.size(); ++c) output(c) += scale.lsb * digit_weight(c) * code_sums[c];
      }
    }
  }
  for (double& y : out) y /= plan.lattice.codes_per_step;
  return out;
}

struct Case {
  const char* text;
  int rows, columns;
  workloads::InputScale input;
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
    {"{cell: {type: 2t2r}, mapping: {schedule: pipelined, duplicate: 3}, input: {encoding: bit-serial, bits: 8}",
     40,
     9,
     {1, 8, false},
     1},
};

}  // namespace

TEST_CASE("products are those of single reads, to the bit") {
  for (const Case& c : cases)
    for (const char* errors : {"", ", errors: {offset: 0.5, noise: 0.3}"}) {
      const std::string text = std::string(c.text) + ", arrays: 40" + noise + errors + "}}";
      CAPTURE(text);
      const Config config = config_of(text);
      workloads::IntegerWeights layer = random_layer(c.rows, c.columns, layout(config.cell, 4), 4, c.input, 3);
      layer.positions = c.positions;
      // Four samples, of which the last is cut off, from a position in the middle of each.
      const auto positions = static_cast<std::size_t>(c.positions);
      const workloads::Vectors vectors{4 * positions - positions / 2, 3, 2, positions};
      const auto x = random_inputs(vectors.count, c.rows, c.input, 8);
      Chip chip = chip_of(config, layer);
      Workspace workspace;
      for (const Isa isa : isas()) {
        CAPTURE(name_of(isa));
        chip.isa = isa;
        const View view = view_of(chip);
        std::vector<double> y(vectors.count * static_cast<std::size_t>(c.columns), 5);
        Activity activity, counted;
        execute_layer(chip, view, 0, x, vectors, workspace, y, &activity);
        CHECK(y == execute_plainly(chip, view, x, vectors));
        counted.count_drives(chip.layers[0], x, vectors);
        CHECK(activity.row_drive == counted.row_drive);
        CHECK(activity.row_on == counted.row_on);
      }
    }
}

TEST_CASE("a tap sees the sums of each read before noise and conversion") {
  const Config config = config_of(
      "{cell: {type: 2t2r}, array: {rows: 64, columns: 150}, input: {encoding: bit-serial, "
      "bits: 4}" +
      noise + "}}");
  const workloads::InputScale input{1, 4, false};
  const workloads::IntegerWeights layer = random_layer(60, 150, layout(config.cell, 4), 4, input, 3);
  const Chip chip = chip_of(config, layer);
  const View view = view_of(chip);
  const auto x = random_inputs(3, 60, input, 8);
  std::vector<double> y(3 * 150);
  std::size_t read = 0;
  const CodeMatrix codes = codes_of(view.blocks[0]);
  const Tap tap{.currents = [&](std::size_t block, std::size_t plane, std::span<const double> sums) {
    CHECK(block == 0);
    CHECK(plane == read % 4);
    REQUIRE(sums.size() == 150);
    for (std::size_t c = 0; c < sums.size(); c += 7) {
      std::int64_t sum = 0;
      for (std::size_t r = 0; r < 60; ++r)
        if (x[read / 4 * 60 + r] >> (read % 4) & 1) sum += codes.data[r * 150 + c];
      CHECK(sums[c] == static_cast<double>(sum) * chip.layers[0].lattice.code_S);
    }
    ++read;
  }};
  execute_layer(chip, view, 0, x, {3, 0, 0, 1}, y, nullptr, &tap);
  CHECK(read == 12);
}

}  // namespace bitline::execute_test
