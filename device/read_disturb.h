// SPDX-License-Identifier: Apache-2.0
// What reads leave behind in a device: a read is a weak pulse, and many of them move its conductance.
#pragma once

#include <span>
#include <variant>

#include "base/schema.h"

namespace bitline::device {

struct Device;

struct NoReadDisturb {
  static constexpr const char* type = "none";
  static constexpr const char* about = "reads change nothing";
};
// G(t) = g_rest + (G - g_rest) exp(-(t / tau(V))^beta), tau(V) = tau exp(-(V - at_voltage) / voltage_per_e): t is the
// time under the read voltage since the last writing, G what the device would be without reads. A form, not a fit: the
// stretched exponential is that of a spread of barriers, and voltage speeds it up exponentially, as it does the
// switching of oxides, of which reads are a slow beginning. No publication is known to give both for analog
// conductances; all parameters are to be measured.
struct StretchedReadDisturb {
  static constexpr const char* type = "stretched-exponential";
  static constexpr const char* about =
      "towards a resting conductance with the time under the read voltage, which voltage speeds up exponentially";
  double g_rest_S = 0, tau_s = 1, beta = 1, at_V = 0, per_e_V = 1;
};
using ReadDisturb = std::variant<NoReadDisturb, StretchedReadDisturb>;

void fields(Visitor&, NoReadDisturb&);
void fields(Visitor&, StretchedReadDisturb&);

bool is_disturbed(const Device&);

// What is left of a device's distance from its resting conductance after `bias_s` at `voltage_V`; infinitely long
// leaves nothing.
double undisturbed_share(const StretchedReadDisturb&, double voltage_V, double bias_s);

// Devices that have been read for `bias_s` at `voltage_V` since they were written. Stuck ones stay; an empty `faulty`
// means that none is stuck.
void disturb_cells(const Device&, double voltage_V, double bias_s, std::span<const std::uint8_t> faulty,
                   std::span<double> g_S);

}  // namespace bitline::device
