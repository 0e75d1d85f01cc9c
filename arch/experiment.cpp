// SPDX-License-Identifier: Apache-2.0
#include "arch/experiment.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/check_workload.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::arch {

void fields(Visitor&, NoExperiment&) {}

std::optional<std::span<const std::string_view>> keys_read(const Experiment& e) {
  return std::visit(
      []<class E>(const E&) -> std::optional<std::span<const std::string_view>> {
        if constexpr (requires { E::reads; })
          return E::reads;
        else
          return std::nullopt;
      },
      e);
}

bool runs_network(const Experiment& e) {
  return std::holds_alternative<NoExperiment>(e) || std::holds_alternative<SensitizedClassify>(e);
}

bool needs_technology(const Experiment& e) {
  const auto keys = keys_read(e);
  return !keys || std::ranges::find(*keys, "technology") != keys->end();
}

namespace {

// Problems of another file say where they are; those without a place are of the key `at`.
void pass_on(const ConfigError& error, const std::string& at, ConfigReader& r) {
  for (Diagnostic d : error.diagnostics()) {
    if (!d.where.file.empty()) {
      if (d.path.empty()) d.path = at;
      r.problem(std::move(d));
      continue;
    }
    r.problem(d.path.empty() ? at : fmt::format("{}.{}", at, d.path), d.message, d.remedy);
  }
}

// What a train of light or of voltages of one sign reads of its device; light writes along the curve of potentiation.
bool is_read_by(const device::PulseTrain& train, const std::string& key) {
  const std::string part(names_of(train.stimulus)[static_cast<std::size_t>(train.stimulus)]);
  return key.starts_with("plasticity." + part) ||
         (train.stimulus == device::Stimulus::light && key.starts_with("plasticity.potentiation.update"));
}

// Whether a model is beside the current folder or shipped, as a run looks for it.
bool is_model(const std::string& name, const ConfigPath& where) {
  std::error_code ec;
  return std::filesystem::exists(name, ec) || std::ranges::any_of(where.roots, [&](const auto& root) {
           return std::filesystem::exists(root.parent_path() / "models" / name, ec);
         });
}

// At least one set has its networks.
void find_networks(const Inpainting& inpainting, const ConfigPath& where, ConfigReader& r) {
  std::string missing;
  for (const InpaintingData& data : inpainting.data) {
    const std::vector<std::string> files = network_files(inpainting, data.set);
    const auto lacking = std::ranges::find_if(files, [&](const std::string& file) { return !is_model(file, where); });
    if (lacking == files.end()) return;
    missing += (missing.empty() ? "" : ", ") + *lacking;
  }
  if (!missing.empty())
    r.problem("experiment.data",
              fmt::format("no set has networks for these holes and this encoder; missing: {}", missing),
              "train them with scripts/train/inpainting.py, or take holes of 4, 8 and 12 and encoder.read: residual");
}

void open_part(Inpainting& inpainting, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>& assumed) {
  auto& encoder = std::get<device::PulseTrainEncoder>(inpainting.encoder);
  const std::string at = "experiment.encoder.device";
  Annotations notes;
  try {
    open_device(encoder, where, notes);
    if (!encoder.plasticity) r.problem(at, "is missing", "name one that light or voltages drive, such as device: cbps");
  } catch (const ConfigError& error) {
    for (Diagnostic d : error.diagnostics())
      if (!d.where.file.empty()) {  // in the device's file
        d.path = d.path.empty() ? at : fmt::format("{}.{}", at, d.path);
        r.problem(std::move(d));
      } else {  // of the train
        r.problem("experiment.encoder." + (d.path.empty() ? "device" : d.path), d.message, d.remedy);
      }
  } catch (const InputError& error) {
    r.problem(at, error.what());
  }
  find_networks(inpainting, where, r);
  for (const Assumption& a : notes.assumed)
    if (is_read_by(encoder.train, a.path)) assumed.push_back({fmt::format("{}.{}", at, a.path), a.value, a.reason});
}

void open_part(Medical& m, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>&) {
  const std::filesystem::path beside = folder_of(r.origin_of("experiment.models")) / m.models;
  std::error_code ec;
  const bool written = r.annotations().origins.count("experiment.models") > 0;  // the default is a shipped folder
  if (written && std::filesystem::is_directory(beside, ec))
    m.models = std::filesystem::weakly_canonical(beside).string();
  else if (!is_model(m.models, where))
    r.problem("experiment.models", fmt::format("no folder '{}'", m.models),
              "looked beside the config and among the shipped models; scripts/train/medical.py fills one");
}

void open_part(SensitizedClassify& c, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>&) {
  const auto find = [&](std::vector<std::string>& files, const std::string& key) {
    for (std::size_t i = 0; i < files.size(); ++i) find_file(files[i], fmt::format("{}.{}", key, i), where, r);
  };
  find(c.networks, "experiment.networks");
  if (c.vehicles) find(c.vehicles->networks, "experiment.vehicles.networks");
}

void open_part(TrainOnArray& t, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>&) {
  std::string reason;  // why none can be trained
  for (std::size_t i = 0; i < t.devices.size(); ++i) {
    const std::string at = fmt::format("experiment.devices.{}", i);
    const Value name = Value::scalar(t.devices[i], r.origin_of(at));
    try {
      const std::filesystem::path file = find_config(name, "device", where);
      const device::PulsedDevice opened = device::load_pulsed_device(file, {}, where);
      if (i == 0) reason = fmt::format("{}: {}", opened.name, cannot_train(opened.device));
      if (cannot_train(opened.device).empty()) reason.clear();
      std::error_code ec;
      if (std::filesystem::equivalent(file, folder_of(name.origin) / t.devices[i], ec))
        t.devices[i] = std::filesystem::weakly_canonical(file).string();
    } catch (const ConfigError& error) {
      pass_on(error, at, r);
      return;
    }
  }
  if (t.algorithms.empty() && !reason.empty())
    r.problem("experiment.devices", reason, "name a device that pulses can train");
}

}  // namespace

void open_parts(Experiment& e, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>& assumed) {
  std::visit(
      [&](auto& experiment) {
        if constexpr (requires { open_part(experiment, where, r, assumed); }) open_part(experiment, where, r, assumed);
      },
      e);
}

}  // namespace bitline::arch
