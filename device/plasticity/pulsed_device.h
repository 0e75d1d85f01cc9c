// SPDX-License-Identifier: Apache-2.0
// A device of the library with its plasticity, ready to be pulsed. Conductances that no source gives stay unset: states
// are then in units of g_max.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/config_reader.h"
#include "device/device.h"
#include "device/plasticity/synapse.h"

namespace bitline::device {

struct PulsedDevice {
  std::string name;
  Device device;          // g_min and g_max mean nothing when `relative`
  bool relative = false;  // the file gives no conductances
  Annotations notes;

  // What pulses do; InputError naming the key when the file does not say.
  const Plasticity& plasticity() const;
  // Conductance of a state (share of the window, held at 0 from below): S, or units of g_max when `relative`, where
  // g_min is 1 / plasticity.reported.on_off, 0 without it.
  double conductance(double share) const;
  const char* conductance_unit() const { return relative ? "per_g_max" : "S"; }
};

// Reads a device file; update tables named in it are read too, relative to it. Throws ConfigError with every problem.
// A file that gives only one of g_min and g_max is wrong; one that gives neither is `relative`.
PulsedDevice load_pulsed_device(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                const ConfigPath& where);

// The same from a tree whose bases are resolved.
PulsedDevice read_pulsed_device(Value tree, std::string name, const ConfigPath& where);

// Reads the update tables that a device's `plasticity` names, relative to the file that names them, into their points.
// `at`: path of the device in the config, with its dot. Problems go to the reader.
void read_update_tables(Device&, const std::string& at, ConfigReader&);

}  // namespace bitline::device
