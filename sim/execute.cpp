// SPDX-License-Identifier: Apache-2.0
#include "sim/execute.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace bitline {
namespace {

// A row drive decomposed into binary planes: value = sum of weight * plane. Signs and analog levels become several.
struct BinaryPart {
  double weight;
  PlaneBatch planes;
};

// The planes of `count` vectors over one row group.
struct GroupDrive {
  int first_row = -1, rows = 0;
  std::vector<BinaryPart> value;   // of x
  std::vector<BinaryPart> square;  // of x^2; for plain 0/1 planes the same, so `value` serves
  bool square_is_value = false;    // one part of weight 1
};

// Binary digits of a magnitude.
int bits_of(int largest) {
  int bits = 0;
  while (largest >> bits) ++bits;
  return bits;
}

// Bit p of four bytes as one nibble, lowest byte lowest.
inline std::uint8_t gather_bits(std::uint32_t four, int p) {
  return static_cast<std::uint8_t>((((four >> p) & 0x01010101u) * 0x10204080u) >> 28);
}

// Plain unsigned bit-serial planes: plane p is bit p of the code. The common case, four rows at a time.
void fill_bit_serial(std::span<const std::int16_t* const> vectors, int first_row, int rows, int planes,
                     PlaneBatch& out) {
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    const std::int16_t* x = vectors[v] + first_row;
    std::uint8_t* target = out.row(v * static_cast<std::size_t>(planes));
    const int stride = out.nibbles();
    for (int n = 0; n < stride; ++n) {
      std::uint32_t low = 0, high = 0;  // low and high bytes of four codes
      for (int k = 0; k < 4 && 4 * n + k < rows; ++k) {
        const auto code = static_cast<std::uint32_t>(x[4 * n + k]);
        low |= (code & 255u) << (8 * k);
        high |= (code >> 8 & 255u) << (8 * k);
      }
      for (int p = 0; p < planes; ++p) target[p * stride + n] = p < 8 ? gather_bits(low, p) : gather_bits(high, p - 8);
    }
  }
}

void build_drive(const LayerPlan& plan, std::span<const std::int16_t* const> vectors, int first_row, int rows,
                 GroupDrive& drive) {
  const Input& input = plan.settings().input;
  const int planes = plan.planes.planes();
  const std::size_t reads = vectors.size() * static_cast<std::size_t>(planes);
  drive.value.clear();
  drive.square.clear();
  if (input.encoding == Encoding::bit_serial && !plan.signed_inputs) {
    drive.value.push_back({1, PlaneBatch(reads, rows)});
    fill_bit_serial(vectors, first_row, rows, planes, drive.value[0].planes);
    drive.square_is_value = true;
    return;
  }
  const int bits = bits_of(plan.planes.largest);
  for (int sign : {1, -1}) {
    if (sign < 0 && !plan.planes.both_signs) continue;
    for (int b = 0; b < bits; ++b)
      drive.value.push_back({static_cast<double>(sign * (1 << b)), PlaneBatch(reads, rows)});
  }
  const int square_bits = bits_of(plan.planes.largest * plan.planes.largest);
  drive.square_is_value = plan.planes.largest == 1 && !plan.planes.both_signs;
  if (!drive.square_is_value)
    for (int b = 0; b < square_bits; ++b)
      drive.square.push_back({static_cast<double>(1 << b), PlaneBatch(reads, rows)});
  for (std::size_t v = 0; v < vectors.size(); ++v)
    for (int r = 0; r < rows; ++r) {
      const int code = vectors[v][first_row + r];
      if (code == 0) continue;
      for (int p = 0; p < planes; ++p) {
        const int x = plane_value(input, plan.planes, plan.signed_inputs, plan.drives_both_signs, code, p);
        const int magnitude = std::abs(x);
        const std::size_t read = v * static_cast<std::size_t>(planes) + static_cast<std::size_t>(p);
        for (int b = 0; b < bits; ++b)
          if (magnitude >> b & 1) drive.value[static_cast<std::size_t>((x < 0 ? bits : 0) + b)].planes.set(read, r);
        if (!drive.square_is_value)
          for (int b = 0; b < square_bits; ++b)
            if ((magnitude * magnitude) >> b & 1) drive.square[static_cast<std::size_t>(b)].planes.set(read, r);
      }
    }
}

// Sums of one block's columns over one row group, [read][column]; exact integers held as doubles.
struct ColumnSums {
  std::vector<double> current, variance, reference_variance;
  std::vector<std::int32_t> scratch, variance_scratch;

  // sum over parts of weight * plane_sums.
  void weighted(const CodeMatrix& codes, int first_row, const std::vector<BinaryPart>& parts,
                std::vector<double>& out) {
    const std::size_t n = parts[0].planes.vectors() * static_cast<std::size_t>(codes.columns);
    scratch.resize(n);
    out.assign(n, 0);
    for (const auto& part : parts) {
      plane_sums(codes, first_row, part.planes, scratch);
      for (std::size_t k = 0; k < n; ++k) out[k] += part.weight * scratch[k];
    }
  }

  void compute(const BlockState& cells, int first_row, const GroupDrive& drive, bool noisy) {
    const auto& square = drive.square_is_value ? drive.value : drive.square;
    if (noisy && !cells.reference_variance.data.empty())
      weighted(cells.reference_variance, first_row, square, reference_variance);
    if (noisy && drive.square_is_value) {  // plain 0/1 planes: one pass serves both
      const PlaneBatch& planes = drive.value[0].planes;
      const std::size_t n = planes.vectors() * static_cast<std::size_t>(cells.codes.columns);
      scratch.resize(n);
      variance_scratch.resize(n);
      plane_sums(cells.codes, cells.variance, first_row, planes, scratch, variance_scratch);
      current.assign(scratch.begin(), scratch.end());
      variance.assign(variance_scratch.begin(), variance_scratch.end());
      return;
    }
    weighted(cells.codes, first_row, drive.value, current);
    if (noisy) weighted(cells.variance, first_row, square, variance);
  }
};

constexpr std::size_t reads_per_chunk = 256;  // planes summed together: their sums stay in the second-level cache

}  // namespace

void execute_layer(const Chip& chip, const ChipState& state, std::size_t index, std::span<const std::int16_t> in,
                   std::size_t vectors, std::size_t first_image, std::span<double> out, Activity* activity,
                   const CurrentObserver* observer) {
  const LayerPlan& plan = chip.layers[index];
  if (plan.settings().digital) {
    QuantizedNetwork::exact_product(*plan.matrix, in, vectors, first_image, out);
    return;
  }
  const LayerState& layer = state.layers[index];
  if (activity) activity->count_drives(plan, in, vectors);
  std::fill(out.begin(), out.end(), 0.0);

  const CellLayout& cell = plan.cell();
  const auto& blocks = plan.mapped->blocks;
  const std::size_t rows = static_cast<std::size_t>(plan.matrix->rows),
                    outputs = static_cast<std::size_t>(plan.matrix->columns);
  const std::size_t positions = static_cast<std::size_t>(plan.matrix->positions),
                    planes = static_cast<std::size_t>(plan.planes.planes());
  const int conversions = cell.conversions_per_weight();
  // Digital weight of each conversion of a weight: slice digits, and the sign of the negative column.
  std::vector<double> digit_weight;
  for (int k = 0; k < conversions; ++k)
    digit_weight.push_back(std::pow(cell.base, cell.split_columns ? k / 2 : k) *
                           (cell.split_columns && k % 2 ? -1 : 1));

  const AdcCommon* adc = common(plan.settings().adc);
  const bool read = observer == nullptr;
  const bool adc_noise = read && adc && adc->errors.noise_lsb > 0;
  const bool noisy = read && layer.variance_step > 0;
  const float noise_scale = static_cast<float>(std::sqrt(layer.variance_step));
  const auto purpose_layer = static_cast<std::uint16_t>(plan.matrix->index);

  GroupDrive drive;
  ColumnSums sums;
  std::vector<double> values;
  std::vector<float> z, adc_z;
  std::vector<const std::int16_t*> chunk;
  for (std::size_t copy = 0; copy < static_cast<std::size_t>(plan.settings().duplicate); ++copy) {
    std::vector<std::size_t> mine;
    for (std::size_t v = 0; v < vectors; ++v)
      if (v % positions % static_cast<std::size_t>(plan.settings().duplicate) == copy) mine.push_back(v);
    const std::size_t step = std::max<std::size_t>(1, reads_per_chunk / planes);
    for (std::size_t begin = 0; begin < mine.size(); begin += step) {
      const std::size_t count = std::min(step, mine.size() - begin);
      chunk.clear();
      for (std::size_t i = 0; i < count; ++i) chunk.push_back(in.data() + mine[begin + i] * rows);
      drive.first_row = -1;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        const Block& block = blocks[b];
        if (static_cast<std::size_t>(block.copy) != copy) continue;
        const BlockState& cells = layer.blocks[b];
        const int width = cells.codes.columns;
        const int first_conversion = block.column * conversions;
        const int first_converter_column = block.array_column / cell.columns_per_weight * conversions;
        // Draws come in fours by column, so a block that starts inside a four skips its beginning.
        const int skip = first_conversion % 4;
        z.resize(static_cast<std::size_t>(width + skip));
        adc_z.resize(static_cast<std::size_t>(width + skip));
        values.resize(static_cast<std::size_t>(width));
        for (const RowGroup& group : block.groups) {
          if (drive.first_row != group.row || drive.rows != group.rows) {
            build_drive(plan, chunk, group.row, group.rows, drive);
            drive.first_row = group.row;
            drive.rows = group.rows;
          }
          const int row_in_block = group.row - block.row;
          sums.compute(cells, row_in_block, drive, noisy);
          for (std::size_t i = 0; i < count; ++i) {
            const std::size_t vector = mine[begin + i];
            const auto image = static_cast<std::uint32_t>(first_image + vector / positions);
            for (std::size_t p = 0; p < planes; ++p) {
              const std::size_t at = (i * planes + p) * static_cast<std::size_t>(width);
              const double* sum = sums.current.data() + at;
              if (observer) {
                for (int c = 0; c < width; ++c) (*observer)(b, sum[c] * layer.lattice_S);
              }
              const Counter counter{
                  Purpose::read_noise, purpose_layer,
                  static_cast<std::uint32_t>(group.id) << 20 | static_cast<std::uint32_t>(first_conversion / 4), image,
                  static_cast<std::uint32_t>(vector % positions * planes + p)};
              if (noisy) {
                state.random.normals(counter, z);
                const double* variance = sums.variance.data() + at;
                for (int c = 0; c < width; ++c)
                  values[static_cast<std::size_t>(c)] =
                      sum[c] + static_cast<double>(z[static_cast<std::size_t>(c + skip)] *
                                                   (noise_scale * std::sqrt(static_cast<float>(variance[c]))));
                if (cell.offset) {
                  // The reference column's noise is one draw per read and slice, common to every column.
                  Counter of_reference = counter;
                  of_reference.purpose = Purpose::reference_noise;
                  for (int s = 0; s < cell.slices; ++s) {
                    of_reference.layer = static_cast<std::uint16_t>(purpose_layer | s << 12);
                    const double common_noise =
                        static_cast<double>(state.random.normal4(of_reference)[0] * noise_scale) *
                        std::sqrt(sums.reference_variance[(i * planes + p) * static_cast<std::size_t>(cell.slices) +
                                                          static_cast<std::size_t>(s)]);
                    for (int c = s; c < width; c += cell.slices) values[static_cast<std::size_t>(c)] -= common_noise;
                  }
                }
              } else {
                std::copy(sum, sum + width, values.begin());
              }
              if (read) {
                std::span<const float> noise;
                if (adc_noise) {
                  Counter of_adc = counter;
                  of_adc.purpose = Purpose::adc_noise;
                  state.random.normals(of_adc, adc_z);
                  noise = std::span<const float>(adc_z).subspan(static_cast<std::size_t>(skip));
                }
                const std::size_t clipped =
                    cells.converters.convert(cells.scale, first_converter_column, values, noise);
                if (activity) activity->clipped += clipped, activity->conversions += static_cast<std::size_t>(width);
              }
              double* target = out.data() + vector * outputs + static_cast<std::size_t>(block.column);
              const double plane_weight = plan.planes.weight[p];
              if (conversions == 1)
                for (int c = 0; c < width; ++c) target[c] += plane_weight * values[static_cast<std::size_t>(c)];
              else
                for (int c = 0; c < width; ++c)
                  target[c / conversions] += plane_weight * digit_weight[static_cast<std::size_t>(c % conversions)] *
                                             values[static_cast<std::size_t>(c)];
            }
          }
        }
      }
    }
  }
  const double codes = layer.codes_per_step;
  for (double& y : out) y /= codes;
}

}  // namespace bitline
