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

namespace {

// Paths are relative to the record.
void check_orientation(const Orientation& o, std::vector<Diagnostic>& found) {
  const auto wrong = [&](const char* path, const char* message, const char* remedy) {
    Diagnostic& d = found.emplace_back();
    d.path = path, d.message = message, d.remedy = remedy;
  };
  if (o.start_low_S > o.start_high_S) wrong("start_low", "is above start_high", "the range runs from low to high");
  if (o.start_high_S > o.g_full_S) wrong("start_high", "is above g_full, the conductance of weight 1", "lower it");
  if (o.field_Hz >= o.bar_Hz) wrong("field_rate", "is not below bar_rate: there is no bar to see", "lower it");
}

}  // namespace

std::vector<Diagnostic> check(const Experiment& e) {
  std::vector<Diagnostic> found;
  if (const auto* inpainting = std::get_if<Inpainting>(&e)) found = check(*inpainting);
  if (const auto* orientation = std::get_if<Orientation>(&e)) check_orientation(*orientation, found);
  for (Diagnostic& d : found) d.path = "experiment." + d.path;
  return found;
}

}  // namespace bitline::arch
