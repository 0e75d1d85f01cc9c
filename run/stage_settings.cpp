// SPDX-License-Identifier: Apache-2.0
#include "run/stage_settings.h"

#include "arch/lines.h"
#include "run/numbers_version.h"

namespace bitline::run {

using arch::Config;
using arch::LayerConfig;
using arch::Workload;
using periphery::Adc;
using periphery::RampAdc;

namespace {

void drop_cost(periphery::IdealAdc&) {}
void drop_cost(periphery::SarAdc& adc) { adc.common.cost = {}; }
void drop_cost(periphery::FlashAdc& adc) { adc.common.cost = {}; }
void drop_cost(RampAdc& adc) {
  adc.common.cost = {};
  adc.clock_Hz = RampAdc{}.clock_Hz;
}

Adc converting(Adc adc) {
  std::visit([](auto& kind) { drop_cost(kind); }, adc);
  return adc;
}

LayerConfig quantizing(const LayerConfig& layer) {
  LayerConfig out;
  out.digital = layer.digital;
  out.input.encoding = layer.input.encoding;
  out.input.bits = layer.input.bits;
  out.quantization = layer.quantization;
  return out;
}

}  // namespace

Workload sample_settings(const Workload& workload) {
  Workload out;
  out.dataset = workload.dataset;
  out.normalize = workload.normalize;
  out.first_class = workload.first_class;
  return out;
}

Config network_settings(const Config& config) {
  Config out;
  out.input.encoding = config.input.encoding;
  out.input.bits = config.input.bits;
  out.quantization = config.quantization;
  out.mapping.bias = config.mapping.bias;
  for (const auto& [name, layer] : config.own_layers) out.own_layers[name] = quantizing(layer);
  return out;
}

Config chip_settings(const Config& config) {
  Config out;
  out.seed = config.seed;
  out.chips = config.chips, out.tiles = config.tiles, out.arrays = config.arrays;
  out.array = config.array;
  out.wires = config.wires;
  if (config.wires.exact()) {
    const arch::SegmentResistance segment = segment_resistance(config);
    out.wires.row_ohm = segment.row_ohm, out.wires.column_ohm = segment.column_ohm;
  }
  out.cell = config.cell, out.device = config.device, out.input = config.input;
  out.adc = converting(config.adc);
  out.calibrate = config.calibrate;
  out.quantization = config.quantization;
  out.mapping = config.mapping;
  out.mapping.schedule = arch::Mapping{}.schedule;
  out.age_s = age_since_write_s(config);
  if (std::holds_alternative<arch::InTime>(config.use)) {
    out.use = config.use;
    std::get<arch::InTime>(out.use).time_per_image_s.reset();  // what is read hangs on it only through counted reads
    out.programming.refresh_s = config.programming.refresh_s;
  }
  out.compensate = config.compensate, out.correct = config.correct;
  out.conductances = config.conductances, out.conductances_missing = config.conductances_missing;
  out.keep = config.keep;
  for (const auto& [name, layer] : config.own_layers) {
    out.own_layers[name] = layer;
    out.own_layers[name].adc = converting(layer.adc);
  }
  return out;
}

Config placement_settings(const Config& config) {
  const Config all = chip_settings(config);
  Config out;
  out.chips = all.chips, out.tiles = all.tiles, out.arrays = all.arrays;
  out.array = all.array, out.cell = all.cell;
  out.input = all.input, out.adc = all.adc, out.quantization = all.quantization;
  out.mapping = config.mapping;
  out.own_layers = all.own_layers;
  return out;
}

void add_settings(KeyBuilder& key, const Config& config) {
  key.add("config", config);
  for (const auto& [name, layer] : config.own_layers) key.add("layer", name).add("settings", layer);
}

KeyBuilder stage_key(std::string_view stage) {
  KeyBuilder key(stage);
  key.add("numbers", numbers_version);
  return key;
}

}  // namespace bitline::run
