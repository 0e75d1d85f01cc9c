// SPDX-License-Identifier: Apache-2.0
// Runs the protocols of published figures on a device's model, and compares.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "device/plasticity/figure.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::characterise {

// One number in SI units (fractions for percentages, eV for energies, S or g_max for conductances). InputError when the
// device lacks what the protocol needs; NoProtocol has no number and is an error too.
double measure(const device::PulsedDevice&, const device::Protocol&);

struct MeasuredFigure {
  device::PublishedDeviceFigure figure;
  std::optional<double> ours;  // in the figure's unit; unset: not modelled
  bool agrees = false;         // equal: rounds to the published digits
};

// Every figure of the device, in its order, and what it reports beside them. InputError for a figure that makes no
// sense.
std::vector<MeasuredFigure> measured_figures(const device::PulsedDevice&);

// Half of the last digit of a number as printed: "0.207" has 0.0005, "1e8" 0.5e8. InputError for no number.
struct PrintedNumber {
  double value = 0, half_digit = 0;
  int decimals = 0;
};
PrintedNumber printed_number(const std::string& text);

// How much one of `unit` ("ms", "%", "uS", "") is in SI; "eV", "bits" and other words without a quantity are 1.
double unit_factor(const std::string& unit);

}  // namespace bitline::characterise
