// SPDX-License-Identifier: Apache-2.0
#include "app/shipped.h"

#include <map>
#include <sstream>

#include "app/environment.h"
#include "base/error.h"
#include "base/files.h"

namespace bitline::app {
namespace fs = std::filesystem;

std::vector<fs::path> shipped_configs(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  if (config_path().roots.empty())
    throw InputError(
        "the shipped configurations are not beside this command, nor where it was built (set "
        "BITLINE_CONFIGS to the folder configs of a Bitline tree)");
  for (const auto& root : config_path().roots) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(root / folder, ec))
      if (entry.is_regular_file() && entry.path().extension() == ".yaml")
        files.emplace(entry.path().stem().string(), entry.path());
  }
  std::vector<fs::path> out;
  for (auto& [_, file] : files) out.push_back(std::move(file));
  return out;
}

fs::path shipped_file(const fs::path& name) {
  std::string places;
  for (const auto& root : config_path().roots) {
    if (fs::is_regular_file(root / name)) return root / name;
    places += (places.empty() ? "" : ", ") + (root / name).string();
  }
  throw InputError("no file '" + name.string() + "'; looked for " + places);
}

std::string about_config(const fs::path& file) {
  std::istringstream in(read_file(file));
  std::string out;
  for (std::string line; std::getline(in, line) && line.starts_with('#');) {
    const auto text = line.find_first_not_of("# ");
    if (text == std::string::npos) break;
    if (line.find("SPDX") == std::string::npos) out += (out.empty() ? "" : " ") + line.substr(text);
  }
  return out;
}

}  // namespace bitline::app
