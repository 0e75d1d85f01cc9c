// SPDX-License-Identifier: Apache-2.0
#include "run/metal.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "chip/layer_inputs.h"
#include "chip/wire_sample.h"
#include "chip/wire_study.h"
#include "run/stage_settings.h"

namespace bitline::run {

namespace {

// Reducing an array takes memory and time with the square of its lines; a run without wires has neither to spare.
constexpr int most_lines = 4096;

// All cells of the chip lie alike on the lines of its arrays.
bool has_one_layout(const arch::Config& c) {
  return std::ranges::all_of(c.own_layers, [&](const auto& layer) {
    return layer.second.digital || layer.second.cell.index() == c.cell.index();
  });
}

std::optional<arch::SegmentResistance> segments(const arch::Config& c) {
  const bool known = (c.wires.row_ohm && c.wires.column_ohm) || c.technology.metal.known();
  if (c.wires.exact() || !known || is_curved(c.device.iv) || !has_one_layout(c)) return {};
  if (c.array.rows * arch::array_geometry(c).lines_per_row + c.array.columns > most_lines) return {};
  const arch::SegmentResistance segment = segment_resistance(c);
  const auto possible = [](double ohm) { return std::isfinite(ohm) && ohm >= 0; };
  if (!possible(segment.row_ohm) || !possible(segment.column_ohm)) return {};
  return segment;
}

}  // namespace

std::optional<chip::MetalEffect> metal_effect(const Session& session, Shelf& shelf) {
  const auto segment = segments(session.config());
  if (!segment) return {};
  arch::Config read = chip_settings(session.config());
  read.adc = periphery::IdealAdc{}, read.calibrate = {};  // currents come before converters
  KeyBuilder key = stage_key("metal");
  add_settings(key, read);
  key.add("network", session.loaded().network.key).add("calibration", session.loaded().calibration.key);
  key.add("row", segment->row_ohm).add("column", segment->column_ohm);
  using Kept = std::vector<chip::MetalEffect>;  // of one: what a shelf can measure
  const Stage<Kept> found = stage<Kept>(shelf, key, [&] {
    return Kept{chip::metal_effect(
        session.chip(), *segment,
        chip::layer_inputs(session.network(), *session.loaded().calibration, chip::sample_images, 1))};
  });
  if (found->front().reads == 0) return {};  // no layer lies on arrays
  return found->front();
}

std::optional<chip::MetalEffect> metal_effect(const arch::LoadedConfig& loaded, const RunOptions& options) {
  if (!segments(loaded.config) || loaded.config.workload.network.empty()) return {};
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
