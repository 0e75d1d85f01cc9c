// SPDX-License-Identifier: Apache-2.0
#include "run/metal.h"

#include "chip/layer_inputs.h"
#include "chip/wire_sample.h"
#include "chip/wire_study.h"
#include "run/stage_settings.h"

namespace bitline::run {

namespace {

bool can_tell(const arch::Config& c) {
  const bool known = (c.wires.row_ohm && c.wires.column_ohm) || c.technology.metal.known();
  return !c.wires.exact() && known && !is_curved(c.device.iv);
}

}  // namespace

std::optional<chip::MetalEffect> metal_effect(const Session& session, Shelf& shelf) {
  if (!can_tell(session.config())) return {};
  const arch::SegmentResistance segment = segment_resistance(session.config());
  arch::Config read = chip_settings(session.config());
  read.adc = periphery::IdealAdc{}, read.calibrate = {};  // currents come before converters
  KeyBuilder key = stage_key("metal");
  add_settings(key, read);
  key.add("network", session.loaded().network.key).add("calibration", session.loaded().calibration.key);
  key.add("row", segment.row_ohm).add("column", segment.column_ohm);
  using Kept = std::vector<chip::MetalEffect>;
  return stage<Kept>(
             shelf, key,
             [&] {
               return Kept{chip::metal_effect(
                   session.chip(), segment,
                   chip::layer_inputs(session.network(), *session.loaded().calibration, chip::sample_images, 1))};
             })
      ->front();
}

std::optional<chip::MetalEffect> metal_effect(const arch::LoadedConfig& loaded, const RunOptions& options) {
  if (!can_tell(loaded.config) || loaded.config.workload.network.empty()) return {};
  arch::LoadedConfig currents = loaded;
  currents.config.adc = periphery::IdealAdc{};  // which need no range
  Shelf shelf(0);
  try {
    return metal_effect(Session::open(currents, options, shelf), shelf);
  } catch (const workloads::MissingSet&) {
    return {};
  }
}

}  // namespace bitline::run
