// SPDX-License-Identifier: Apache-2.0
#include "cost/shape_counts.h"

#include <tbb/enumerable_thread_specific.h>

#include <functional>

#include "arch/lines.h"
#include "base/parallel.h"
#include "chip/row_conductance.h"
#include "workloads/windows.h"

namespace bitline::cost {

using arch::ShapeStatistics;
using chip::Chip;
using chip::LayerPlan;
using mapping::Block;
using read::Activity;
using read::Ledger;
using read::RowDrives;
using workloads::CodeProbabilities;
using workloads::CodeSampler;
using workloads::LayerShape;

namespace {

// --- weights --------------------------------------------------------------------------------------------------------

// The reference devices of one row of a block.
double reference_S(const array::CellLayout& cell, const device::Device& device) {
  double sum = 0;
  for (const int digit : cell.reference_digit) sum += targets(cell, device, digit).positive_S;
  return sum;
}

class WeightRows {
 public:
  WeightRows(const Chip& chip, const LayerPlan& plan, const LayerCodes& codes)
      : plan_(plan),
        codes_(codes),
        probabilities_(probabilities(chip.config.workload.weights, plan.matrix.weight_bits)),
        sampler_(probabilities_),
        random_(chip.config.seed, 0),
        g_S_(chip::sums_of_codes(plan.cell, chip.config.device, [](double g_S) { return g_S; })),
        expected_S_(probabilities_.mean(g_S_)),
        reference_S_(reference_S(plan.cell, chip.config.device)),
        drawn_(chip.config.workload.statistics == ShapeStatistics::drawn) {}

  // Conductance of the devices of each row of a block, its reference devices with them.
  std::vector<double> block_S(const Block& block) const {
    std::vector<double> rows(static_cast<std::size_t>(block.rows));
    const auto columns = static_cast<std::size_t>(block.columns), first = static_cast<std::size_t>(block.column);
    const std::size_t aligned = first / 4 * 4;  // four draws have one place
    std::vector<std::uint32_t> words(first - aligned + columns);
    std::vector<std::int16_t> drawn(words.size());
    for (int r = 0; r < block.rows; ++r) {
      const auto row = static_cast<std::size_t>(block.row + r);
      double sum = 0;
      if (!codes_.weights.empty()) {
        sum = sum_S({codes_.weights.data() + row * static_cast<std::size_t>(plan_.matrix.columns) + first, columns});
      } else if (drawn_) {
        random_.words({Purpose::shape_weights, static_cast<std::uint16_t>(plan_.matrix.index),
                       static_cast<std::uint32_t>(aligned / 4), 0, static_cast<std::uint32_t>(row)},
                      words);
        sampler_.draw(words, drawn);
        sum = sum_S(std::span<const std::int16_t>(drawn).subspan(first - aligned));
      } else {
        sum = static_cast<double>(columns) * expected_S_;
      }
      rows[static_cast<std::size_t>(r)] = sum + reference_S_;
    }
    return rows;
  }

 private:
  double sum_S(std::span<const std::int16_t> codes) const {
    const double* g_S = g_S_.data() + plan_.cell.highest;
    double sum = 0;
    for (const std::int16_t code : codes) sum += g_S[code];
    return sum;
  }

  const LayerPlan& plan_;
  const LayerCodes& codes_;
  CodeProbabilities probabilities_;
  CodeSampler sampler_;
  Random random_;
  std::vector<double> g_S_;
  double expected_S_, reference_S_;
  bool drawn_;
};

// By block, layer after layer: each row of its array, from the block's first on.
std::vector<std::vector<double>> block_rows_S(const Chip& chip, std::span<const LayerCodes> codes) {
  std::vector<WeightRows> weights;
  std::vector<std::pair<std::size_t, const Block*>> blocks;
  weights.reserve(chip.layers.size());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    weights.emplace_back(chip, chip.layers[l], codes[l]);
    for (const auto& block : chip.layers[l].blocks) blocks.emplace_back(l, &block);
  }
  std::vector<std::vector<double>> own_S(blocks.size()), all_S;
  parallel_for(blocks.size(), [&](std::size_t i) { own_S[i] = weights[blocks[i].first].block_S(*blocks[i].second); });
  const std::vector<double> total_S = row_conductances(
      chip, [&](std::size_t i, int row, double& sum_S) { sum_S += own_S[i][static_cast<std::size_t>(row)]; });
  for (const auto& [layer, block] : blocks) {
    const auto row =
        total_S.begin() + static_cast<std::ptrdiff_t>(block->array) * chip.config.array.rows + block->array_row;
    all_S.emplace_back(row, row + block->rows);
  }
  return all_S;
}

// --- inputs ---------------------------------------------------------------------------------------------------------

RowDrives per_image(const Activity& a, std::size_t images) {
  RowDrives d = row_drives(a);
  for (auto* of : {&d.drive, &d.on, &d.held, &d.held_on})
    for (auto& rows : *of)
      for (double& sum : rows) sum /= static_cast<double>(images);
  return d;
}

// Counts images one by one; `vectors_of(image, scratch)` gives the (positions, rows) inputs of one.
using VectorsOf = std::function<std::span<const std::int16_t>(std::size_t, std::vector<std::int16_t>&)>;
RowDrives counted(const LayerPlan& plan, std::size_t images, const VectorsOf& vectors_of) {
  struct Mine {
    Activity activity;
    std::vector<std::int16_t> scratch;
  };
  tbb::enumerable_thread_specific<Mine> all;
  parallel_for(images, [&](std::size_t image) {
    Mine& mine = all.local();
    mine.activity.count_drives(plan, vectors_of(image, mine.scratch),
                               {plan.matrix.positions, image, 0, plan.matrix.positions});
  });
  Activity sum;
  all.combine_each([&](const Mine& mine) { sum.add(mine.activity); });
  return per_image(sum, images);
}

RowDrives expected(const LayerPlan& plan, const LayerShape& shape, const CodeProbabilities& codes) {
  const read::DriveTable table = read::drive_table(plan);
  const auto mean = [&](const std::vector<std::uint32_t>& of_code) {
    return codes.mean(std::vector<double>(of_code.begin(), of_code.end()));
  };
  RowDrives d;
  const auto of_image = real_inputs(shape, plan.copies.of_image);
  const auto spread = [&](const std::vector<std::uint32_t>& of_code, std::vector<std::vector<double>>& rows) {
    if (of_code.empty()) return;
    const double of_one = mean(of_code);
    for (int copy = 0; copy < plan.copies.placed; ++copy) {
      std::vector<double>& of_copy = rows.emplace_back();
      for (int channel = 0; channel < shape.channels; ++channel)
        for (const double positions : of_image[static_cast<std::size_t>(copy % plan.copies.of_image)])
          of_copy.push_back(positions * of_one / plan.copies.groups());
    }
  };
  spread(table.drive, d.drive), spread(table.on, d.on);
  spread(table.held, d.held), spread(table.held_on, d.held_on);
  return d;
}

// Of one image.
RowDrives drives_of(const Chip& chip, const LayerPlan& plan, const LayerShape& shape, const LayerCodes& codes) {
  const arch::Workload& workload = chip.config.workload;
  const workloads::IntegerWeights& m = plan.matrix;
  const std::size_t per_image = static_cast<std::size_t>(m.positions) * static_cast<std::size_t>(m.rows);
  if (!codes.inputs.empty())
    return counted(plan, codes.inputs.size() / per_image, [&](std::size_t image, std::vector<std::int16_t>&) {
      return std::span(codes.inputs).subspan(image * per_image, per_image);
    });
  const CodeProbabilities statistics = probabilities(workload.activity, m.input);
  if (workload.statistics == ShapeStatistics::expected) return expected(plan, shape, statistics);
  // Whole images, so that patches share inputs and padding is 0, as in a run.
  const CodeSampler sampler(statistics);
  const Random random(chip.config.seed, 0);
  const auto inputs = static_cast<std::size_t>(m.inputs);
  return counted(
      plan, static_cast<std::size_t>(workload.images), [&](std::size_t image, std::vector<std::int16_t>& scratch) {
        std::vector<std::uint32_t> words(inputs);
        random.words(
            {Purpose::shape_inputs, static_cast<std::uint16_t>(m.index), 0, static_cast<std::uint32_t>(image), 0},
            words);
        std::vector<std::int16_t> drawn(inputs);
        sampler.draw(words, drawn);
        scratch.resize(per_image);
        workloads::patches(shape.window(), shape.input(), shape.output(), 0, shape.output().size(), drawn.data(),
                           scratch.data());
        return std::span<const std::int16_t>(scratch);
      });
}

}  // namespace

std::vector<Ledger> shape_ledgers(const Chip& chip, std::span<const LayerCodes> codes) {
  const auto rows_S = block_rows_S(chip, codes);
  std::vector<Ledger> ledgers(chip.layers.size());
  std::size_t number = 0;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    if (plan.settings.digital) continue;
    std::vector<read::BlockLoad> loads;
    for (std::size_t b = 0; b < plan.blocks.size(); ++b) loads.push_back({rows_S[number++]});
    ledgers[l] = drive_ledger(plan, drives_of(chip, plan, chip.config.workload.shapes[l], codes[l]), loads);
  }
  return ledgers;
}

}  // namespace bitline::cost
