// SPDX-License-Identifier: Apache-2.0
// One process: its transistors, wires and cells, and published costs that stand in for modelled ones. Every figure
// comes from configs/technology/*.yaml with its source.
#pragma once

#include <optional>

#include "base/schema.h"
#include "periphery/unit_cost.h"

namespace bitline::periphery {

// What array wires are made of.
struct Metal {
  // All three or none. Resistivity at reference_K, of the wire as made: barriers and scattering included.
  std::optional<double> width_m, thickness_m, resistivity_ohm_m;
  double temperature_coefficient_per_K = 0.00393, reference_K = 293.15;
  std::optional<double> temperature_K;  // unset: the technology's
  bool known() const { return width_m && thickness_m && resistivity_ohm_m; }
};

// Core transistors and the standard cells made of them. Widths are electrical: of a fin, what its gate wraps.
struct Transistor {
  std::optional<double> node_m, vdd_V;  // whose and at which the figures below are
  double gate_F_per_m = 0;              // per width: channel, overlaps and fringe, mean over the swing
  double drain_F_per_m = 0;             // per width of a contacted drain, mean over the swing
  // Effective current, the mean of I(Vg = V, Vd = V/2) and I(Vg = V/2, Vd = V), at 300 K: Na et al., IEDM 2002,
  // doi:10.1109/IEDM.2002.1175793.
  double drive_n_A_per_m = 0, drive_p_A_per_m = 0;
  double off_n_A_per_m = 0, off_p_A_per_m = 0;  // Vg = 0, Vd = vdd, 300 K
  double drive_per_K = 0;                       // relative change
  double off_decade_K = 0;                      // temperature rise that makes leakage ten times as large
  double gate_width_m = 0;                      // of the n transistor of a library's unit inverter
  double p_to_n = 1;                            // width of the p transistor over that of the n transistor
  double gate_pitch_m = 0, cell_height_m = 0;   // of standard cells
};

// Published or measured figures in place of modelled ones.
struct PartCosts {
  GivenCost adder;          // one bit, one addition
  GivenCost register_bit;   // one bit, one write
  GivenCost buffer;         // one bit of an activation buffer, one access
  GivenCost driver;         // one physical row line, one activation (the line's own charge is apart)
  GivenCost level_shifter;  // one line
  GivenCost mux;            // one column, one switching
  GivenCost sample_hold;    // one column, one sample
  GivenCost dac;            // one row, one analog level
  GivenCost router;         // one bit, one hop of a mesh
  GivenCost dram;           // one bit, one access
};

struct Technology {
  double node_m = 0;
  double vdd_V = 0;
  double clock_Hz = 0;         // of the digital periphery
  double temperature_K = 300;  // of transistors
  std::optional<Transistor> transistor;
  double wire_F_per_m = 0;  // array and interconnect wires
  double cell_area_m2 = 0;  // one 2T2R cell; a 1T1R cell counts half
  std::optional<double> sram_cell_m2;
  std::optional<double> core_limit_V;                                       // largest voltage a core transistor may see
  double core_limit() const { return core_limit_V.value_or(1.1 * vdd_V); }  // unless given, a tenth above the supply
  Metal metal;
  double toggle = 0.5;  // share of bits that change from one datum to the next
  PartCosts costs;
  std::optional<double> write_energy_J;  // one write of one device, all its pulses
  std::optional<double> write_time_s;
  std::optional<double> leakage_W_per_array;  // of one array with its periphery, in place of the sum over gates
  bool known() const { return node_m > 0; }
  double metal_temperature_K() const { return metal.temperature_K.value_or(temperature_K); }
};
void fields(Visitor&, Metal&);
void fields(Visitor&, Transistor&);
void fields(Visitor&, PartCosts&);
void fields(Visitor&, Technology&);

}  // namespace bitline::periphery
