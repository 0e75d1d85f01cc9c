// SPDX-License-Identifier: Apache-2.0
// What the parts of `bitline device` share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "characterise/curves.h"

namespace bitline::app {

struct DeviceArguments : Common {
  std::string action, device, train, svg, output, values, read = "residual";
  std::string amplitude, width, interval, power, wavelength, pulses, temperature, highest, codes;
  std::string axis, measured, read_voltage, columns;
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
int device_encode(const DeviceArguments& a);
// Options as numbers; unset: not given. Throw UsageError.
std::optional<double> quantity_of(const char* option, const std::string& text, Unit unit);
std::optional<std::uint32_t> count_of(const char* option, const std::string& text, std::uint32_t lowest,
                                      std::uint32_t highest);
// Options that an action does not know are mistakes, not ignored.
void refuse_others(const DeviceArguments& a);
// docs/devices.md: every published figure beside ours. Of one device: its part of it; UsageError where nothing is
// published of it.
std::string devices_page();
std::string device_section(const device::PulsedDevice&);

}  // namespace bitline::app
