// SPDX-License-Identifier: Apache-2.0
#include "arch/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/plausibility.h"

namespace bitline::arch {

using periphery::Technology;

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
    const bool verified = std::holds_alternative<device::WriteVerify>(c_.device.write);
    const WritePulse pulse = write_pulse(c_);
    const bool pulses_cost = pulse.voltage_V && pulse.length_s;
    const char* without = nullptr;  // why pulses have no cost
    if (t.write_energy_J && t.write_time_s)
      without = "technology.write_energy and write_time stand for all pulses of a write";
    else if (!pulses_cost)
      without = "pulses have a cost only with both programming.voltage and programming.pulse";
    const auto unused = [&](const char* key, const std::string& why) {
      add(fmt::format("programming.{}", key), "is not used: " + why, "leave it out");
    };
    if (p.pulses && (verified || std::holds_alternative<device::PulseWrite>(c_.device.write)))
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
    if (!t.known()) return;
    const double limit_V = t.core_limit();
    const auto reads = [&](const periphery::Input& input, const std::string& at) {
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
    const periphery::Transistor& own = *t.transistor;
    const auto off = [](double x, double nominal, double tolerance) {
      return std::abs(x / nominal - 1) > tolerance + 1e-9;  // 0.13 um is 130 nm
    };
    if (own.node_m && off(t.node_m, *own.node_m, 0))
      add("technology.node",
          fmt::format("is {}, but technology.transistor is of {}", pretty(t.node_m, Unit::meter),
                      pretty(*own.node_m, Unit::meter)),
          "name a shipped table (`bitline list technologies`), or give the transistors of this node");
    if (own.vdd_V && off(t.vdd_V, *own.vdd_V, supply_tolerance))
      add("technology.vdd",
          fmt::format("is {}, but the currents of technology.transistor are those at {}: delays, sizes and leakage are "
                      "not right for it",
                      volts(t.vdd_V), volts(*own.vdd_V)),
          fmt::format("stay within {:.0f} % of {}, or give transistors for this supply", supply_tolerance * 100,
                      volts(*own.vdd_V)));
  }

  void experiment() {
    if (runs_network(c_.experiment) || c_.workload.network.empty()) return;
    const char* type = std::visit([](const auto& e) { return e.type; }, c_.experiment);
    add("workload.network", fmt::format("is not used: experiment {} runs no network of the workload", type),
        "leave it out, or leave out the experiment");
  }

  // `given`: whether the file says at which voltage the device was read.
  void device(bool given) {
    const device::Device& d = c_.device;
    const bool in_time = std::holds_alternative<InTime>(c_.use);
    if (is_disturbed(d) && !in_time)
      add("device.read_disturb", "is ignored: all images are read at once, and how many reads came before is not known",
          "use: {type: in-time, span: 1 day} counts them, or leave it out");
    if (in_time && !ages(d) && !is_disturbed(d) && read_moments(c_).back().refreshes == 0)
      add("use",
          "changes nothing: the device has no relaxation, drift, slow_noise or read_disturb, and is not refreshed",
          "describe what time does to it, or leave `use` out");
    else if (c_.age_s > 0 && !ages(d))
      add("age", "changes nothing: the device has no relaxation, drift or slow_noise",
          "describe what time does to it (`bitline fit --retention` does)");
    if (given && is_curved(d.iv) && std::abs(d.plasticity->v_read_V / c_.input.v_read_V - 1) > 1e-9)
      add("input.v_read",
          fmt::format(
              "is {}, but this curved device was read at {}: its conductances are taken as those at input.v_read",
              volts(c_.input.v_read_V), volts(d.plasticity->v_read_V)),
          "read with the same voltage, or measure with this one");
  }

  void add(std::string path, std::string message, std::string remedy) {
    Diagnostic& d = found.emplace_back();
    d.path = std::move(path), d.message = std::move(message), d.remedy = std::move(remedy);
  }

  std::vector<Diagnostic> found;

 private:
  const Config& c_;
};

}  // namespace

std::vector<Diagnostic> warnings(const LoadedConfig& loaded) {
  const Config& c = loaded.config;
  Warnings all(c);
  // Costs of shapes know no time after writing.
  if (c.workload.shapes.empty()) {
    all.found = limits_passed(c.device, c.device.temperature_K, oldest_s(c));
    all.device(c.device.plasticity && loaded.annotations.origins.count("device.plasticity.v_read") > 0);
  }
  all.programming();
  all.technology();
  all.experiment();
  for (Diagnostic& d : implausible(c)) all.found.push_back(std::move(d));
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

}  // namespace bitline::arch
