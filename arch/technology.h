// SPDX-License-Identifier: Apache-2.0
// What the digital and wiring parts of a process cost. Every figure comes from configs/technology/*.yaml with its
// source.
#pragma once

#include <optional>

#include "base/schema.h"

namespace bitline {

// What array wires are made of.
struct Metal {
  // All three or none. Resistivity at reference_K, of the wire as made: barriers and scattering included.
  std::optional<double> width_m, thickness_m, resistivity_ohm_m;
  double temperature_coefficient_per_K = 0.00393, reference_K = 293.15;
  double temperature_K = 300;
  bool known() const { return width_m && thickness_m && resistivity_ohm_m; }
};

struct Technology {
  double node_m = 130e-9;
  double vdd_V = 1.3;
  double clock_Hz = 100e6;         // of the digital periphery
  double wire_F_per_m = 2e-10;     // array and interconnect wires
  double cell_area_m2 = 3.38e-12;  // one 2T2R cell; a 1T1R cell counts half
  double adder_J_per_bit = 0;
  double adder_m2_per_bit = 0;
  double register_J_per_bit = 0;  // one write
  double register_m2_per_bit = 0;
  double buffer_J_per_bit = 0;  // one access of an activation buffer
  double buffer_m2_per_bit = 0;
  double driver_m2_per_row = 0;
  Metal metal;
  std::optional<double> write_energy_J;  // one write of one device, all its pulses
  std::optional<double> write_time_s;
  std::optional<double> leakage_W_per_array;
};
void fields(Visitor&, Metal&);
void fields(Visitor&, Technology&);

}  // namespace bitline
