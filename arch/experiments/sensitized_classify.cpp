// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/sensitized_classify.h"

#include <fmt/format.h>

#include <algorithm>

namespace bitline::arch {

void fields(Visitor& v, VehicleNetworks& n) {
  v(n.networks, {.key = "networks", .meaning = "ONNX files, each trained from another seed", .required = true});
  v(n.images, {.key = "images", .meaning = "test pictures, from the first", .min = 4, .max = 1000});
  v(n.brightness, {.key = "brightness", .meaning = "what pixels are multiplied by", .positive = true, .single = true});
  v(n.dark, {.key = "dark", .meaning = "brightness of claims and of the dark pictures of mixtures", .positive = true});
  v(n.dark_fractions,
    {.key = "dark_fractions", .meaning = "shares of dark pictures in mixtures", .min = 0, .max = 1, .single = true});
}

void fields(Visitor& v, SensitizedClassify& c) {
  v(c.networks, {.key = "networks",
                 .meaning = "further ones beside workload.network, each trained from another seed and run on a chip of "
                            "its own",
                 .required = true});
  v(c.brightness, {.key = "brightness", .meaning = "what pixels are multiplied by", .positive = true, .single = true});
  v(c.dark, {.key = "dark", .meaning = "one of `brightness`: that of claims", .positive = true});
  v(c.limits, {.key = "limits",
               .meaning = "largest shifts to compare, in place of that of workload.neurons; claims are of the last",
               .min = 0,
               .single = true});
  v(c.adaptation,
    {.key = "adaptation", .meaning = "training pictures that tell neurons an environment", .min = 1, .max = 2000});
  v(c.margin, {.key = "margin",
               .meaning = "difference in bright light that counts as none",
               .unit = Unit::fraction,
               .positive = true});
  v(c.vehicles, {.key = "vehicles", .meaning = "a convolutional network on generated pictures beside it"});
  v(c.pulse, {.key = "pulse", .meaning = "what pulses of neurons cost"});
}

std::vector<Diagnostic> check(const SensitizedClassify& c) {
  std::vector<Diagnostic> found;
  const auto need = [&](const char* key, const std::string& list, double value, const std::vector<double>& values) {
    if (std::ranges::find(values, value) == values.end())
      add_problem(found, key, fmt::format("{:g} is none of {}", value, list), "add it there");
  };
  if (c.limits.empty()) add_problem(found, "limits", "names no largest shift", "give at least one");
  if (c.networks.empty()) add_problem(found, "networks", "names no network", "name one beside workload.network");
  need("dark", "experiment.brightness", c.dark, c.brightness);
  if (std::ranges::find(c.brightness, 1) == c.brightness.end())
    add_problem(found, "brightness", "has no bright light", "add 1");
  if (!c.vehicles) return found;
  if (c.vehicles->networks.empty()) add_problem(found, "vehicles.networks", "names no network", "name at least one");
  need("vehicles.dark", "experiment.vehicles.brightness", c.vehicles->dark, c.vehicles->brightness);
  return found;
}

}  // namespace bitline::arch
