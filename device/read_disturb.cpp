// SPDX-License-Identifier: Apache-2.0
#include "device/read_disturb.h"

#include <cmath>

#include "device/device.h"

namespace bitline::device {

void fields(Visitor&, NoReadDisturb&) {}

void fields(Visitor& v, StretchedReadDisturb& r) {
  const char* form = "form, not a fit: no publication gives all parameters for analog conductances; measure them";
  v(r.g_rest_S, {.key = "g_rest",
                 .meaning = "conductance that reads without end lead to, from above or below",
                 .unit = Unit::siemens,
                 .min = 0,
                 .required = true,
                 .source = form});
  v(r.tau_s, {.key = "tau",
              .meaning = "time under at_voltage after which 1/e of the distance from g_rest is left",
              .unit = Unit::second,
              .positive = true,
              .required = true});
  v(r.beta, {.key = "beta",
             .meaning = "exponent of the time: 1 for one barrier, less for a spread of them",
             .max = 1,
             .positive = true,
             .required = true});
  v(r.at_V, {.key = "at_voltage",
             .meaning = "read voltage that tau is given at",
             .unit = Unit::volt,
             .positive = true,
             .required = true});
  v(r.per_e_V,
    {.key = "voltage_per_e",
     .meaning = "voltage that makes it e times as fast: tau(V) = tau exp(-(V - at_voltage) / voltage_per_e). It "
                "is needed also where reads are at at_voltage, so that other voltages mean something",
     .unit = Unit::volt,
     .positive = true,
     .required = true});
}

bool is_disturbed(const Device& device) { return !std::holds_alternative<NoReadDisturb>(device.read_disturb); }

double undisturbed_share(const StretchedReadDisturb& r, double voltage_V, double bias_s) {
  const double tau_s = r.tau_s * std::exp(-(voltage_V - r.at_V) / r.per_e_V);
  return bias_s > 0 ? std::exp(-std::pow(bias_s / tau_s, r.beta)) : 1;
}

void disturb_cells(const Device& device, double voltage_V, double bias_s, std::span<const std::uint8_t> faulty,
                   std::span<double> g_S) {
  const auto* law = std::get_if<StretchedReadDisturb>(&device.read_disturb);
  if (!law || !(bias_s > 0)) return;
  const double left = undisturbed_share(*law, voltage_V, bias_s);
  for (std::size_t i = 0; i < g_S.size(); ++i)
    if (faulty.empty() || !faulty[i]) g_S[i] = law->g_rest_S + (g_S[i] - law->g_rest_S) * left;
}

}  // namespace bitline::device
