// SPDX-License-Identifier: Apache-2.0
#include "arch/experiment.h"

namespace bitline::arch {

void fields(Visitor&, NoExperiment&) {}

void open_parts(Experiment& e, const ConfigPath& where, std::vector<Assumption>& assumed) {
  auto* inpainting = std::get_if<Inpainting>(&e);
  if (!inpainting) return;
  const std::string at = "experiment.encoder.";
  Annotations notes;
  try {
    open_device(std::get<device::PulseTrainEncoder>(inpainting->encoder), where, notes);
  } catch (const ConfigError& error) {
    std::vector<Diagnostic> located = error.diagnostics();
    for (Diagnostic& d : located)  // those of the train have no place
      d.path = at + (d.where.file.empty() ? d.path : d.path.empty() ? "device" : "device." + d.path);
    throw ConfigError(std::move(located));
  } catch (const InputError& error) {
    Diagnostic d;
    d.path = at + "device", d.message = error.what();
    throw ConfigError(d);
  }
  for (const Assumption& a : notes.assumed) assumed.push_back({at + "device." + a.path, a.value, a.reason});
}

std::vector<Diagnostic> check(const Experiment& e) {
  std::vector<Diagnostic> found;
  if (const auto* inpainting = std::get_if<Inpainting>(&e)) found = check(*inpainting);
  for (Diagnostic& d : found) d.path = "experiment." + d.path;
  return found;
}

}  // namespace bitline::arch
