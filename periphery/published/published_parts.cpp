// SPDX-License-Identifier: Apache-2.0
#include "periphery/published/published_parts.h"

#include <fmt/format.h>

#include "base/csv.h"
#include "base/units.h"
#include "periphery/adc/adc.h"
#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "periphery/logic/gates.h"
#include "periphery/memory/sram.h"

namespace bitline::periphery {
namespace {

UnitCost inverter(const Technology& t) {
  const Gates g(t, "register");
  UnitCost c;
  c.energy_J = g.swing_J(g.inverter_input_F() + g.inverter_output_F());
  c.area_m2 = g.area_m2(Gates::inverter_pitches);
  return c;
}

UnitCost sar(const Technology& t, int bits) {
  SarAdc adc;
  adc.common.bits = bits;
  return adc_circuit(adc, t, 1);
}

// One access of a word, the area of all.
UnitCost sram(const Technology& t, double bytes, int word) {
  return times(sram_bit(t, 8 * bytes, word), word, 8 * bytes);
}

// What a file of published parts may compare with.
struct Model {
  std::string_view name;
  UnitCost (*cost)(const Technology&);
};
constexpr Model models[] = {
    {"ripple-carry adder of 8 bits", [](const Technology& t) { return times(adder_bit(t), 8, 8); }},
    {"ripple-carry adder of 32 bits", [](const Technology& t) { return times(adder_bit(t), 32, 32); }},
    {"array of 8 x 8 adders", [](const Technology& t) { return times(adder_bit(t), 64, 64); }},
    {"array of 32 x 32 adders", [](const Technology& t) { return times(adder_bit(t), 1024, 1024); }},
    {"register of one bit", [](const Technology& t) { return register_bit(t); }},
    {"adder and register of 16 bits", [](const Technology& t) { return accumulator(t, 16); }},
    {"SRAM of 2 KB, words of 256 bits", [](const Technology& t) { return sram(t, 2048, 256); }},
    {"SRAM of 8 KB, words of 64 bits", [](const Technology& t) { return sram(t, 8192, 64); }},
    {"SRAM of 32 KB, words of 64 bits", [](const Technology& t) { return sram(t, 32768, 64); }},
    {"SRAM of 1 MB, words of 64 bits", [](const Technology& t) { return sram(t, 1048576, 64); }},
    {"router of 256 bits", [](const Technology& t) { return times(router_bit(t), 256, 256); }},
    {"unit inverter", inverter},
    {"capacitive DAC of 8 bits", [](const Technology& t) { return dac(t, 8); }},
    {"SAR converter of 8 bits", [](const Technology& t) { return sar(t, 8); }},
};

const Model& model_of(const CsvTable& table, std::size_t row) {
  const std::string& name = table.text(row, "model");
  std::string known;
  for (const Model& m : models) {
    if (m.name == name) return m;
    known += fmt::format("{}{}", known.empty() ? "" : "; ", m.name);
  }
  table.refuse(row, "model", fmt::format("there is no '{}'; there are: {}", name, known));
}

double quantity_of(const CsvTable& table, std::size_t row, std::string_view column, Unit unit) {
  const ParsedQuantity q = parse_quantity(table.text(row, column), unit);
  if (!q.value) table.refuse(row, column, q.problem);
  return *q.value;
}

}  // namespace

std::vector<PartComparison> compare_parts(const std::filesystem::path& file,
                                          const std::function<Technology(const std::string&)>& technology) {
  const CsvTable table = CsvTable::read(file);
  std::vector<PartComparison> all;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const Model& model = model_of(table, i);
    PartComparison p;
    p.part = table.text(i, "part");
    p.model = model.name;
    p.technology = table.text(i, "technology");
    p.status = table.text(i, "status");
    p.source = table.text(i, "source");
    Technology t = technology(p.technology);
    if (!table.text(i, "vdd").empty()) t.vdd_V = quantity_of(table, i, "vdd", Unit::volt);
    p.vdd_V = t.vdd_V;
    const UnitCost ours = model.cost(t);
    if (!table.text(i, "energy").empty()) {
      p.published = quantity_of(table, i, "energy", Unit::joule);
      p.ours = ours.energy_J;
      all.push_back(p);
    }
    if (!table.text(i, "area").empty()) {
      p.is_area = true;
      p.published = quantity_of(table, i, "area", Unit::square_meter);
      p.ours = ours.area_m2;
      all.push_back(p);
    }
  }
  return all;
}

}  // namespace bitline::periphery
