// SPDX-License-Identifier: Apache-2.0
#include "read/column_sums.h"

#include <cmath>
#include <limits>

namespace bitline::read {

using array::StripeSums;

namespace {

// Whether sums of codes up to `largest` over these parts fit 32 bits.
bool fit(const std::vector<BinaryPart>& parts, int largest) {
  double sum = 0;
  for (const BinaryPart& part : parts) sum += std::abs(part.weight) * part.planes.rows() * largest;
  return sum <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

void ColumnSums::compute(const chip::PackedGroup& cells, const GroupDrive& drive, int first_stripe, int stripes,
                         bool noisy, bool currents) {
  noisy_ = noisy;
  real_ = !currents || !fit(drive.value, array::largest_code) || !fit(drive.squares(), array::largest_variance_code);
  if (currents) add_up(array::plane_sums, cells.codes, drive.value, first_stripe, stripes, real_, current_);
  if (!noisy) return;
  add_up(array::variance_sums, cells.variances, drive.squares(), first_stripe, stripes, real_, variance_);
  if (!cells.reference_variances.empty() && first_stripe == 0)
    add_up(array::variance_sums, cells.reference_variances, drive.squares(), 0, cells.reference_variances.stripes(),
           true, reference_variance_);
}

std::vector<double>& ColumnSums::take_currents(int stripes, std::size_t reads) {
  current_.real.resize(static_cast<std::size_t>(stripes) * reads * StripeSums::columns);
  current_.sums.resize(stripes, reads);
  return current_.real;
}

void ColumnSums::add_up(Kernel kernel, const array::PackedCodes& codes, const std::vector<BinaryPart>& parts,
                        int first_stripe, int stripes, bool real, Weighted& out) {
  kernel(codes, parts[0].planes, first_stripe, stripes, out.sums);
  std::int32_t* const sums = out.sums.data();
  const std::size_t n = out.sums.size();
  if (real) {
    out.real.resize(n);
    for (std::size_t k = 0; k < n; ++k) out.real[k] = parts[0].weight * sums[k];
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    kernel(codes, parts[i].planes, first_stripe, stripes, scratch_);
    const std::int32_t* const more = scratch_.data();
    const auto weight = static_cast<std::uint32_t>(static_cast<std::int32_t>(parts[i].weight));
    if (real)
      for (std::size_t k = 0; k < n; ++k) out.real[k] += parts[i].weight * more[k];
    else
      for (std::size_t k = 0; k < n; ++k)  // modulo 2^32, since columns beyond the matrix hold anything
        sums[k] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[k]) +
                                            weight * static_cast<std::uint32_t>(more[k]));
  }
}

ReadSums<std::int32_t> ColumnSums::integer_sums(std::size_t first, std::size_t reads, std::size_t columns,
                                                const float* z, std::size_t z_step, float noise_scale) const {
  const std::size_t at = first * StripeSums::columns, stripe_step = current_.sums.planes() * StripeSums::columns;
  return {current_.sums.data() + at,
          noisy_ ? variance_.sums.data() + at : nullptr,
          stripe_step,
          z,
          z_step,
          noise_scale,
          reads,
          columns};
}

void ColumnSums::values(const ReadKernels& kernels, std::size_t first, std::size_t reads, std::size_t columns,
                        const float* z, std::size_t z_step, float noise_scale, double* values) const {
  if (!real_) return kernels.noisy_sums(integer_sums(first, reads, columns, z, z_step, noise_scale), values);
  const std::size_t at = first * StripeSums::columns, stripe_step = current_.sums.planes() * StripeSums::columns;
  kernels.noisy_real_sums({current_.real.data() + at, noisy_ ? variance_.real.data() + at : nullptr, stripe_step, z,
                           z_step, noise_scale, reads, columns},
                          values);
}

double ColumnSums::reference_variance(std::size_t read, int slice) const {
  const std::size_t stripe = static_cast<std::size_t>(slice) / StripeSums::columns;
  return reference_variance_.real[(stripe * reference_variance_.sums.planes() + read) * StripeSums::columns +
                                  static_cast<std::size_t>(slice) % StripeSums::columns];
}

}  // namespace bitline::read
