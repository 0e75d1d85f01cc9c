// SPDX-License-Identifier: Apache-2.0
#include "bench/plane_product.h"

#include <cblas.h>

#include <algorithm>

#include "base/random.h"

namespace bitline::bench {

using array::CodeMatrix;
using array::StripeSums;

namespace {

constexpr int stripes_together = 8;

std::uint32_t test_word(std::uint16_t layer, std::size_t place) {
  static const Random random(1, 0);
  return random.bits({.purpose = Purpose::test, .layer = layer, .place = static_cast<std::uint32_t>(place)})[0];
}

CodeMatrix codes_of(int rows, int columns, int lowest, int highest, std::uint16_t layer) {
  CodeMatrix codes{rows, columns, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); ++i)
    codes.data.push_back(static_cast<std::int16_t>(
        lowest + static_cast<int>(test_word(layer, i) % static_cast<unsigned>(highest - lowest + 1))));
  return codes;
}

}  // namespace

PlaneProduct::PlaneProduct(int rows, int columns, std::size_t planes, Isa isa)
    : codes_(codes_of(rows, columns, -array::largest_code, array::largest_code, 0)),
      variances_(codes_of(rows, columns, 0, array::largest_variance_code, 1)),
      packed_(isa, codes_, 0, rows),
      packed_variances_(isa, variances_, 0, rows),
      bits_(planes, rows),
      float_codes_(codes_.data.begin(), codes_.data.end()),
      float_planes_(planes * static_cast<std::size_t>(rows)),
      float_sums_(planes * static_cast<std::size_t>(columns)) {
  openblas_set_num_threads(1);
  for (std::size_t v = 0; v < planes; ++v)
    for (int r = 0; r < rows; ++r) {
      const std::size_t place = v * static_cast<std::size_t>(rows) + static_cast<std::size_t>(r);
      if (test_word(2, place) & 1) bits_.set(v, r), float_planes_[place] = 1;
    }
}

const StripeSums& PlaneProduct::by_codes() {
  for (int first = 0; first < packed_.stripes(); first += stripes_together)
    plane_sums(packed_, bits_, first, std::min(stripes_together, packed_.stripes() - first), sums_);
  return sums_;
}

void PlaneProduct::by_codes_and_variances() {
  for (int first = 0; first < packed_.stripes(); first += stripes_together) {
    const int stripes = std::min(stripes_together, packed_.stripes() - first);
    plane_sums(packed_, bits_, first, stripes, sums_);
    variance_sums(packed_variances_, bits_, first, stripes, variance_sums_);
  }
}

const std::vector<float>& PlaneProduct::by_sgemm() {
  const auto planes = static_cast<int>(bits_.planes());
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, planes, codes_.columns, codes_.rows, 1, float_planes_.data(),
              codes_.rows, float_codes_.data(), codes_.columns, 0, float_sums_.data(), codes_.columns);
  return float_sums_;
}

bool PlaneProduct::answers_agree() {
  const auto& sgemm = by_sgemm();
  const auto columns = static_cast<std::size_t>(codes_.columns), rows = static_cast<std::size_t>(codes_.rows);
  StripeSums sums, variance_sums_of_all;
  plane_sums(packed_, bits_, 0, packed_.stripes(), sums);
  variance_sums(packed_variances_, bits_, 0, packed_.stripes(), variance_sums_of_all);
  for (std::size_t i = 0; i < sgemm.size(); ++i) {
    const std::size_t v = i / columns, c = i % columns;
    if (static_cast<float>(sums.of(static_cast<int>(c / 16), v)[c % 16]) != sgemm[i]) return false;
    if (i % 997 != 0) continue;
    std::int64_t sum = 0, variance = 0;
    for (std::size_t r = 0; r < rows; ++r)
      if (float_planes_[v * rows + r] > 0)
        sum += codes_.data[r * columns + c], variance += variances_.data[r * columns + c];
    if (sums.of(static_cast<int>(c / 16), v)[c % 16] != sum) return false;
    if (variance_sums_of_all.of(static_cast<int>(c / 16), v)[c % 16] != variance) return false;
  }
  return true;
}

}  // namespace bitline::bench
