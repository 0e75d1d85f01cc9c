// SPDX-License-Identifier: Apache-2.0
#include "arch/check_costs.h"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "periphery/lines/drivers.h"
#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "periphery/memory/sram.h"

namespace bitline::arch {
namespace {

constexpr double room_K = 300, least_drive = 0.05;

}  // namespace

void check_costs(const Config& c, ConfigReader& r) {
  for (const char* part : {"technology", "periphery", "programming", "adc", "input", "array"})
    if (!r.clean(part)) return;
  const periphery::Technology& t = c.technology;
  if (!t.known()) return;
  if (t.transistor && 1 + t.transistor->drive_per_K * (t.temperature_K - room_K) < least_drive) {
    r.problem("technology.temperature",
              fmt::format("leaves less than {} of the transistors' drive by drive_per_K",
                          pretty(least_drive, Unit::fraction)),
              "give a temperature nearer to 300 K");
    return;
  }
  const periphery::Metal& m = t.metal;
  if (m.known() && !(1 + m.temperature_coefficient_per_K * (t.metal_temperature_K() - m.reference_K) > 0)) {
    r.problem("technology.metal",
              "has no resistance left: the linear temperature coefficient ends above this temperature",
              "give a temperature nearer to the reference");
    return;
  }
  if (const auto supply_V = c.periphery.row_supply_V) {
    if (c.array.topology != Topology::voltage_rows)
      r.problem("periphery.row_supply", "holds rows at voltages, but rows of this topology are gates",
                "leave it out, or array.topology: voltage-rows");
    else if (c.wires.exact())
      r.problem("periphery.row_supply", "is not modelled behind wires with resistance",
                "leave it out, or wires.mode: ideal");
  }
  // Sizes do not matter here: a part either can be priced or cannot.
  std::vector<std::function<void()>> parts = {
      [&] { register_bit(t); }, [&] { adder_bit(t); },
      [&] { c.periphery.buffer == BufferKind::sram ? sram_bit(t, 1024, 32) : register_file_bit(t, 1024, 32); },
      [&] { c.array.topology == Topology::voltage_rows ? analog_row_driver(t, 1, 3) : gate_row_driver(t, 1e-15); }};
  const auto of_layer = [&](const periphery::Adc& adc, const periphery::Input& input) {
    if (const periphery::AdcCommon* shared = common(adc); shared && shared->shared_by > 1)
      parts.insert(parts.end(), {[&t] { column_switch(t); }, [&t, bits = shared->bits] { sample_hold(t, bits); }});
    if (input.encoding == periphery::Encoding::analog) parts.push_back([&t, bits = input.bits] { dac(t, bits); });
  };
  of_layer(c.adc, c.input);
  if (c.layers.is_map())
    for (const auto& e : c.layers.entries) try {
        const LayerConfig layer = layer_config(c, e.key);
        if (!layer.digital) of_layer(layer.adc, layer.input);
      } catch (const ConfigError&) {  // told where layers are looked at
      }
  if (c.periphery.interconnect == Interconnect::mesh) parts.push_back([&] { router_bit(t); });
  const double write_V = write_pulse(c).voltage_V.value_or(0);
  if (write_V > t.core_limit()) parts.push_back([&] { level_shifter(t, write_V, 0); });
  std::set<std::string> told;
  for (const auto& price : parts) try {
      price();
    } catch (const ConfigError& e) {
      for (const auto& d : e.diagnostics())
        if (told.insert(d.path).second) r.problem(d.path, d.message, d.remedy);
    }
}

}  // namespace bitline::arch
