// SPDX-License-Identifier: Apache-2.0
#include "array/product.h"

#include <algorithm>

#include "array/kernels.h"

namespace bitline::array {

static_assert(StripeSums::columns == stripe_columns && PlaneBatch::word_rows == word_rows);

PackedCodes::PackedCodes(Isa isa, const CodeMatrix& codes, int first_row, int rows)
    : isa_(isa), rows_(rows), columns_(codes.columns) {
  const SumKernels& kernels = sum_kernels(isa);
  data_.resize((kernels.packed_bytes(rows, columns_) + sizeof(CacheLine) - 1) / sizeof(CacheLine));
  const auto stride = static_cast<std::size_t>(codes.columns);
  kernels.pack(codes.data.data() + static_cast<std::size_t>(first_row) * stride, stride, rows, columns_, data_.data());
}

int PackedCodes::stripes() const { return (columns_ + stripe_columns - 1) / stripe_columns; }

void PlaneBatch::reset(std::size_t planes, int rows) {
  planes_ = planes;
  rows_ = rows;
  data_.assign(planes * static_cast<std::size_t>(words()), 0);
}

void StripeSums::resize(int stripes, std::size_t planes) {
  stripes_ = stripes;
  planes_ = planes;
  lines_.resize(std::max(lines_.size(), static_cast<std::size_t>(stripes) * planes));
}

namespace {

void sum(void (*kernel)(const PlaneSums&), const PackedCodes& codes, const PlaneBatch& planes, int first_stripe,
         int stripes, StripeSums& sums) {
  sums.resize(stripes, planes.planes());
  if (planes.rows() == 0)
    std::fill_n(sums.data(), sums.size(), 0);
  else
    kernel({planes.data(), planes.planes(), planes.rows(), codes.columns(), first_stripe, stripes, codes.data(),
            sums.data()});
}

}  // namespace

void plane_sums(const PackedCodes& codes, const PlaneBatch& planes, int first_stripe, int stripes, StripeSums& sums) {
  sum(sum_kernels(codes.isa()).sums, codes, planes, first_stripe, stripes, sums);
}

CodeMatrix unpacked(const PackedCodes& codes) {
  CodeMatrix all{codes.rows(), codes.columns(), {}};
  PlaneBatch planes(static_cast<std::size_t>(codes.rows()), codes.rows());
  for (int r = 0; r < codes.rows(); ++r) planes.set(static_cast<std::size_t>(r), r);
  StripeSums sums;
  plane_sums(codes, planes, 0, codes.stripes(), sums);
  for (int r = 0; r < codes.rows(); ++r)
    for (int c = 0; c < codes.columns(); ++c)
      all.data.push_back(static_cast<std::int16_t>(
          sums.of(c / StripeSums::columns, static_cast<std::size_t>(r))[c % StripeSums::columns]));
  return all;
}

void variance_sums(const PackedCodes& codes, const PlaneBatch& planes, int first_stripe, int stripes,
                   StripeSums& sums) {
  sum(sum_kernels(codes.isa()).small_sums, codes, planes, first_stripe, stripes, sums);
}

}  // namespace bitline::array
