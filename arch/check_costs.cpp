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

namespace bitline {
namespace {

constexpr double room_K = 300, least_drive = 0.05;

}  // namespace

void check_costs(const Config& c, ConfigReader& r) {
  for (const char* part : {"technology", "periphery", "programming", "adc", "input", "array"})
    if (!r.clean(part)) return;
  const Technology& t = c.technology;
  if (t.transistor && 1 + t.transistor->drive_per_K * (t.temperature_K - room_K) < least_drive) {
    r.problem("technology.temperature",
              fmt::format("leaves less than {} of the transistors' drive by drive_per_K",
                          pretty(least_drive, Unit::fraction)),
              "give a temperature nearer to 300 K");
    return;
  }
  const AdcCommon* adc = common(c.adc);
  const bool shared = adc && adc->shared_by > 1;
  // Sizes do not matter here: a part either can be priced or cannot.
  std::vector<std::function<void()>> parts = {
      [&] { register_bit(t); }, [&] { adder_bit(t); },
      [&] { c.periphery.buffer == BufferKind::sram ? sram_bit(t, 1024, 32) : register_file_bit(t, 1024, 32); },
      [&] { c.array.topology == Topology::voltage_rows ? analog_row_driver(t, 1, 3) : gate_row_driver(t, 1e-15); }};
  if (shared) parts.insert(parts.end(), {[&] { column_switch(t); }, [&] { sample_hold(t, adc->bits); }});
  if (c.input.encoding == Encoding::analog) parts.push_back([&] { dac(t, c.input.bits); });
  if (c.periphery.interconnect == Interconnect::mesh) parts.push_back([&] { router_bit(t); });
  if (c.programming.voltage_V.value_or(0) > t.core_limit_V.value_or(1.1 * t.vdd_V))
    parts.push_back([&] { level_shifter(t, *c.programming.voltage_V, 0); });
  std::set<std::string> told;
  for (const auto& price : parts) try {
      price();
    } catch (const ConfigError& e) {
      for (const auto& d : e.diagnostics())
        if (told.insert(d.path).second) r.problem(d.path, d.message, d.remedy);
    }
}

}  // namespace bitline
