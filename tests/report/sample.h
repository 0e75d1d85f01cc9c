// SPDX-License-Identifier: Apache-2.0
// A result made by hand, with figures that are easy to recognise, and a check that markup is balanced.
#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "run/result.h"

namespace bitline {

inline run::Result sample_result() {
  run::Result r;
  r.name = "fashion-mlp";
  r.config_hash = "0123456789abcdef";
  r.seed = 7;
  r.warnings = {"layer fc3 clips 3.1 % of its conversions"};
  r.assumed = {{"device.g_min", "1 uS", "the paper gives the on/off ratio only"}};
  r.quality.value = 0.8691;
  r.quality.ci95 = {0.8680, 0.8702};
  r.quality.ci95_images = {0.8630, 0.8751};
  for (int i = 0; i < 10; ++i) {
    const double value = 0.8673 + 0.0004 * i;
    r.quality.chips.push_back({value, {value - 0.0068, value + 0.0064}});
  }
  r.quality.reference_float = 0.8851;
  r.quality.reference_quantized = 0.8832;
  r.quality.loss = 0.0141;
  r.quality.loss_ci95 = {0.0131, 0.0152};
  r.quality.inputs = 10000;
  r.write.level_accuracy = 0.8456;
  r.write.rms_error_S = 1.234e-6;
  r.write.fault_frac = 0.0001;
  r.write.sigma_S = 1.111e-6;
  r.write.cells = 234752;
  r.write.level_accuracy_ci95 = {0.8449, 0.8463};
  r.costs.write_needs = "programming.voltage and programming.pulse";
  r.costs.energy_J = {{cost::Part::array, 0.5e-6},
                      {cost::Part::adc, 0.25e-6},
                      {cost::Part::driver, 0.125e-6},
                      {cost::Part::shift_add, 0.0625e-6},
                      {cost::Part::leakage, 0}};
  r.costs.energy_per_inference_J = 0.9375e-6;
  r.costs.latency_s = {{cost::Part::array, 8e-6}, {cost::Part::adc, 4e-6}};
  r.costs.latency_per_inference_s = 12e-6;
  r.costs.throughput_per_s = 83333.25;
  r.costs.area_breakdown_m2 = {{cost::Part::array, 1e-6}, {cost::Part::adc, 2e-6}, {cost::Part::driver, 0.5e-6}};
  r.costs.area_m2 = 3.5e-6;
  r.costs.tops_per_w = 0.5;
  r.costs.tops_per_mm2 = 0.011;
  r.costs.efficiency_definition = "two operations per multiply-accumulate of 4-bit weights and 8-bit inputs";
  r.costs.one_bit_tops_per_w = 16;
  r.mapping.arrays_used = 4;
  r.mapping.arrays_total = 4;
  r.mapping.chips = 2;
  r.mapping.array_rows = 576;
  r.mapping.array_columns = 128;
  r.mapping.cell_utilisation = 0.75;
  r.mapping.array_utilisation = {1, 1, 0.36, 0.56};
  r.mapping.layers = {{"fc1",
                       784,
                       256,
                       false,
                       {{"fc1", 0, 0, 0, 0, 576, 128, 0, 0},
                        {"fc1", 0, 1, 0, 0, 576, 128, 0, 128},
                        {"fc1", 0, 2, 0, 0, 208, 128, 576, 0},
                        {"fc1", 0, 3, 0, 0, 208, 128, 576, 128}}},
                      {"fc2", 256, 128, false, {{"fc2", 0, 2, 208, 0, 256, 128, 0, 0}}},
                      {"fc3", 128, 10, false, {{"fc3", 0, 3, 208, 0, 128, 10, 0, 0}}}};
  r.costs.layers = {
      {"fc1", 0.7e-6, 8e-6, 5e-9, 4096, 200704, 4, {{cost::Part::array, 0.5e-6}, {cost::Part::adc, 0.2e-6}}},
      {"fc2", 0.2e-6, 3e-6, 4e-9, 1024, 32768, 1, {{cost::Part::adc, 0.2e-6}}},
      {"fc3", 0.0375e-6, 1e-6, 3e-9, 80, 1280, 1, {{cost::Part::adc, 0.0375e-6}}}};
  r.reads = {{21.5, 0.0001, 8.3e-6}, {19.25, 0.002, 4e-6}, {24, 0.031, 2e-6}};
  r.published = {{"write level accuracy", "", "the chip's paper, Fig. 4", "imposed", 0.8456, 0.8457},
                 {"energy of one image", "J", "the chip's paper, Table 1", "predicted", 1.25e-6, std::nullopt}};
  r.published_left_out = {{"level accuracy", "device was replaced"}};
  r.input = run::NetworkInput{"mlp.onnx", 3,           234752, 10,     "clothes", {1, 28, 28},
                              10000,      -0.81,       2.025,  0.0014, 1.01,      "(x - 0.286) / 0.353",
                              10,         std::nullopt};
  r.timing = {{"load", 0.25}, {"run", 7.5}};
  r.threads = 2;
  r.inputs = {{"models/mlp.onnx", "00ff"}};
  r.level_map.rows = 576;
  r.level_map.columns = 128;
  for (int i = 0; i < 576 * 128; ++i) {
    const int level = i * 37 % 15 - 7;
    r.level_map.intended.push_back(static_cast<float>(level));
    r.level_map.read_back.push_back(static_cast<float>(level) + static_cast<float>(i * 31 % 11 - 5) * 0.1f);
  }
  return r;
}

// The same with all that costs can tell: an interval, boundaries, digital machines, unit costs, times, writing, a
// budget.
inline run::Result costed_result() {
  run::Result r = sample_result();
  r.costs.energy_low_J = 0.6e-6;
  r.costs.energy_high_J = 1.5e-6;
  r.costs.energy_deviations_J.add(cost::Kind::converter, 0.25e-6, 3.2);
  r.costs.area_low_m2 = 2e-6;
  r.costs.area_high_m2 = 9e-6;
  r.costs.area_deviations_m2.add(cost::Kind::converter, 2e-6, 3.75);
  r.costs.converter_prices = {{"survey", 2e-11, 2e-8}, {"circuit", 4e-12, 5e-10}, {"regression", 2e-11, 2e-8}};
  r.costs.energy_write_J = 3e-3;
  r.costs.write_time_s = 0.25;
  r.costs.refresh_W = 0.5e-6;
  r.costs.write_needs.clear();
  r.costs.one_bit_tops_per_w = 16;
  r.costs.boundaries = {
      {"array", "cells", 4, 0.05}, {"macro", "cells and converters", 1.25, 0.02}, {"chip", "all", 0.5, 0.011}};
  r.costs.nodes = {{"fc1", "linear", true, true, false, "", 200704, 0.7e-6, 8e-6, r.costs.layers[0].energy_breakdown_J},
                   {"relu", "relu", false, false, false, "fc1", 0, 0, 0, {}},
                   {"softmax", "softmax", false, false, false, "", 0, 0.5e-9, 1e-8, {{cost::Part::digital, 0.5e-9}}}};
  r.costs.baselines = {{"MAC plane", "units of multiply-accumulate", 3.75e-6, 3e-6, 1.75e-6, 0.125, 0.088},
                       {"digital memory", "adder trees", 1e-6, 48e-6, 35e-6, 0.47, 0.0011}};
  r.costs.unit_costs = {
      {cost::Component::adc,
       {2e-11, 9e-8, 2e-8, 0, periphery::CostOrigin::survey, 3.2, 3.75, 1},
       64,
       "survey: adc.cost.model says so"},
      {cost::Component::row_driver, {5e-13, 1e-10, 4e-10, 2e-9, periphery::CostOrigin::circuit, 7.7, 4.7, 7.7}, 4608},
      {cost::Component::adder, {4e-14, 1e-10, 2e-11, 5e-10, periphery::CostOrigin::given, 1, 1, 1}, 0},
      {cost::Component::buffer, {1e-13, 7e-10, 2e-12, 4e-11, periphery::CostOrigin::circuit, 7.7, 4.7, 7.7}, 0}};
  for (int array = 0; array < 4; ++array) r.costs.timeline.push_back({0, array, 0, 6e-6});
  r.costs.timeline.push_back({1, 2, 7e-6, 9e-6});
  r.costs.timeline.push_back({2, 3, 10e-6, 11e-6});
  r.budget = {{"macro", 13.8e-3, 0.264e-6}, {"chip", 55.2e-3, 1.556e-6}};
  return r;
}

// The same through a day of use with a refresh.
inline run::Result used_result() {
  run::Result r = costed_result();
  run::UseResult& use = r.use.emplace();
  use.span_s = 86400, use.time_per_image_s = 2, use.images = 43200, use.metric = "accuracy", use.refreshes = 1;
  use.refresh_J = 3e-3, use.refresh_s = 0.25;
  use.moments = {{0, 0, 0, 0, 0, 10000, 0.875, {0.85, 0.9}},
                 {43200, 43200, 21600, 21600, 0, 10000, 0.8125, {0.78, 0.84}, -0.0625, {-0.07, -0.05}},
                 {86400, 3600, 43200, 1800, 1, 10000, 0.8725, {0.84, 0.9}}};
  return r;
}

// The same with wires: voltage lost along both directions of a 576 x 128 array, and currents short by a tenth.
inline run::Result wired_result() {
  run::Result r = sample_result();
  chip::WireResult w;
  w.row_ohm = 0.25;
  w.column_ohm = 1.5;
  w.method = "direct reduction of each array";
  w.reads = 16;
  w.current_error_rms = 0.1234;
  w.drop_mean = 0.9321;
  w.drop_min = 0.75;
  w.noise_factor_mean = 0.875;
  w.noise_sigma_error = 0.0067;
  w.map_rows = 576;
  w.map_columns = 128;
  for (int row = 0; row < 576; ++row)
    for (int column = 0; column < 128; ++column)
      w.drop_map.push_back(1 - 0.25F * static_cast<float>(575 - row) / 575 * static_cast<float>(column) / 127);
  for (int i = 0; i < 400; ++i) {
    const float without = static_cast<float>(i * 37 % 201 - 100) / 100;
    w.without_wires.push_back(without);
    w.with_wires.push_back(0.9F * without + static_cast<float>(i * 11 % 7 - 3) * 0.01F);
  }
  r.wires = w;
  return r;
}

// The same with names that try to leave their place.
inline constexpr const char* hostile = "<script>alert('x')</script> & \"quoted\" \x1b[31m \xff";
inline run::Result hostile_result() {
  run::Result r = wired_result();
  const run::Result costed = costed_result();
  r.costs.boundaries = costed.costs.boundaries;
  r.costs.baselines = costed.costs.baselines;
  r.costs.unit_costs = costed.costs.unit_costs;
  r.costs.timeline = costed.costs.timeline;
  r.budget = costed.budget;
  r.costs.energy_low_J = costed.costs.energy_low_J;
  r.costs.energy_high_J = costed.costs.energy_high_J;
  r.costs.energy_deviations_J = costed.costs.energy_deviations_J;
  r.costs.converter_prices = costed.costs.converter_prices;
  r.costs.boundaries[0].name = r.costs.boundaries[0].inside = r.costs.baselines[0].name = r.costs.baselines[0].how =
      hostile;
  r.budget[0].name = hostile;
  r.wires->method = r.wires->status = hostile;
  r.name = r.config_hash = r.status = r.quality.metric = r.costs.efficiency_definition = hostile;
  r.warnings = {hostile};
  r.assumed = {{hostile, hostile, hostile}};
  r.mapping.layers[0].name = r.costs.layers[0].name = hostile;
  for (run::PlacedBlock& b : r.mapping.layers[0].blocks) b.layer = hostile;
  r.published = {{hostile, hostile, hostile, hostile, 1, 2}};
  r.timing = {{hostile, 1}};
  r.inputs = {{hostile, hostile}};
  return r;
}

// What is wrong with a piece of XML: tags that do not match, attributes without quotes, a bare & or <, control
// characters. Empty when it is well-formed.
inline std::string xml_problem(std::string_view xml) {
  const auto near = [&](std::size_t at) { return " at \"" + std::string(xml.substr(at, 60)) + "\""; };
  const auto name_end = [&](std::size_t at) {
    while (at < xml.size() && (std::isalnum(static_cast<unsigned char>(xml[at])) || xml[at] == '-' || xml[at] == ':'))
      ++at;
    return at;
  };
  // After '&': one of the five entities or a number.
  const auto entity = [&](std::size_t at) {
    for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
      if (xml.substr(at, known.size()) == known) return true;
    return false;
  };
  std::vector<std::string> open;
  std::size_t elements = 0;
  for (std::size_t i = 0; i < xml.size();) {
    const auto c = static_cast<unsigned char>(xml[i]);
    if (c < 0x20 && c != '\n' && c != '\t') return "control character" + near(i);
    if (c == '&' && !entity(i)) return "bare &" + near(i);
    if (c != '<') {
      if (open.empty() && !std::isspace(c)) return "text outside" + near(i);
      ++i;
      continue;
    }
    const bool closing = xml.substr(i, 2) == "</";
    const std::size_t from = i + (closing ? 2 : 1), to = name_end(from);
    if (to == from) return "bare <" + near(i);
    const std::string name(xml.substr(from, to - from));
    std::size_t at = to;
    bool alone = false;
    std::vector<std::string> attributes;
    while (true) {
      while (at < xml.size() && std::isspace(static_cast<unsigned char>(xml[at]))) ++at;
      if (at >= xml.size()) return "unfinished tag" + near(i);
      if (xml[at] == '>') break;
      if (xml.substr(at, 2) == "/>") {
        alone = true;
        ++at;
        break;
      }
      const std::size_t end = name_end(at);
      if (closing || end == at || xml.substr(end, 2) != "=\"") return "bad attribute" + near(i);
      attributes.emplace_back(xml.substr(at, end - at));
      for (std::size_t k = 0; k + 1 < attributes.size(); ++k)
        if (attributes[k] == attributes.back()) return "attribute twice" + near(i);
      const std::size_t close = xml.find('"', end + 2);
      if (close == std::string_view::npos) return "unfinished attribute" + near(i);
      for (std::size_t k = end + 2; k < close; ++k) {
        if (xml[k] == '<') return "< in an attribute" + near(i);
        if (xml[k] == '&' && !entity(k)) return "bare & in an attribute" + near(i);
      }
      at = close + 1;
    }
    if (closing) {
      if (open.empty() || open.back() != name) return "unexpected </" + name + ">" + near(i);
      open.pop_back();
    } else {
      if (open.empty() && elements > 0) return "second root" + near(i);
      ++elements;
      if (!alone) open.push_back(name);
    }
    i = at + 1;
  }
  if (!open.empty()) return "<" + open.back() + "> is not closed";
  return elements == 0 ? "nothing there" : "";
}

}  // namespace bitline
