// SPDX-License-Identifier: Apache-2.0
// Caught errors, for tests of files and configs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tests/temporary_folder.h"

namespace bitline::test {

// The diagnostics of the ConfigError that `body` throws; none when it throws none.
inline std::vector<Diagnostic> diagnostics_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const ConfigError& e) {
    return e.diagnostics();
  }
  return {};
}

// What() of the Error that `body` throws, or "".
template <class Error>
std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace bitline::test
