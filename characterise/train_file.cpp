// SPDX-License-Identifier: Apache-2.0
// Pulse trains: regular ones, and those of CSV files.
#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/measured_table.h"
#include "characterise/curves.h"

namespace bitline::characterise {

using device::Pulse;

std::vector<Pulse> regular_train(const device::PulsedDevice& d, const PulseProtocol& q) {
  Pulse pulse = reference_pulse(d.plasticity(), q.light ? device::Stimulus::light : device::Stimulus::potentiation);
  if (q.width_s) pulse.width_s = *q.width_s;
  if (q.amplitude_V) pulse.amplitude_V = *q.amplitude_V;
  if (q.power_W_m2) pulse.power_W_m2 = *q.power_W_m2;
  if (q.wavelength_m) pulse.wavelength_m = *q.wavelength_m;
  return pulse_train(pulse, q.pulses.value_or(10), q.interval_s.value_or(0.1));
}

std::vector<Pulse> read_pulse_train(const std::string& file) {
  const KnownColumn known[] = {{"time", Unit::second},
                               {"width", Unit::second},
                               {"amplitude", Unit::volt},
                               {"power", Unit::watt_per_square_meter},
                               {"wavelength", Unit::meter}};
  const MeasuredTable table(file, known);
  // A misspelt column would be a pulse that does nothing.
  if (!table.unused().empty())
    table.refuse(fmt::format("unknown column '{}': time, width, amplitude, power and wavelength are known",
                             table.unused().front()));
  if (!table.has("amplitude") && !table.has("power")) table.refuse("there is no column 'amplitude' or 'power'");
  const std::vector<double> time_s = table.values("time"), width_s = table.values("width");
  const auto amplitude_V = table.optional_values("amplitude"), power_W_m2 = table.optional_values("power"),
             wavelength_m = table.optional_values("wavelength");
  std::vector<Pulse> train;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    Pulse pulse{time_s[i], width_s[i], amplitude_V[i].value_or(0), power_W_m2[i].value_or(0),
                wavelength_m[i].value_or(0)};
    const auto not_below_zero = [&](const char* name, double x) {
      if (x < 0) table.refuse(i, fmt::format("{} {} is below 0", name, x));
    };
    not_below_zero("width", pulse.width_s);
    not_below_zero("power", pulse.power_W_m2);
    not_below_zero("wavelength", pulse.wavelength_m);
    if (pulse.amplitude_V != 0 && pulse.power_W_m2 != 0) table.refuse(i, "a pulse is either a voltage or light");
    const double free_s = train.empty() ? 0 : train.back().time_s + train.back().width_s;
    // Times that touch may differ by rounding.
    if (!train.empty() && pulse.time_s < free_s && pulse.time_s > free_s - 1e-9 * std::abs(free_s))
      pulse.time_s = free_s;
    if (pulse.time_s < free_s)
      table.refuse(i, train.empty() ? fmt::format("time {} s is below 0", pulse.time_s)
                                    : fmt::format("the pulse starts at {} s, but the one before ends at {} s",
                                                  pulse.time_s, free_s));
    train.push_back(pulse);
  }
  return train;
}

}  // namespace bitline::characterise
