// SPDX-License-Identifier: Apache-2.0
// A process with round figures, so that gates can be calculated by hand, and the shipped ones.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/config_reader.h"
#include "base/files.h"
#include "base/yaml.h"
#include "periphery/technology/technology.h"

namespace bitline::test {

// At 1 V: an inverter's input 1.5 fF, output 1.2 fF; a NAND2's 2 fF and 2.4 fF; ln 2 R = 2000 ohm; one gate pitch of
// area 0.8 um2.
inline periphery::Technology round_technology() {
  periphery::Technology t;
  t.node_m = 100e-9, t.vdd_V = 1, t.clock_Hz = 1e8;
  t.wire_F_per_m = 0.2e-9;
  t.cell_area_m2 = 4e-12;
  t.sram_cell_m2 = 1e-12;
  t.metal.width_m = 0.2e-6, t.metal.thickness_m = 0.3e-6, t.metal.resistivity_ohm_m = 24e-9;
  t.metal.temperature_coefficient_per_K = 0;
  periphery::Transistor x;
  x.gate_F_per_m = 1e-9, x.drain_F_per_m = 0.8e-9;
  x.drive_n_A_per_m = 500, x.drive_p_A_per_m = 250, x.drive_per_K = -0.001;
  x.off_n_A_per_m = 1e-3, x.off_p_A_per_m = 0.5e-3, x.off_decade_K = 60;
  x.gate_width_m = 0.5e-6, x.p_to_n = 2;
  x.gate_pitch_m = 0.4e-6, x.cell_height_m = 2e-6;
  t.transistor = x;
  return t;
}

struct NamedTechnology {
  std::string name;
  periphery::Technology technology;
};

// configs/technology/*.yaml that describe transistors, the smallest node first.
inline std::vector<NamedTechnology> shipped_technologies() {
  std::vector<NamedTechnology> all;
  const std::filesystem::path folder = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs/technology";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".yaml") continue;
    NamedTechnology named{file.path().stem().string(), {}};
    ConfigReader reader(parse_yaml(read_file(file.path()), file.path().string()), {});
    reader.read(named.technology);
    reader.finish();
    if (named.technology.transistor) all.push_back(std::move(named));
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.technology.node_m < b.technology.node_m; });
  return all;
}

}  // namespace bitline::test
