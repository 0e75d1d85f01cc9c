// SPDX-License-Identifier: Apache-2.0
#include "arch/assumed.h"

#include <algorithm>

namespace bitline::arch {

namespace {

bool stands_below(std::string_view path, std::string_view key) {
  return path.starts_with(key) && (path.size() == key.size() || path[key.size()] == '.');
}

bool is_read_by_chip(const Config& c, std::string_view path) {
  if (stands_below(path, "published")) return false;
  if (!stands_below(path, "device.plasticity")) return true;
  return std::holds_alternative<device::PulseWrite>(c.device.write) &&
         (stands_below(path, "device.plasticity.potentiation") || stands_below(path, "device.plasticity.spread"));
}

}  // namespace

std::vector<Assumption> assumptions_in_force(const LoadedConfig& loaded) {
  const Config& c = loaded.config;
  const auto keys = keys_read(c.experiment);
  std::vector<Assumption> all = loaded.annotations.assumed;
  std::erase_if(all, [&](const Assumption& a) {
    if (!keys) return !is_read_by_chip(c, a.path);
    return !stands_below(a.path, "experiment") &&
           std::ranges::none_of(*keys, [&](std::string_view key) { return stands_below(a.path, key); });
  });
  return all;
}

}  // namespace bitline::arch
