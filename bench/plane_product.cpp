// SPDX-License-Identifier: Apache-2.0
#include "bench/plane_product.h"

#include <cblas.h>

#include "base/random.h"

namespace bitline::bench {

PlaneProduct::PlaneProduct()
    : codes_{rows, columns, std::vector<std::int16_t>(std::size_t{rows} * columns)},
      bits_(planes, rows),
      float_codes_(codes_.data.size()),
      float_planes_(std::size_t{planes} * rows),
      float_sums_(std::size_t{planes} * columns),
      sums_(float_sums_.size()) {
  openblas_set_num_threads(1);
  const Random random(1, 0);
  for (std::size_t i = 0; i < codes_.data.size(); ++i) {
    const auto draw = random.bits({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(i)})[0];
    codes_.data[i] =
        static_cast<std::int16_t>(static_cast<int>(draw % (2 * array::largest_code + 1)) - array::largest_code);
    float_codes_[i] = codes_.data[i];
  }
  for (std::size_t v = 0; v < planes; ++v)
    for (int r = 0; r < rows; ++r) {
      const auto place = static_cast<std::uint32_t>(v * rows + static_cast<std::size_t>(r));
      if (random.bits({.purpose = Purpose::test, .layer = 1, .place = place})[0] & 1) {
        bits_.set(v, r);
        float_planes_[place] = 1;
      }
    }
}

const std::vector<std::int32_t>& PlaneProduct::by_tables() {
  plane_sums(codes_, 0, bits_, sums_);
  return sums_;
}

const std::vector<float>& PlaneProduct::by_sgemm() {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, planes, columns, rows, 1, float_planes_.data(), rows,
              float_codes_.data(), columns, 0, float_sums_.data(), columns);
  return float_sums_;
}

bool PlaneProduct::answers_agree() {
  const auto& tables = by_tables();
  const auto& sgemm = by_sgemm();
  for (std::size_t i = 0; i < tables.size(); ++i)
    if (static_cast<float>(tables[i]) != sgemm[i]) return false;
  for (std::size_t i = 0; i < tables.size(); i += 997) {
    std::int64_t sum = 0;
    for (int r = 0; r < rows; ++r)
      if (float_planes_[i / columns * rows + static_cast<std::size_t>(r)] > 0)
        sum += codes_.data[static_cast<std::size_t>(r) * columns + i % columns];
    if (sum != tables[i]) return false;
  }
  return true;
}

}  // namespace bitline::bench
