// SPDX-License-Identifier: Apache-2.0
#include "arch/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "array/device/write_tables.h"

namespace bitline {
namespace {

// What core_limit allows above the supply unless it is given; currents of a node's table are not far off within it.
constexpr double supply_tolerance = 0.1;

std::string volts(double x) { return pretty(x, Unit::volt); }

class Warnings {
 public:
  explicit Warnings(const Config& config) : c_(config) {}

  // Keys of programming that nothing uses. Those that a refresh, a level shifter or endurance uses are.
  void programming() {
    const Programming& p = c_.programming;
    const Technology& t = c_.technology;
    const bool verified = std::holds_alternative<WriteVerify>(c_.device.write);
    const bool pulses_cost = p.voltage_V && p.pulse_s;
    const char* without = nullptr;  // why pulses have no cost
    if (t.write_energy_J && t.write_time_s)
      without = "technology.write_energy and write_time stand for all pulses of a write";
    else if (!pulses_cost)
      without = "pulses have a cost only with both programming.voltage and programming.pulse";
    const auto unused = [&](const char* key, const std::string& why) {
      add(fmt::format("programming.{}", key), "is not used: " + why, "leave it out");
    };
    if (p.pulses && written_by_pulses(c_.device))
      unused("pulses",
             fmt::format("device.write is {}, whose own pulses are counted", verified ? "write-verify" : "pulses"));
    else if (p.pulses && without && !c_.device.endurance)
      unused("pulses", without);
    if (p.pulse_s && without) unused("pulse", without);
    if (p.verify && without) unused("verify", without);
    if (p.parallel > 1 && !t.write_time_s && !pulses_cost) unused("parallel", "no key tells how long a write takes");
    if (p.verify && !*p.verify && verified && !without)
      add("programming.verify", "leaves out the reads that device.write (write-verify) makes: they cost nothing",
          "leave it out, or write true");
  }

  void technology() {
    const Technology& t = c_.technology;
    const double limit_V = t.core_limit_V.value_or(1.1 * t.vdd_V);
    const auto reads = [&](const Input& input, const std::string& at) {
      if (input.v_read_V > limit_V)
        add(at + "input.v_read",
            fmt::format("{} is more than the {} that transistors of this node bear; drivers and converters are counted "
                        "as if they did",
                        volts(input.v_read_V), volts(limit_V)),
            "read with less, or give technology.core_limit for transistors that bear more");
    };
    reads(c_.input, "");
    if (c_.layers.is_map())
      for (const auto& e : c_.layers.entries)
        if (const LayerConfig layer = layer_config(c_, e.key);
            !layer.digital && layer.input.v_read_V != c_.input.v_read_V)
          reads(layer.input, fmt::format("layers.{}.", e.key));
    if (!t.transistor) return;
    const Transistor& own = *t.transistor;
    const auto off = [](double x, double nominal, double tolerance) {
      return std::abs(x / nominal - 1) > tolerance + 1e-9;  // 0.13 um is 130 nm
    };
    if (own.node_m && off(t.node_m, *own.node_m, 0))
      add("technology.node",
          fmt::format("is {}, but technology.transistor is of {}", pretty(t.node_m, Unit::meter),
                      pretty(*own.node_m, Unit::meter)),
          fmt::format("use the shipped table of the node, such as technology: {:.0f}nm, or give its transistors",
                      t.node_m * 1e9));
    if (own.vdd_V && off(t.vdd_V, *own.vdd_V, supply_tolerance))
      add("technology.vdd",
          fmt::format("is {}, but the currents of technology.transistor are those at {}: delays, sizes and leakage are "
                      "not right for it",
                      volts(t.vdd_V), volts(*own.vdd_V)),
          fmt::format("stay within {:.0f} % of {}, or give transistors for this supply", supply_tolerance * 100,
                      volts(*own.vdd_V)));
  }

  void add(std::string path, std::string message, std::string remedy) {
    Diagnostic& d = found.emplace_back();
    d.path = std::move(path), d.message = std::move(message), d.remedy = std::move(remedy);
  }

  std::vector<Diagnostic> found;

 private:
  const Config& c_;
};

// The oldest that devices get: a refresh makes them young again.
double oldest_s(const Config& c) { return std::min(c.age_s, c.programming.refresh_s.value_or(c.age_s)); }

}  // namespace

std::vector<Diagnostic> warnings(const LoadedConfig& loaded) {
  const Config& c = loaded.config;
  Warnings all(c);
  // Costs of shapes know no time after writing.
  if (c.workload.shapes.empty()) all.found = limits_passed(c.device, c.device.temperature_K, oldest_s(c));
  all.programming();
  all.technology();
  for (Diagnostic& d : all.found)
    if (const auto origin = loaded.annotations.origins.find(d.path); origin != loaded.annotations.origins.end())
      d.where = origin->second;
  return std::move(all.found);
}

std::string placeless(const Diagnostic& d) {
  Diagnostic copy = d;
  copy.where = {};
  return to_string(copy);
}

}  // namespace bitline
