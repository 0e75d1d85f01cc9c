// SPDX-License-Identifier: Apache-2.0
#include "sim/execute.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "sim/column_sums.h"
#include "sim/solved_array.h"

namespace bitline {
namespace {

constexpr std::size_t reads_together = 256;  // whose sums are formed together: planes and sums stay in the caches
constexpr int columns_together = 128;        // of a block, for the same reason; whole stripes and whole draws
constexpr std::size_t values_together = 1024;

// Normal numbers of some reads' columns: draws come in fours by column, so a block that starts inside a four skips its
// beginning.
struct Noise {
  std::vector<float> numbers;
  std::size_t places = 0;  // draws of each read

  void draw(const Random& random, const ReadCounters& reads, std::size_t count) {
    places = count;
    numbers.resize(std::max(numbers.size(), reads.image.size() * 4 * places));
    random.normals(reads, places, numbers);
  }
  std::size_t step() const { return 4 * places; }
};

}  // namespace

struct Workspace::Memory {
  std::vector<std::size_t> numbers;          // of the vectors of a copy
  std::vector<const std::int16_t*> vectors;  // that are read together
  std::vector<std::uint32_t> image, step;    // names of their reads' noise
  DriveScratch drive_scratch;
  GroupDrive drive;
  ColumnSums sums;
  SolvedArray::Workspace solved;
  std::vector<std::int16_t> solved_input;
  std::vector<double> values, tapped;
  Noise noise, adc_noise, reference_noise;
};

Workspace::Workspace() : memory_(std::make_unique<Memory>()) {}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;

namespace {

// Nothing is converted: the exact product, once for each read.
void execute_digital(const LayerPlan& plan, std::span<const std::int16_t> in, std::size_t vectors, Reads reads,
                     std::span<double> out) {
  const auto positions = static_cast<std::size_t>(plan.matrix->positions);
  const std::size_t of_image = positions * static_cast<std::size_t>(plan.matrix->columns);
  if (reads.count == 1) return QuantizedNetwork::exact_product(*plan.matrix, in, vectors, reads.first, out);
  std::vector<double> once(vectors * static_cast<std::size_t>(plan.matrix->columns));
  QuantizedNetwork::exact_product(*plan.matrix, in, vectors, reads.first, once);
  for (std::size_t image = 0; image < vectors / positions; ++image)
    for (std::size_t k = 0; k < reads.count; ++k)
      std::copy_n(once.data() + image * of_image, of_image, out.data() + (image * reads.count + k) * of_image);
}

class Product {
 public:
  Product(const Chip& chip, const ChipState& state, std::size_t layer, std::span<const std::int16_t> in, Reads reads,
          Workspace::Memory& memory, std::span<double> out, Activity* activity, const Tap* tap)
      : chip_(chip),
        random_(state.random),
        plan_(chip.layers[layer]),
        layer_(state.layers[layer]),
        kernels_(read_kernels(chip.isa)),
        in_(in),
        reads_(reads),
        m_(memory),
        out_(out),
        activity_(activity),
        tap_(tap),
        rows_(static_cast<std::size_t>(plan_.matrix->rows)),
        outputs_(static_cast<std::size_t>(plan_.matrix->columns)),
        positions_(static_cast<std::size_t>(plan_.matrix->positions)),
        planes_(static_cast<std::size_t>(plan_.planes.planes())),
        digits_(plan_.digit_weight.size()),
        noisy_(!tap && layer_.variance_step > 0),
        noise_scale_(static_cast<float>(std::sqrt(layer_.variance_step))) {}

  void run(std::size_t vectors) {
    std::fill(out_.begin(), out_.end(), 0.0);
    m_.solved.residual = 0, m_.solved.direct = 0;
    const auto copies = static_cast<std::size_t>(plan_.settings().duplicate);
    for (std::size_t copy = 0; copy < copies; ++copy) {
      m_.numbers.clear();
      for (std::size_t v = 0; v < vectors; ++v)
        if (v % positions_ % copies == copy) m_.numbers.push_back(v);
      const std::span<const std::size_t> all(m_.numbers);
      const std::size_t step = std::max<std::size_t>(1, reads_together / planes_);
      for (std::size_t begin = 0; begin < all.size(); begin += step)
        read(copy, all.subspan(begin, std::min(step, all.size() - begin)));
    }
    if (activity_) {
      activity_->residual = std::max(activity_->residual, m_.solved.residual);
      activity_->solved_directly += m_.solved.direct;
    }
    const double codes = layer_.codes_per_step * chip_.gain();
    for (double& y : out_) y /= codes;
  }

 private:
  // All blocks of a copy with some vectors, row after row, so that outputs are added up in that order.
  void read(std::size_t copy, std::span<const std::size_t> numbers) {
    numbers_ = numbers;
    m_.vectors.clear(), m_.image.clear(), m_.step.clear();
    for (const std::size_t v : numbers) {
      m_.vectors.push_back(in_.data() + v * rows_);
      for (std::size_t p = 0; p < planes_; ++p) {
        m_.image.push_back(static_cast<std::uint32_t>(reads_.first + v / positions_ * reads_.count));
        m_.step.push_back(static_cast<std::uint32_t>(v % positions_ * planes_ + p));
      }
    }
    int counted = 0;  // rows
    for (const DrivenRows& driven : plan_.driven) {
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
    const BlockState& cells = layer_.blocks[b];
    const int width = cells.codes.columns, unit = StripeSums::columns * static_cast<int>(digits_);
    const bool whole = tap_ || cells.solved.array;
    const int together = whole ? width : unit * std::max(1, columns_together / unit);
    for (int first = 0; first < width; first += together) {
      const int columns = std::min(together, width - first);
      const int stripes = (columns + StripeSums::columns - 1) / StripeSums::columns;
      m_.sums.compute(cells.packed[g], m_.drive, first / StripeSums::columns, stripes, noisy_, !cells.solved.array);
      if (cells.solved.array) solve_reads(b, g, m_.sums.take_currents(stripes, m_.image.size()));
      for (std::size_t repeat = 0; repeat < reads_.count; ++repeat) {
        if (repeat > 0)
          for (std::uint32_t& image : m_.image) ++image;
        convert(b, g, repeat, static_cast<std::size_t>(first), static_cast<std::size_t>(columns));
      }
      for (std::uint32_t& image : m_.image) image -= static_cast<std::uint32_t>(reads_.count - 1);
    }
  }

  // The currents of an array that is solved read by read, in codes.
  void solve_reads(std::size_t b, std::size_t g, std::vector<double>& currents) {
    const Block& block = plan_.mapped->blocks[b];
    const BlockState& cells = layer_.blocks[b];
    const RowGroup& group = block.groups[g];
    std::vector<std::int16_t>& x = m_.solved_input;
    x.assign(static_cast<std::size_t>(chip_.config.array.rows), 0);
    for (std::size_t read = 0; read < m_.image.size(); ++read) {
      const std::int16_t* const vector = m_.vectors[read / planes_];
      for (int r = group.row; r < group.row + group.rows; ++r)
        x[static_cast<std::size_t>(block.array_row + r - block.row)] = static_cast<std::int16_t>(
            plane_value(plan_.settings().input, plan_.planes, plan_.signed_inputs, plan_.drives_both_signs, vector[r],
                        static_cast<int>(read % planes_)));
      const double power_S = cells.solved.array->read(cells.solved.block, x, m_.solved);
      if (activity_) activity_->supply_power += std::llround(power_S / layer_.power_step_S);
      for (int c = 0; c < cells.codes.columns; ++c) {
        const auto stripe = static_cast<std::size_t>(c / StripeSums::columns);
        currents[(stripe * m_.image.size() + read) * StripeSums::columns +
                 static_cast<std::size_t>(c % StripeSums::columns)] =
            cells.solved.array->converted(m_.solved, cells.solved.block, c) / layer_.lattice_S;
      }
    }
  }

  // 3. Noise, conversion and accumulation of columns first .. first + columns - 1 of a block, some vectors at a time.
  void convert(std::size_t b, std::size_t g, std::size_t repeat, std::size_t first, std::size_t columns) {
    const std::size_t step = std::max<std::size_t>(1, values_together / (planes_ * columns));
    for (std::size_t begin = 0; begin < numbers_.size(); begin += step) {
      const std::size_t vectors = std::min(step, numbers_.size() - begin);
      const std::size_t read = begin * planes_, reads = vectors * planes_;
      m_.values.resize(std::max(m_.values.size(), reads * columns));
      add_noise(b, g, read, reads, first, columns);
      if (tap_)
        show(b, reads, columns);
      else
        convert_values(b, g, read, reads, first, columns);
      apply_gain(layer_.blocks[b].gain, reads, first, columns);
      for (std::size_t i = 0; i < vectors; ++i) {
        const std::size_t v = numbers_[begin + i], image = v / positions_ * reads_.count + repeat;
        const std::size_t output = static_cast<std::size_t>(plan_.mapped->blocks[b].column) + first / digits_;
        kernels_.accumulate({m_.values.data() + i * planes_ * columns, planes_, columns, plan_.planes.weight.data(),
                             plan_.digit_weight.data(), digits_},
                            out_.data() + (image * positions_ + v % positions_) * outputs_ + output);
      }
    }
  }

  // Names of the draws that belong to columns from `first` on.
  ReadCounters counters(Purpose purpose, std::size_t b, std::size_t g, std::size_t read, std::size_t reads,
                        std::size_t first) const {
    const Block& block = plan_.mapped->blocks[b];
    const std::size_t conversion = static_cast<std::size_t>(block.column) * digits_ + first;
    return {purpose, static_cast<std::uint16_t>(plan_.matrix->index),
            static_cast<std::uint32_t>(block.groups[g].id) << 20 | static_cast<std::uint32_t>(conversion / 4),
            std::span(m_.image).subspan(read, reads), std::span(m_.step).subspan(read, reads)};
  }
  // Where the draws of a block's columns begin among the four of their first place.
  std::size_t skipped(std::size_t b, std::size_t first) const {
    return (static_cast<std::size_t>(plan_.mapped->blocks[b].column) * digits_ + first) % 4;
  }

  void add_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                 std::size_t columns) {
    const std::size_t skip = skipped(b, first);
    if (noisy_)
      m_.noise.draw(random_, counters(Purpose::read_noise, b, g, read, reads, first), (columns + skip + 3) / 4);
    m_.sums.values(kernels_, read, reads, columns, noisy_ ? m_.noise.numbers.data() + skip : nullptr, m_.noise.step(),
                   noise_scale_, m_.values.data());
    if (noisy_ && plan_.cell().offset) add_reference_noise(b, g, read, reads, first, columns);
  }

  // The reference column's noise is one draw per read and slice, common to every column.
  void add_reference_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                           std::size_t columns) {
    const auto slices = static_cast<std::size_t>(plan_.cell().slices);
    ReadCounters names = counters(Purpose::reference_noise, b, g, read, reads, 0);
    const std::uint16_t layer = names.layer;
    for (std::size_t s = 0; s < slices; ++s) {
      names.layer = static_cast<std::uint16_t>(layer | s << 12);
      m_.reference_noise.draw(random_, names, 1);
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
      for (std::size_t c = 0; c < columns; ++c) m_.tapped[c] = m_.values[i * columns + c] * layer_.lattice_S;
      (*tap_)(b, m_.tapped);
    }
  }

  void convert_values(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                      std::size_t columns) {
    const BlockState& cells = layer_.blocks[b];
    std::size_t clipped = 0;
    if (cells.converters.uniform() && cells.scale.lsb != 0) {
      const AdcScale& s = cells.scale;
      clipped = kernels_.convert(uniform_codes(s.lsb, s.lowest, s.highest, s.clamp), m_.values.data(), reads * columns);
    } else {
      const AdcCommon* adc = common(plan_.settings().adc);
      const bool noise = adc && adc->errors.noise_lsb > 0;
      const std::size_t skip = skipped(b, first);
      if (noise)
        m_.adc_noise.draw(random_, counters(Purpose::adc_noise, b, g, read, reads, first), (columns + skip + 3) / 4);
      const Block& block = plan_.mapped->blocks[b];
      const int converter_column =
          block.array_column / plan_.cell().columns_per_weight * static_cast<int>(digits_) + static_cast<int>(first);
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
  const Random& random_;
  const LayerPlan& plan_;
  const LayerState& layer_;
  const ReadKernels& kernels_;
  std::span<const std::int16_t> in_;
  Reads reads_;
  Workspace::Memory& m_;
  std::span<double> out_;
  Activity* activity_;
  const Tap* tap_;
  std::size_t rows_, outputs_, positions_, planes_, digits_;
  bool noisy_;
  float noise_scale_;
  std::span<const std::size_t> numbers_;  // of the vectors that are read together
};

}  // namespace

void execute_layer(const Chip& chip, const ChipState& state, std::size_t layer, std::span<const std::int16_t> in,
                   std::size_t vectors, Reads reads, Workspace& workspace, std::span<double> out, Activity* activity,
                   const Tap* tap) {
  const LayerPlan& plan = chip.layers[layer];
  if (plan.settings().digital) {
    execute_digital(plan, in, vectors, reads, out);
    return;
  }
  if (reads.count == 1 || !activity) {
    if (activity) activity->begin(plan, in, vectors);
    Product(chip, state, layer, in, reads, workspace.memory(), out, activity, tap).run(vectors);
    return;
  }
  // Every read drives the rows anew, but converts for itself.
  Activity once;
  once.with_pairs = activity->with_pairs;
  once.begin(plan, in, vectors);
  Product(chip, state, layer, in, reads, workspace.memory(), out, &once, tap).run(vectors);
  once.repeat_drives(reads.count);
  activity->add(once);
}

void execute_layer(const Chip& chip, const ChipState& state, std::size_t layer, std::span<const std::int16_t> in,
                   std::size_t vectors, Reads reads, std::span<double> out, Activity* activity, const Tap* tap) {
  Workspace workspace;
  execute_layer(chip, state, layer, in, vectors, reads, workspace, out, activity, tap);
}

}  // namespace bitline
