// SPDX-License-Identifier: Apache-2.0
#include "arch/config.h"

#include <fmt/format.h>

#include "base/config_writer.h"
#include "base/files.h"

namespace bitline {

void fields(Visitor& v, Array& a) {
  v(a.rows, {.key = "rows", .meaning = "inputs of one array (a 2T2R array has two physical lines for each)", .min = 1, .max = 65536});
  v(a.columns, {.key = "columns", .meaning = "output columns of one array", .min = 1, .max = 65536});
  v(a.topology, {.key = "topology", .meaning = "voltage-rows: inputs are voltages on horizontal lines; gated-ladder: the input bit switches a row, supply lines run beside the bit lines; gated-rows: the same with horizontal supply lines"});
  v(a.active_rows, {.key = "active_rows", .meaning = "rows driven at once; more rows take more reads, digitised and added", .min = 1, .absent = "all"});
}

void fields(Visitor& v, Quantization& q) {
  v(q.weight_bits, {.key = "weight_bits", .meaning = "bits of a weight: -(2^(b-1)-1) .. 2^(b-1)-1; 1 = sign", .min = 1, .max = 8});
  v(q.weight_scale, {.key = "weight_scale", .meaning = "one scale for a layer or one for each output column"});
  v(q.clip_percentile, {.key = "clip_percentile", .meaning = "share of |weights| inside the range; larger ones saturate", .unit = Unit::fraction, .max = 1, .positive = true});
  v(q.activation_coverage, {.key = "activation_coverage", .meaning = "share of calibration activations inside the range of a layer's inputs", .unit = Unit::fraction, .max = 1, .positive = true});
}

void fields(Visitor& v, Mapping& m) {
  v(m.duplicate, {.key = "duplicate", .meaning = "copies of every layer, which share its positions", .min = 1, .max = 1024});
  v(m.schedule, {.key = "schedule", .meaning = "one image at a time through all layers, or layers working on successive images"});
  v(m.unused, {.key = "unused", .meaning = "what devices of unmapped cells are: written to g_min, or never formed (open)"});
  v(m.bias, {.key = "bias", .meaning = "biases are added digitally, or held by extra rows driven at full input"});
  v(m.reload, {.key = "reload", .meaning = "time-multiplex the arrays when the network does not fit; writing is charged to each image"});
  v(m.min_piece_rows, {.key = "min_piece_rows", .meaning = "smallest piece a block may be cut into along its rows", .min = 1});
}

void fields(Visitor& v, Workload& w) {
  v(w.network, {.key = "network", .meaning = "ONNX file: beside the config, or a shipped model's name", .required = true});
  v(w.dataset, {.key = "dataset", .meaning = "data set, see `bitline list datasets`"});
  v(w.images, {.key = "images", .meaning = "test images, from the first", .min = 1});
  v(w.calibration_images, {.key = "calibration_images", .meaning = "training images that set activation scales and converter ranges", .min = 1});
}

void fields(Visitor& v, PublishedFigure& p) {
  v(p.what, {.key = "what", .meaning = "what the figure is", .required = true});
  v(p.published, {.key = "published", .meaning = "the figure, in `unit`", .required = true});
  v(p.ours, {.key = "ours", .meaning = "where ours stands in result.json, such as write.level_accuracy", .required = true});
  v(p.unit, {.key = "unit", .meaning = "of the figure"});
  v(p.source, {.key = "source", .meaning = "publication", .required = true});
  v(p.kind, {.key = "kind", .meaning = "predicted: nothing was set from it; imposed: a parameter was solved from it; proxy: other data or metric"});
}

namespace {
void layer_parts(Visitor& v, Cell& cell, Input& input, Adc& adc, Quantization& q) {
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
  v(c.name, {.key = "name", .meaning = "what reports call it"});
  v(c.seed, {.key = "seed", .meaning = "of all random numbers"});
  v(c.instances, {.key = "instances", .meaning = "chips drawn and evaluated (Monte Carlo)", .min = 1, .max = 100000});
  v(c.chips, {.key = "chips", .meaning = "chips of the system", .min = 1, .max = 100000, .absent = "auto"});
  v(c.tiles, {.key = "tiles", .meaning = "tiles of a chip", .min = 1, .max = 100000});
  v(c.arrays, {.key = "arrays", .meaning = "arrays of a tile", .min = 1, .max = 100000});
  v(c.array, {.key = "array", .meaning = "one crossbar"});
  v(c.device, {.key = "device", .meaning = "one memristor", .library = true});
  layer_parts(v, c.cell, c.input, c.adc, c.quantization);
  v(c.calibrate, {.key = "calibrate", .meaning = "where calibrated converter ranges come from: the ideal array (one per layer), each chip, or each array"});
  v(c.mapping, {.key = "mapping", .meaning = "how layers are placed and scheduled"});
  v(c.technology, {.key = "technology", .meaning = "unit costs of the process", .required = true, .library = true});
  v(c.workload, {.key = "workload", .meaning = "the network and its data"});
  v(c.age_s, {.key = "age", .meaning = "time between writing and reading", .unit = Unit::second, .min = 0});
  v(c.layers, {.key = "layers", .meaning = "by layer name: digital, duplicate, cell, input, adc, quantization; keys may be paths (adc.bits: 6)"});
  v(c.published, {.key = "published", .meaning = "published figures to print beside ours"});
  v(c.keep_conductances, {.key = "keep_conductances", .meaning = "write target, written and aged conductances of the first chip to the run folder"});
}

namespace {

// Problems no single field can see.
void cross_checks(const Config& c, ConfigReader& r) {
  for (const auto& d : check(c.device)) r.problem("device" + (d.path.empty() ? "" : "." + d.path), d.message, d.remedy);
  if (c.array.active_rows && *c.array.active_rows > c.array.rows)
    r.problem("array.active_rows", fmt::format("is {} but the array has {} rows", *c.array.active_rows, c.array.rows), "write all, or at most array.rows");
  if (c.input.encoding == Encoding::analog && c.array.topology != Topology::voltage_rows)
    r.problem("input.encoding", "analog inputs need row voltages, but this topology only switches rows", "use topology voltage-rows or encoding bit-serial");
  for (const auto& d : problems(c.adc)) r.problem(d.path, d.message, d.remedy);
  try {
    const CellLayout l = layout(c.cell, c.quantization.weight_bits);
    if (l.columns_per_weight > c.array.columns) r.problem("array.columns", fmt::format("is {} but one weight needs {}", c.array.columns, l.columns_per_weight), "use fewer slices or wider arrays");
    if (!c.device.levels_S.empty()) {
      if (static_cast<int>(c.device.levels_S.size()) < l.highest_digit + 1)
        r.problem("device.levels", fmt::format("lists {} levels but {}-bit weights in this cell need {}", c.device.levels_S.size(), c.quantization.weight_bits, l.highest_digit + 1), "list every level or use more slices");
      if (l.two_sided) r.problem("device.levels", "a level table and a two-sided pair exclude each other", "use pair: one-sided");
    }
  } catch (const InputError& e) {
    r.problem("cell.slices", e.what());
  }
  for (std::size_t i = 0; i < c.published.size(); ++i) {
    const auto& k = c.published[i].kind;
    if (k != "predicted" && k != "imposed" && k != "proxy") r.problem(fmt::format("published.{}.kind", i), "is '" + k + "', which is not one of predicted, imposed, proxy");
  }
  if (!c.layers.is_map() && c.layers.kind != Value::Kind::null) r.problem("layers", "must be a map from layer names to settings");
}

}  // namespace

LayerConfig layer_config(const Config& config, const std::string& layer) {
  LayerConfig base{false, config.mapping.duplicate, config.cell, config.input, config.adc, config.quantization};
  const Value* over = config.layers.find(layer);
  if (!over) return base;
  ConfigReader reader(merged(ConfigWriter::write(base), expand_dotted(*over)), {});
  LayerConfig out = base;
  reader.read(out);
  reader.finish();
  return out;
}

LoadedConfig load(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where) {
  LoadedConfig loaded;
  loaded.tree = load_config(file, overrides, where);
  ConfigReader reader(loaded.tree, where);
  reader.read(loaded.config);
  if (reader.clean()) cross_checks(loaded.config, reader);
  Config& c = loaded.config;
  if (reader.clean() && c.layers.is_map()) {
    std::vector<Diagnostic> problems;
    for (const auto& e : c.layers.entries) try {
        layer_config(c, e.key);
      } catch (const ConfigError& error) {
        for (const auto& d : error.diagnostics()) reader.problem("layers." + e.key + (d.path.empty() ? "" : "." + d.path), d.message, d.remedy);
      }
  }
  // A model beside the config is remembered by its full path, so that resolved.yaml finds it from anywhere; a shipped
  // model keeps its short name, so that the hash is the same on every machine.
  if (reader.clean() && !c.workload.network.empty()) {
    namespace fs = std::filesystem;
    const auto origin = reader.annotations().origins.find("workload.network");
    const fs::path beside = origin == reader.annotations().origins.end() ? fs::path() : fs::path(origin->second.file).parent_path();
    const auto shipped = [&] {
      for (const auto& root : where.roots)
        if (fs::exists(root.parent_path() / "models" / c.workload.network)) return true;
      return false;
    };
    if (fs::exists(beside / c.workload.network)) c.workload.network = fs::weakly_canonical(beside / c.workload.network).string();
    else if (!shipped()) reader.problem("workload.network", "no file '" + c.workload.network + "'", "looked beside the config and among the shipped models");
  }
  reader.finish();
  loaded.annotations = reader.annotations();
  return loaded;
}

std::string resolved_yaml(const LoadedConfig& loaded) { return to_yaml(ConfigWriter::write(loaded.config), &loaded.annotations); }

std::string config_hash(const Config& config) { return checksum(to_yaml(ConfigWriter::write(config))); }

}  // namespace bitline
