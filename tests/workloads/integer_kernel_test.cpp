// SPDX-License-Identifier: Apache-2.0
#include "workloads/integer_kernel.h"

#include <doctest/doctest.h>

#include "tests/workloads/graph_models.h"

namespace bitline::integer_kernel_test {
using namespace workloads;
using namespace bitline::test;

// 1 to 9 vectors, odd and even rows, columns beyond whole blocks of 8; rows of a larger matrix, gaps between vectors.
TEST_CASE("products of codes are exact by every instruction set") {
  Numbers numbers(11);
  constexpr std::size_t first = 2, gap = 3;
  for (const std::size_t rows : {1u, 2u, 7u, 40u})
    for (const std::size_t columns : {1u, 8u, 13u, 33u})
      for (std::size_t vectors = 1; vectors <= 9; ++vectors) {
        std::vector<std::int16_t> codes((first + rows) * columns), x(vectors * (rows + gap));
        for (std::int16_t& code : codes) code = static_cast<std::int16_t>(numbers.between(-127, 127));
        for (std::int16_t& code : x) code = static_cast<std::int16_t>(numbers.between(-32768, 32767));
        const PackedWeights packed(codes, columns, first, rows);
        for (const Isa isa : isas()) {
          CAPTURE(name_of(isa));
          std::vector<double> sums(vectors * columns, 5);
          add_code_products(packed, x.data(), rows + gap, vectors, sums.data(), columns, isa);
          std::size_t wrong = 0;
          for (std::size_t v = 0; v < vectors; ++v)
            for (std::size_t c = 0; c < columns; ++c) {
              std::int64_t sum = 5;
              for (std::size_t r = 0; r < rows; ++r)
                sum += std::int64_t{x[v * (rows + gap) + r]} * codes[(first + r) * columns + c];
              wrong += sums[v * columns + c] != static_cast<double>(sum);
            }
          CHECK(wrong == 0);
        }
      }
}

}  // namespace bitline::integer_kernel_test
