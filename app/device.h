// SPDX-License-Identifier: Apache-2.0
// What the parts of `bitline device` share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "characterise/curves.h"

namespace bitline::app {

struct DeviceArguments : Common {
  std::string action, device, train, svg, output;
  std::string amplitude, width, interval, power, wavelength, pulses, temperature, highest, codes;
  int cycles = 1;
  bool light = false, spread = false;
};

// Shipped device files by name, each once.
std::vector<std::filesystem::path> shipped_devices();
// A shipped name or a path; with --set.
device::PulsedDevice device_of(const DeviceArguments& a);

int device_list(const DeviceArguments& a);
int device_show(const DeviceArguments& a);
int device_curve(const DeviceArguments& a);
// docs/devices.md: every published figure beside ours.
std::string devices_page();

}  // namespace bitline::app
