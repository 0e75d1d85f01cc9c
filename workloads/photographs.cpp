// SPDX-License-Identifier: Apache-2.0
#include "workloads/photographs.h"

namespace bitline::workloads {

namespace fs = std::filesystem;

std::optional<fs::path> find_photograph(const std::string& name, const DataPath& where) {
  std::error_code ignored;
  for (const auto* folders : {&where.folders, &where.photographs})
    for (const fs::path& folder : *folders)
      for (const fs::path& file : {folder / "photos" / name, folder / name})
        if (fs::is_regular_file(file, ignored)) return file;
  return {};
}

}  // namespace bitline::workloads
