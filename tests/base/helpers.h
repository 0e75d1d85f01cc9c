// SPDX-License-Identifier: Apache-2.0
// Temporary folders and caught errors, for tests of files and configs.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bitline::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count{0};
    path = std::filesystem::temp_directory_path() /
           ("bitline-test-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path);
  }
  ~TemporaryFolder() {
    std::error_code ec;
    std::filesystem::remove_all(path, ec);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Writes a file below the folder and returns its path.
  std::filesystem::path file(const std::string& name, std::string_view content) const {
    const auto where = path / name;
    std::filesystem::create_directories(where.parent_path());
    std::ofstream(where, std::ios::binary) << content;
    return where;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }

  std::filesystem::path path;
};

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

}  // namespace bitline::testing
