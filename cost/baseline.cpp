// SPDX-License-Identifier: Apache-2.0
#include "cost/baseline.h"

#include <algorithm>
#include <cmath>

#include "periphery/logic/arithmetic.h"
#include "periphery/logic/gates.h"
#include "periphery/memory/sram.h"

namespace bitline::cost {

using chip::Chip;
using periphery::Gates;
using periphery::Technology;
using periphery::UnitCost;

namespace {

struct Totals {
  double energy_J = 0, time_s = 0, area_m2 = 0, leakage_W = 0, macs = 0;
};

Baseline finish(const char* name, const char* how, Totals t) {
  t.energy_J += t.leakage_W * t.time_s;
  const double operations = 2 * t.macs;
  return {name,
          how,
          t.energy_J,
          t.time_s,
          t.area_m2,
          operations / t.energy_J * 1e-12,
          operations / t.time_s / (t.area_m2 * 1e6) * 1e-12};
}

int sum_bits(const workloads::IntegerWeights& m) {
  return bits_for(static_cast<double>(m.rows)) + m.weight_bits + m.input.bits;
}

// 16 x 16 units that each keep a weight while inputs pass: a weight is read once for each image, an input once for each
// 16 outputs.
Baseline mac_plane(const Chip& chip, const Tariff& tariff) {
  constexpr double side = 16, units = side * side;
  const Technology& t = chip.config.technology;
  Totals sum;
  double weight_bits = 0, unit_m2 = 0, unit_W = 0;
  for (const auto& plan : chip.layers)
    weight_bits += static_cast<double>(plan.matrix.count()) * plan.matrix.weight_bits;
  const UnitCost memory = sram_bit(t, weight_bits, static_cast<int>(side) * 8);
  for (std::size_t l = 0; l < tariff.layers.size(); ++l) {
    const workloads::IntegerWeights& m = chip.layers[l].matrix;
    const UnitCost mac = multiply_accumulate(t, m.weight_bits, m.input.bits, sum_bits(m));
    const double macs = tariff.layers[l].actions.macs, rows = m.rows - m.bias_rows,
                 reads = rows * static_cast<double>(m.positions) * std::ceil(m.columns / side);
    sum.energy_J += macs * mac.energy_J + macs_per_vector(m) * m.weight_bits * memory.energy_J +
                    (reads * m.input.bits + tariff.layers[l].actions.bits_out) * tariff.parts.buffer_bit.energy_J;
    sum.time_s += std::ceil(rows / side) * std::ceil(m.columns / side) * static_cast<double>(m.positions) *
                  std::max(1 / t.clock_Hz, mac.time_s);
    unit_m2 = std::max(unit_m2, mac.area_m2), unit_W = std::max(unit_W, mac.leakage_W);
    sum.macs += macs;
  }
  sum.area_m2 = units * unit_m2 + weight_bits * memory.area_m2;
  sum.leakage_W = units * unit_W + weight_bits * memory.leakage_W;
  return finish("MAC plane", "16 x 16 multiply-accumulate units, weights held while inputs pass; weights in SRAM", sum);
}

// Every weight in SRAM cells that multiply by one input bit; a tree of adders sums a column's rows each cycle.
// Structure: Chih et al., ISSCC 2021, 16.4, doi:10.1109/ISSCC42613.2021.9365766.
Baseline digital_memory(const Chip& chip, const Tariff& tariff) {
  const Technology& t = chip.config.technology;
  const Gates g(t, "adder");
  Totals sum;
  for (std::size_t l = 0; l < tariff.layers.size(); ++l) {
    const workloads::IntegerWeights& m = chip.layers[l].matrix;
    const double rows = m.rows - m.bias_rows, array_rows = std::min<double>(rows, chip.config.array.rows);
    // A tree over R operands of w bits has R (w + 1) full adders less a few; a product bit is a NAND2.
    const double adders = m.weight_bits + 1, levels = std::ceil(std::log2(array_rows + 1));
    const UnitCost keep = accumulator(t, sum_bits(m));
    const double product_J = 0.5 * t.toggle * g.swing_J(2 * g.nand_input_F() + g.nand_output_F());
    const double cycles = static_cast<double>(m.positions) * m.input.bits;
    sum.energy_J +=
        cycles * (macs_per_vector(m) * (m.weight_bits * product_J + adders * tariff.parts.adder_bit.energy_J) +
                  std::ceil(rows / array_rows) * m.columns * keep.energy_J) +
        (rows * m.input.bits * static_cast<double>(m.positions) + tariff.layers[l].actions.bits_out) *
            tariff.parts.buffer_bit.energy_J;
    // A carry ripples through one level while the next begins: one bit for each level, then the width of the sum.
    sum.time_s += cycles * std::max(1 / t.clock_Hz, (levels + m.weight_bits + levels) * tariff.parts.adder_bit.time_s);
    const double weights = macs_per_vector(m);
    const double cell_m2 = t.sram_cell_m2.value_or(0) + g.area_m2(Gates::nand_pitches);
    sum.area_m2 += weights * (m.weight_bits * cell_m2 + adders * tariff.parts.adder_bit.area_m2) +
                   std::ceil(rows / array_rows) * m.columns * keep.area_m2;
    sum.leakage_W += weights * (m.weight_bits * (g.inverter_leakage_W() + g.nand_leakage_W()) +
                                adders * tariff.parts.adder_bit.leakage_W) +
                     std::ceil(rows / array_rows) * m.columns * keep.leakage_W;
    sum.macs += tariff.layers[l].actions.macs;
  }
  return finish("digital memory", "weights in SRAM that multiplies by one input bit a cycle, adder trees", sum);
}

}  // namespace

std::vector<Baseline> baselines(const Chip& chip, const Tariff& tariff) {
  if (!chip.config.periphery.baselines || !chip.config.technology.transistor || !chip.config.technology.sram_cell_m2)
    return {};
  return {mac_plane(chip, tariff), digital_memory(chip, tariff)};
}

}  // namespace bitline::cost
