// SPDX-License-Identifier: Apache-2.0
// Static CMOS gates of one technology: their capacitances, resistance, leakage and area, which every digital part is
// summed from. All gates are a library's unit size: drive of one inverter of n width w and p width p w.
//
// A node that rises and falls once takes C V^2 from the supply (Rabaey, Chandrakasan, Nikolic, Digital Integrated
// Circuits, 2nd ed. 2003, section 5.5); a bit that toggles with probability t takes t C V^2 / 2 for each datum. Delay
// of a gate: ln 2 R C. Resistance from the effective current: R = V / (2 ln 2 I_eff), Na et al., IEDM 2002,
// doi:10.1109/IEDM.2002.1175793. Leakage: half of an inverter's two transistors leak; stacked ones less.
#pragma once

#include "periphery/technology/technology.h"

namespace bitline::periphery {

class Gates {
 public:
  // Throws ConfigError when the technology describes no transistors; `part` is what asks for them.
  Gates(const Technology&, const char* part);

  double vdd_V() const { return vdd_V_; }
  double inverter_input_F() const { return gate_F_ * (1 + p_); }
  double inverter_output_F() const { return drain_F_ * (1 + p_); }
  // Two n transistors in series, each twice as wide; two p transistors beside each other.
  double nand_input_F() const { return gate_F_ * (2 + p_); }
  double nand_output_F() const { return drain_F_ * (2 + 2 * p_); }
  double resistance_ohm() const { return resistance_ohm_; }  // of a unit inverter, mean of both edges
  double n_gate_F() const { return gate_F_; }                // of the unit n transistor alone
  double n_drain_F() const { return drain_F_; }
  double fo4_s() const;  // delay of an inverter that drives four

  double inverter_leakage_W() const { return leakage_W_; }
  double nand_leakage_W() const;
  // Areas by width in gate pitches of the NanGate 45 nm open cell library (INV_X1 2, NAND2_X1 3, DFF_X1 17, FA_X1 16,
  // MUX2_X1 7): the same drawings at another node's pitch and height.
  double area_m2(double pitches) const { return pitches * pitch_m_ * height_m_; }
  static constexpr double inverter_pitches = 2, nand_pitches = 3, flip_flop_pitches = 17, adder_pitches = 16,
                          mux_pitches = 7;

  // Of C that swings the supply once up and down.
  double swing_J(double farad) const { return farad * vdd_V_ * vdd_V_; }

 private:
  double vdd_V_, p_, gate_F_, drain_F_, resistance_ohm_, leakage_W_, pitch_m_, height_m_;
};

}  // namespace bitline::periphery
