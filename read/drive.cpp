// SPDX-License-Identifier: Apache-2.0
#include "read/drive.h"

#include <cstdlib>

namespace bitline::read {

using array::PlaneBatch;

namespace {

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

}  // namespace

void build_drive(const chip::LayerPlan& plan, std::span<const std::int16_t* const> vectors, int first_row, int rows,
                 GroupDrive& drive) {
  const periphery::Input& input = plan.settings.input;
  const int planes = plan.planes.planes();
  const std::size_t reads = vectors.size() * static_cast<std::size_t>(planes);
  drive.value.clear();
  drive.square.clear();
  if (input.encoding == periphery::Encoding::bit_serial && !plan.signed_inputs) {
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

void ColumnSums::weighted(const array::CodeMatrix& codes, int first_row, const std::vector<BinaryPart>& parts,
                          std::vector<double>& out) {
  const std::size_t n = parts[0].planes.vectors() * static_cast<std::size_t>(codes.columns);
  scratch_.resize(n);
  out.assign(n, 0);
  for (const auto& part : parts) {
    plane_sums(codes, first_row, part.planes, scratch_);
    for (std::size_t k = 0; k < n; ++k) out[k] += part.weight * scratch_[k];
  }
}

void ColumnSums::compute(const chip::BlockView& cells, int first_row, const GroupDrive& drive, bool noisy) {
  const auto& square = drive.square_is_value ? drive.value : drive.square;
  if (noisy && !cells.reference_variance.data.empty())
    weighted(cells.reference_variance, first_row, square, reference_variance);
  if (noisy && drive.square_is_value) {  // plain 0/1 planes: one pass serves both
    const PlaneBatch& planes = drive.value[0].planes;
    const std::size_t n = planes.vectors() * static_cast<std::size_t>(cells.codes.columns);
    scratch_.resize(n);
    variance_scratch_.resize(n);
    plane_sums(cells.codes, cells.variance, first_row, planes, scratch_, variance_scratch_);
    current.assign(scratch_.begin(), scratch_.end());
    variance.assign(variance_scratch_.begin(), variance_scratch_.end());
    return;
  }
  weighted(cells.codes, first_row, drive.value, current);
  if (noisy) weighted(cells.variance, first_row, square, variance);
}

}  // namespace bitline::read
