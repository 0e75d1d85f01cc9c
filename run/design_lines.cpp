// SPDX-License-Identifier: Apache-2.0
#include "run/design_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/duration.h"
#include "periphery/adc/adc.h"

namespace bitline::run {

using arch::Config;

namespace {

template <class Choice>
std::string_view word(Choice choice) {
  return names_of(choice)[static_cast<std::size_t>(choice)];
}
template <class... Kinds>
std::string_view type_of(const std::variant<Kinds...>& v) {
  return std::visit([](const auto& kind) -> std::string_view { return kind.type; }, v);
}

std::string technology_line(const Config& c) {
  return fmt::format("{}, {}, clock {}", pretty(c.technology.node_m, Unit::meter),
                     pretty(c.technology.vdd_V, Unit::volt), pretty(c.technology.clock_Hz, Unit::hertz));
}

std::string arrays_line(const Config& c) {
  const std::string chips = !c.chips        ? "as many chips as it takes"
                            : *c.chips == 1 ? "1 chip"
                                            : fmt::format("{} chips", *c.chips);
  std::string line = fmt::format("{} of {} arrays of {} x {}, {}", chips, c.tiles * c.arrays, c.array.rows,
                                 c.array.columns, word(c.array.topology));
  if (c.array.active_rows) line += fmt::format(", {} rows at once", *c.array.active_rows);
  return line;
}

bool is_assumed(const arch::LoadedConfig& loaded, std::string_view path) {
  return std::ranges::any_of(loaded.annotations.assumed, [&](const Assumption& a) { return a.path == path; });
}

std::string cells_line(const arch::LoadedConfig& loaded) {
  const Config& c = loaded.config;
  const device::Device& d = c.device;
  std::string line = fmt::format("{}, {}-bit weights, {} .. {}", type_of(c.cell), c.quantization.weight_bits,
                                 pretty(d.g_min_S, Unit::siemens), pretty(d.g_max_S, Unit::siemens));
  if (d.g_min_S > 0) line += fmt::format(" (on/off {:.3g})", d.g_max_S / d.g_min_S);
  if (!c.workload.shapes.empty()) return line;  // nothing is written
  line += fmt::format(", written: {}", c.conductances.empty() ? type_of(d.write) : "as measured");
  if (is_assumed(loaded, "device.write.type")) line += " (assumed)";
  if (const auto* use = std::get_if<arch::InTime>(&c.use))
    return line + fmt::format(", read through {}{}", duration(use->span_s),
                              c.age_s > 0 ? fmt::format(" from {} after writing on", duration(c.age_s)) : "");
  const double since_write_s = age_since_write_s(c);
  if (since_write_s < c.age_s)
    line += fmt::format(", read {} after the last refresh, {} after the first writing", duration(since_write_s),
                        duration(c.age_s));
  else if (c.age_s > 0)
    line += fmt::format(", read after {}", pretty(c.age_s, Unit::second));
  return line;
}

std::string periphery_line(const Config& c) {
  std::string line = fmt::format("{} inputs of {} bits, {}, {}; ", word(c.input.encoding), c.input.bits,
                                 pretty(c.input.v_read_V, Unit::volt), pretty(c.input.t_read_s, Unit::second));
  const periphery::AdcCommon* adc = common(c.adc);
  if (!adc) return line + "ideal converters";
  return line + fmt::format("{} converters of {} bits for {} column{} each, price: {}", type_of(c.adc), adc->bits,
                            adc->shared_by, adc->shared_by == 1 ? "" : "s",
                            adc->cost.given.energy_J ? "given" : word(adc->cost.model));
}

std::string wires_line(const Config& c) {
  std::string line = fmt::format("wires {}, {}", c.wires.exact() ? "exact" : "ideal", word(c.mapping.schedule));
  if (c.mapping.duplicate > 1) line += fmt::format(", {} copies of every layer", c.mapping.duplicate);
  if (c.mapping.reload) line += ", arrays reloaded";
  if (!c.own_layers.empty()) line += fmt::format("; settings of their own: {} layers", c.own_layers.size());
  return line;
}

}  // namespace

std::vector<DesignLine> design_lines(const arch::LoadedConfig& loaded) {
  const Config& c = loaded.config;
  return {{"technology", technology_line(c)},
          {"arrays", arrays_line(c)},
          {"cells", cells_line(loaded)},
          {"periphery", periphery_line(c)},
          {"wires and mapping", wires_line(c)}};
}

}  // namespace bitline::run
