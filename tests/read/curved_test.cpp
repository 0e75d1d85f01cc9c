// SPDX-License-Identifier: Apache-2.0
// Curved devices in runs against single circuits built here, and the energies of single images.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "array/wires/nonlinear.h"
#include "cost/chain_flow.h"
#include "cost/cost.h"
#include "read/drives.h"
#include "tests/run/helpers.h"

namespace bitline::curved_test {
using namespace device;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace chip;
using namespace read;
using namespace cost;
using namespace bitline::test;

namespace {

constexpr int rows = 12, columns = 6, array_rows = 16, array_columns = 8;
constexpr double g_min_S = 2e-6, step_S = 18e-6 / 7, v_read_V = 0.5, beta_per_V = 4;
constexpr InputScale input{1, 3, false};

std::string config_text(const std::string& topology, double beta, const std::string& wires) {
  return "array: {rows: 16, columns: 8, topology: " + topology +
         "}, input: {encoding: bit-serial, bits: 3, v_read: 0.5 V}, wires: {" + wires +
         "}, device: {iv: {type: sinh, beta: " + std::to_string(beta) + " /V}}";
}

// 2T2R pairs on neighbouring lines in the array's corner, g_min elsewhere; conductances at zero drop.
Crossbar circuit_of(const workloads::IntegerWeights& layer) {
  const double x = beta_per_V * v_read_V, to_zero = x / std::sinh(x);
  Crossbar circuit{2 * array_rows, array_columns, {}, {{150}, {200}, {300}, {100}}};
  circuit.g_S.assign(2 * array_rows * array_columns, g_min_S * to_zero);
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) {
      const int w = layer.panels[0].codes[static_cast<std::size_t>(r * columns + c)];
      circuit.g_S[static_cast<std::size_t>((2 * r + (w < 0)) * array_columns + c)] =
          (g_min_S + std::abs(w) * step_S) * to_zero;
    }
  return circuit;
}

std::vector<double> product(const Chip& chip, const std::vector<std::int16_t>& x, std::size_t vectors,
                            Activity* activity = nullptr) {
  const View view = view_of(chip);
  std::vector<double> y(vectors * columns);
  execute_layer(chip, view, 0, x, {vectors, 0, 0, 1}, y, activity);
  return y;
}

Config braced(const std::string& keys) { return config_of("{" + keys + "}"); }

double largest_difference_of(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= worst)) worst = std::abs(a[i] - b[i]);
  return worst;
}

}  // namespace

TEST_CASE("curved devices behind wires deliver and draw what their circuit does, read by read") {
  for (const std::string topology : {"voltage-rows", "gated-rows"}) {
    CAPTURE(topology);
    const bool gated = topology == "gated-rows";
    const Config config =
        braced(config_text(topology, beta_per_V, "row: 150 ohm, column: 200 ohm, driver: 300 ohm, sense: 100 ohm"));
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, input, 3);
    const Chip chip = chip_of(config, layer);
    REQUIRE(chip.solves_reads());
    constexpr std::size_t vectors = 4;
    const auto x = random_inputs(vectors, rows, input, 5);
    Activity activity;
    const std::vector<double> y = product(chip, x, vectors, &activity);

    const LayerPlan& plan = chip.layers[0];
    std::vector<double> expected(y.size(), 0);
    double energy_J = 0;
    for (std::size_t v = 0; v < vectors; ++v)
      for (int p = 0; p < plan.planes.planes(); ++p) {
        Crossbar circuit = circuit_of(layer);
        std::vector<double> line_V(2 * array_rows, 0);
        for (int r = 0; r < array_rows; ++r) {
          const int on = r < rows ? x[v * rows + static_cast<std::size_t>(r)] >> p & 1 : 0;
          const auto line = static_cast<std::size_t>(2 * r);
          line_V[line] = on * v_read_V;
          line_V[line + 1] = -on * v_read_V;
          if (gated && !on)
            std::fill_n(circuit.g_S.begin() + static_cast<std::ptrdiff_t>(line * array_columns), 2 * array_columns,
                        0.0);
        }
        const NonlinearState solved = solve_nonlinear(circuit, {Sinh{beta_per_V}, 0, {}}, line_V);
        REQUIRE(solved.state.status.converged);
        energy_J += solved.state.source_W * config.input.t_read_s;
        for (std::size_t c = 0; c < columns; ++c)
          expected[v * columns + c] +=
              plan.planes.weight[static_cast<std::size_t>(p)] * solved.state.sense_A[c] / v_read_V / step_S;
      }
    const double largest = std::abs(*std::max_element(expected.begin(), expected.end(),
                                                      [](double a, double b) { return std::abs(a) < std::abs(b); }));
    // Reads in runs stop at 1e-6 of the largest current.
    CHECK(largest_difference_of(y, expected) < 1e-5 * largest);
    CHECK(activity.residual > 0);
    CHECK(activity.residual <= 1e-6);
    CHECK(read_ledger(plan, view_of(chip), activity).array_J == doctest::Approx(energy_J).epsilon(1e-5).scale(1e-30));
    // The wires matter, and so does the curve.
    const Config straight = braced("array: {rows: 16, columns: 8, topology: " + topology +
                                   "}, input: {encoding: bit-serial, bits: 3, v_read: 0.5 V}, wires: {row: 150 ohm, "
                                   "column: 200 ohm, driver: 300 ohm, sense: 100 ohm}");
    CHECK(largest_difference_of(y, product(chip_of(straight, layer), x, vectors)) > 1e-2 * largest);
  }
}

TEST_CASE("a curve shows nowhere without wires, and straightens as beta falls") {
  const Config ideal = braced("array: {rows: 16, columns: 8}, input: {encoding: bit-serial, bits: 3, v_read: 0.5 V}");
  const workloads::IntegerWeights layer = random_layer(rows, columns, layout(ideal.cell, 4), 4, input, 3);
  const auto x = random_inputs(3, rows, input, 7);
  const std::vector<double> exact = product(chip_of(ideal, layer), x, 3);
  const auto off = [&](double beta, const std::string& wires, const std::vector<double>& reference) {
    return largest_difference_of(product(chip_of(braced(config_text("voltage-rows", beta, wires)), layer), x, 3),
                                 reference);
  };
  CHECK(off(beta_per_V, "mode: ideal", exact) == 0);
  CHECK(off(beta_per_V, "mode: exact, row: 0 ohm, column: 0 ohm", exact) < 1e-4);

  const Config wired = braced(
      "array: {rows: 16, columns: 8}, input: {encoding: bit-serial, bits: 3, v_read: 0.5 V}, wires: {row: 150 ohm, "
      "column: 200 ohm}");
  const std::vector<double> ohmic = product(chip_of(wired, layer), x, 3);
  const double far = off(1, "row: 150 ohm, column: 200 ohm", ohmic);
  // sinh departs with the square of beta.
  CHECK(off(0.25, "row: 150 ohm, column: 200 ohm", ohmic) < far / 8);
}

TEST_CASE("access resistance lowers read noise in every topology alike") {
  const auto sigma = [](const std::string& topology, const std::string& access) {
    const Config config = braced("array: {rows: 16, columns: 8, topology: " + topology +
                                 "}, input: {encoding: bit-serial, bits: 1, v_read: 0.5 V}, device: {read_noise: "
                                 "{relative: 5 %}}, wires: {row: 1 mohm, column: 1 mohm" +
                                 access + "}");
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, {1, 1, false}, 3);
    constexpr std::size_t vectors = 4000;
    const Chip chip = chip_of(config, layer);
    const std::vector<std::int16_t> x(vectors * rows, 1);
    const std::vector<double> y = product(chip, x, vectors);
    double sum = 0, squares = 0;
    for (std::size_t v = 0; v < vectors; ++v) sum += y[v * columns], squares += y[v * columns] * y[v * columns];
    return std::sqrt(squares / vectors - sum / vectors * sum / vectors);
  };
  const std::string behind = ", access: 50 kohm";
  const double voltage_rows = sigma("voltage-rows", behind);
  CHECK(sigma("voltage-rows", "") > 2 * voltage_rows);
  // The same draws: they differ by rounding to the lattice alone.
  for (const std::string topology : {"gated-rows", "gated-ladder"})
    CHECK(sigma(topology, behind) == doctest::Approx(voltage_rows).epsilon(0.005));
}

TEST_CASE("energies of single images add up to the run's") {
  for (const std::string wires : {"", ", wires: {row: 5 ohm, column: 5 ohm}",
                                  ", wires: {row: 5 ohm, column: 5 ohm}, array: {topology: gated-rows}"}) {
    CAPTURE(wires);
    const Config config = braced("device: {write: {type: gaussian, sigma: [0.5 uS]}}" + wires);
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, input, 3);
    const Chip chip = chip_of(config, layer);
    const Tariff prices = tariff(chip, chain_flow(chip));
    const View view = view_of(chip);
    constexpr std::size_t images = 7;
    const auto x = random_inputs(images, rows, input, 9);
    std::vector<double> y(images * columns);
    const auto energy_J = [&](std::size_t first, std::size_t count) {
      Activity activity;
      activity.with_pairs = config.wires.exact() && !chip.solves_reads();
      execute_layer(chip, view, 0, std::span(x).subspan(first * rows, count * rows), {count, first, 0, 1},
                    std::span(y).subspan(first * columns, count * columns), &activity);
      return data_energy_J(chip, prices, 0, read_ledger(chip.layers[0], view, activity));
    };
    const double all = energy_J(0, images);
    double sum = 0;
    for (std::size_t i = 0; i < images; ++i) sum += energy_J(i, 1);
    CHECK(all > 0);
    CHECK(sum == doctest::Approx(all).epsilon(1e-12).scale(1e-30));
  }
}

}  // namespace bitline::curved_test
