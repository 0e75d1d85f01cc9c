// SPDX-License-Identifier: Apache-2.0
// What was written on top of a config that others name: "the same, but technology and cell.type".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace bitline {

// Key paths that `file`, its bases and overrides write over the text that gives `key`, the latest last; a map that
// names a file or a type counts as one, `base:` not at all. Empty: the last that writes at all gives it, or none does.
std::vector<std::string> written_over(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                      const ConfigPath& where, std::string_view key);

}  // namespace bitline
