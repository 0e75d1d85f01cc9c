// SPDX-License-Identifier: Apache-2.0
// What surrounds the arrays: buffers, interconnect, off-chip memory, and how devices are programmed. Costs only.
#pragma once

#include <optional>
#include <string>

#include "base/schema.h"
#include "periphery/digital/digital_unit.h"

namespace bitline::arch {

enum class BufferKind { sram, registers };
inline constexpr std::string_view buffer_names[] = {"sram", "registers"};
constexpr std::span<const std::string_view> names_of(BufferKind) { return buffer_names; }

enum class Interconnect { h_tree, mesh };
inline constexpr std::string_view interconnect_names[] = {"h-tree", "mesh"};
constexpr std::span<const std::string_view> names_of(Interconnect) { return interconnect_names; }

enum class Transfers { serial, overlapped };
inline constexpr std::string_view transfers_names[] = {"serial", "overlapped"};
constexpr std::span<const std::string_view> names_of(Transfers) { return transfers_names; }

// Who works while an array reads the next position: nobody, or the digital steps of the last one.
enum class DigitalSteps { serial, pipelined };
inline constexpr std::string_view digital_steps_names[] = {"serial", "pipelined"};
constexpr std::span<const std::string_view> names_of(DigitalSteps) { return digital_steps_names; }

// Units that rescale and clip sums to the next codes.
struct RescalingUnits {
  int shared_by = 1;  // converters of one array that take turns at one unit
};

struct Periphery {
  BufferKind buffer = BufferKind::sram;
  Interconnect interconnect = Interconnect::h_tree;
  int bus_bits = 256;  // moved per clock between buffers and one layer's arrays
  Transfers transfers = Transfers::serial;
  bool clock_gating = true;   // registers that wait are not clocked
  bool off_chip = false;      // inputs of the first layer and outputs of the last cross to off-chip memory
  double driver_drop = 0.05;  // share of the read voltage lost in a row's switch with all devices at mid conductance
  // Supply of stages that hold driven rows at their voltages; unset: rows take no more than their devices dissipate.
  std::optional<double> row_supply_V;
  RescalingUnits rescale;
  DigitalSteps digital_steps = DigitalSteps::serial;
  double floorplan_overhead = 0;   // area between parts, as a share of their sum
  periphery::DigitalUnit digital;  // computes what no array computes
  bool baselines = true;           // digital machines for the same network beside the result
};

// Programming pulses; what is unset is not counted. technology.write_energy and write_time win over the model.
struct Programming {
  std::optional<double> voltage_V, pulse_s;
  std::optional<double> pulses;  // of one device, mean; write-verify and counted pulses have their own, others take 1
  std::optional<bool> verify;    // each pulse is followed by a read and a conversion; unset: as device.write does
  int parallel = 1;              // devices of one array written at once
  std::optional<double> refresh_s;  // everything is written again at this interval
};
// One line of a published table of components: `count` of them in the group `in`; power and area of one. A name that is
// a group too stands for everything in it.
struct BudgetLine {
  std::string name, in = "chip";
  double count = 1, power_W = 0, area_m2 = 0;
};
void fields(Visitor&, BudgetLine&);
void fields(Visitor&, RescalingUnits&);
void fields(Visitor&, Periphery&);
void fields(Visitor&, Programming&);

}  // namespace bitline::arch
