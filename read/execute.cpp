// SPDX-License-Identifier: Apache-2.0
#include "read/execute.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "chip/solved_array.h"
#include "read/drive.h"

namespace bitline::read {

using chip::BlockView;
using chip::Chip;
using chip::LayerPlan;
using chip::SolvedArray;
using mapping::Block;
using mapping::RowGroup;

namespace {

// The currents of an array that is solved read by read, in place of the sums: [read][column] in codes.
void solve_reads(const Chip& chip, const LayerPlan& plan, const Block& block, const BlockView& cells,
                 const RowGroup& group, std::span<const std::int16_t* const> vectors, std::vector<double>& current,
                 SolvedArray::Workspace& workspace, Activity* activity) {
  const int planes = plan.planes.planes(), width = cells.codes.columns;
  std::vector<std::int16_t> x(static_cast<std::size_t>(chip.config.array.rows), 0);
  std::size_t at = 0;
  for (const std::int16_t* vector : vectors)
    for (int p = 0; p < planes; ++p) {
      for (int r = group.row; r < group.row + group.rows; ++r)
        x[static_cast<std::size_t>(block.array_row + r - block.row)] = static_cast<std::int16_t>(
            plane_value(plan.settings.input, plan.planes, plan.signed_inputs, plan.drives_both_signs, vector[r], p));
      const double power_S = cells.solved.array->read(cells.solved.block, x, workspace);
      if (activity) activity->supply_power += std::llround(power_S / plan.lattice.power_step_S);
      for (int c = 0; c < width; ++c)
        current[at++] = cells.solved.array->converted(workspace, cells.solved.block, c) / plan.lattice.code_S;
    }
}

constexpr std::size_t reads_per_chunk = 256;  // planes summed together: their sums stay in the second-level cache

}  // namespace

void execute_layer(const Chip& chip, const chip::View& view, std::size_t index, std::span<const std::int16_t> in,
                   const workloads::Vectors& vectors, std::span<double> out, Activity* activity,
                   const CurrentObserver* observer) {
  const LayerPlan& plan = chip.layers[index];
  if (plan.settings.digital) {
    workloads::multiply_exactly(plan.matrix, in, vectors, out);
    return;
  }
  if (activity) activity->count_drives(plan, in, vectors);
  std::fill(out.begin(), out.end(), 0.0);

  const array::CellLayout& cell = plan.cell;
  const auto& blocks = plan.blocks;
  const std::size_t rows = static_cast<std::size_t>(plan.matrix.rows),
                    outputs = static_cast<std::size_t>(plan.matrix.columns);
  const std::size_t planes = static_cast<std::size_t>(plan.planes.planes());
  const auto position_of = [&](std::size_t v) { return vectors.first_position + v % vectors.positions; };
  const int conversions = cell.conversions_per_weight();
  // Digital weight of each conversion of a weight: slice digits, and the sign of the negative column.
  std::vector<double> digit_weight;
  for (int k = 0; k < conversions; ++k)
    digit_weight.push_back(std::pow(cell.base, cell.split_columns ? k / 2 : k) *
                           (cell.split_columns && k % 2 ? -1 : 1));

  const periphery::AdcCommon* adc = common(plan.settings.adc);
  const bool read = observer == nullptr;
  const bool adc_noise = read && adc && adc->errors.noise_lsb > 0;
  const float noise_scale = static_cast<float>(std::sqrt(plan.lattice.variance_step));
  const auto purpose_layer = static_cast<std::uint16_t>(plan.matrix.index);

  GroupDrive drive;
  ColumnSums sums;
  SolvedArray::Workspace workspace;
  std::vector<double> values;
  std::vector<float> z, adc_z;
  std::vector<const std::int16_t*> chunk;
  for (std::size_t copy = 0; copy < static_cast<std::size_t>(plan.settings.duplicate); ++copy) {
    std::vector<std::size_t> mine;
    for (std::size_t v = 0; v < vectors.count; ++v)
      if (position_of(v) % static_cast<std::size_t>(plan.settings.duplicate) == copy) mine.push_back(v);
    const std::size_t step = std::max<std::size_t>(1, reads_per_chunk / planes);
    for (std::size_t begin = 0; begin < mine.size(); begin += step) {
      const std::size_t count = std::min(step, mine.size() - begin);
      chunk.clear();
      for (std::size_t i = 0; i < count; ++i) chunk.push_back(in.data() + mine[begin + i] * rows);
      drive.first_row = -1;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        const Block& block = blocks[b];
        if (static_cast<std::size_t>(block.copy) != copy) continue;
        const BlockView& cells = view.blocks[block.id];
        const bool noisy = read && !cells.variance.data.empty();
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
          if (cells.solved.array)
            solve_reads(chip, plan, block, cells, group, chunk, sums.current, workspace, activity);
          for (std::size_t i = 0; i < count; ++i) {
            const std::size_t vector = mine[begin + i];
            const auto image = static_cast<std::uint32_t>(vectors.first_sample + vector / vectors.positions);
            for (std::size_t p = 0; p < planes; ++p) {
              const std::size_t at = (i * planes + p) * static_cast<std::size_t>(width);
              const double* sum = sums.current.data() + at;
              if (observer) {
                for (int c = 0; c < width; ++c) (*observer)(b, sum[c] * plan.lattice.code_S);
              }
              const Counter counter{
                  Purpose::read_noise, purpose_layer,
                  static_cast<std::uint32_t>(group.id) << 20 | static_cast<std::uint32_t>(first_conversion / 4), image,
                  static_cast<std::uint32_t>(position_of(vector) * planes + p)};
              if (noisy) {
                view.random.normals(counter, z);
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
                        static_cast<double>(view.random.normal4(of_reference)[0] * noise_scale) *
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
                  view.random.normals(of_adc, adc_z);
                  noise = std::span<const float>(adc_z).subspan(static_cast<std::size_t>(skip));
                }
                const std::size_t clipped =
                    cells.converters.convert(cells.scale, first_converter_column, values, noise);
                if (activity) activity->clipped += clipped, activity->conversions += static_cast<std::size_t>(width);
              }
              for (std::size_t c = 0; c < cells.gain.size(); ++c) values[c] *= cells.gain[c];
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
  if (activity) {
    activity->residual = std::max(activity->residual, workspace.residual);
    activity->solved_directly += workspace.direct;
  }
  const double codes = plan.lattice.codes_per_step * chip.gain();
  for (double& y : out) y /= codes;
}

}  // namespace bitline::read
