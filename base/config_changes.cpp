// SPDX-License-Identifier: Apache-2.0
#include "base/config_changes.h"

#include <algorithm>

#include "base/files.h"

namespace bitline {

namespace {

// A map of keys; others, and what names something, are one change.
bool is_inner(const Value& v) { return v.is_map() && !v.entries.empty() && !v.find("value") && !v.find("base"); }

void add_paths(const Value& map, const std::string& above, std::vector<std::string>& paths) {
  for (const auto& e : map.entries) {
    const std::string path = above.empty() ? e.key : above + "." + e.key;
    if (is_inner(e.value))
      add_paths(e.value, path, paths);
    else if (path != "base")
      paths.push_back(path);
  }
}

}  // namespace

std::vector<std::string> written_over(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                      const ConfigPath& where, std::string_view key) {
  std::vector<std::vector<std::string>> texts;  // the last written first
  texts.emplace_back();
  for (const Override& o : overrides) {
    if (o.path == key)
      texts.back().clear();
    else
      texts.back().push_back(o.path);
  }
  if (std::ranges::any_of(overrides, [&](const Override& o) { return o.path == key; })) return texts.back();
  bool given = false;
  // Circles of bases have been refused where the config was read.
  for (std::filesystem::path at = file; !given;) {
    const Value v = parse_yaml(read_file(at, max_config_bytes), at.string());
    if ((given = v.find(key))) break;
    add_paths(v, "", texts.emplace_back());
    const Value* base = v.find("base");
    if (!base) break;
    at = find_config(*base, "", where);
  }
  std::vector<std::string> paths;
  for (auto text = texts.rbegin(); given && text != texts.rend(); ++text)
    for (std::string& path : *text)
      if (std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
  return paths;
}

}  // namespace bitline
