// SPDX-License-Identifier: Apache-2.0
// Files that come with Bitline, found below the folders of configurations.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bitline::app {

// Configurations directly in `folder` of the shipped ones ("" = the top), sorted by name; of two with one name that of
// the first folder of configurations.
std::vector<std::filesystem::path> shipped_configs(const std::filesystem::path& folder);

// One file, such as "validation/data/parts.csv". Throws InputError.
std::filesystem::path shipped_file(const std::filesystem::path& name);

// The comment at the head of a configuration, which says what it is.
std::string about_config(const std::filesystem::path& file);

}  // namespace bitline::app
