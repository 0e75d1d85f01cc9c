// SPDX-License-Identifier: Apache-2.0
// A fitted device: as the file that describes it, and what was tried, as JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "characterise/fit/fit.h"
#include "run/json_parts.h"

namespace bitline::report {

// The YAML text of the device, whose head says what was fitted with which model. `read_voltage_V`: at which currents
// were read, kept with pulses that were measured.
std::string fitted_device_file(const std::string& name, std::span<const characterise::FitPart> parts,
                               std::optional<double> read_voltage_V);

// Scores of cells held out and their distances to the lowest, with standard errors, in one unit; no rows where none
// were held out, an empty one for a candidate that is out.
struct HeldOutTable {
  std::string head = {};
  std::vector<std::string> rows = {};
};
HeldOutTable held_out_table(const characterise::FitPart&);

// By part: candidates with their parameters, intervals and criterion, the chosen one, notes.
run::Json fit_json(std::span<const characterise::FitPart> parts);

}  // namespace bitline::report
