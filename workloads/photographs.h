// SPDX-License-Identifier: Apache-2.0
// Photographs by their file names, where a user or a package has put them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "workloads/dataset.h"

namespace bitline::workloads {

// FOLDER/photos/name or FOLDER/name of the data folders, then of the folders of packages that bring photographs.
std::optional<std::filesystem::path> find_photograph(const std::string& name, const DataPath& where);

}  // namespace bitline::workloads
