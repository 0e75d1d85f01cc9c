// SPDX-License-Identifier: Apache-2.0
// What was written on top of a config that others name: "the same, but technology and cell.type".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace bitline {

struct WrittenOver {
  std::filesystem::path file;      // that gives the key, or is the last below an override that does
  std::vector<std::string> paths;  // of the keys, in the order of writing; empty: nothing was written over it
};
// Keys that `file`, its bases and overrides write over the text that gives `key`; a map that names a file counts as
// one, `base:` not at all.
WrittenOver written_over(const std::filesystem::path& file, const std::vector<Override>& overrides,
                         const ConfigPath& where, std::string_view key);

}  // namespace bitline
