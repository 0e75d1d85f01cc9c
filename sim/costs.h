// SPDX-License-Identifier: Apache-2.0
// What one inference costs, as plain data: energy, time and area by part and by layer.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "periphery/unit_cost.h"

namespace bitline {

// Parts in the order they are reported; their sum is the total.
using Breakdown = std::vector<std::pair<std::string, double>>;
double total(const Breakdown&);

struct LayerResult {
  std::string name;
  double energy_J = 0, latency_s = 0;
  double settle_s = 0;  // of its lines, to half an LSB
  double snr_db = 0;    // power of the exact product over that of the deviation, summed over chips
  double adc_clipped_frac = 0;
  double adc_full_scale_A = 0;
  double conversions = 0;  // per inference
  double macs = 0;         // per inference
  int arrays = 0;
  Breakdown energy_breakdown_J;
  double read_s = 0;  // one read: rows driven, columns converted in turn
};

// A part of the chip: what it costs and where the figure comes from. `per` names the action.
struct CostLine {
  std::string part, per;
  UnitCost unit;
  double instances = 0;
};

// When an array works for a layer during one inference.
struct Busy {
  int layer = 0, array = 0;
  double start_s = 0, end_s = 0;
};

// Operations per energy and area of what lies inside a boundary.
struct Boundary {
  std::string name, inside;
  double tops_per_w = 0, tops_per_mm2 = 0;
};

// A digital machine that holds and runs the same network at the same node.
struct Baseline {
  std::string name, how;
  double energy_J = 0, latency_s = 0, area_m2 = 0, tops_per_w = 0, tops_per_mm2 = 0;
};

// What the lines of a published table of components add up to, by group.
struct BudgetSum {
  std::string name;
  double power_W = 0, area_m2 = 0;
};

struct Costs {
  std::vector<std::string> warnings;
  double energy_per_inference_J = 0;
  double energy_low_J = 0, energy_high_J = 0;          // with every part's spread, all one way
  std::optional<double> energy_write_J, write_time_s;  // unset: neither pulses nor a write's cost are given
  std::string write_needs;                             // keys that would tell what writing costs; empty: they are given
  std::optional<double> refresh_W;
  Breakdown energy_J;
  double latency_per_inference_s = 0, throughput_per_s = 0;
  Breakdown latency_s;
  double area_m2 = 0;
  Breakdown area_breakdown_m2;
  double unused_arrays_m2 = 0;  // of the total: arrays that no layer uses, with what stands around them
  double tops_per_w = 0, tops_per_mm2 = 0;
  double one_bit_tops_per_w = 0;  // times input and weight bits
  std::string efficiency_definition;
  std::vector<Boundary> boundaries;  // array, macro, chip
  std::vector<Baseline> baselines;
  std::vector<CostLine> unit_costs;
  std::vector<Busy> timeline;
  std::vector<LayerResult> layers;
};

}  // namespace bitline
