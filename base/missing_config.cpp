// SPDX-License-Identifier: Apache-2.0
#include "base/missing_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/nearest.h"

namespace bitline {
namespace fs = std::filesystem;

namespace {

// Short names of the files in a folder of each root.
std::vector<std::string> names_in(const fs::path& folder, const ConfigPath& where) {
  std::vector<std::string> names;
  for (const auto& root : where.roots) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(root / folder, ec))
      if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string missing_config_remedy(const fs::path& given, std::string_view key, const ConfigPath& where,
                                  const std::vector<fs::path>& tried) {
  const std::vector<std::string> of_key = key.empty() ? std::vector<std::string>() : names_in(key, where);
  std::vector<std::string> names = of_key;
  if (of_key.empty()) {  // any shipped file will do, with its folder or without
    names = names_in("", where);
    for (const auto& root : where.roots) {
      std::error_code ec;
      for (const auto& entry : fs::directory_iterator(root, ec)) {
        const std::string folder = entry.path().filename().string();
        for (const std::string& name : names_in(folder, where)) names.insert(names.end(), {name, folder + "/" + name});
      }
    }
  }
  std::sort(names.begin(), names.end());  // folders are read in any order
  const fs::path plain = given.extension() == ".yaml" ? fs::path(given).replace_extension() : given;
  std::string remedy = did_you_mean(plain.string(), names);
  if (remedy.empty()) remedy = did_you_mean(plain.filename().string(), names);
  if (!remedy.empty()) remedy += ' ';
  if (!of_key.empty()) remedy += fmt::format("shipped for {}: {}; ", key, fmt::join(of_key, ", "));
  remedy += "looked for ";
  for (const fs::path& p : tried) remedy += (&p == &tried.front() ? "" : ", ") + p.string();
  return remedy;
}

}  // namespace bitline
