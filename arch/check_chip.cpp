// SPDX-License-Identifier: Apache-2.0
#include "arch/check_chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "arch/check_costs.h"
#include "arch/lines.h"
#include "array/wires/reduction.h"

namespace bitline::arch {

using array::CellLayout;
using array::Compensation;
using periphery::Encoding;

namespace {

// What an integrator cannot do, or nothing here counts.
void check_accumulation(const Config& c, const LayerConfig& parts, const std::string& at, ConfigReader& r) {
  const auto* sum = std::get_if<periphery::AnalogSum>(&parts.input.accumulate);
  if (!sum) return;
  const std::string key = at + "input.accumulate";
  if (parts.input.encoding == Encoding::analog || parts.input.encoding == Encoding::ternary)
    r.problem(key, "analog adds up planes, and this encoding has one for each sign",
              "use encoding bit-serial or twos-complement, or accumulate: digital");
  if (const auto* adc = common(parts.adc); adc && adc->clamp_A)
    r.problem(at + "adc.clamp", "limits the current of one plane, and what is converted is the integral of all",
              "leave it out: the range of the converter limits the integral");
  if (sum->weighting != periphery::Weighting::charge && c.wires.exact() && c.array.topology == Topology::voltage_rows &&
      !is_curved(c.device.iv))
    r.problem(
        key + ".weighting",
        "planes of different lengths on arrays with wires: their power in the wires is not counted plane by plane",
        "use weighting: charge, or wires.mode: ideal");
}

}  // namespace

void check_parts(const Config& c, const LayerConfig& parts, const std::string& at, ConfigReader& r) {
  check_accumulation(c, parts, at, r);
  if (parts.input.encoding == Encoding::analog && c.array.topology != Topology::voltage_rows)
    r.problem(at + "input.encoding", "analog inputs need row voltages, but this topology only switches rows",
              "use topology voltage-rows or encoding bit-serial");
  if (const auto supply_V = c.periphery.row_supply_V; supply_V && *supply_V < parts.input.v_read_V)
    r.problem("periphery.row_supply",
              fmt::format("{} is below {}input.v_read {}", pretty(*supply_V, Unit::volt), at,
                          pretty(parts.input.v_read_V, Unit::volt)),
              "give the voltage of the supply that the stages hang on");
  for (const auto& d : problems(parts.adc)) r.problem(at + d.path, d.message, d.remedy);
  if (r.clean("technology") && c.technology.known() && problems(parts.adc).empty()) try {
      unit_cost(parts.adc, c.technology, 1);
    } catch (const ConfigError& e) {
      for (const auto& d : e.diagnostics()) r.problem(at + d.path, d.message, d.remedy);
    }
  if (is_curved(c.device.iv)) {
    if (parts.input.encoding == Encoding::analog && !c.wires.exact())
      r.problem(
          "device.iv",
          fmt::format("{}input.encoding: analog inputs drive curved devices at many voltages, which only solved "
                      "circuits know",
                      at),
          "use wires.mode: exact (with wires.row and wires.column of 0 ohm, if you like), or encoding bit-serial");
    if (parts.input.v_read_V != c.input.v_read_V)
      r.problem(at + "input.v_read",
                "differs from the chip's, at which the conductances of curved devices are verified",
                "use one read voltage, or iv: {type: ohmic}");
  }
  const int weight_bits = parts.quantization.weight_bits;
  CellLayout l;
  try {
    l = layout(parts.cell, weight_bits);
  } catch (const InputError& e) {
    r.problem(at + "cell.slices", e.what());
    return;
  }
  if (l.columns_per_weight > c.array.columns)
    r.problem(at + "array.columns", fmt::format("is {} but one weight needs {}", c.array.columns, l.columns_per_weight),
              "use fewer slices or wider arrays");
  const auto& levels = c.device.levels_S;
  if (levels.empty()) return;
  if (static_cast<int>(levels.size()) != l.highest_digit + 1)
    r.problem(at + "device.levels",
              fmt::format("lists {} levels but {}-bit weights in this cell need {}", levels.size(), weight_bits,
                          l.highest_digit + 1),
              "list every level, no more");
  if (l.two_sided)
    r.problem(at + "device.levels", "a level table and a two-sided pair exclude each other", "use pair: one-sided");
}

namespace {

void check_wires(const Config& c, ConfigReader& r) {
  for (const char* part : {"wires", "technology", "array", "cell", "device", "input", "quantization"})
    if (!r.clean(part)) return;
  try {
    layout(c.cell, c.quantization.weight_bits);
  } catch (const InputError&) {
    return;  // told where the cell is looked at
  }
  const bool curved = is_curved(c.device.iv);
  if (!c.wires.exact()) {
    if (c.wires.compensation != Compensation::none && c.wires.mode == array::WireMode::automatic && !c.wires.row_ohm &&
        !c.wires.column_ohm)
      r.problem("wires.compensation", "makes up for wires, but none has a resistance",
                "give wires.row and wires.column, such as \"1 ohm\"");
    return;
  }
  const bool ladder = c.array.topology == Topology::gated_ladder;
  if (!c.technology.metal.known())
    for (const auto& [key, value] : {std::pair{"row", c.wires.row_ohm}, {"column", c.wires.column_ohm}})
      if (!value)
        r.problem(fmt::format("wires.{}", key),
                  "is unset, and technology.metal does not give width, thickness and resistivity to find it from",
                  "give the resistance of a segment, such as \"1 ohm\"");
  if (ladder && (c.wires.driver_far_ohm || c.wires.sense_far_ohm))
    r.problem(c.wires.driver_far_ohm ? "wires.driver_far" : "wires.sense_far",
              "a gated ladder is supplied at one end and sensed at the other", "leave it out, or use another topology");
  if (c.wires.compensation != Compensation::none && c.array.topology != Topology::voltage_rows)
    r.problem("wires.compensation", "is for row voltages: a gated array loses other shares with every read",
              "use compensation: none");
  if (c.wires.compensation != Compensation::none && !std::holds_alternative<array::SignWeightedCell>(c.cell))
    r.problem("wires.compensation", "needs both devices of a weight on one column, where g_min cancels",
              "use cell type 2t2r, or compensation: none");
  if (c.wires.compensation != Compensation::none && curved)
    r.problem("wires.compensation", "is for ohmic devices: curved ones lose other shares with every read",
              "use compensation: none");
  if (curved && ladder)
    r.problem("device.iv", "gated ladders are solved for ohmic devices only",
              "use another topology, or iv: {type: ohmic}");
  try {
    const SegmentResistance segment = segment_resistance(c);
    const double least = std::min(segment.row_ohm, segment.column_ohm);
    if (!(least >= 0) || !std::isfinite(segment.row_ohm) || !std::isfinite(segment.column_ohm))
      r.problem("technology.metal",
                fmt::format("gives {} ohm for a segment: the linear temperature coefficient ends above this", least),
                "give a temperature nearer to the reference, or wires.row and wires.column");
  } catch (const ConfigError&) {  // no metal: said above
  }
  // Reductions need memory that grows with the square of the lines.
  const CellLayout cell = layout(c.cell, c.quantization.weight_bits);
  const int lines = array_geometry(c).lines_per_row * c.array.rows + (cell.offset ? cell.slices : 0);
  if (!ladder && lines + c.array.columns > array::largest_crossbar_lines)
    r.problem("array.rows",
              fmt::format("exact wires are solved for up to {} physical rows and columns together",
                          array::largest_crossbar_lines),
              "use smaller arrays, or wires.mode: ideal");
}

}  // namespace

void check_chip(const Config& c, ConfigReader& r) {
  check_wires(c, r);
  check_costs(c, r);
  if (r.clean("device"))
    for (const auto& d : check(c.device))
      r.problem(d.path.empty() ? "device" : "device." + d.path, d.message, d.remedy);
  if (std::holds_alternative<device::LevelAccuracyWrite>(c.device.write)) {
    if (c.device.spread.device_to_device > 0 || c.device.spread.cycle_to_cycle > 0)
      r.problem("device.spread", "the sigma solved for a level accuracy would not reach it with spread on top",
                "give the write error itself (type gaussian) or leave the spread out");
    if (!c.device.levels_S.empty())
      r.problem("device.levels", "a level accuracy is solved for evenly spaced levels", "use another write model");
  }
  constexpr double most_arrays = 1e6;
  if (static_cast<double>(c.tiles) * c.arrays * c.chips.value_or(1) > most_arrays)
    r.problem("arrays", fmt::format("chips x tiles x arrays is more than {:.0f}", most_arrays), "give fewer");
  if (r.clean("array") && c.array.active_rows && *c.array.active_rows > c.array.rows)
    r.problem("array.active_rows", fmt::format("is {} but the array has {} rows", *c.array.active_rows, c.array.rows),
              "write all, or at most array.rows");
  for (std::size_t i = 0; i < c.published.size(); ++i) {
    const auto& k = c.published[i].kind;
    if (k != "predicted" && k != "imposed" && k != "proxy" && k != "summed")
      r.problem(fmt::format("published.{}.kind", i),
                fmt::format("is '{}', which is not one of predicted, imposed, proxy, summed", k));
  }
  const auto parts_clean = [&] {
    for (const char* part : {"array", "device", "cell", "input", "adc", "quantization"})
      if (!r.clean(part)) return false;
    return true;
  };
  if (parts_clean()) check_parts(c, common_parts(c), "", r);
}

}  // namespace bitline::arch
