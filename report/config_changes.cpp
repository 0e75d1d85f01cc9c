// SPDX-License-Identifier: Apache-2.0
// Which keys of the configurations of runs differ, a library file as one.
#include <algorithm>
#include <functional>
#include <set>

#include "report/comparison.h"

namespace bitline::report {
namespace {

// The file of a library that a top key names: it sets nothing beside that key, and lies in a folder of the key's name
// or is alone in setting anything below it.
struct Library {
  std::string file;
  std::string name() const {
    const auto slash = file.rfind('/');
    std::string stem = slash == std::string::npos ? file : file.substr(slash + 1);
    if (stem.ends_with(".yaml")) stem.resize(stem.size() - 5);
    return stem;
  }
};

std::string top_key(const std::string& path) { return path.substr(0, path.find('.')); }

std::map<std::string, Library> libraries_of(const ComparedRun& run) {
  std::map<std::string, std::set<std::string>> keys_of_file;
  std::map<std::string, std::map<std::string, int>> files_of_key;
  for (const auto& [path, value] : run.config) {
    if (value.file.empty()) continue;
    keys_of_file[value.file].insert(top_key(path));
    if (path.find('.') != std::string::npos) ++files_of_key[top_key(path)][value.file];
  }
  std::map<std::string, Library> libraries;
  for (const auto& [key, files] : files_of_key)
    for (const auto& [file, lines] : files) {
      const bool named = file.find("/" + key + "/") != std::string::npos || files.size() == 1;
      const auto known = libraries.find(key);
      if (keys_of_file[file].size() > 1 || !named) continue;
      if (known == libraries.end() || lines > files.at(known->second.file)) libraries[key] = {file};
    }
  return libraries;
}

// The changes that go with another library file: each value is its own file's, or a default.
bool is_of_libraries(const std::vector<ComparedRun>& runs, const std::vector<std::map<std::string, Library>>& libraries,
                     const std::string& path) {
  const std::string key = top_key(path);
  std::set<std::string> files;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto library = libraries[r].find(key);
    if (library == libraries[r].end()) return false;
    files.insert(library->second.file);
    const auto value = runs[r].config.find(path);
    if (value != runs[r].config.end() && !value->second.file.empty() && value->second.file != library->second.file)
      return false;
  }
  return files.size() > 1;
}

}  // namespace

std::vector<ConfigChange> config_changes(const std::vector<ComparedRun>& runs) {
  if (std::ranges::any_of(runs, [](const ComparedRun& run) { return run.config.empty(); })) return {};
  std::vector<std::map<std::string, Library>> libraries;
  std::set<std::string> paths, told;
  for (const ComparedRun& run : runs) {
    libraries.push_back(libraries_of(run));
    for (const auto& [path, _] : run.config) paths.insert(path);
  }
  std::vector<ConfigChange> changes;
  for (const std::string& path : paths) {
    ConfigChange change{path, {}};
    for (const ComparedRun& run : runs) {
      const auto at = run.config.find(path);
      change.values.push_back(at == run.config.end() ? "-" : at->second.value);
    }
    if (std::ranges::adjacent_find(change.values, std::not_equal_to<>()) == change.values.end()) continue;
    if (top_key(path) == "published") continue;  // it goes with what it is said of, and changes no number of ours
    if (is_of_libraries(runs, libraries, path)) {
      const std::string key = top_key(path);
      if (!told.insert(key).second) continue;
      change.key = key;
      for (std::size_t r = 0; r < runs.size(); ++r) change.values[r] = libraries[r].at(key).name();
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace bitline::report
