// SPDX-License-Identifier: Apache-2.0
// What half and double of each assumed value does to a result.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "run/run.h"

namespace bitline::experiments {

// One column: a claim of an experiment, else quality, energy or latency.
struct SensitivityFigure {
  std::string path, name, unit;  // where it stands in result.json; what it is called; "" is a pure number
  bool claim = false;
};
struct SensitivityCell {
  double value = 0;           // not finite: the result has no such figure
  std::optional<bool> holds;  // of a claim
};
struct SensitivityRow {
  std::string path, value;               // what was set
  double factor = 1;                     // of the config's own value
  std::vector<SensitivityCell> figures;  // like Sensitivity::figures; empty where it could not run
  std::string problem;                   // why it could not
};
struct Sensitivity {
  std::vector<SensitivityFigure> figures;
  std::vector<SensitivityRow> rows;  // the config itself first
};

// Runs the config as it is, then with half and with double of each of `paths`, which must be numbers ("adc.bits", or in
// a list "experiment.gains.0"); empty: of every value marked `assumed` in its own `experiment` section, or, where it
// has none, anywhere in it. A value that the config refuses is told in its row. `before`: called with the rows done and
// all rows. Throws InputError: a path that is no assumed or written number.
Sensitivity sensitivity(const arch::LoadedConfig& loaded, const std::vector<std::string>& paths,
                        const run::RunOptions& options,
                        const std::function<void(std::size_t done, std::size_t all)>& before);

}  // namespace bitline::experiments
