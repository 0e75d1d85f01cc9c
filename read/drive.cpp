// SPDX-License-Identifier: Apache-2.0
#include "read/drive.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "read/read_kernels.h"

namespace bitline::read {

using array::PlaneBatch;
using chip::LayerPlan;
using mapping::RowGroup;
using periphery::Encoding;

namespace {

// Binary digits of a magnitude.
int bits_of(int largest) {
  int bits = 0;
  while (largest >> bits) ++bits;
  return bits;
}

enum class Taken { code, positive, negative, magnitude, square, positive_square, negative_square };

// What is taken of an input code, and where its bits go: to planes one after the other, or each to a part of one plane.
struct Take {
  Taken taken;
  int bits;
  bool to_square;    // of GroupDrive, else to `value`
  bool bit_is_part;  // analog levels
  int first_part, first_plane;
};

struct Takes {
  std::array<Take, 4> all;
  std::size_t count = 0;
  void add(Take take) { all[count++] = take; }
};

Takes takes_of(const LayerPlan& plan, bool square_is_value) {
  const int planes = plan.planes.planes(), bits = bits_of(plan.planes.largest);
  const bool both = plan.planes.both_signs, passes = plan.signed_inputs && !plan.drives_both_signs;
  Takes takes;
  switch (plan.settings.input.encoding) {
    case Encoding::twos_complement:
      takes.add({Taken::code, planes, false, false, 0, 0});
      break;
    case Encoding::bit_serial:
    case Encoding::ternary:
      takes.add({Taken::positive, passes ? planes / 2 : planes, false, false, 0, 0});
      if (passes) takes.add({Taken::negative, planes / 2, false, false, 0, planes / 2});
      if (both) takes.add({Taken::negative, planes, false, false, 1, 0});
      if (!square_is_value) takes.add({Taken::magnitude, planes, true, false, 0, 0});
      break;
    case Encoding::analog:
      takes.add({Taken::positive, bits, false, true, 0, 0});
      if (both) takes.add({Taken::negative, bits, false, true, bits, 0});
      if (passes) takes.add({Taken::negative, bits, false, true, 0, 1});
      if (square_is_value) break;
      takes.add({passes ? Taken::positive_square : Taken::square, 2 * bits, true, true, 0, 0});
      if (passes) takes.add({Taken::negative_square, 2 * bits, true, true, 0, 1});
      break;
  }
  return takes;
}

// Codes of a vector's rows as `taken`, the higher 16 bits of squares in `high`.
void take(Taken taken, const std::int16_t* codes, int rows, DriveScratch& scratch) {
  std::uint16_t *low = scratch.codes.data(), *high = scratch.high.data();
  const auto each = [&](auto of) {
    for (int r = 0; r < rows; ++r) low[r] = static_cast<std::uint16_t>(of(static_cast<int>(codes[r])));
  };
  const auto square_of = [&](auto of) {
    for (int r = 0; r < rows; ++r) {
      const int x = of(static_cast<int>(codes[r]));
      low[r] = static_cast<std::uint16_t>(x * x), high[r] = static_cast<std::uint16_t>(x * x >> 16);
    }
  };
  const auto positive = [](int x) { return std::max(x, 0); };
  const auto negative = [](int x) { return std::max(-x, 0); };
  switch (taken) {
    case Taken::code:
      return each([](int x) { return x; });
    case Taken::positive:
      return each(positive);
    case Taken::negative:
      return each(negative);
    case Taken::magnitude:
      return each([](int x) { return std::abs(x); });
    case Taken::square:
      return square_of([](int x) { return x; });
    case Taken::positive_square:
      return square_of(positive);
    case Taken::negative_square:
      return square_of(negative);
  }
}

// Bits of the codes last taken, to the planes of vector `v`.
void put(const LayerPlan& plan, const ReadKernels& kernels, const Take& take, std::size_t v, int rows,
         const DriveScratch& scratch, GroupDrive& drive) {
  const std::size_t plane =
      v * static_cast<std::size_t>(plan.planes.planes()) + static_cast<std::size_t>(take.first_plane);
  std::vector<BinaryPart>& parts = take.to_square ? drive.square : drive.value;
  std::array<std::uint64_t, 16> words;
  for (int w = 0; w * PlaneBatch::word_rows < rows; ++w)
    for (int first = 0; first < take.bits; first += 16) {
      const int row = w * PlaneBatch::word_rows, bits = std::min(take.bits - first, 16);
      kernels.bits((first == 0 ? scratch.codes : scratch.high).data() + row,
                   std::min(rows - row, PlaneBatch::word_rows), bits, words.data());
      for (int b = 0; b < bits; ++b)
        if (take.bit_is_part)
          parts[static_cast<std::size_t>(take.first_part + first + b)].planes.word(w, plane) =
              words[static_cast<std::size_t>(b)];
        else
          parts[static_cast<std::size_t>(take.first_part)].planes.word(w, plane + static_cast<std::size_t>(b)) =
              words[static_cast<std::size_t>(b)];
    }
}

void set_parts(std::vector<BinaryPart>& parts, std::size_t count, std::size_t reads, int rows) {
  parts.resize(count);
  for (BinaryPart& part : parts) part.planes.reset(reads, rows);
}

// Parts with their weights and planes of no row.
void reset(const LayerPlan& plan, std::size_t vectors, int rows, GroupDrive& drive) {
  const std::size_t reads = vectors * static_cast<std::size_t>(plan.planes.planes());
  const bool analog = plan.settings.input.encoding == Encoding::analog;
  const int bits = analog ? bits_of(plan.planes.largest) : 1, signs = plan.planes.both_signs ? 2 : 1;
  set_parts(drive.value, static_cast<std::size_t>(signs * bits), reads, rows);
  for (int i = 0; i < signs * bits; ++i)
    drive.value[static_cast<std::size_t>(i)].weight = (i < bits ? 1 : -1) * static_cast<double>(1 << i % bits);
  drive.square_is_value = plan.planes.largest == 1 && !plan.planes.both_signs;
  if (drive.square_is_value) return;
  const int square_bits = analog ? 2 * bits : 1;
  set_parts(drive.square, static_cast<std::size_t>(square_bits), reads, rows);
  for (int b = 0; b < square_bits; ++b) drive.square[static_cast<std::size_t>(b)].weight = static_cast<double>(1 << b);
}

// Counts vectors one by one: planes of 0 and 1 by the ones of their codes, analog levels by their squares.
class Counter16 {
 public:
  Counter16(const LayerPlan& plan, const ReadKernels& kernels, int rows, DriveScratch& scratch,
            const DriveCounts& counts)
      : kernels_(kernels), rows_(rows), scratch_(scratch), counts_(counts) {
    const Encoding encoding = plan.settings.input.encoding;
    analog_ = encoding == Encoding::analog;
    if (encoding == Encoding::twos_complement) mask_ = static_cast<std::uint16_t>((1 << plan.planes.planes()) - 1);
    scratch.counts.assign(static_cast<std::size_t>(rows), 0);
  }
  void add(const std::int16_t* codes) {
    if (analog_) {
      for (std::size_t r = 0; r < static_cast<std::size_t>(rows_); ++r) {
        const auto x = static_cast<std::int64_t>(codes[r]);
        counts_.drive[r] += static_cast<std::uint64_t>(x * x), counts_.on[r] += x != 0;
      }
      return;
    }
    if (pending_ == most) flush();
    ++pending_;
    for (int r = 0; r < rows_; ++r)
      scratch_.codes[static_cast<std::size_t>(r)] =
          static_cast<std::uint16_t>(mask_ ? codes[r] & mask_ : std::abs(static_cast<int>(codes[r])));
    kernels_.count_ones(scratch_.codes.data(), static_cast<std::size_t>(rows_), scratch_.counts.data());
  }
  void flush() {
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows_); ++r) {
      counts_.drive[r] += scratch_.counts[r], counts_.on[r] += scratch_.counts[r];
      scratch_.counts[r] = 0;
    }
    pending_ = 0;
  }

 private:
  static constexpr int most = 4096;  // vectors of up to 15 ones, in 16 bits
  const ReadKernels& kernels_;
  int rows_, pending_ = 0;
  bool analog_ = false;
  std::uint16_t mask_ = 0;
  DriveScratch& scratch_;
  const DriveCounts& counts_;
};

void make_room(int rows, DriveScratch& scratch) {
  const auto n = static_cast<std::size_t>(rows);
  if (scratch.codes.size() < n) scratch.codes.resize(n), scratch.high.resize(n);
}

}  // namespace

void build_drive(const LayerPlan& plan, Isa isa, std::span<const std::int16_t* const> vectors, const RowGroup& group,
                 DriveScratch& scratch, GroupDrive& drive, const DriveCounts* counts) {
  make_room(group.rows, scratch);
  reset(plan, vectors.size(), group.rows, drive);
  const Takes takes = takes_of(plan, drive.square_is_value);
  const ReadKernels& kernels = read_kernels(isa);
  std::optional<Counter16> counter;
  if (counts) counter.emplace(plan, kernels, group.rows, scratch, *counts);
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    const std::int16_t* codes = vectors[v] + group.row;
    for (std::size_t t = 0; t < takes.count; ++t) {
      take(takes.all[t].taken, codes, group.rows, scratch);
      put(plan, kernels, takes.all[t], v, group.rows, scratch, drive);
    }
    if (counter) counter->add(codes);
  }
  if (counter) counter->flush();
}

void count_drive(const LayerPlan& plan, Isa isa, std::span<const std::int16_t* const> vectors, const RowGroup& group,
                 DriveScratch& scratch, const DriveCounts& counts) {
  make_room(group.rows, scratch);
  Counter16 counter(plan, read_kernels(isa), group.rows, scratch, counts);
  for (const std::int16_t* vector : vectors) counter.add(vector + group.row);
  counter.flush();
}

}  // namespace bitline::read
