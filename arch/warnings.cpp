// SPDX-License-Identifier: Apache-2.0
#include "arch/warnings.h"

#include <algorithm>

namespace bitline {
namespace {

// The oldest that devices get: a refresh makes them young again.
double oldest_s(const Config& c) { return std::min(c.age_s, c.programming.refresh_s.value_or(c.age_s)); }

}  // namespace

std::vector<Diagnostic> warnings(const LoadedConfig& loaded) {
  const Config& c = loaded.config;
  std::vector<Diagnostic> found;
  // Costs of shapes know no time after writing.
  if (c.workload.shapes.empty()) found = limits_passed(c.device, c.device.temperature_K, oldest_s(c));
  for (Diagnostic& d : found)
    if (const auto origin = loaded.annotations.origins.find(d.path); origin != loaded.annotations.origins.end())
      d.where = origin->second;
  return found;
}

std::string placeless(const Diagnostic& d) {
  Diagnostic copy = d;
  copy.where = {};
  return to_string(copy);
}

}  // namespace bitline
