// SPDX-License-Identifier: Apache-2.0
#include "arch/complete_device.h"

#include <fmt/format.h>

#include <optional>

#include "base/config_reader.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::arch {

namespace {

Value assumed(std::string value, std::string reason, const Origin& where) {
  Value v = Value::map(where);
  v.set("value", Value::scalar(std::move(value), where));
  v.set("assumed", Value::scalar(std::move(reason), where));
  return v;
}

bool is_written(const Value& tree) {
  const Value* workload = tree.find("workload");
  const auto has = [&](const char* key) { return workload && workload->is_map() && workload->find(key); };
  return !tree.find("conductances") && !has("shapes") && (!tree.find("experiment") || has("network"));
}

// The device as its keys say; nothing where they are wrong, which is told when the config is read.
std::optional<device::Device> device_of(const Value& tree, const ConfigPath& where) {
  try {
    return device::read_pulsed_device(tree, "", where).device;
  } catch (const ConfigError&) {
    return std::nullopt;
  }
}

// The ratio is all that accuracy depends on but for noise in siemens; energies are in proportion.
void complete_window(Value& device, const ConfigPath& where) {
  if (device.find("g_min") || device.find("g_max") || !device.find("plasticity")) return;
  const auto d = device_of(device, where);
  if (!d || !d->plasticity->reported.on_off) return;
  constexpr double high_S = 20e-6;
  const std::string why =
      fmt::format("no source gives conductances; reported on/off ratio {:.4g}", *d->plasticity->reported.on_off);
  device.set("g_min",
             assumed(format_quantity(high_S / *d->plasticity->reported.on_off, Unit::siemens), why, device.origin));
  device.set("g_max", assumed(format_quantity(high_S, Unit::siemens), why, device.origin));
}

bool writes_by_pulses(const Value& device, const ConfigPath& where) {
  Value trial = device;
  Value write = Value::map(device.origin);
  write.set("type", Value::scalar("pulses", device.origin));
  trial.set("write", std::move(write));
  return device.find("plasticity") && device_of(trial, where).has_value();
}

void complete_writing(Value& device, const ConfigPath& where) {
  if (device.find("write")) return;
  const bool pulses = writes_by_pulses(device, where);
  Value write = Value::map(device.origin);
  write.set("type",
            pulses ? assumed("pulses", "no data of writing are given: by the device's own pulses, without a look",
                             device.origin)
                   : assumed("exact", "no data of writing are given: every device takes its target", device.origin));
  device.set("write", std::move(write));
}

}  // namespace

void complete_device(Value& tree, const ConfigPath& where) {
  const Value* node = tree.is_map() ? tree.find("device") : nullptr;
  if (!node || !is_written(tree)) return;
  Value device = *node;
  if (auto opened = open_named(device, "device", {}, where)) device = std::move(*opened);
  if (!device.is_map()) return;
  complete_window(device, where);
  complete_writing(device, where);
  tree.set("device", std::move(device));
}

}  // namespace bitline::arch
