// SPDX-License-Identifier: Apache-2.0
// What an inference on a chip costs, as plain data. Keys of result.json follow the member names, and users read them:
// renaming one breaks their scripts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost/interval.h"
#include "cost/part.h"
#include "periphery/digital/digital_unit.h"
#include "periphery/unit_cost.h"

namespace bitline::cost {

// A thing with a unit cost of its own, in the table of unit costs. Parts are made of them.
enum class Component : std::uint8_t {
  adc,
  row_driver,
  adder,
  register_bit,
  buffer,
  interconnect,
  dac,
  column_switch,
  sample_hold,
  level_shifter,
  digital_mac,  // the operations of the digital unit, from here on like DigitalOperation
  digital_addition,
  digital_multiplication,
  digital_comparison,
  digital_exponential,
  digital_division,
  digital_square_root,
  digital_lookup
};
inline constexpr std::size_t component_count = 18;
constexpr Component component_of(periphery::DigitalOperation operation) {
  return static_cast<Component>(static_cast<std::size_t>(Component::digital_mac) + static_cast<std::size_t>(operation));
}
static_assert(component_of(periphery::DigitalOperation::lookup) == Component::digital_lookup);
enum class ComponentGroup : std::uint8_t { converters, lines, digital, memory };
struct ComponentInfo {
  std::string_view name, title;  // in documents, and for people
  std::string_view per;          // one action
  ComponentGroup group = ComponentGroup::digital;
};
const ComponentInfo& info(Component);

struct CostLine {
  Component component = Component::adc;
  periphery::UnitCost unit;
  double instances = 0;      // 0: counted by their bits, not by instances
  std::string because = {};  // of converters: which model prices them, and why
};

// One conversion and one converter by one model (adc.cost.model), whatever figures are given.
struct ConverterPrice {
  std::string_view model;
  double energy_J = 0, area_m2 = 0;
};

struct LayerCosts {
  std::string name;
  double energy_J = 0, latency_s = 0;
  double settle_s = 0;     // of its lines, to half an LSB
  double conversions = 0;  // per inference
  double macs = 0;         // per inference
  int arrays = 0;
  Breakdown energy_breakdown_J;
  Breakdown latency_breakdown_s{};  // like that of the whole inference
  double read_s = 0;                // one read: rows driven, columns converted in turn
};

// One node of the network, on arrays or digital.
struct NodeCosts {
  std::string name{}, operation{};
  bool is_layer = false;  // has weights, and stands among `layers` too
  bool on_arrays = false;
  bool only_moves = false;  // says where values stand: it pays for traffic alone
  std::string paid_by{};    // the layer whose rescaling does this too; empty: it pays for itself
  double macs = 0;          // per inference
  double energy_J = 0, latency_s = 0;
  Breakdown energy_breakdown_J{};
};

// When an array works for a layer during one inference.
struct Busy {
  int layer = 0, array = 0;
  double start_s = 0, end_s = 0;
};

// Operations per energy and area of what lies inside a boundary.
struct Efficiency {
  std::string name, inside;
  double tops_per_w = 0, tops_per_mm2 = 0;
};

// A digital machine that holds and runs the same network at the same node.
struct Baseline {
  std::string name, how;
  double energy_J = 0, latency_s = 0, area_m2 = 0, tops_per_w = 0, tops_per_mm2 = 0;
};

// What writing everything once takes, by what takes it.
struct WriteEnergy {
  double device_J = 0;         // in the devices, while pulses last
  double lines_J = 0;          // charging their lines to the pulse's voltage
  double level_shifter_J = 0;  // of the lines' drivers
  double verify_read_J = 0;    // in the devices, while they are read back
  double conversion_J = 0;     // of what was read back
  double total() const { return device_J + lines_J + level_shifter_J + verify_read_J + conversion_J; }
};

struct Costs {
  double energy_per_inference_J = 0;
  double energy_low_J = 0, energy_high_J = 0;          // with every kind's spread (cost/interval.h)
  std::optional<double> energy_write_J, write_time_s;  // unset: neither pulses nor a write's cost are given
  std::optional<WriteEnergy> write_parts;              // of energy_write_J; unset: that is given, or unknown
  std::string write_needs;                             // keys that would tell what writing costs; empty: they are given
  std::optional<double> refresh_W;
  // Arrays are written anew for every inference, and what that takes is not known: the figures leave it out.
  bool energy_is_bound = false, time_is_bound = false;
  Breakdown energy_J;
  double latency_per_inference_s = 0, throughput_per_s = 0;
  Breakdown latency_s;
  double area_m2 = 0;
  double area_low_m2 = 0, area_high_m2 = 0;  // like the energy's
  Breakdown area_breakdown_m2;
  double unused_arrays_m2 = 0;  // of the total: arrays that no layer uses, with what stands around them
  double tops_per_w = 0, tops_per_mm2 = 0;
  double one_bit_tops_per_w = 0;  // times input and weight bits
  std::string efficiency_definition;
  std::vector<Efficiency> boundaries;  // array, macro, chip; system where off-chip traffic is counted
  std::vector<Baseline> baselines;
  std::vector<CostLine> unit_costs;
  Deviations energy_deviations_J, area_deviations_m2;  // what the two intervals are made of
  std::vector<ConverterPrice> converter_prices;        // the model in use first; given figures stand beside them
  std::vector<Busy> timeline;
  std::vector<LayerCosts> layers;
  std::vector<NodeCosts> nodes;  // in order of computation
  std::vector<std::string> warnings;
};

// What the lines of a published table of components add up to, by group.
struct BudgetSum {
  std::string name;
  double power_W = 0, area_m2 = 0;
};

}  // namespace bitline::cost
