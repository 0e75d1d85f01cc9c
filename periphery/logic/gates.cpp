// SPDX-License-Identifier: Apache-2.0
#include "periphery/logic/gates.h"
#include "base/error.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace bitline::periphery {
namespace {

constexpr double room_K = 300;
// What two transistors in series leak of what one does: the stack effect, about a tenth for both off; averaged over the
// four inputs of a NAND2 with equal odds (one of four stacks is wholly off, two leak through one transistor, one
// through the p side's two). Roy, Mukhopadhyay, Mahmoodi, Proc. IEEE 91, 305 (2003), doi:10.1109/JPROC.2002.808156.
constexpr double stacked = 0.1;

}  // namespace

Gates::Gates(const Technology& t, const char* part) {
  if (!t.transistor)
    refuse_config(
        fmt::format("technology.costs.{}", part),
        "is not complete, and technology.transistor is missing to model it from",
        fmt::format("give technology.costs.{}.energy, area and leakage, or a technology with transistors such "
                    "as 22nm (`bitline list technologies`)",
                    part));
  const Transistor& x = *t.transistor;
  const double warmer_K = t.temperature_K - room_K, w = x.gate_width_m;
  const double drive = 1 + x.drive_per_K * warmer_K, off = std::pow(10.0, warmer_K / x.off_decade_K);
  vdd_V_ = t.vdd_V;
  p_ = x.p_to_n;
  gate_F_ = x.gate_F_per_m * w;
  drain_F_ = x.drain_F_per_m * w;
  const double n_A = x.drive_n_A_per_m * w * drive, p_A = x.drive_p_A_per_m * w * p_ * drive;
  resistance_ohm_ = 0.5 * vdd_V_ / (2 * std::numbers::ln2) * (1 / n_A + 1 / p_A);
  leakage_W_ = 0.5 * vdd_V_ * w * off * (x.off_n_A_per_m + p_ * x.off_p_A_per_m);
  pitch_m_ = x.gate_pitch_m;
  height_m_ = x.cell_height_m;
}

double Gates::fo4_s() const {
  return std::numbers::ln2 * resistance_ohm_ * (inverter_output_F() + 4 * inverter_input_F());
}

double Gates::nand_leakage_W() const {
  // Halves of an inverter's leakage: the n side (twice as wide) for three of four inputs, the p side for one.
  return leakage_W_ * (2 * (stacked + 2) / 4 + 2.0 / 4);
}

}  // namespace bitline::periphery
