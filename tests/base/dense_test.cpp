// SPDX-License-Identifier: Apache-2.0
// Products of dense matrices against their terms added one by one.
#include "base/dense.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"

using namespace bitline;

namespace {

template <class Number>
std::vector<Number> drawn(std::size_t n, std::uint16_t layer) {
  const Random random(9, 0);
  std::vector<Number> out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(static_cast<Number>(
        random.uniform4({.purpose = Purpose::test, .layer = layer, .place = static_cast<std::uint32_t>(i)})[0] - 0.5));
  return out;
}

struct Size {
  std::size_t rows, inner, columns;
};
// Single elements, sides of tiles and of what is multiplied together, and one beyond.
constexpr Size sizes[] = {{1, 1, 1},   {5, 3, 7},     {6, 256, 16},  {7, 257, 17}, {8, 1, 48},
                          {9, 5, 241}, {33, 64, 240}, {50, 600, 30}, {3, 513, 500}};

// a (rows, inner) times b (inner, columns) added to c, the terms in their order, 256 at a time.
template <class Number>
void add_plainly(const Size& s, const std::vector<Number>& a, const std::vector<Number>& b, std::vector<Number>& c) {
  for (std::size_t i = 0; i < s.rows; ++i)
    for (std::size_t j = 0; j < s.columns; ++j)
      for (std::size_t k = 0; k < s.inner; k += 256) {
        Number sum = 0;
        for (std::size_t t = k; t < std::min(s.inner, k + 256); ++t) {
          const Number term = a[i * s.inner + t] * b[t * s.columns + j];
          sum += term;
        }
        c[i * s.columns + j] += sum;
      }
}

template <class Number>
void compare() {
  DenseScratch scratch;
  for (const Isa isa : isas())
    for (const Size& s : sizes) {
      CAPTURE(name_of(isa));
      CAPTURE(s.rows);
      CAPTURE(s.inner);
      CAPTURE(s.columns);
      const auto a = drawn<Number>(s.rows * s.inner, 1), b = drawn<Number>(s.inner * s.columns, 2);
      std::vector<Number> c = drawn<Number>(s.rows * s.columns, 3), expected = c, transposed(a.size());
      add_plainly(s, a, b, expected);
      add_product(s.rows, s.inner, s.columns, Strided<Number>{a.data(), s.inner}, Strided<Number>{b.data(), s.columns},
                  c.data(), s.columns, scratch, DensePart::all, isa);
      CHECK(c == expected);

      for (std::size_t i = 0; i < s.rows; ++i)
        for (std::size_t k = 0; k < s.inner; ++k) transposed[k * s.rows + i] = a[i * s.inner + k];
      c = drawn<Number>(s.rows * s.columns, 3);
      add_product(s.rows, s.inner, s.columns, Strided<Number>{transposed.data(), 1, s.rows},
                  Strided<Number>{b.data(), s.columns}, c.data(), s.columns, scratch, DensePart::upper, isa);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < s.rows; ++i)
        for (std::size_t j = i; j < s.columns; ++j) wrong += c[i * s.columns + j] != expected[i * s.columns + j];
      CHECK(wrong == 0);
    }
}

}  // namespace

TEST_CASE("dense products in single and double precision have the bits of plain sums, on every instruction set") {
  compare<float>();
  compare<double>();
}

TEST_CASE("dense products of integers are exact while sums fit") {
  // 1024 x 127 x 127 < 2^24.
  constexpr std::size_t rows = 5, inner = 1024, columns = 20;
  std::vector<float> a(rows * inner, 127), b(inner * columns, -127), c(rows * columns, 0);
  DenseScratch scratch;
  for (const Isa isa : isas()) {
    std::fill(c.begin(), c.end(), 0.0f);
    add_product(rows, inner, columns, Strided<float>{a.data(), inner}, Strided<float>{b.data(), columns}, c.data(),
                columns, scratch, DensePart::all, isa);
    for (const float x : c) CHECK(x == -1024.0f * 127 * 127);
  }
}
