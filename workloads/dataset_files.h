// SPDX-License-Identifier: Apache-2.0
// Where the files of a data set may lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workloads/dataset.h"

namespace bitline::workloads {

// Folders to search for `set`: each FOLDER/set, then FOLDER; and below both, `subfolder` if one is given. A folder that
// bears the name of another set is left out: MNIST and Fashion-MNIST have the same file names.
std::vector<std::filesystem::path> places_of(const DatasetInfo& set, const DataPath& where,
                                             const std::string& subfolder = {});

// FOLDER/stem, FOLDER/stem.gz, or nothing.
std::filesystem::path plain_or_gzip(const std::filesystem::path& folder, const std::string& stem);

// One file "prefix-suffix", else its parts "prefix-part0-suffix", "prefix-part1-suffix", ... in order; each plain or
// gzip.
std::vector<std::filesystem::path> whole_or_parts(const std::filesystem::path& folder, const std::string& prefix,
                                                  const std::string& suffix);

// A file or folder a user named: as it is, else below each folder of `where`, where `.npz` may be left out and a folder
// `medmnist` is looked into. Empty where there is none; `looked` then holds the places.
std::filesystem::path find_path(const std::string& name, const DataPath& where,
                                std::vector<std::filesystem::path>& looked);

// Throws the MissingSet for a set that is in none of `places`.
[[noreturn]] void not_found(const DatasetInfo& set, const std::string& file,
                            const std::vector<std::filesystem::path>& places);
// One line for each place, "\n  PLACE (no such folder)".
std::string places_text(const std::vector<std::filesystem::path>& places);

}  // namespace bitline::workloads
