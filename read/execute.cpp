// SPDX-License-Identifier: Apache-2.0
#include "read/execute.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "chip/solved_array.h"
#include "read/column_sums.h"

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
constexpr std::size_t values_together = 1024;

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

struct Workspace::Memory {
  // Normal numbers of some reads' columns: draws come in fours by column, so a block that starts inside a four skips
  // its beginning.
  struct Noise {
    std::vector<float> numbers;
    std::size_t places = 0;  // draws of each read

    void draw(const Random& random, const ReadCounters& reads, std::size_t count) {
      places = count;
      numbers.resize(std::max(numbers.size(), reads.image.size() * 4 * places + StripeSums::columns));
      random.normals(reads, places, numbers);
    }
    std::size_t step() const { return 4 * places; }
  };

  std::vector<std::size_t> numbers;          // of the vectors of a copy
  std::vector<const std::int16_t*> vectors;  // that are read together
  std::vector<std::uint32_t> image, step;    // names of their reads' noise
  DriveScratch drive_scratch;
  GroupDrive drive;
  ColumnSums sums;
  chip::SolvedArray::Workspace solved;
  std::vector<std::int16_t> solved_input;
  std::vector<double> values, tapped;
  std::vector<float> code_sums;
  Noise noise, adc_noise, reference_noise;
};

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
        kernels_(read_kernels(chip.isa)),
        in_(in),
        vectors_(vectors),
        m_(memory),
        out_(out),
        activity_(activity),
        tap_(tap),
        rows_(static_cast<std::size_t>(plan_.matrix.rows)),
        outputs_(static_cast<std::size_t>(plan_.matrix.columns)),
        planes_(static_cast<std::size_t>(plan_.planes.planes())),
        digits_(plan_.digit_weight.size()),
        noise_scale_(static_cast<float>(std::sqrt(plan_.lattice.variance_step))),
        plane_weight_(plan_.planes.weight.begin(), plan_.planes.weight.end()) {}

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
  bool noisy(const BlockView& cells) const { return !tap_ && cells.noisy; }

  // All blocks of a copy with some vectors, row after row, so that outputs are added up in that order.
  void read(std::size_t copy, std::span<const std::size_t> numbers) {
    numbers_ = numbers;
    m_.vectors.resize(numbers.size());
    m_.image.resize(numbers.size() * planes_), m_.step.resize(numbers.size() * planes_);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::size_t v = numbers[i];
      m_.vectors[i] = in_.data() + v * rows_;
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
    const bool whole = tap_ || cells.solved.array;
    const int together = whole ? width : unit * std::max(1, columns_together / unit);
    for (int first = 0; first < width; first += together) {
      const int columns = std::min(together, width - first);
      const int stripes = (columns + StripeSums::columns - 1) / StripeSums::columns;
      m_.sums.compute(cells.packed[g], m_.drive, first / StripeSums::columns, stripes, noisy(cells),
                      !cells.solved.array);
      if (cells.solved.array) solve_reads(b, g, m_.sums.take_currents(stripes, m_.image.size()));
      convert(b, g, static_cast<std::size_t>(first), static_cast<std::size_t>(columns));
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
      const double power_S = cells.solved.array->read(cells.solved.block, x, m_.solved);
      if (activity_) activity_->supply_power += std::llround(power_S / plan_.lattice.power_step_S);
      for (int c = 0; c < cells.columns; ++c) {
        const auto stripe = static_cast<std::size_t>(c / StripeSums::columns);
        currents[(stripe * m_.image.size() + read) * StripeSums::columns +
                 static_cast<std::size_t>(c % StripeSums::columns)] =
            cells.solved.array->converted(m_.solved, cells.solved.block, c) / plan_.lattice.code_S;
      }
    }
  }

  // 3. Noise, conversion and accumulation of columns first .. first + columns - 1 of a block, some vectors at a time.
  void convert(std::size_t b, std::size_t g, std::size_t first, std::size_t columns) {
    const std::size_t step = std::max<std::size_t>(1, values_together / (planes_ * columns));
    for (std::size_t begin = 0; begin < numbers_.size(); begin += step) {
      const std::size_t vectors = std::min(step, numbers_.size() - begin);
      const std::size_t read = begin * planes_, reads = vectors * planes_;
      if (in_single_precision(b, g)) {
        add_noisy_codes(b, g, begin, vectors, first, columns);
        continue;
      }
      m_.values.resize(std::max(m_.values.size(), reads * columns));
      add_noise(b, g, read, reads, first, columns);
      if (tap_)
        show(b, reads, columns);
      else
        convert_values(b, g, read, reads, first, columns);
      apply_gain(cells_of(b).gain, reads, first, columns);
      for (std::size_t i = 0; i < vectors; ++i) {
        const std::size_t output = static_cast<std::size_t>(plan_.blocks[b].column) + first / digits_;
        kernels_.accumulate({m_.values.data() + i * planes_ * columns, planes_, columns, plan_.planes.weight.data(),
                             plan_.digit_weight.data(), digits_},
                            out_.data() + numbers_[begin + i] * outputs_ + output);
      }
    }
  }

  // Noise and conversion of all planes of a vector at once, where single precision loses nothing that noise would not
  // hide: sums are exact in it, and converters of up to 12 bits tell no more.
  bool in_single_precision(std::size_t b, std::size_t g) const {
    constexpr double exact = 1 << 24;
    constexpr int most_codes = 1 << 12;
    const BlockView& cells = cells_of(b);
    const periphery::AdcScale& s = cells.scale;
    if (!noisy(cells) || plan_.cell.offset || !cells.converters.uniform() || s.lsb == 0) return false;
    if (!m_.sums.integers() || s.highest - s.lowest >= most_codes) return false;
    double weights = 0;
    for (const double w : plan_.planes.weight) {
      if (w != std::round(w)) return false;
      weights += std::abs(w);
    }
    return weights * most_codes <= exact &&
           plan_.planes.largest * plan_.blocks[b].groups[g].rows * array::largest_code < exact;
  }

  void add_noisy_codes(std::size_t b, std::size_t g, std::size_t begin, std::size_t vectors, std::size_t first,
                       std::size_t columns) {
    const BlockView& cells = cells_of(b);
    const periphery::AdcScale& s = cells.scale;
    const std::size_t read = begin * planes_, reads = vectors * planes_, skip = skipped(b, first);
    m_.noise.draw(view_.random, counters(Purpose::read_noise, b, g, read, reads, first), (columns + skip + 3) / 4);
    m_.code_sums.resize(std::max(m_.code_sums.size(), vectors * columns));
    const NoisyCodes codes{
        m_.sums.integer_sums(read, reads, columns, m_.noise.numbers.data() + skip, m_.noise.step(), noise_scale_),
        planes_,
        plane_weight_.data(),
        static_cast<float>(1 / s.lsb),
        static_cast<float>(s.lowest),
        static_cast<float>(s.highest),
        static_cast<float>(s.clamp / s.lsb)};
    const std::size_t clipped = kernels_.noisy_codes(codes, m_.code_sums.data());
    if (activity_) activity_->clipped += clipped, activity_->conversions += reads * columns;
    const std::size_t output = static_cast<std::size_t>(plan_.blocks[b].column) + first / digits_;
    for (std::size_t i = 0; i < vectors; ++i)
      add_codes(cells, first, {m_.code_sums.data() + i * columns, columns},
                out_.data() + numbers_[begin + i] * outputs_ + output);
  }

  void add_codes(const BlockView& cells, std::size_t first, std::span<const float> sums, double* target) const {
    const double lsb = cells.scale.lsb;
    if (digits_ == 1 && cells.gain.empty()) {
      const double factor = lsb * plan_.digit_weight[0];
#pragma omp simd
      for (std::size_t c = 0; c < sums.size(); ++c) target[c] += factor * static_cast<double>(sums[c]);
      return;
    }
    for (std::size_t c = 0; c < sums.size(); ++c) {
      const double gain = cells.gain.empty() ? 1 : cells.gain[first + c];
      target[c / digits_] += lsb * plan_.digit_weight[c % digits_] * static_cast<double>(sums[c]) * gain;
    }
  }

  // Names of the draws that belong to columns from `first` on.
  ReadCounters counters(Purpose purpose, std::size_t b, std::size_t g, std::size_t read, std::size_t reads,
                        std::size_t first) const {
    const Block& block = plan_.blocks[b];
    const std::size_t conversion = static_cast<std::size_t>(block.column) * digits_ + first;
    return {purpose, static_cast<std::uint16_t>(plan_.matrix.index),
            static_cast<std::uint32_t>(block.groups[g].id) << 20 | static_cast<std::uint32_t>(conversion / 4),
            std::span(m_.image).subspan(read, reads), std::span(m_.step).subspan(read, reads)};
  }
  // Where the draws of a block's columns begin among the four of their first place.
  std::size_t skipped(std::size_t b, std::size_t first) const {
    return (static_cast<std::size_t>(plan_.blocks[b].column) * digits_ + first) % 4;
  }

  void add_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                 std::size_t columns) {
    const std::size_t skip = skipped(b, first);
    const bool noise = noisy(cells_of(b));
    if (noise)
      m_.noise.draw(view_.random, counters(Purpose::read_noise, b, g, read, reads, first), (columns + skip + 3) / 4);
    m_.sums.values(kernels_, read, reads, columns, noise ? m_.noise.numbers.data() + skip : nullptr, m_.noise.step(),
                   noise_scale_, m_.values.data());
    if (noise && plan_.cell.offset) add_reference_noise(b, g, read, reads, first, columns);
  }

  // The reference column's noise is one draw per read and slice, common to every column.
  void add_reference_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                           std::size_t columns) {
    const auto slices = static_cast<std::size_t>(plan_.cell.slices);
    ReadCounters names = counters(Purpose::reference_noise, b, g, read, reads, 0);
    const std::uint16_t layer = names.layer;
    for (std::size_t s = 0; s < slices; ++s) {
      names.layer = static_cast<std::uint16_t>(layer | s << 12);
      m_.reference_noise.draw(view_.random, names, 1);
      for (std::size_t i = 0; i < reads; ++i) {
        const double noise = static_cast<double>(m_.reference_noise.numbers[4 * i] * noise_scale_) *
                             std::sqrt(m_.sums.reference_variance(read + i, static_cast<int>(s)));
        for (std::size_t c = (s + slices - first % slices) % slices; c < columns; c += slices)
          m_.values[i * columns + c] -= noise;
      }
    }
  }

  void show(std::size_t b, std::size_t reads, std::size_t columns) {
    m_.tapped.resize(columns);
    for (std::size_t i = 0; i < reads; ++i) {
      for (std::size_t c = 0; c < columns; ++c) m_.tapped[c] = m_.values[i * columns + c] * plan_.lattice.code_S;
      (*tap_)(b, m_.tapped);
    }
  }

  void convert_values(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                      std::size_t columns) {
    const BlockView& cells = cells_of(b);
    std::size_t clipped = 0;
    if (cells.converters.uniform() && cells.scale.lsb != 0) {
      const periphery::AdcScale& s = cells.scale;
      clipped = kernels_.convert(uniform_codes(s.lsb, s.lowest, s.highest, s.clamp), m_.values.data(), reads * columns);
    } else {
      const periphery::AdcCommon* adc = common(plan_.settings.adc);
      const bool noise = adc && adc->errors.noise_lsb > 0;
      const std::size_t skip = skipped(b, first);
      if (noise)
        m_.adc_noise.draw(view_.random, counters(Purpose::adc_noise, b, g, read, reads, first),
                          (columns + skip + 3) / 4);
      const Block& block = plan_.blocks[b];
      const int converter_column =
          block.array_column / plan_.cell.columns_per_weight * static_cast<int>(digits_) + static_cast<int>(first);
      for (std::size_t i = 0; i < reads; ++i) {
        const std::span<double> values = std::span(m_.values).subspan(i * columns, columns);
        const std::span<const float> z =
            noise ? std::span<const float>(m_.adc_noise.numbers).subspan(i * m_.adc_noise.step() + skip, columns)
                  : std::span<const float>();
        clipped += cells.converters.convert(cells.scale, converter_column, values, z);
      }
    }
    if (activity_) activity_->clipped += clipped, activity_->conversions += reads * columns;
  }

  void apply_gain(const std::vector<double>& gain, std::size_t reads, std::size_t first, std::size_t columns) {
    if (gain.empty()) return;
    for (std::size_t i = 0; i < reads; ++i)
      for (std::size_t c = 0; c < columns; ++c) m_.values[i * columns + c] *= gain[first + c];
  }

  const Chip& chip_;
  const View& view_;
  const LayerPlan& plan_;
  const ReadKernels& kernels_;
  std::span<const std::int16_t> in_;
  workloads::Vectors vectors_;
  Workspace::Memory& m_;
  std::span<double> out_;
  Activity* activity_;
  const Tap* tap_;
  std::size_t rows_, outputs_, planes_, digits_;
  float noise_scale_;
  std::vector<float> plane_weight_;
  std::span<const std::size_t> numbers_;  // of the vectors that are read together
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
