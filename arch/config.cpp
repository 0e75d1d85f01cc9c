// SPDX-License-Identifier: Apache-2.0
#include "arch/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "arch/check_chip.h"
#include "arch/check_workload.h"
#include "base/config_writer.h"
#include "base/files.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::arch {

using periphery::Adc;

void fields(Visitor& v, Array& a) {
  v(a.rows, {.key = "rows",
             .meaning = "inputs of one array (a 2T2R array has two physical lines for each)",
             .min = 1,
             .max = 65536});
  v(a.columns, {.key = "columns", .meaning = "output columns of one array", .min = 1, .max = 65536});
  v(a.topology,
    {.key = "topology",
     .meaning = "voltage-rows: inputs are voltages on horizontal lines; gated-ladder: the input bit switches a row, "
                "supply lines run beside the bit lines; gated-rows: the same with horizontal supply lines"});
  v(a.active_rows, {.key = "active_rows",
                    .meaning = "rows driven at once; more rows take more reads, digitised and added",
                    .min = 1,
                    .absent = "all"});
}

void fields(Visitor& v, Quantization& q) {
  v(q.weight_bits,
    {.key = "weight_bits", .meaning = "bits of a weight: -(2^(b-1)-1) .. 2^(b-1)-1; 1 = sign", .min = 1, .max = 8});
  v(q.weight_scale, {.key = "weight_scale", .meaning = "one scale for a layer or one for each output column"});
  v(q.clip_percentile, {.key = "clip_percentile",
                        .meaning = "share of |weights| inside the range; larger ones saturate",
                        .unit = Unit::fraction,
                        .max = 1,
                        .positive = true});
  v(q.activation_coverage, {.key = "activation_coverage",
                            .meaning = "share of calibration activations inside the range of a layer's inputs",
                            .unit = Unit::fraction,
                            .max = 1,
                            .positive = true});
}

void fields(Visitor& v, Mapping& m) {
  v(m.prefer,
    {.key = "prefer",
     .meaning =
         "area: blocks lie as densely as they can; balanced: they are spread over the arrays of the chips that this "
         "takes, so that fewer take turns; latency: also over more chips (chips: auto), and arrays that are left "
         "hold copies of layers"});
  v(m.duplicate,
    {.key = "duplicate",
     .meaning = "copies of every layer, which share its positions or, pipelined, serve images in turn; those "
                "that gain nothing are not placed",
     .min = 1,
     .max = 1024});
  v(m.schedule,
    {.key = "schedule", .meaning = "one image at a time through all layers, or layers working on successive images"});
  v(m.unused,
    {.key = "unused", .meaning = "what devices of unmapped cells are: written to g_min, or never formed (open)"});
  v(m.min_piece_rows,
    {.key = "min_piece_rows", .meaning = "smallest piece a block may be cut into along its rows", .min = 1});
}

void fields(Visitor& v, PublishedFigure& p) {
  v(p.what, {.key = "what", .meaning = "what the figure is", .required = true});
  v(p.published, {.key = "published", .meaning = "the figure, in `unit`", .required = true});
  v(p.ours,
    {.key = "ours", .meaning = "where ours stands in result.json, such as write.level_accuracy", .required = true});
  v(p.unit, {.key = "unit", .meaning = "of the figure"});
  v(p.source, {.key = "source", .meaning = "publication", .required = true});
  v(p.with, {.key = "with", .meaning = "settings under which it was published, where they are not this config's"});
  v(p.kind,
    {.key = "kind",
     .meaning =
         "predicted: nothing was set from it; imposed: a parameter was solved from it; proxy: other data or metric"});
  v(p.within, {.key = "within",
               .meaning = "goal for the deviation: ours beyond it is a miss",
               .unit = Unit::fraction,
               .min = 0,
               .absent = "no verdict"});
}

namespace {
void layer_parts(Visitor& v, array::Cell& cell, periphery::Input& input, Adc& adc, Quantization& q) {
  v(cell, {.key = "cell", .meaning = "what stores one signed weight"});
  v(input, {.key = "input", .meaning = "how inputs drive the rows"});
  v(adc, {.key = "adc", .meaning = "converters at the columns", .library = true});
  v(q, {.key = "quantization", .meaning = "weights and activations as integers"});
}
}  // namespace

void fields(Visitor& v, LayerConfig& c) {
  v(c.digital, {.key = "digital", .meaning = "computed exactly by a digital unit instead of arrays"});
  v(c.duplicate, {.key = "duplicate", .meaning = "copies of this layer", .min = 1, .max = 1024});
  layer_parts(v, c.cell, c.input, c.adc, c.quantization);
}

void fields(Visitor& v, Config& c) {
  v(c.name, {.key = "name", .meaning = "what reports call it", .label = true});
  v(c.seed, {.key = "seed", .meaning = "of all random numbers"});
  v(c.instances, {.key = "instances", .meaning = "chips drawn and evaluated (Monte Carlo)", .min = 1, .max = 100000});
  v(c.chips, {.key = "chips", .meaning = "chips of the system", .min = 1, .max = 100000, .absent = "auto"});
  v(c.tiles, {.key = "tiles", .meaning = "tiles of a chip", .min = 1, .max = 100000});
  v(c.arrays, {.key = "arrays", .meaning = "arrays of a tile", .min = 1, .max = 100000});
  v(c.array, {.key = "array", .meaning = "one crossbar"});
  v(c.wires, {.key = "wires", .meaning = "resistance of the lines of an array"});
  v(c.device, {.key = "device", .meaning = "one memristor", .library = true});
  layer_parts(v, c.cell, c.input, c.adc, c.quantization);
  v(c.calibrate,
    {.key = "calibrate",
     .meaning =
         "where calibrated converter ranges come from: the ideal array (one per layer), each chip, or each array"});
  v(c.mapping, {.key = "mapping", .meaning = "how layers are placed and scheduled"});
  v(c.mapping.bias,
    {.key = "bias", .meaning = "biases are added digitally, or held by extra rows driven at full input"});
  v(c.mapping.reload,
    {.key = "reload",
     .meaning = "time-multiplex the arrays when the network does not fit; writing is charged to each image"});
  v(c.technology, {.key = "technology", .meaning = "unit costs of the process", .required = true, .library = true});
  v(c.periphery, {.key = "periphery", .meaning = "buffers, interconnect and drivers around the arrays"});
  v(c.programming, {.key = "programming", .meaning = "what writing devices takes; costs only"});
  v(c.workload, {.key = "workload", .meaning = "the network and its data, or shapes of layers"});
  v(c.experiment,
    {.key = "experiment", .meaning = "what is done on the chip or with its device beyond running a network"});
  v(c.age_s, {.key = "age",
              .meaning = "time between writing and reading; modulo programming.refresh, if that is given",
              .unit = Unit::second,
              .min = 0});
  v(c.compensate,
    {.key = "compensate",
     .meaning = "digital factors that make up for drift, measured at the age of the run: one per layer (global) or "
                "column from reads of known inputs right after writing and now, or per block from reference cells"});
  v(c.layers,
    {.key = "layers",
     .meaning = "by layer name: digital, duplicate, cell, input, adc, quantization; keys may be paths (adc.bits: 6)"});
  v(c.published, {.key = "published", .meaning = "published figures to print beside ours", .label = true});
  v(c.budget, {.key = "budget", .meaning = "a published table of components, to be summed by group", .label = true});
  v(c.keep,
    {.key = "keep",
     .meaning =
         "conductances: write target, written and aged conductances of the first chip's arrays to the run folder; "
         "outputs: what the network gave for each sample, outputs.npy of shape (chips, samples, values)",
     .label = true});
  v(c.conductances,
    {.key = "conductances",
     .meaning = "folder with <array>_written.npy, measured read-back conductances to use instead of writing",
     .label = true});
}

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
    r.problem("conductances", fmt::format("no folder '{}'", c.conductances), "it holds <array>_written.npy files");
}

void check_experiment(Experiment& e, const ConfigPath& where, ConfigReader& r, std::vector<Assumption>& assumed) {
  if (!r.clean("experiment")) return;
  try {
    open_parts(e, where, assumed);
  } catch (const ConfigError& error) {
    for (auto d : error.diagnostics()) {
      if (d.where.file.empty())
        r.problem(d.path, d.message, d.remedy);
      else
        r.problem(std::move(d));
    }
  }
  for (const Diagnostic& problem : check(e)) r.problem(problem.path, problem.message, problem.remedy);
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
  loaded.tree = std::move(tree);
  loaded.where = where;
  ConfigReader reader(loaded.tree, where);
  reader.read(loaded.config);
  if (reader.clean("device")) read_update_tables(loaded.config.device, "device.", reader);
  std::vector<Assumption> elsewhere;  // in what is kept as written
  check_experiment(loaded.config.experiment, where, reader, elsewhere);
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
  return load_tree(load_config(file, overrides, where), where);
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
  check_experiment(c.experiment, where, reader, unused);
  for (auto& e : c.layers.entries) e.value = self_contained(e.value, where);
  find_workload_files(c.workload, where, reader);
  find_conductances(c, reader);
  reader.finish();
  return c;
}

std::string resolved_yaml(const LoadedConfig& loaded) {
  return to_yaml(ConfigWriter::write(loaded.config), &loaded.annotations);
}

std::string config_hash(const Config& config) {
  // Layers by what their settings mean, not by how they are written.
  Config chip = config;
  chip.layers = {};
  std::string text = to_yaml(ConfigWriter::write(chip));
  const std::string common = to_yaml(ConfigWriter::write(common_parts(config)));
  std::map<std::string, std::string> layers;
  for (const auto& [name, settings] : config.own_layers)
    if (std::string own = to_yaml(ConfigWriter::write(settings)); own != common) layers[name] = std::move(own);
  for (const auto& [name, own] : layers) text += fmt::format("layer {}:\n{}", name, own);
  return checksum(text);
}

}  // namespace bitline::arch
