// SPDX-License-Identifier: Apache-2.0
#include "read/drive.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "read/read_kernels.h"

namespace bitline::read {

using chip::LayerPlan;
using mapping::RowGroup;
using periphery::Encoding;

DriveTable drive_table(const LayerPlan& plan) {
  const int low = plan.matrix.input.lowest(), high = plan.matrix.input.highest();
  const auto codes = static_cast<std::size_t>(high - low + 1);
  DriveTable table{std::vector<std::uint32_t>(codes), std::vector<std::uint32_t>(codes), {}, {}};
  const bool held = plan.planes.weighted_in_time();
  if (held) table.held = table.held_on = table.on;
  for (int code = low; code <= high; ++code)
    for (int p = 0; p < plan.planes.planes(); ++p) {
      const int x = plane_value(plan.settings.input, plan.planes, plan.signed_inputs, plan.drives_both_signs, code, p);
      table.drive[static_cast<std::size_t>(code - low)] += static_cast<std::uint32_t>(x * x);
      table.on[static_cast<std::size_t>(code - low)] += x != 0;
      if (!held) continue;
      const auto lasts = static_cast<std::uint32_t>(plan.planes.duration(p));
      table.held[static_cast<std::size_t>(code - low)] += lasts * static_cast<std::uint32_t>(x * x);
      table.held_on[static_cast<std::size_t>(code - low)] += lasts * (x != 0);
    }
  return table;
}

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
  bool counted;  // each of its ones is a plane that drives the row
};

struct Takes {
  std::array<Take, 4> all;
  std::size_t count = 0;
  void add(Take take) { all[count++] = take; }
};

Takes takes_of(const LayerPlan& plan) {
  const int planes = plan.planes.planes(), bits = bits_of(plan.planes.largest);
  const bool both = plan.planes.both_signs, passes = plan.signed_inputs && !plan.drives_both_signs;
  const bool square_is_value = plan.planes.largest == 1 && !both;
  Takes takes;
  switch (plan.settings.input.encoding) {
    case Encoding::twos_complement:
      takes.add({Taken::code, planes, false, false, 0, 0, true});
      break;
    case Encoding::bit_serial:
    case Encoding::ternary:
      takes.add({Taken::positive, passes ? planes / 2 : planes, false, false, 0, 0, !both});
      if (passes) takes.add({Taken::negative, planes / 2, false, false, 0, planes / 2, true});
      if (both) takes.add({Taken::negative, planes, false, false, 1, 0, false});
      if (both) takes.add({Taken::magnitude, planes, true, false, 0, 0, true});
      break;
    case Encoding::analog:
      takes.add({Taken::positive, bits, false, true, 0, 0, false});
      if (both) takes.add({Taken::negative, bits, false, true, bits, 0, false});
      if (passes) takes.add({Taken::negative, bits, false, true, 0, 1, false});
      if (square_is_value) break;
      takes.add({passes ? Taken::positive_square : Taken::square, 2 * bits, true, true, 0, 0, false});
      if (passes) takes.add({Taken::negative_square, 2 * bits, true, true, 0, 1, false});
      break;
  }
  return takes;
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

// Vectors go through side by side where they are short: each has a slot of the 64 codes whose bits make a word.
class Builder {
 public:
  Builder(const LayerPlan& plan, Isa isa, const RowGroup& group, DriveScratch& scratch, GroupDrive* drive,
          const DriveCounts* counts)
      : kernels_(read_kernels(isa)),
        takes_(takes_of(plan)),
        first_row_(group.row),
        rows_(static_cast<std::size_t>(group.rows)),
        slot_(rows_ <= 16   ? 16
              : rows_ <= 32 ? 32
                            : (rows_ + word_rows - 1) / word_rows * word_rows),
        together_(slot_ < word_rows ? word_rows / slot_ : 1),
        planes_(static_cast<std::size_t>(plan.planes.planes())),
        code_mask_(static_cast<std::uint16_t>((1u << planes_) - 1)),
        analog_(plan.settings.input.encoding == Encoding::analog),
        scratch_(scratch),
        drive_(drive),
        counts_(counts) {
    if (counts && !counts->held.empty()) held_ = drive_table(plan), lowest_ = plan.matrix.input.lowest();
    const std::size_t codes = slot_ * together_;
    for (auto* memory : {&scratch.codes, &scratch.high, &scratch.counts}) memory->assign(codes, 0);
  }

  void run(std::span<const std::int16_t* const> vectors) {
    std::size_t pending = 0;
    for (std::size_t v = 0; v < vectors.size(); v += together_) {
      const auto some = vectors.subspan(v, std::min(together_, vectors.size() - v));
      for (std::size_t t = 0; t < takes_.count; ++t) {
        const Take& take = takes_.all[t];
        const bool counted = counts_ && take.counted;
        if (!drive_ && !counted) continue;
        if (some.size() < together_) std::fill(scratch_.codes.begin(), scratch_.codes.end(), 0);
        for (std::size_t i = 0; i < some.size(); ++i) this->take(take.taken, some[i] + first_row_, i * slot_);
        if (counted) kernels_.count_ones(scratch_.codes.data(), scratch_.codes.size(), scratch_.counts.data());
        if (drive_) put(take, v, some.size());
      }
      if (!counts_) continue;
      if (!counts_->held.empty()) count_held(some);
      if (analog_)
        count_levels(some);
      else if (++pending == most_pending)
        flush(), pending = 0;
    }
    if (counts_) flush();
  }

 private:
  static constexpr std::size_t word_rows = array::PlaneBatch::word_rows;
  static constexpr std::size_t most_pending = 4096;  // vectors of up to 15 ones, counted in 16 bits

  // Codes of a vector's rows as `taken` from `slot` on, the higher 16 bits of squares in `high`.
  void take(Taken taken, const std::int16_t* codes, std::size_t slot) {
    std::uint16_t *low = scratch_.codes.data() + slot, *high = scratch_.high.data() + slot;
    const auto each = [&](auto of) {
      for (std::size_t r = 0; r < rows_; ++r) low[r] = static_cast<std::uint16_t>(of(static_cast<int>(codes[r])));
    };
    const auto square_of = [&](auto of) {
      for (std::size_t r = 0; r < rows_; ++r) {
        const int x = of(static_cast<int>(codes[r]));
        low[r] = static_cast<std::uint16_t>(x * x), high[r] = static_cast<std::uint16_t>(x * x >> 16);
      }
    };
    const auto positive = [](int x) { return std::max(x, 0); };
    const auto negative = [](int x) { return std::max(-x, 0); };
    switch (taken) {
      case Taken::code:
        return each([mask = code_mask_](int x) { return x & mask; });
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

  // Bits of the codes last taken, to the planes of `vectors` vectors from `first` on.
  void put(const Take& take, std::size_t first, std::size_t vectors) {
    std::vector<BinaryPart>& parts = take.to_square ? drive_->square : drive_->value;
    const std::size_t bits = static_cast<std::size_t>(take.bits);
    std::array<std::uint64_t, 16> words;
    for (std::size_t w = 0; w * word_rows < scratch_.codes.size(); ++w)
      for (std::size_t from = 0; from < bits; from += words.size()) {
        const std::size_t here = std::min(bits - from, words.size());
        kernels_.bits((from == 0 ? scratch_.codes : scratch_.high).data() + w * word_rows, static_cast<int>(here),
                      words.data());
        for (std::size_t i = 0; i < vectors; ++i) {
          const std::size_t plane = (first + i) * planes_ + static_cast<std::size_t>(take.first_plane);
          for (std::size_t b = 0; b < here; ++b) {
            const std::uint64_t word = together_ == 1 ? words[b] : words[b] >> (i * slot_) & slot_mask();
            const std::size_t part = static_cast<std::size_t>(take.first_part) + (take.bit_is_part ? from + b : 0);
            parts[part].planes.word(static_cast<int>(w), plane + (take.bit_is_part ? 0 : b)) = word;
          }
        }
      }
  }
  std::uint64_t slot_mask() const { return (std::uint64_t{1} << slot_) - 1; }

  void count_levels(std::span<const std::int16_t* const> vectors) {
    for (const std::int16_t* vector : vectors)
      for (std::size_t r = 0; r < rows_; ++r) {
        const auto x = static_cast<std::int64_t>(vector[static_cast<std::size_t>(first_row_) + r]);
        counts_->drive[r] += static_cast<std::uint64_t>(x * x), counts_->on[r] += x != 0;
      }
  }
  void count_held(std::span<const std::int16_t* const> vectors) {
    for (const std::int16_t* vector : vectors)
      for (std::size_t r = 0; r < rows_; ++r) {
        const auto code = static_cast<std::size_t>(vector[static_cast<std::size_t>(first_row_) + r] - lowest_);
        counts_->held[r] += held_.held[code], counts_->held_on[r] += held_.held_on[code];
      }
  }
  void flush() {
    for (std::size_t i = 0; i < together_; ++i)
      for (std::size_t r = 0; r < rows_; ++r) {
        const std::uint16_t ones = scratch_.counts[i * slot_ + r];
        counts_->drive[r] += ones, counts_->on[r] += ones;
      }
    std::fill(scratch_.counts.begin(), scratch_.counts.end(), 0);
  }

  const ReadKernels& kernels_;
  Takes takes_;
  int first_row_;
  std::size_t rows_, slot_, together_, planes_;
  std::uint16_t code_mask_;
  bool analog_;
  DriveScratch& scratch_;
  GroupDrive* drive_;
  const DriveCounts* counts_;
  DriveTable held_;  // where planes last differently long
  int lowest_ = 0;
};

}  // namespace

void build_drive(const LayerPlan& plan, Isa isa, std::span<const std::int16_t* const> vectors, const RowGroup& group,
                 DriveScratch& scratch, GroupDrive& drive, const DriveCounts* counts) {
  reset(plan, vectors.size(), group.rows, drive);
  Builder(plan, isa, group, scratch, &drive, counts).run(vectors);
}

void count_drive(const LayerPlan& plan, Isa isa, std::span<const std::int16_t* const> vectors, const RowGroup& group,
                 DriveScratch& scratch, const DriveCounts& counts) {
  Builder(plan, isa, group, scratch, nullptr, &counts).run(vectors);
}

}  // namespace bitline::read
