// SPDX-License-Identifier: Apache-2.0
// Folders of such files for a test, and the errors that come of them.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "base/error.h"
#include "tests/temporary_folder.h"
#include "tests/workloads/data_bytes.h"

namespace bitline::test {

struct DataFolder : TemporaryFolder {
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
    return path / name;
  }
};

// The message of the InputError that `body` throws.
template <class Body>
std::string input_error(Body body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

inline bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE("in: " << text << "\nmissing: " << part);
  return false;
}

}  // namespace bitline::test
