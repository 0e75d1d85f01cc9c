// SPDX-License-Identifier: Apache-2.0
// Loops of arrays with wires: every instruction set gives the same bits.
#include "array/wires/wire_kernels.h"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "base/random.h"

namespace bitline::wire_kernels_test {
using namespace array;
using namespace array::wires;

namespace {

// Uniform in (0, 1), where vectors of 32 bytes may be loaded from.
template <class Real>
class Numbers {
 public:
  Numbers(std::size_t n, std::uint16_t name) : lines_((n * sizeof(Real) + 31) / 32) {
    static const Random random(21, 0);
    for (std::size_t i = 0; i < n; ++i)
      data()[i] = static_cast<Real>(
          random.uniform4({.purpose = Purpose::test, .layer = name, .place = static_cast<std::uint32_t>(i)})[0]);
  }
  Real* data() { return reinterpret_cast<Real*>(lines_.data()); }
  std::vector<Real> all() { return {data(), data() + lines_.size() * 32 / sizeof(Real)}; }

 private:
  struct alignas(32) Line {
    unsigned char bytes[32];
  };
  std::vector<Line> lines_;
};

// What every kernel makes of the same numbers.
std::vector<double> patch_results(const WireKernels& kernels, int eliminated, int kept) {
  const auto e = static_cast<std::size_t>(eliminated), k = static_cast<std::size_t>(kept), width = e + k;
  constexpr std::size_t batch = 3;
  std::vector<double> results;
  const auto keep = [&](Numbers<double>& numbers) {
    const auto all = numbers.all();
    results.insert(results.end(), all.begin(), all.end());
  };
  Numbers<double> quads(4 * e * width, 1), sums(4 * k * k, 2), known(4 * k * batch, 3), found(4 * e * batch, 4);
  kernels.factor_quads(quads.data(), eliminated, kept);
  kernels.multiply_quads(quads.data(), eliminated, kept, sums.data());
  kernels.recover_quads(quads.data(), eliminated, kept, batch, known.data(), found.data());
  keep(quads), keep(sums), keep(found);
  Numbers<double> one(e * width, 5);
  kernels.factor_panel(one.data(), 0, eliminated, eliminated + kept);
  kernels.recover_one(one.data(), eliminated, kept, batch, known.data(), found.data());
  keep(one), keep(found);
  return results;
}

template <class Real>
std::vector<Real> ladder_results(void (*products)(const LadderRead<Real>&), void (*meshes)(const LadderRead<Real>&)) {
  constexpr std::size_t rows = 37, lanes = 32 / sizeof(Real);
  Numbers<Real> g_S(2 * rows * ladder_group * lanes, 6), current(ladder_group * lanes, 7),
      power(ladder_group * lanes, 8);
  std::vector<LadderStep<Real>> steps;
  for (std::uint32_t row = 0; row < rows; row += 1 + row % 3)
    steps.push_back({2 * row * ladder_group, (2 * row + 1) * ladder_group, static_cast<Real>(0.01) * (row % 5),
                     static_cast<Real>(0.02) * (row % 4)});
  LadderRead<Real> read{g_S.data(),
                        steps.data(),
                        steps.size(),
                        static_cast<Real>(0.1),
                        2,
                        static_cast<Real>(0.25),
                        static_cast<Real>(0.5),
                        static_cast<Real>(0.25),
                        current.data(),
                        power.data()};
  products(read);
  std::vector<Real> results = current.all();
  meshes(read);
  for (auto* numbers : {&current, &power}) {
    const auto all = numbers->all();
    results.insert(results.end(), all.begin(), all.end());
  }
  return results;
}

std::vector<float> gated_results(const WireKernels& kernels, std::size_t lanes) {
  constexpr std::size_t rows = 30, active = 21, padded = 24;
  std::vector<int> row;
  for (std::size_t a = 0; a < padded; ++a) row.push_back(static_cast<int>(a < active ? a + a / 3 : rows));
  const std::size_t cells = 8 * (rows + 1) * lanes;
  Numbers<float> source_V(active, 10), g_S(cells, 11), row_pass(cells, 12), lift(cells, 13), first_S(cells, 14),
      column_ohm(cells, 15), far_ohm(8 * lanes, 16), far_S(rows + 1, 17);
  Numbers<float> drop(cells, 18), column_V(cells, 19), pass(cells, 20), column_lift(cells, 21),
      column_far_S(8 * lanes, 22), sense_A(8 * lanes, 23), active_pass(8 * cells, 24), active_lift(8 * cells, 25),
      sum_A(32 * cells, 26), driver_A(padded, 27);
  const GatedSweep sweep{rows,
                         lanes,
                         active,
                         padded,
                         row.data(),
                         source_V.data(),
                         g_S.data(),
                         row_pass.data(),
                         lift.data(),
                         first_S.data(),
                         column_ohm.data(),
                         far_ohm.data(),
                         far_S.data(),
                         drop.data(),
                         column_V.data(),
                         pass.data(),
                         column_lift.data(),
                         column_far_S.data(),
                         sense_A.data(),
                         active_pass.data(),
                         active_lift.data(),
                         sum_A.data(),
                         driver_A.data()};
  std::vector<float> results;
  kernels.column_pivots(sweep);
  results.push_back(kernels.solve_columns(sweep, true));
  kernels.gather_row_pivots(sweep);
  kernels.solve_rows(sweep);
  results.push_back(kernels.solve_columns(sweep, false));
  for (auto* numbers : {&drop, &column_V, &pass, &column_lift, &sense_A, &driver_A}) {
    const auto all = numbers->all();
    results.insert(results.end(), all.begin(), all.end());
  }
  return results;
}

}  // namespace

TEST_CASE("wires are solved to the same bits by every instruction set") {
  const WireKernels& first = wire_kernels(Isa::baseline);
  for (const Isa isa : isas()) {
    CAPTURE(name_of(isa));
    const WireKernels& kernels = wire_kernels(isa);
    for (const auto& [eliminated, kept] : {std::pair{1, 6}, std::pair{4, 11}, std::pair{8, 32}, std::pair{13, 23}})
      CHECK(patch_results(kernels, eliminated, kept) == patch_results(first, eliminated, kept));
    CHECK(ladder_results(kernels.read_float_products, kernels.read_float_meshes) ==
          ladder_results(first.read_float_products, first.read_float_meshes));
    CHECK(ladder_results(kernels.read_double_products, kernels.read_double_meshes) ==
          ladder_results(first.read_double_products, first.read_double_meshes));
    for (const std::size_t lanes : {1u, 4u, 7u}) CHECK(gated_results(kernels, lanes) == gated_results(first, lanes));
  }
}

TEST_CASE("a quad of patches is eliminated as each patch is") {
  constexpr int eliminated = 5, kept = 9, width = eliminated + kept;
  for (const Isa isa : isas()) {
    const WireKernels& kernels = wire_kernels(isa);
    Numbers<double> quads(4 * eliminated * width, 30);
    std::vector<double> patch(eliminated * width);
    for (std::size_t lane = 0; lane < 4; ++lane) {
      for (std::size_t i = 0; i < patch.size(); ++i) patch[i] = quads.data()[4 * i + lane];
      // By hand: row k over the root of its sum, and its shares added to the rows that follow.
      for (std::size_t k = 0; k < eliminated; ++k) {
        double sum = 0;
        for (std::size_t j = k + 1; j < width; ++j) sum += patch[k * width + j];
        const double scale = 1 / std::sqrt(sum);
        for (std::size_t j = k + 1; j < width; ++j) patch[k * width + j] *= scale;
        patch[k * width + k] = scale;
        for (std::size_t l = k + 1; l < eliminated; ++l)
          for (std::size_t j = l + 1; j < width; ++j)
            patch[l * width + j] += patch[k * width + l] * patch[k * width + j];
      }
      Numbers<double> ours(4 * eliminated * width, 30);
      kernels.factor_quads(ours.data(), eliminated, kept);
      for (std::size_t k = 0; k < eliminated; ++k)
        for (std::size_t j = k; j < width; ++j)
          CHECK(ours.data()[4 * (k * width + j) + lane] == doctest::Approx(patch[k * width + j]).epsilon(1e-13));
    }
  }
}

}  // namespace bitline::wire_kernels_test
