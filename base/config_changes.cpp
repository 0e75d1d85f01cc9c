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

// Of `array={topology: gated-rows}` the key inside.
void add_override(const Override& o, std::vector<std::string>& paths) {
  if (const Value value = parsed(o).value; is_inner(value))
    add_paths(value, o.path, paths);
  else
    paths.push_back(o.path);
}

}  // namespace

WrittenOver written_over(const std::filesystem::path& file, const std::vector<Override>& overrides,
                         const ConfigPath& where, std::string_view key) {
  std::vector<std::vector<std::string>> texts(1);  // the last written first
  bool given = false;
  for (const Override& o : overrides)
    if (o.path == key)
      texts.back().clear(), given = true;
    else
      add_override(o, texts.back());
  std::filesystem::path at = file;
  while (!given) {  // circles of bases have been refused where the config was read
    const Value v = parse_yaml(read_file(at, max_config_bytes), at.string());
    if ((given = v.find(key))) break;
    add_paths(v, "", texts.emplace_back());
    const Value* base = v.find("base");
    if (!base) return {at, {}};
    at = find_config(*base, "", where);
  }
  WrittenOver over{at, {}};
  for (auto text = texts.rbegin(); text != texts.rend(); ++text)
    for (std::string& path : *text)
      if (std::ranges::find(over.paths, path) == over.paths.end()) over.paths.push_back(std::move(path));
  return over;
}

}  // namespace bitline
