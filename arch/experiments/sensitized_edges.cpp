// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/sensitized_edges.h"

#include <fmt/format.h>

#include <algorithm>

namespace bitline::arch {

void fields(Visitor& v, SensitizedEdges& e) {
  v(e.seeds, {.key = "seeds", .meaning = "draws of noise and spikes for each picture", .min = 1, .max = 1000});
  v(e.buildings,
    {.key = "buildings",
     .meaning = "photographs that figures beside published ones are of: PNG or JPEG files below --data, in "
                "its folder photos or as packages bring them",
     .single = true});
  v(e.photographs, {.key = "photographs", .meaning = "further ones", .single = true});
  v(e.generated, {.key = "generated",
                  .meaning = "pictures made in place of photographs, where one of these is not there",
                  .min = 2,
                  .max = 1000});
  v(e.generated_size, {.key = "generated_size", .meaning = "pixels of their edges", .min = 16, .max = 2048});
  v(e.brightness, {.key = "brightness", .meaning = "what pixels are multiplied by", .positive = true, .single = true});
  v(e.dark, {.key = "dark", .meaning = "one of `brightness`: that of claims", .positive = true});
  v(e.sensor_noise, {.key = "sensor_noise", .meaning = "sigma added to each pixel of 0 .. 1", .min = 0});
  v(e.reference_quantile, {.key = "reference_quantile",
                           .meaning = "gradient of amplitude 1: this quantile over all bright pictures",
                           .unit = Unit::fraction,
                           .min = 0.5,
                           .max = 1});
  v(e.pulses, {.key = "pulses", .meaning = "counted for each pixel", .min = 1, .max = 1000});
  v(e.edge_rate, {.key = "edge_rate",
                  .meaning = "share of pulses from which on a pixel is an edge",
                  .unit = Unit::fraction,
                  .max = 1,
                  .positive = true});
  v(e.true_edge,
    {.key = "true_edge",
     .meaning = "amplitude from which on a pixel of the bright picture counts as an edge for precision and "
                "recall",
     .positive = true});
  v(e.piece, {.key = "piece", .meaning = "edge pixels that hang together to count as connected", .min = 1});
  v(e.neuron, {.key = "neuron", .meaning = "law of the neurons; fixed ones have neither shift nor floor"});
  v(e.limits, {.key = "limits",
               .meaning = "largest shifts to compare, in place of that of `neuron`; claims are of the last",
               .min = 0,
               .single = true});
  v(e.pulse, {.key = "pulse", .meaning = "what pulses cost"});
}

std::vector<Diagnostic> check(const SensitizedEdges& e) {
  std::vector<Diagnostic> found;
  if (std::ranges::find(e.brightness, e.dark) == e.brightness.end())
    add_problem(found, "dark", fmt::format("{:g} is none of experiment.brightness", e.dark), "add it there");
  if (e.limits.empty()) add_problem(found, "limits", "names no largest shift", "give at least one");
  return found;
}

}  // namespace bitline::arch
