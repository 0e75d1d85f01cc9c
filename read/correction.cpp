// SPDX-License-Identifier: Apache-2.0
#include "read/correction.h"

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "read/execute.h"

namespace bitline::read {

using arch::Correct;
using chip::Chip;
using chip::LayerPlan;
using chip::View;

void ColumnLine::add(double measured, double intended) {
  count_ += 1;
  const double above = measured - measured_;
  measured_ += above / count_;
  intended_ += (intended - intended_) / count_;
  squares_ += above * (measured - measured_);
  products_ += above * (intended - intended_);
}

void ColumnLine::add(const ColumnLine& other) {
  if (other.count_ == 0) return;
  const double count = count_ + other.count_, share = other.count_ / count, both = count_ * share,
               measured = other.measured_ - measured_, intended = other.intended_ - intended_;
  squares_ += other.squares_ + measured * measured * both;
  products_ += other.products_ + measured * intended * both;
  measured_ += measured * share;
  intended_ += intended * share;
  count_ = count;
}

ColumnLine::Line ColumnLine::fit(Correct how) const {
  Line line;
  if (how == Correct::scale) {
    const double squares = squares_ + count_ * measured_ * measured_;
    if (squares > 0) line.scale = (products_ + count_ * measured_ * intended_) / squares;
  } else if (how != Correct::none) {
    if (how == Correct::scale_and_offset && squares_ > 0) line.scale = products_ / squares_;
    line.offset = intended_ - line.scale * measured_;
  }
  return line;
}

namespace {

constexpr std::size_t first_sample = std::size_t{1} << 31;  // no data set has as many
constexpr std::size_t sections = 16;                        // of the inputs, whose lines are added in order

// Of one layer: what its blocks give for a few vectors, all row groups together, in siemens times input steps.
class BlockSums {
 public:
  explicit BlockSums(const LayerPlan& plan) : plan_(plan), values_(plan.blocks.size()) {}

  void read(const Chip& chip, const View& view, std::size_t layer, std::span<const std::int16_t> in,
            const workloads::Vectors& vectors, Workspace& workspace) {
    for (std::size_t b = 0; b < values_.size(); ++b) values_[b].assign(vectors.count * width(b), 0);
    out_.resize(vectors.count * static_cast<std::size_t>(plan_.matrix.columns));
    const Tap keep{
        .converted = [&](std::size_t b, std::size_t vector, std::size_t first, std::span<const double> sums) {
          double* const to = values_[b].data() + vector * width(b) + first;
          for (std::size_t c = 0; c < sums.size(); ++c) to[c] += sums[c];
        }};
    execute_layer(chip, view, layer, in, vectors, workspace, out_, nullptr, &keep);
  }
  std::size_t width(std::size_t b) const {
    return static_cast<std::size_t>(plan_.blocks[b].columns * plan_.cell.conversions_per_weight());
  }
  std::span<const double> of(std::size_t b, std::size_t vector) const {
    return std::span(values_[b]).subspan(vector * width(b), width(b));
  }

 private:
  const LayerPlan& plan_;
  std::vector<std::vector<double>> values_;  // [block](vectors, columns)
  std::vector<double> out_;
};

using BlockLines = std::vector<std::vector<ColumnLine>>;  // [block][column]

// Lines of vectors first .. end - 1.
BlockLines section_lines(const Chip& chip, const View& view, const View& intended, std::size_t layer,
                         std::span<const std::int16_t> inputs, std::size_t first, std::size_t end) {
  const LayerPlan& plan = chip.layers[layer];
  const auto rows = static_cast<std::size_t>(plan.matrix.rows),
             positions = static_cast<std::size_t>(plan.copies.of_image), together = 32 * positions;
  BlockSums measured(plan), meant(plan);
  Workspace workspace;
  BlockLines lines;
  for (std::size_t b = 0; b < plan.blocks.size(); ++b) lines.emplace_back(measured.width(b));
  for (std::size_t at = first; at < end; at += together) {
    // As if each image had as many positions as copies serve one.
    const workloads::Vectors vectors{std::min(together, end - at), first_sample + at / positions, 0, positions};
    const auto in = inputs.subspan(at * rows, vectors.count * rows);
    measured.read(chip, view, layer, in, vectors, workspace);
    meant.read(chip, intended, layer, in, vectors, workspace);
    for (std::size_t v = 0; v < vectors.count; ++v) {
      const int copy = plan.copies.copy_of(vectors.first_sample + v / positions, v % positions);
      for (std::size_t b = 0; b < plan.blocks.size(); ++b) {
        if (plan.blocks[b].copy != copy) continue;
        const std::span<const double> gave = measured.of(b, v), should = meant.of(b, v);
        for (std::size_t c = 0; c < gave.size(); ++c) lines[b][c].add(gave[c], chip.gain() * should[c]);
      }
    }
  }
  return lines;
}

BlockLines layer_lines(const Chip& chip, const View& view, const View& intended, std::size_t layer,
                       std::span<const std::int16_t> inputs) {
  const LayerPlan& plan = chip.layers[layer];
  const std::size_t vectors = inputs.size() / static_cast<std::size_t>(plan.matrix.rows),
                    positions = static_cast<std::size_t>(plan.copies.of_image), images = vectors / positions;
  if (vectors == 0) throw RunError("layer " + plan.matrix.name + ": no calibration inputs to correct its columns by");
  std::vector<BlockLines> parts(sections);
  parallel_for(sections, [&](std::size_t s) {
    const std::size_t first = images * s / sections * positions,
                      end = s + 1 == sections ? vectors : images * (s + 1) / sections * positions;
    parts[s] = section_lines(chip, view, intended, layer, inputs, first, end);
  });
  BlockLines all = std::move(parts.front());
  for (std::size_t s = 1; s < sections; ++s)
    for (std::size_t b = 0; b < all.size(); ++b)
      for (std::size_t c = 0; c < all[b].size(); ++c) all[b][c].add(parts[s][b][c]);
  return all;
}

}  // namespace

void correct_columns(const Chip& chip, View& view, const chip::LayerInputs& inputs) {
  const Correct how = chip.config.correct;
  for (chip::BlockView& block : view.blocks) block.correction = {};
  if (how == Correct::none) return;
  const View intended = intended_view(chip);
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    if (plan.settings.digital) continue;
    const BlockLines lines = layer_lines(chip, view, intended, l, inputs.at(l));
    for (std::size_t b = 0; b < plan.blocks.size(); ++b) {
      chip::ColumnCorrection& correction = view.blocks[plan.blocks[b].id].correction;
      for (const ColumnLine& column : lines[b]) {
        const ColumnLine::Line line = column.fit(how);
        if (how != Correct::offset) correction.scale.push_back(line.scale);
        if (how != Correct::scale) correction.offset.push_back(line.offset / plan.lattice.code_S);
      }
    }
  }
}

}  // namespace bitline::read
