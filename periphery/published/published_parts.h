// SPDX-License-Identifier: Apache-2.0
// Single parts of the periphery beside published figures of the same part.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "periphery/technology/technology.h"

namespace bitline::periphery {

struct PartComparison {
  std::string part;        // the published one
  std::string model;       // what ours is
  std::string technology;  // ours
  double vdd_V = 0;        // of ours: the published one, else the technology's
  bool is_area = false;    // else energy
  double published = 0, ours = 0;
  std::string status;  // "measured", "scaled", "synthesized", "estimated", "remembered"
  std::string source;
};

// Columns part, technology, vdd, energy, area, model, status, source; vdd, energy and area may be empty, each of the
// latter two gives a comparison. `technology` opens one by its short name. Throws InputError for a model that does not
// exist, listing those that do.
std::vector<PartComparison> compare_parts(const std::filesystem::path& file,
                                          const std::function<Technology(const std::string&)>& technology);

}  // namespace bitline::periphery
