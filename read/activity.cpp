// SPDX-License-Identifier: Apache-2.0
#include "read/activity.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace bitline::read {

using chip::LayerPlan;
using mapping::RowGroup;
using periphery::Encoding;

namespace {

// Reads of a range of rows as bits: part p of row r has one bit for each read, and x = sum of weight[p] x bit.
class ReadBits {
 public:
  ReadBits(const LayerPlan& plan, const RowGroup& group, std::size_t most_vectors)
      : group_(group), encoding_(plan.settings.input.encoding), planes_(plan.planes.planes()) {
    while (plan.planes.largest >> bits_) ++bits_;
    for (int sign : {1, -1})
      for (int b = 0; b < bits_ && (sign > 0 || plan.planes.both_signs); ++b) weight_.push_back(sign * (1 << b));
    words_ = (most_vectors * static_cast<std::size_t>(planes_) + 63) / 64;
    data_.resize(weight_.size() * static_cast<std::size_t>(group.rows) * words_);
    row_used_.resize(static_cast<std::size_t>(group.rows));
  }

  void fill(std::span<const std::int16_t* const> vectors) {
    std::fill(data_.begin(), data_.end(), 0);
    std::fill(row_used_.begin(), row_used_.end(), false);
    for (std::size_t v = 0; v < vectors.size(); ++v)
      for (int r = 0; r < group_.rows; ++r)
        if (const int code = vectors[v][group_.row + r]) set(r, v * static_cast<std::size_t>(planes_), code);
  }

  // sums (rows, rows) += sum over reads of x_r x_k for k <= r.
  void add_pairs(std::vector<std::int64_t>& sums) const {
    const auto rows = static_cast<std::size_t>(group_.rows);
    for (std::size_t r = 0; r < rows; ++r) {
      if (!row_used_[r]) continue;
      for (std::size_t k = 0; k <= r; ++k) {
        if (!row_used_[k]) continue;
        std::int64_t sum = 0;
        for (std::size_t p = 0; p < weight_.size(); ++p)
          for (std::size_t q = 0; q < weight_.size(); ++q) {
            const std::uint64_t *a = words(p, r), *b = words(q, k);
            std::int64_t both = 0;
            for (std::size_t w = 0; w < words_; ++w) both += std::popcount(a[w] & b[w]);
            sum += weight_[p] * weight_[q] * both;
          }
        sums[r * rows + k] += sum;
      }
    }
  }

 private:
  const std::uint64_t* words(std::size_t part, std::size_t row) const {
    return data_.data() + (part * static_cast<std::size_t>(group_.rows) + row) * words_;
  }
  // The planes of one code are neighbouring bits, or for analog inputs its bits are parts.
  void set(int row, std::size_t first_read, int code) {
    row_used_[static_cast<std::size_t>(row)] = true;
    const bool negative = code < 0 && encoding_ != Encoding::twos_complement;
    const std::size_t first_part = negative ? static_cast<std::size_t>(bits_) : 0;
    const auto magnitude = static_cast<std::uint64_t>(negative ? -code : code);
    if (encoding_ == Encoding::analog) {
      for (int b = 0; b < bits_; ++b)
        put(first_part + static_cast<std::size_t>(b), row, first_read, magnitude >> b & 1);
    } else {
      put(first_part, row, first_read, magnitude & ((std::uint64_t{1} << planes_) - 1));
    }
  }
  void put(std::size_t part, int row, std::size_t at, std::uint64_t bits) {
    std::uint64_t* line =
        data_.data() + (part * static_cast<std::size_t>(group_.rows) + static_cast<std::size_t>(row)) * words_;
    line[at / 64] |= bits << (at % 64);
    if (at % 64 + static_cast<std::size_t>(planes_) > 64) line[at / 64 + 1] |= bits >> (64 - at % 64);
  }

  RowGroup group_;
  Encoding encoding_;
  int planes_, bits_ = 0;
  std::size_t words_ = 0;
  std::vector<std::int64_t> weight_;
  std::vector<std::uint64_t> data_;
  std::vector<bool> row_used_;
};

template <class T>
void add_to(std::vector<T>& sums, const std::vector<T>& other) {
  sums.resize(std::max(sums.size(), other.size()), 0);
  for (std::size_t i = 0; i < other.size(); ++i) sums[i] += other[i];
}

template <class T>
void add_to(std::vector<std::vector<T>>& sums, const std::vector<std::vector<T>>& other) {
  sums.resize(std::max(sums.size(), other.size()));
  for (std::size_t i = 0; i < other.size(); ++i) add_to(sums[i], other[i]);
}

}  // namespace

namespace {

// The vectors that each copy reads.
std::vector<std::vector<const std::int16_t*>> by_copy(const LayerPlan& plan, std::span<const std::int16_t> in,
                                                      const workloads::Vectors& vectors) {
  const auto rows = static_cast<std::size_t>(plan.matrix.rows);
  std::vector<std::vector<const std::int16_t*>> of_copy(static_cast<std::size_t>(plan.copies.placed));
  for (std::size_t v = 0; v < vectors.count; ++v) {
    const int copy = plan.copies.copy_of(vectors.first_sample + v / vectors.positions,
                                         vectors.first_position + v % vectors.positions);
    of_copy[static_cast<std::size_t>(copy)].push_back(in.data() + v * rows);
  }
  return of_copy;
}

}  // namespace

void Activity::count_drives(const LayerPlan& plan, std::span<const std::int16_t> in,
                            const workloads::Vectors& vectors) {
  begin(plan, in, vectors);
  DriveScratch scratch;
  const auto of_copy = by_copy(plan, in, vectors);
  const RowGroup all{0, plan.matrix.rows, 0};
  for (std::size_t copy = 0; copy < of_copy.size(); ++copy)
    count_drive(plan, isas().front(), of_copy[copy], all, scratch, counts(copy, all));
}

void Activity::begin(const LayerPlan& plan, std::span<const std::int16_t> in, const workloads::Vectors& vectors) {
  const auto rows = static_cast<std::size_t>(plan.matrix.rows), copies = static_cast<std::size_t>(plan.copies.placed);
  row_drive.resize(copies, std::vector<std::uint64_t>(rows, 0));
  row_on.resize(copies, std::vector<std::uint64_t>(rows, 0));
  if (plan.planes.weighted_in_time()) {
    row_held.resize(copies, std::vector<std::uint64_t>(rows, 0));
    row_held_on.resize(copies, std::vector<std::uint64_t>(rows, 0));
  }
  if (!with_pairs) return;
  constexpr std::size_t together = 256;  // vectors whose bits stay in the second-level cache
  const auto of_copy = by_copy(plan, in, vectors);
  pair_drive.resize(copies, std::vector<std::vector<std::int64_t>>(plan.groups.size()));
  for (std::size_t copy = 0; copy < copies; ++copy)
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
      const RowGroup& group = plan.groups[g];
      pair_drive[copy][g].resize(static_cast<std::size_t>(group.rows) * static_cast<std::size_t>(group.rows), 0);
      const std::span<const std::int16_t* const> all(of_copy[copy]);
      ReadBits bits(plan, group, std::min(together, all.size()));
      for (std::size_t first = 0; first < all.size(); first += together) {
        bits.fill(all.subspan(first, std::min(together, all.size() - first)));
        bits.add_pairs(pair_drive[copy][g]);
      }
    }
}

DriveCounts Activity::counts(std::size_t copy, const RowGroup& rows) {
  const auto first = static_cast<std::size_t>(rows.row), n = static_cast<std::size_t>(rows.rows);
  const auto part = [&](auto& all) {
    return all.empty() ? std::span<std::uint64_t>() : std::span(all[copy]).subspan(first, n);
  };
  return {part(row_drive), part(row_on), part(row_held), part(row_held_on)};
}

void Activity::add(const Activity& other) {
  conversions += other.conversions;
  clipped += other.clipped;
  supply_power += other.supply_power;
  residual = std::max(residual, other.residual);
  solved_directly += other.solved_directly;
  add_to(row_drive, other.row_drive);
  add_to(row_on, other.row_on);
  add_to(row_held, other.row_held);
  add_to(row_held_on, other.row_held_on);
  add_to(pair_drive, other.pair_drive);
}

}  // namespace bitline::read
