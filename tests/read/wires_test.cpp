// SPDX-License-Identifier: Apache-2.0
// Chips with exact wires against the circuits of their arrays, built here from the weights.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "arch/lines.h"
#include "array/wires/gated_ladder.h"
#include "array/wires/reduction.h"
#include "base/config_writer.h"
#include "chip/array_study.h"
#include "chip/wire_study.h"
#include "read/drives.h"
#include "tests/device/worst.h"
#include "tests/run/helpers.h"

namespace bitline::wires_test {
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace read;
using namespace bitline::test;

namespace {

constexpr double step_S = 18e-6 / 7, g_min_S = 2e-6;

// One 2T2R layer of 20 x 10 weights in the corner of a 24 x 12 array.
const std::string small = "array: {rows: 24, columns: 12}, input: {encoding: bit-serial, bits: 3, v_read: 0.2 V}";
constexpr int rows = 20, columns = 10, array_rows = 24, array_columns = 12;

// Conductances of a 2T2R array, (2 x rows, columns): G+ and G- of each row on neighbouring lines, g_min where nothing
// is.
std::vector<double> pair_conductances(const workloads::IntegerWeights& layer) {
  std::vector<double> g(2 * array_rows * array_columns, g_min_S);
  for (int r = 0; r < layer.rows; ++r)
    for (int c = 0; c < layer.columns; ++c) {
      const int w = layer.panels[0].codes[static_cast<std::size_t>(r * layer.columns + c)];
      g[static_cast<std::size_t>((2 * r + (w < 0)) * array_columns + c)] = g_min_S + std::abs(w) * step_S;
    }
  return g;
}

Crossbar circuit_of(const workloads::IntegerWeights& layer) {
  return {2 * array_rows, array_columns, pair_conductances(layer), {{5}, {8}, {20}, {10}}};
}

// Line voltages of one plane of an input vector, for an input step of one volt.
std::vector<double> line_voltages(const LayerPlan& plan, const std::int16_t* x, int plane, int first = 0,
                                  int count = rows) {
  std::vector<double> v(2 * array_rows, 0);
  for (int r = first; r < std::min(rows, first + count); ++r) {
    v[static_cast<std::size_t>(2 * r)] =
        plane_value(plan.settings.input, plan.planes, plan.signed_inputs, plan.drives_both_signs, x[r], plane);
    v[static_cast<std::size_t>(2 * r + 1)] = -v[static_cast<std::size_t>(2 * r)];
  }
  return v;
}

struct Encoded {
  const char* text;
  InputScale input;
};
// Every way to drive rows.
const Encoded encodings[] = {{"input: {encoding: bit-serial, bits: 3}", {1, 3, false}},
                             {"input: {encoding: bit-serial, bits: 4}", {1, 4, true}},
                             {"input: {encoding: twos-complement, bits: 4}", {1, 4, true}},
                             {"input: {encoding: ternary, bits: 2}", {1, 2, true}},
                             {"input: {encoding: analog, bits: 4}", {1, 4, true}},
                             {"input: {encoding: bit-serial, bits: 3}, array: {active_rows: 7}", {1, 3, false}}};

// The wired chip with other keys on top.
Config wired_with(const std::string& over) {
  const std::string base = "{" + small + ", wires: {row: 5 ohm, column: 8 ohm, driver: 20 ohm, sense: 10 ohm}}";
  const Value tree = merged(parse_yaml(base, "base"), parse_yaml("{" + over + "}", "over"));
  return config_of(to_yaml(tree, nullptr));
}

std::vector<double> product(const Chip& chip, const View& view, const std::vector<std::int16_t>& x, std::size_t vectors,
                            Activity* activity = nullptr) {
  std::vector<double> y(vectors * columns);
  execute_layer(chip, view, 0, x, {vectors, 0, 0, 1}, y, activity);
  return y;
}

}  // namespace

TEST_CASE("a chip with wires delivers what the circuit of its array delivers, and draws its power") {
  for (const Encoded& e : encodings) {
    CAPTURE(e.text);
    const Config config = wired_with(e.text);
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, e.input, 3);
    const Chip chip = chip_of(config, layer);
    const View view = view_of(chip);
    constexpr std::size_t vectors = 9;
    const auto x = random_inputs(vectors, rows, e.input, 5);
    Activity activity;
    activity.with_pairs = true;
    const std::vector<double> y = product(chip, view, x, vectors, &activity);

    const LayerPlan& plan = chip.layers[0];
    const EffectiveMatrix circuit = effective_matrix(circuit_of(layer), true);
    double energy_J = 0, worst = 0, allowed = 0;
    for (std::size_t v = 0; v < vectors; ++v) {
      std::vector<double> expected(columns, 0);
      double drives = 0;
      for (int p = 0; p < plan.planes.planes(); ++p)
        for (const RowGroup& group : plan.groups) {
          const auto line_V = line_voltages(plan, x.data() + v * rows, p, group.row, group.rows);
          energy_J += source_power_W(circuit, line_V) * plan.v_step_V * plan.v_step_V * config.input.t_read_s;
          for (std::size_t line = 0; line < line_V.size(); ++line) {
            drives += std::abs(plan.planes.weight[static_cast<std::size_t>(p)] * line_V[line]) / 2;
            for (std::size_t c = 0; c < columns; ++c)
              expected[c] += plan.planes.weight[static_cast<std::size_t>(p)] * line_V[line] *
                             circuit.transfer_S[line * array_columns + c] / step_S;
          }
        }
      // Each driven code is off by at most half a step of the lattice.
      test::keep_worst(allowed, drives * 0.5 / chip.layers[0].lattice.codes_per_step * (1 + 1e-9));
      for (std::size_t c = 0; c < columns; ++c)
        test::keep_worst(worst, std::abs(y[v * columns + c] - expected[c]) / allowed);
    }
    CHECK(worst < 1);
    CHECK(read_ledger(plan, view, activity).array_J == doctest::Approx(energy_J).epsilon(1e-9).scale(1e-30));
  }
}

TEST_CASE("wires without resistance change nothing, to the bit") {
  for (const std::string cell :
       {"{type: 2t2r}", "{type: 2t2r, slices: 2}", "{type: 1t1r-differential, subtract: analog}",
        "{type: 1t1r-differential}", "{type: 1t1r-offset}"}) {
    CAPTURE(cell);
    const auto config = [&](const std::string& array, const std::string& wires) {
      return config_of(
          "{device: {g_min: 2 uS, g_max: 20 uS, write: {type: gaussian, sigma: [0.5 uS]}, read_noise: "
          "{relative: 3 %}}, array: {rows: 24, columns: 48" +
          array + "}, cell: " + cell + wires + "}");
    };
    const std::string none = ", wires: {mode: exact, row: 0 ohm, column: 0 ohm}";
    const Config ideal = config("", ""), zero = config("", none);
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(ideal.cell, 4), 4, {1, 8, false}, 3);
    const auto x = random_inputs(5, rows, {1, 8, false}, 5);
    Chip a = chip_of(ideal, layer), b = chip_of(zero, layer);
    const View view = view_of(a);
    const std::vector<double> y = product(a, view, x, 5);
    CHECK(product(b, view_of(b), x, 5) == y);
    // The gated ones are solved in single precision.
    for (const std::string topology : {"gated-ladder", "gated-rows"}) {
      CAPTURE(topology);
      const Config c = config(", topology: " + topology, none);
      const Chip chip = chip_of(c, layer);
      const std::vector<double> solved = product(chip, view_of(chip), x, 5);
      double worst = 0;
      for (std::size_t i = 0; i < y.size(); ++i) test::keep_worst(worst, std::abs(solved[i] - y[i]));
      // Codes of the ideal chip are off by at most one (two roundings), floats by 1e-6 of what a column carries.
      CHECK(worst < rows * 255 / static_cast<double>(chip.layers[0].lattice.codes_per_step) +
                        1e-6 * rows * 255 * 20e-6 / step_S);
    }
  }
}

TEST_CASE("gated arrays solve the circuit of each read, with swapped rails for -1") {
  const InputScale input{1, 2, true};  // ternary
  const std::string drive = "input: {encoding: ternary, bits: 2}";
  const Config rows_config = wired_with(drive + ", array: {topology: gated-rows}"),
               ladder_config = wired_with(drive + ", array: {topology: gated-ladder}, wires: {access: 500 ohm}");
  const workloads::IntegerWeights layer = random_layer(rows, columns, layout(rows_config.cell, 4), 4, input, 3);
  const auto x = random_inputs(6, rows, input, 5);
  const Chip by_rows = chip_of(rows_config, layer), by_ladder = chip_of(ladder_config, layer);
  Activity rows_activity, ladder_activity;
  const std::vector<double> y_rows = product(by_rows, view_of(by_rows), x, 6, &rows_activity),
                            y_ladder = product(by_ladder, view_of(by_ladder), x, 6, &ladder_activity);

  const std::vector<double> g = pair_conductances(layer);
  GatedLadder ladder{array_rows, array_columns, {}, {}, 5, 8, 20, 10, 500};
  for (int r = 0; r < array_rows; ++r)
    for (int c = 0; c < array_columns; ++c) {
      ladder.g_S.push_back(g[static_cast<std::size_t>(2 * r * array_columns + c)]);
      ladder.g_minus_S.push_back(g[static_cast<std::size_t>((2 * r + 1) * array_columns + c)]);
    }
  const LadderSolver<double> exact(ladder);
  double largest = 0, rows_error = 0, ladder_error = 0, rows_power_S = 0, ladder_power_S = 0;
  for (std::size_t v = 0; v < 6; ++v) {
    std::vector<std::int8_t> on(array_rows, 0);
    Crossbar masked = circuit_of(layer);
    std::vector<double> line_V(2 * array_rows, 0);
    for (int r = 0; r < array_rows; ++r) {
      if (r < rows)
        on[static_cast<std::size_t>(r)] = static_cast<std::int8_t>(x[v * rows + static_cast<std::size_t>(r)]);
      const auto line = static_cast<std::size_t>(2 * r);
      line_V[line] = on[static_cast<std::size_t>(r)], line_V[line + 1] = -line_V[line];
      if (on[static_cast<std::size_t>(r)] == 0)
        std::fill_n(masked.g_S.begin() + static_cast<std::ptrdiff_t>(line * array_columns), 2 * array_columns, 0.0);
    }
    const EffectiveMatrix e = effective_matrix(masked, true);
    rows_power_S += source_power_W(e, line_V);
    std::vector<double> current_S(array_columns), power_S(array_columns);
    exact.currents_S(on, 0, current_S, power_S);
    for (double p : power_S) ladder_power_S += p;
    for (std::size_t c = 0; c < columns; ++c) {
      double expected = 0;
      for (std::size_t line = 0; line < line_V.size(); ++line)
        expected += line_V[line] * e.transfer_S[line * array_columns + c] / step_S;
      test::keep_worst(largest, std::abs(expected));
      test::keep_worst(rows_error, std::abs(y_rows[v * columns + c] - expected));
      test::keep_worst(ladder_error, std::abs(y_ladder[v * columns + c] - current_S[c] / step_S));
    }
  }
  CHECK(rows_error < 1e-5 * largest);
  CHECK(ladder_error < 1e-5 * largest);
  CHECK(rows_activity.residual > 0);
  CHECK(rows_activity.residual <= 1e-6);
  const double joule = 0.2 * 0.2 * rows_config.input.t_read_s;
  CHECK(read_ledger(by_rows.layers[0], view_of(by_rows), rows_activity).array_J ==
        doctest::Approx(rows_power_S * joule).epsilon(1e-5).scale(1e-30));
  CHECK(read_ledger(by_ladder.layers[0], view_of(by_ladder), ladder_activity).array_J ==
        doctest::Approx(ladder_power_S * joule).epsilon(1e-5).scale(1e-30));
}

TEST_CASE("gated reads that sweeps cannot solve are reduced, and counted") {
  const Config config = wired_with(
      "input: {encoding: bit-serial, bits: 1}, array: {topology: gated-rows}, "
      "wires: {row: 50 kohm, column: 50 kohm}");
  const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, {1, 1, false}, 3);
  const Chip chip = chip_of(config, layer);
  const std::vector<std::int16_t> x(rows, 1);
  Activity activity;
  const std::vector<double> y = product(chip, view_of(chip), x, 1, &activity);
  CHECK(activity.solved_directly == 1);
  Crossbar circuit = circuit_of(layer);
  circuit.lines.row_ohm = circuit.lines.column_ohm = {50e3};
  for (int line = 2 * rows; line < 2 * array_rows; ++line)
    std::fill_n(circuit.g_S.begin() + line * array_columns, array_columns, 0.0);
  const EffectiveMatrix e = effective_matrix(circuit);
  for (std::size_t c = 0; c < columns; ++c) {
    double expected = 0;
    for (std::size_t line = 0; line < 2 * rows; ++line)
      expected += (line % 2 == 0 ? 1 : -1) * e.transfer_S[line * array_columns + c] / step_S;
    CHECK(std::abs(y[c] - expected) < 1e-4);
  }
}

TEST_CASE("noise through wires: the sum over devices is the response to each, and runs come close to it") {
  const Config config = wired_with(
      "device: {g_min: 2 uS, g_max: 20 uS, write: exact, read_noise: {relative: 5 %}}, "
      "input: {encoding: ternary, bits: 2}, wires: {row: 40 ohm, column: 60 ohm}");
  const InputScale input{1, 2, true};
  const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, input, 3);
  Chip chip = chip_of(config, layer);
  const auto x = random_inputs(8, rows, input, 5);
  Crossbar circuit = circuit_of(layer);
  circuit.lines.row_ohm = {40}, circuit.lines.column_ohm = {60};
  const NodeVoltages nodes(circuit);
  std::vector<double> variance_S2;
  for (double g : circuit.g_S) variance_S2.push_back(0.05 * g * 0.05 * g);
  const auto line_V = line_voltages(chip.layers[0], x.data(), 0);
  const auto current = [&](const Crossbar& c, std::size_t column) {
    const EffectiveMatrix e = effective_matrix(c);
    double sum = 0;
    for (std::size_t line = 0; line < line_V.size(); ++line)
      sum += line_V[line] * e.transfer_S[line * array_columns + column];
    return sum;
  };
  const std::size_t column = 4;
  std::vector<double> weight(array_columns, 0);
  weight[column] = 1;
  // One device after another, by differences.
  double by_differences = 0;
  for (std::size_t k = 0; k < circuit.g_S.size(); ++k) {
    Crossbar up = circuit, down = circuit;
    const double change = 1e-4 * circuit.g_S[k];
    up.g_S[k] += change, down.g_S[k] -= change;
    const double slope = (current(up, column) - current(down, column)) / (2 * change);
    by_differences += slope * slope * variance_S2[k];
  }
  CHECK(noise_variance_A2(nodes, variance_S2, line_V, weight) ==
        doctest::Approx(by_differences).epsilon(1e-6).scale(1e-30));

  const std::vector<std::vector<std::int16_t>> inputs{x};
  const WireResult study = study_wires(chip, inputs);
  MESSAGE("noise of a column over that of its own cells (variance): " << study.noise_factor_mean << ", left in sigma: "
                                                                      << study.noise_sigma_error);
  CHECK(study.noise_sigma_error < 0.05);
  // What a run draws, for these reads and this column.
  const View view = view_of(chip);
  const std::vector<std::int16_t> variances = variances_of(view.blocks[0]).data;
  const Lattice& lattice = chip.layers[0].lattice;
  double squared = 0;
  for (std::size_t v = 0; v < 8; ++v) {
    double drawn = 0;
    for (int r = 0; r < rows; ++r) {
      const double square = x[v * rows + static_cast<std::size_t>(r)] * x[v * rows + static_cast<std::size_t>(r)];
      drawn += square * variances[static_cast<std::size_t>(r) * columns + column];
    }
    drawn *= lattice.variance_step * lattice.code_S * lattice.code_S;
    const double exact =
        noise_variance_A2(nodes, variance_S2, line_voltages(chip.layers[0], x.data() + v * rows, 0), weight);
    squared += std::pow(std::sqrt(drawn / exact) - 1, 2) / 8;
  }
  CHECK(std::sqrt(squared) < 0.05);
}

TEST_CASE(
    "reads see the study's reduction of an array only while its circuit is the one that was reduced, to the bit") {
  const Config config = wired_with(
      "device: {g_min: 2 uS, g_max: 20 uS, write: {type: gaussian, sigma: [0.3 uS]}, read_noise: {relative: 5 %}}, "
      "wires: {row: 40 ohm, column: 60 ohm}");
  const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, {1, 3, false}, 3);
  Chip chip = chip_of(config, layer);
  const std::vector<std::vector<std::int16_t>> inputs{random_inputs(8, rows, {1, 3, false}, 5)};
  CHECK(study_wires(chip, inputs).arrays == 1);
  REQUIRE(chip.reduced.size() == 1);
  const auto seen = [&](int instance) {
    State state = new_state(chip, instance);
    write(chip, state);
    return look(chip, state);
  };
  const View shared[] = {seen(0), seen(1)};
  chip.reduced.clear();
  for (const int instance : {0, 1}) {
    const View reduced = seen(instance);
    CHECK(codes_of(shared[instance].blocks[0]).data == codes_of(reduced.blocks[0]).data);
    CHECK(variances_of(shared[instance].blocks[0]).data == variances_of(reduced.blocks[0]).data);
    CHECK(*shared[instance].blocks[0].source_S == *reduced.blocks[0].source_S);
  }
  CHECK(codes_of(shared[0].blocks[0]).data != codes_of(shared[1].blocks[0]).data);
}

TEST_CASE("compensation brings back what wires take, where g_max allows") {
  const auto error = [&](const std::string& wires) {
    const Config config = wired_with("wires: {row: 40 ohm, column: 60 ohm" + wires + "}");
    const workloads::IntegerWeights layer = random_layer(rows, columns, layout(config.cell, 4), 4, {1, 3, false}, 3);
    const Chip chip = chip_of(config, layer);
    const auto x = random_inputs(20, rows, {1, 3, false}, 5);
    const std::vector<double> y = product(chip, view_of(chip), x, 20);
    double squared = 0, reference = 0;
    for (std::size_t v = 0; v < 20; ++v)
      for (std::size_t c = 0; c < columns; ++c) {
        double exact = 0;
        for (std::size_t r = 0; r < rows; ++r) exact += x[v * rows + r] * layer.panels[0].codes[r * columns + c];
        squared += std::pow(y[v * columns + c] - exact, 2), reference += exact * exact;
      }
    return std::sqrt(squared / reference);
  };
  const double none = error(""), some = error(", compensation: conductance"),
               room = error(", compensation: conductance, compensated_swing: 70 %");
  MESSAGE("rms error without compensation " << none << ", with " << some << ", with 70 % swing " << room);
  CHECK(none > 0.08);
  CHECK(some < none);
  CHECK(room < 0.25 * none);
}

TEST_CASE("segments from the metal and the pitch of the cells") {
  const Config config = config_of(
      "{wires: {mode: exact}, cell: {type: 2t2r}, technology: {cell_area: 4 um2, metal: {width: 0.2 um, thickness: "
      "0.25 um, "
      "resistivity: 20 nohm m, temperature_coefficient: 0.004, reference_temperature: 300 K, temperature: 350 K}}}");
  const SegmentResistance segment = segment_resistance(config);
  // 20e-9 x 1.2 ohm m over 0.05 um2: 0.48 ohm for a micrometre; the cell is 2 um wide, its two lines lie 1 um apart.
  CHECK(segment.row_ohm == doctest::Approx(0.96).epsilon(1e-12));
  CHECK(segment.column_ohm == doctest::Approx(0.48).epsilon(1e-12));
  CHECK_THROWS_AS(segment_resistance(config_of("{wires: {mode: exact}}")), ConfigError);
}

}  // namespace bitline::wires_test
