// SPDX-License-Identifier: Apache-2.0
// Sums of codes over binary planes against sums one by one, for every instruction set this machine runs.
#include "array/product.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "array/kernels.h"
#include "base/random.h"

// The kernel of tiles with tiles that are arrays: this machine need not have them.
#define BITLINE_ISA emulated
#define BITLINE_EMULATE_TILES
#include "array/kernels_amx.inl"

namespace bitline::product_test {
using namespace array;

namespace {

enum class Codes { drawn, largest, lowest, alternating };

// Codes of -limit .. limit, or 0 .. limit.
CodeMatrix codes_of(Codes kind, int rows, int columns, int limit, bool both_signs) {
  const Random random(11, 0);
  CodeMatrix m{rows, columns, {}};
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(rows * columns); ++i) {
    const int lowest = both_signs ? -limit : 0;
    const auto draw = static_cast<int>(random.bits({.purpose = Purpose::test, .place = i})[0] % 1000003u);
    const int code = kind == Codes::drawn     ? lowest + draw % (limit - lowest + 1)
                     : kind == Codes::largest ? limit
                     : kind == Codes::lowest  ? lowest
                     : i % 2                  ? limit
                                              : lowest;
    m.data.push_back(static_cast<std::int16_t>(code));
  }
  return m;
}

// Planes that drive every second row on average; the first all, the second none.
PlaneBatch planes_of(std::size_t planes, int rows) {
  const Random random(12, 0);
  PlaneBatch batch(planes, rows);
  for (std::size_t v = 0; v < planes; ++v)
    for (int r = 0; r < rows; ++r) {
      const auto place = static_cast<std::uint32_t>(r);
      const auto draw =
          random.bits({.purpose = Purpose::test, .place = place, .image = static_cast<std::uint32_t>(v)})[0];
      if (v == 0 || (v > 1 && draw % 2)) batch.set(v, r);
    }
  return batch;
}

bool drives(const PlaneBatch& planes, std::size_t v, int r) {
  return planes.data()[static_cast<std::size_t>(r / 64) * planes.planes() + v] >> (r % 64) & 1;
}

// How many of the sums of stripes first .. first + stripes - 1 are not those of the rows one by one.
std::size_t wrong(const CodeMatrix& m, int first_row, const PlaneBatch& planes, int first, int stripes,
                  const StripeSums& sums) {
  std::size_t wrong = 0;
  for (std::size_t v = 0; v < planes.planes(); ++v)
    for (int c = 16 * first; c < std::min(m.columns, 16 * (first + stripes)); ++c) {
      std::int64_t sum = 0;
      for (int r = 0; r < planes.rows(); ++r)
        if (drives(planes, v, r)) sum += m.data[static_cast<std::size_t>((first_row + r) * m.columns + c)];
      wrong += sums.of(c / 16 - first, v)[c % 16] != sum;
    }
  return wrong;
}

struct Size {
  int rows, columns;
  std::size_t planes;
};
// One row, one column, sides of nibbles, words and stripes and one beyond, few planes and many.
constexpr Size sizes[] = {{1, 1, 1},     {3, 5, 9},      {4, 8, 24},   {5, 9, 25},    {9, 8, 256},
                          {63, 16, 7},   {64, 17, 33},   {65, 24, 8},  {72, 16, 100}, {128, 37, 3},
                          {130, 40, 31}, {200, 128, 17}, {576, 31, 40}};

}  // namespace

TEST_CASE("every instruction set sums codes exactly, whatever the sizes") {
  for (const Isa isa : isas())
    for (const Size& size : sizes) {
      CAPTURE(name_of(isa));
      CAPTURE(size.rows);
      CAPTURE(size.columns);
      CAPTURE(size.planes);
      const CodeMatrix codes = codes_of(Codes::drawn, size.rows, size.columns, largest_code, true);
      const CodeMatrix variances = codes_of(Codes::drawn, size.rows, size.columns, largest_variance_code, false);
      const PlaneBatch planes = planes_of(size.planes, size.rows);
      StripeSums sums;
      const PackedCodes packed(isa, codes, 0, size.rows);
      plane_sums(packed, planes, 0, packed.stripes(), sums);
      CHECK(wrong(codes, 0, planes, 0, packed.stripes(), sums) == 0);
      variance_sums(PackedCodes(isa, variances, 0, size.rows), planes, 0, packed.stripes(), sums);
      CHECK(wrong(variances, 0, planes, 0, packed.stripes(), sums) == 0);
    }
}

TEST_CASE("sums of the largest codes do not overflow") {
  constexpr int rows = 4097;  // 64 words and one row; 4097 x 16383 = 6.7e7
  for (const Isa isa : isas())
    for (const Codes kind : {Codes::largest, Codes::lowest, Codes::alternating}) {
      CAPTURE(name_of(isa));
      const CodeMatrix codes = codes_of(kind, rows, 20, largest_code, true);
      const CodeMatrix variances = codes_of(kind, rows, 20, largest_variance_code, false);
      for (const std::size_t count : {std::size_t{3}, std::size_t{40}}) {
        const PlaneBatch planes = planes_of(count, rows);
        StripeSums sums;
        plane_sums(PackedCodes(isa, codes, 0, rows), planes, 0, 2, sums);
        CHECK(wrong(codes, 0, planes, 0, 2, sums) == 0);
        variance_sums(PackedCodes(isa, variances, 0, rows), planes, 0, 2, sums);
        CHECK(wrong(variances, 0, planes, 0, 2, sums) == 0);
      }
    }
}

TEST_CASE("some rows and some stripes of a matrix are summed as if they stood alone") {
  const CodeMatrix codes = codes_of(Codes::drawn, 100, 70, largest_code, true);
  const PlaneBatch planes = planes_of(30, 37);
  for (const Isa isa : isas()) {
    CAPTURE(name_of(isa));
    const PackedCodes packed(isa, codes, 41, 37);
    StripeSums sums;
    for (const auto& [first, stripes] : {std::pair{0, 2}, {3, 2}, {4, 1}}) {
      plane_sums(packed, planes, first, stripes, sums);
      CHECK(wrong(codes, 41, planes, first, stripes, sums) == 0);
    }
  }
}

TEST_CASE("planes without rows sum to zero, and a batch forgets the one before") {
  const CodeMatrix codes = codes_of(Codes::largest, 8, 16, largest_code, true);
  StripeSums sums;
  PlaneBatch planes = planes_of(4, 8);
  const PackedCodes packed(isas().front(), codes, 0, 8);
  plane_sums(packed, planes, 0, 1, sums);
  CHECK(sums.of(0, 0)[15] == 8 * largest_code);
  planes.reset(4, 8);
  plane_sums(packed, planes, 0, 1, sums);
  CHECK(sums.of(0, 0)[15] == 0);
  planes.reset(4, 0);
  plane_sums(packed, planes, 0, 1, sums);
  CHECK(sums.of(0, 3)[15] == 0);
}

TEST_CASE("tiles sum codes exactly, whatever the sizes") {
  const SumKernels& tiles = sum_kernels_emulated;
  for (const Size& size : {Size{1, 1, 1}, Size{65, 17, 33}, Size{200, 40, 31}, Size{1100, 20, 16}}) {
    CAPTURE(size.rows);
    for (const bool both_signs : {true, false})
      for (const Codes kind : {Codes::drawn, Codes::largest, Codes::lowest}) {
        const CodeMatrix codes =
            codes_of(kind, size.rows, size.columns, both_signs ? largest_code : largest_variance_code, both_signs);
        const PlaneBatch planes = planes_of(size.planes, size.rows);
        const int stripes = (size.columns + 15) / 16;
        std::vector<CacheLine> packed(tiles.packed_bytes(size.rows, size.columns) / sizeof(CacheLine));
        tiles.pack(codes.data.data(), static_cast<std::size_t>(size.columns), size.rows, size.columns, packed.data());
        StripeSums sums;
        sums.resize(stripes, size.planes);
        tiles.sums({planes.data(), size.planes, size.rows, size.columns, 0, stripes, packed.data(), sums.data()});
        CHECK(wrong(codes, 0, planes, 0, stripes, sums) == 0);
      }
  }
}

}  // namespace bitline::product_test
