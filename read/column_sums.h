// SPDX-License-Identifier: Apache-2.0
// What the columns of a block sum from the planes of one row group: exact integers, and the variances of read noise.
#pragma once

#include <vector>

#include "chip/view.h"
#include "read/drive.h"
#include "read/read_kernels.h"

namespace bitline::read {

class ColumnSums {
 public:
  // Columns of stripes first .. first + stripes - 1; variances if `noisy`. Without `currents` only what noise needs.
  void compute(const chip::PackedGroup& cells, const GroupDrive& drive, int first_stripe, int stripes, bool noisy,
               bool currents);
  // In place of sums: currents of arrays that are solved read by read, [stripe][read][16]. To be filled by the caller.
  std::vector<double>& take_currents(int stripes, std::size_t reads);

  // Sums of reads first .. first + reads - 1, which `kernels` turns into values; fields of noise are the caller's.
  void values(const ReadKernels& kernels, std::size_t first, std::size_t reads, std::size_t columns, const float* z,
              std::size_t z_step, float noise_scale, double* values) const;
  // Sums and variances of these reads where both are kept as integers of 32 bits.
  bool integers() const { return !real_; }
  ReadSums<std::int32_t> integer_sums(std::size_t first, std::size_t reads, std::size_t columns, const float* z,
                                      std::size_t z_step, float noise_scale) const;
  double reference_variance(std::size_t read, int slice) const;

 private:
  // Sums of weight times planes as integers where they fit 32 bits, else as integers held by doubles.
  struct Weighted {
    array::StripeSums sums;
    std::vector<double> real;
  };
  using Kernel = void (*)(const array::PackedCodes&, const array::PlaneBatch&, int, int, array::StripeSums&);
  void add_up(Kernel kernel, const array::PackedCodes& codes, const std::vector<BinaryPart>& parts, int first_stripe,
              int stripes, bool real, Weighted& out);
  bool noisy_ = false, real_ = false;
  Weighted current_, variance_, reference_variance_;
  array::StripeSums scratch_;
};

}  // namespace bitline::read
