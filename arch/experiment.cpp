// SPDX-License-Identifier: Apache-2.0
#include "arch/experiment.h"

namespace bitline::arch {

void fields(Visitor&, NoExperiment&) {}

std::vector<ExperimentDevice> devices_of(Experiment& e) {
  auto* inpainting = std::get_if<Inpainting>(&e);
  if (!inpainting) return {};
  auto& encoder = std::get<device::PulseTrainEncoder>(inpainting->encoder);
  return {{"experiment.encoder.device", &encoder.device.device}};
}

std::vector<Diagnostic> check(const Experiment& e) {
  std::vector<Diagnostic> found = std::visit(
      [](const auto& x) -> std::vector<Diagnostic> {
        if constexpr (requires { check(x); }) return check(x);
        return {};
      },
      e);
  for (Diagnostic& d : found) d.path = "experiment." + d.path;
  return found;
}

}  // namespace bitline::arch
