// SPDX-License-Identifier: Apache-2.0
// From trees to configs, and back.
#include "arch/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "arch/changes.h"
#include "arch/check_chip.h"
#include "arch/check_experiment.h"
#include "arch/check_workload.h"
#include "arch/complete_device.h"
#include "arch/layer_names.h"
#include "base/config_writer.h"
#include "base/files.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::arch {

using periphery::Adc;

LayerConfig common_parts(const Config& c) {
  return {false, c.mapping.duplicate, c.cell, c.input, c.adc, c.quantization};
}

namespace {

LayerConfig read_layer(const Config& config, const Value& over, Annotations* notes = nullptr) {
  if (!over.is_map()) refuse_at(over.origin, "must be a map of settings", "for example {adc.bits: 6}");
  LayerConfig out = common_parts(config);
  ConfigReader reader(merged(ConfigWriter::write(out), expand_dotted(over)), {});
  reader.read(out);
  reader.finish();
  if (notes) *notes = reader.annotations();
  return out;
}

// A layer's settings without dotted keys, bases and names of files: what layer_config() reads anywhere.
Value self_contained(const Value& layer, const ConfigPath& where) {
  Value v = expand_dotted(layer);
  resolve_bases(v, where);
  if (Value* adc = v.find("adc")) {
    std::vector<std::string_view> types;
    [&]<class... A>(const std::variant<A...>*) { (types.push_back(A::type), ...); }(static_cast<const Adc*>(nullptr));
    if (auto opened = open_named(*adc, "adc", types, where)) *adc = std::move(*opened);
  }
  return v;
}

// Reads every layer's overrides; the assumptions they make are added to `assumed`.
void check_layers(Config& c, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>& assumed) {
  if (c.layers.kind == Value::Kind::null) return;
  if (!c.layers.is_map()) {
    r.problem("layers", "must be a map from layer names to settings");
    return;
  }
  const bool chip_clean = r.clean();
  for (auto& e : c.layers.entries) {
    const std::string at = fmt::format("layers.{}", e.key);
    try {
      e.value = self_contained(e.value, where);
      Annotations notes;
      const LayerConfig& parts = c.own_layers[e.key] = read_layer(c, e.value, &notes);
      for (const auto& a : notes.assumed) assumed.push_back({fmt::format("{}.{}", at, a.path), a.value, a.reason});
      if (chip_clean && !parts.digital) check_parts(c, parts, at + ".", r);
      if (chip_clean && !parts.digital && c.wires.exact() && parts.cell.index() != c.cell.index())
        r.problem(at + ".cell",
                  "differs from the chip's cell, but with exact wires an array is one circuit of one kind of cell",
                  "use one cell for all layers, or wires.mode: ideal");
    } catch (const ConfigError& error) {
      for (auto d : error.diagnostics()) {
        d.path = d.path.empty() ? at : fmt::format("{}.{}", at, d.path);
        if (d.where.file.empty())
          r.problem(d.path, d.message, d.remedy);
        else
          r.problem(std::move(d));
      }
    }
  }
}

// A folder of measured conductances, beside the config or below the current folder, is remembered by its full path.
void find_conductances(Config& c, ConfigReader& r) {
  namespace fs = std::filesystem;
  if (c.conductances.empty()) return;
  const auto& origins = r.annotations().origins;
  const auto origin = origins.find("conductances");
  const fs::path beside = (origin == origins.end() ? fs::path() : folder_of(origin->second)) / c.conductances;
  std::error_code ec;
  const fs::path folder = fs::is_directory(beside, ec) ? beside : fs::path(c.conductances);
  if (fs::is_directory(folder, ec))
    c.conductances = fs::weakly_canonical(folder).string();
  else
    r.problem("conductances", fmt::format("no folder '{}'", c.conductances),
              "it holds <array>_written.npy or .csv files");
}

// An experiment on devices alone has no use for it.
void check_technology(const Config& c, ConfigReader& r) {
  if (!r.clean("experiment")) return;
  if (r.annotations().origins.count("technology") == 0 && needs_technology(c.experiment))
    r.problem(
        "technology", "the key 'technology' is missing: unit costs of the process",
        "add \"technology: ...\", such as 130nm, or begin with a chip that has one: \"base: chip/two-chip-2t2r\"");
}

}  // namespace

double age_since_write_s(const Config& config) {
  const auto& refresh_s = config.programming.refresh_s;
  return refresh_s ? std::fmod(config.age_s, *refresh_s) : config.age_s;
}

bool verifies(const Config& config) {
  return config.programming.verify.value_or(std::holds_alternative<device::WriteVerify>(config.device.write));
}

WritePulse write_pulse(const Config& config) {
  WritePulse pulse{config.programming.voltage_V, config.programming.pulse_s};
  const auto& p = config.device.plasticity;
  if (!std::holds_alternative<device::PulseWrite>(config.device.write) || !p || !p->potentiation) return pulse;
  if (!pulse.voltage_V) pulse.voltage_V = p->potentiation->drive.amplitude_V;
  if (!pulse.length_s) pulse.length_s = p->potentiation->drive.width_s;
  return pulse;
}

LayerConfig layer_config(const Config& config, const std::string& layer) {
  const auto own = config.own_layers.find(layer);
  return own == config.own_layers.end() ? common_parts(config) : own->second;
}

void resolve_layers(Config& config) {
  config.own_layers.clear();
  for (const auto& e : config.layers.entries) config.own_layers[e.key] = read_layer(config, e.value);
}

LoadedConfig load_tree(Value tree, const ConfigPath& where) {
  LoadedConfig loaded;
  complete_device(tree, where);
  if (Value* layers = tree.find("layers")) *layers = with_layer_names(*layers);
  loaded.tree = std::move(tree);
  loaded.where = where;
  ConfigReader reader(loaded.tree, where);
  reader.read(loaded.config);
  if (reader.clean("device")) read_update_tables(loaded.config.device, "device.", reader);
  std::vector<Assumption> elsewhere;  // in what is kept as written
  const bool sound = reader.clean("experiment");
  check_experiment(loaded.config, where, reader);
  if (sound) open_parts(loaded.config.experiment, where, reader, elsewhere);
  check_technology(loaded.config, reader);
  check_use(loaded.config, reader);
  check_chip(loaded.config, reader);
  check_layers(loaded.config, where, reader, elsewhere);
  check_workload(loaded.config, where, reader);
  find_conductances(loaded.config, reader);
  reader.finish();
  loaded.annotations = reader.annotations();
  auto& assumed = loaded.annotations.assumed;
  assumed.insert(assumed.end(), elsewhere.begin(), elsewhere.end());
  return loaded;
}

LoadedConfig load(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where) {
  LoadedConfig loaded = load_tree(load_config(file, overrides, where), where);
  const std::vector<std::string> over_name = changed_over("name", file, overrides, loaded);
  mark_replaced(changed_over("published", file, overrides, loaded), loaded.config);
  mark_changes(over_name, loaded.config);
  return loaded;
}

LoadedConfig load_with(const LoadedConfig& loaded, const Value& settings) {
  return load_tree(merged(loaded.tree, expand_dotted(settings)), loaded.where);
}

Config load_keys(const Value& tree, std::span<const std::string> keys, const ConfigPath& where) {
  Config c;
  ConfigReader reader(tree, where);
  reader.read(c, [&](const Field& f) { return std::find(keys.begin(), keys.end(), f.key) != keys.end(); });
  reader.finish();
  read_update_tables(c.device, "device.", reader);
  std::vector<Assumption> unused;
  open_parts(c.experiment, where, reader, unused);
  for (auto& e : c.layers.entries) e.value = self_contained(e.value, where);
  find_workload_files(c.workload, where, reader);
  find_conductances(c, reader);
  reader.finish();
  return c;
}

std::string resolved_yaml(const LoadedConfig& loaded) {
  Value tree = ConfigWriter::write(loaded.config);
  if (!loaded.config.technology.known()) tree.erase("technology");  // none was given, and none is needed
  return to_yaml(tree, &loaded.annotations);
}

std::string config_hash(const Config& config) {
  // Layers by what their settings mean, not by how they are written.
  Config chip = config;
  chip.layers = {}, chip.name.clear();
  std::string text = to_yaml(ConfigWriter::write(chip));
  const std::string common = to_yaml(ConfigWriter::write(common_parts(config)));
  std::map<std::string, std::string> layers;
  for (const auto& [name, settings] : config.own_layers)
    if (std::string own = to_yaml(ConfigWriter::write(settings)); own != common) layers[name] = std::move(own);
  for (const auto& [name, own] : layers) text += fmt::format("layer {}:\n{}", name, own);
  return checksum(text);
}

}  // namespace bitline::arch
