// SPDX-License-Identifier: Apache-2.0
// What to write in place of the name of a configuration that no file has.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace bitline {

// "did you mean '22nm'? shipped for technology: 130nm, ...; looked for ...". `key`: of find_config(); `tried`: the
// places looked in.
std::string missing_config_remedy(const std::filesystem::path& given, std::string_view key, const ConfigPath& where,
                                  const std::vector<std::filesystem::path>& tried);

}  // namespace bitline
