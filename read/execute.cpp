// SPDX-License-Identifier: Apache-2.0
#include "read/execute.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "read/conversion.h"
#include "read/workspace.h"

namespace bitline::read {

using array::StripeSums;
using chip::BlockView;
using chip::Chip;
using chip::LayerPlan;
using chip::View;
using mapping::Block;
using mapping::RowGroup;

namespace {

constexpr std::size_t reads_together = 256;  // whose sums are formed together: planes and sums stay in the caches
constexpr int columns_together = 128;        // of a block, for the same reason; whole stripes and whole draws

// Reads of narrow and short layers fill the caches less: more of them share what a call costs.
std::size_t reads_at_once(const LayerPlan& plan) {
  constexpr int most_rows = 512, most = 8;
  int width = 1, rows = 1;
  for (const Block& block : plan.blocks) {
    width = std::max(width, block.columns * plan.cell.conversions_per_weight());
    for (const RowGroup& group : block.groups) rows = std::max(rows, group.rows);
  }
  const int more = std::min({columns_together / width, most_rows / rows, most});
  return reads_together * static_cast<std::size_t>(std::max(1, more));
}

}  // namespace

Workspace::Workspace() : memory_(std::make_unique<Memory>()) {}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;

namespace {

class Product {
 public:
  Product(const Chip& chip, const View& view, std::size_t layer, std::span<const std::int16_t> in,
          const workloads::Vectors& vectors, Workspace::Memory& memory, std::span<double> out, Activity* activity,
          const Tap* tap)
      : chip_(chip),
        view_(view),
        plan_(chip.layers[layer]),
        in_(in),
        vectors_(vectors),
        m_(memory),
        out_(out),
        activity_(activity),
        tap_(tap),
        rows_(static_cast<std::size_t>(plan_.matrix.rows)),
        planes_(static_cast<std::size_t>(plan_.planes.planes())),
        digits_(plan_.digit_weight.size()),
        conversion_(chip, view, plan_, memory, out, activity, tap) {}

  void run() {
    std::fill(out_.begin(), out_.end(), 0.0);
    m_.solved.residual = 0, m_.solved.direct = 0;
    for (int copy = 0; copy < plan_.copies.placed; ++copy) {
      m_.numbers.clear();
      for (std::size_t v = 0; v < vectors_.count; ++v)
        if (plan_.copies.copy_of(sample_of(v), position_of(v)) == copy) m_.numbers.push_back(v);
      const std::span<const std::size_t> all(m_.numbers);
      const std::size_t step = std::max<std::size_t>(1, reads_at_once(plan_) / planes_);
      for (std::size_t begin = 0; begin < all.size(); begin += step)
        read(static_cast<std::size_t>(copy), all.subspan(begin, std::min(step, all.size() - begin)));
    }
    if (activity_) {
      activity_->residual = std::max(activity_->residual, m_.solved.residual);
      activity_->solved_directly += m_.solved.direct;
    }
    const double codes = plan_.lattice.codes_per_step * chip_.gain();
    for (double& y : out_) y /= codes;
  }

 private:
  std::size_t sample_of(std::size_t v) const { return vectors_.first_sample + v / vectors_.positions; }
  std::size_t position_of(std::size_t v) const { return vectors_.first_position + v % vectors_.positions; }
  const BlockView& cells_of(std::size_t b) const { return view_.blocks[plan_.blocks[b].id]; }

  // All blocks of a copy with some vectors, row after row, so that outputs are added up in that order.
  void read(std::size_t copy, std::span<const std::size_t> numbers) {
    conversion_.begin(numbers);
    m_.vectors.resize(numbers.size());
    m_.image.resize(numbers.size() * planes_), m_.step.resize(numbers.size() * planes_);
    m_.vector_image.resize(numbers.size()), m_.vector_step.resize(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::size_t v = numbers[i];
      m_.vectors[i] = in_.data() + v * rows_;
      m_.vector_image[i] = static_cast<std::uint32_t>(sample_of(v));
      m_.vector_step[i] = static_cast<std::uint32_t>(position_of(v) * planes_);
      for (std::size_t p = 0; p < planes_; ++p) {
        m_.image[i * planes_ + p] = static_cast<std::uint32_t>(sample_of(v));
        m_.step[i * planes_ + p] = static_cast<std::uint32_t>(position_of(v) * planes_ + p);
      }
    }
    int counted = 0;  // rows
    for (const chip::DrivenRows& driven : plan_.driven) {
      if (static_cast<std::size_t>(driven.copy) != copy) continue;
      drive(copy, driven.rows, counted);
      for (const auto& [block, group] : driven.blocks) read_block(block, group);
    }
  }

  // 1. The planes of a row group, and how often rows are driven that were not counted yet.
  void drive(std::size_t copy, const RowGroup& rows, int& counted) {
    const auto build = [&](const DriveCounts* counts) {
      build_drive(plan_, chip_.isa, m_.vectors, rows, m_.drive_scratch, m_.drive, counts);
    };
    const int end = rows.row + rows.rows;
    if (!activity_ || end <= counted) return build(nullptr);
    const RowGroup rest{std::max(rows.row, counted), end - std::max(rows.row, counted), rows.id};
    const DriveCounts counts = activity_->counts(copy, rest);
    counted = end;
    if (rest.rows == rows.rows) return build(&counts);
    build(nullptr);
    count_drive(plan_, chip_.isa, m_.vectors, rest, m_.drive_scratch, counts);
  }

  // 2. The sums of a block's columns over one of its row groups.
  void read_block(std::size_t b, std::size_t g) {
    const BlockView& cells = cells_of(b);
    const int width = cells.columns, unit = StripeSums::columns * static_cast<int>(digits_);
    const bool whole = (tap_ && tap_->currents) || cells.solved.array;
    const int together = whole ? width : unit * std::max(1, columns_together / unit);
    for (int first = 0; first < width; first += together) {
      const int columns = std::min(together, width - first);
      const int stripes = (columns + StripeSums::columns - 1) / StripeSums::columns;
      m_.sums.compute(cells.packed[g], m_.drive, first / StripeSums::columns, stripes, conversion_.noisy(cells),
                      !cells.solved.array);
      if (cells.solved.array) solve_reads(b, g, m_.sums.take_currents(stripes, m_.image.size()));
      conversion_.convert(b, g, static_cast<std::size_t>(first), static_cast<std::size_t>(columns));
    }
  }

  // The currents of an array that is solved read by read, in codes.
  void solve_reads(std::size_t b, std::size_t g, std::vector<double>& currents) {
    const Block& block = plan_.blocks[b];
    const BlockView& cells = cells_of(b);
    const RowGroup& group = block.groups[g];
    std::vector<std::int16_t>& x = m_.solved_input;
    x.assign(static_cast<std::size_t>(chip_.config.array.rows), 0);
    for (std::size_t read = 0; read < m_.image.size(); ++read) {
      const std::int16_t* const vector = m_.vectors[read / planes_];
      for (int r = group.row; r < group.row + group.rows; ++r)
        x[static_cast<std::size_t>(block.array_row + r - block.row)] = static_cast<std::int16_t>(
            plane_value(plan_.settings.input, plan_.planes, plan_.signed_inputs, plan_.drives_both_signs, vector[r],
                        static_cast<int>(read % planes_)));
      const double power_S = plan_.planes.duration(static_cast<int>(read % planes_)) *
                             cells.solved.array->read(cells.solved.block, x, m_.solved);
      if (activity_) activity_->supply_power += std::llround(power_S / plan_.lattice.power_step_S);
      for (int c = 0; c < cells.columns; ++c) {
        const auto stripe = static_cast<std::size_t>(c / StripeSums::columns);
        currents[(stripe * m_.image.size() + read) * StripeSums::columns +
                 static_cast<std::size_t>(c % StripeSums::columns)] =
            cells.solved.array->converted(m_.solved, cells.solved.block, c) / plan_.lattice.code_S;
      }
    }
  }

  const Chip& chip_;
  const View& view_;
  const LayerPlan& plan_;
  std::span<const std::int16_t> in_;
  workloads::Vectors vectors_;
  Workspace::Memory& m_;
  std::span<double> out_;
  Activity* activity_;
  const Tap* tap_;
  std::size_t rows_, planes_, digits_;
  Conversion conversion_;  // 3.
};

}  // namespace

void execute_layer(const Chip& chip, const View& view, std::size_t layer, std::span<const std::int16_t> in,
                   const workloads::Vectors& vectors, Workspace& workspace, std::span<double> out, Activity* activity,
                   const Tap* tap) {
  const LayerPlan& plan = chip.layers[layer];
  if (plan.settings.digital) {
    workloads::multiply_exactly(plan.matrix, in, vectors, out);
    return;
  }
  if (activity) activity->begin(plan, in, vectors);
  Product(chip, view, layer, in, vectors, workspace.memory(), out, activity, tap).run();
}

void execute_layer(const Chip& chip, const View& view, std::size_t layer, std::span<const std::int16_t> in,
                   const workloads::Vectors& vectors, std::span<double> out, Activity* activity, const Tap* tap) {
  Workspace workspace;
  execute_layer(chip, view, layer, in, vectors, workspace, out, activity, tap);
}

}  // namespace bitline::read
