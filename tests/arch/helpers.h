// SPDX-License-Identifier: Apache-2.0
// A small complete config and ways to load variations of it.
#pragma once

#include "arch/config.h"
#include "tests/base/helpers.h"

namespace bitline::test {

inline const std::filesystem::path source = BITLINE_SOURCE_DIR;
inline const ConfigPath shipped{{source / "configs"}};

inline constexpr const char* complete = R"(name: small
array: {rows: 64, columns: 32}
device: {g_min: 2 uS, g_max: 20 uS}
adc: {type: sar, bits: 8, shared_by: 4}
technology: 130nm
)";

struct ConfigFolder : TemporaryFolder {
  arch::LoadedConfig loaded(const std::string& text, const std::vector<Override>& overrides = {},
                            const ConfigPath& where = shipped) const {
    return arch::load(file("config.yaml", text), overrides, where);
  }
  // The small config with more keys below it.
  arch::LoadedConfig with(const std::string& more, const std::vector<Override>& overrides = {}) const {
    return loaded(std::string(complete).append(more), overrides);
  }
  std::vector<Diagnostic> wrong(const std::string& more) const {
    return diagnostics_of([&] { with(more); });
  }
  std::vector<Diagnostic> wrong_set(const std::string& path, const std::string& value) const {
    return diagnostics_of([&] { with("", {{path, value}}); });
  }
};

}  // namespace bitline::test
