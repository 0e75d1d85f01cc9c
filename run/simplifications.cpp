// SPDX-License-Identifier: Apache-2.0
#include "run/simplifications.h"

#include <fmt/format.h>

#include "arch/simplifications.h"
#include "array/cell_simplifications.h"
#include "array/wires/simplifications.h"
#include "device/simplifications.h"
#include "periphery/adc/simplifications.h"
#include "periphery/input/simplifications.h"
#include "periphery/technology/simplifications.h"
#include "read/calibrate.h"

namespace bitline::run {

using arch::Config;

namespace {

// Nothing is written or run where only shapes of layers are known.
std::vector<Simplification> shape_claims(const Config& c) {
  Simplification s{"Weights and inputs", {}};
  s.claims.push_back(
      {"Array energies are those of the targets of all devices: no write errors, faults or ageing. Biases are "
       "not known and not counted.",
       {"workload.network"},
       {"workload.shapes"}});
  if (c.workload.statistics == arch::ShapeStatistics::expected)
    s.claims.push_back(
        {"Codes that no file gives are expectations over the given statistics.", {}, {"workload.statistics=expected"}});
  else
    s.claims.push_back(
        {"Codes that no file gives are drawn from the given statistics.", {}, {"workload.statistics=drawn"}});
  return {s};
}

std::vector<Simplification> data_claims(const Config& c) {
  Simplification s{"Data", {}};
  s.claims.push_back(
      {"Images are the first of the test split, not a random choice.", {"workload.shuffle"}, {"workload.images"}});
  const std::string sample = fmt::format("{} positions of every calibration sample", read::calibration_positions);
  if (c.calibrate == arch::Calibrate::ideal)
    s.claims.push_back(
        {fmt::format("Calibrated ranges of converters come from the ideal array, one for each layer, on {}.", sample),
         {},
         {"calibrate=ideal", "workload.calibration_images"}});
  else
    s.claims.push_back({fmt::format("Calibrated ranges of converters come from {}.", sample),
                        {},
                        {c.calibrate == arch::Calibrate::per_chip ? "calibrate=per-chip" : "calibrate=per-array",
                         "workload.calibration_images"}});
  return {s};
}

std::vector<Simplification> correction_claims(const Config& c) {
  if (c.correct == arch::Correct::none) return {};
  return {{"Correction of columns",
           {{"Factors and offsets are real numbers, found at the moment of the reads from one read of each calibration "
             "input; "
             "neither finding nor keeping them costs anything.",
             {},
             {"correct"}}}}};
}

std::vector<Simplification> digital_layer_claims(const Config& c) {
  for (const auto& e : c.layers.entries)
    if (layer_config(c, e.key).digital)
      return {{"Digital layers",
               {{"Exact. Energy, time and area of their unit and of the memory of their weights are counted; control "
                 "is not.",
                 {},
                 {fmt::format("layers.{}.digital", e.key)}}}}};
  return {};
}

std::vector<Simplification> activation_claims(const Config& c) {
  if (!std::holds_alternative<workloads::DiodeActivation>(c.workload.activation)) return {};
  return {{"Diodes",
           {{"They act on converted sums, value by value: no capacitance, no history. Nothing is published of their "
             "energy, time and area, so that none is counted.",
             {},
             {"workload.activation.type=diode"}}}}};
}

// The chip's own settings speak for layers; that some have others is said.
std::vector<Simplification> other_layer_claims(const Config& c) {
  Claim claim{"Some layers have settings of their own, of which other statements may hold."};
  for (const auto& e : c.layers.entries)
    if (const arch::LayerConfig own = layer_config(c, e.key);
        !own.digital && (own.cell.index() != c.cell.index() || own.adc.index() != c.adc.index() ||
                         own.input.encoding != c.input.encoding))
      claim.on.push_back(fmt::format("layers.{}", e.key));
  return claim.on.empty() ? std::vector<Simplification>{} : std::vector<Simplification>{{"Layers", {claim}}};
}

device::ReadTime read_time(const Config& c) {
  const double since_write_s = age_since_write_s(c);
  return {since_write_s, c.age_s > since_write_s, std::holds_alternative<arch::InTime>(c.use)};
}

}  // namespace

std::vector<Simplification> simplifications(const Config& c) {
  std::vector<Simplification> all;
  const bool shapes = !c.workload.shapes.empty();
  if (!shapes && c.workload.network.empty() && !c.budget.empty()) return all;
  const bool gated = c.array.topology != arch::Topology::voltage_rows, solved = gated || is_curved(c.device.iv);
  add_simplifications(all, shapes ? shape_claims(c) : data_claims(c));
  if (c.workload.neurons) add_simplifications(all, simplifications(*c.workload.neurons));
  add_simplifications(all, simplifications(c.wires, gated, solved));
  add_simplifications(all, simplifications(c.input));
  add_simplifications(all, simplifications(c.cell));
  if (!shapes) add_simplifications(all, simplifications(c.device, read_time(c)));
  add_simplifications(all, simplifications(c.adc));
  if (!shapes) add_simplifications(all, correction_claims(c));
  if (!shapes) add_simplifications(all, activation_claims(c));
  add_simplifications(all, other_layer_claims(c));
  add_simplifications(all, digital_layer_claims(c));
  add_simplifications(all, simplifications(c.technology));
  add_simplifications(all, simplifications(c.mapping));
  add_simplifications(all, simplifications(c.periphery));
  add_simplifications(all, writing_simplifications(c));
  return all;
}

}  // namespace bitline::run
