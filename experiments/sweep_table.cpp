// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep_table.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

// Names may contain dots, so every key that starts the path is tried; list elements go by position or name.
const Json* find(const Json& node, std::string_view path) {
  if (path.empty()) return &node;
  const auto descend = [&](const std::string& key, const Json& child) -> const Json* {
    if (path == key) return &child;
    if (path.size() > key.size() && path[key.size()] == '.' && path.starts_with(key))
      return find(child, path.substr(key.size() + 1));
    return nullptr;
  };
  if (node.is_object())
    for (const auto& [key, child] : node.items())
      if (const Json* found = descend(key, child)) return found;
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (node[i].is_object() && node[i].contains("name") && node[i]["name"].is_string())
        if (const Json* found = descend(node[i]["name"].get<std::string>(), node[i])) return found;
      if (const Json* found = descend(std::to_string(i), node[i])) return found;
    }
  return nullptr;
}

}  // namespace

std::string sweep_table(const Sweep& sweep, const std::map<std::string, std::string>& lines,
                        std::set<std::string>& unknown) {
  std::string out = "point,hash";
  for (const auto& path : sweep.axes) out.append(",").append(field(path));
  for (const auto& path : sweep.keep) out.append(",").append(field(path));
  out += "\n";
  std::set<std::string> missing(sweep.keep.begin(), sweep.keep.end());
  bool any = false;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& p = sweep.points[i];
    const auto line = lines.find(p.hash);
    if (line == lines.end()) continue;
    any = true;
    const Json json = Json::parse(line->second);
    out.append(std::to_string(i)).append(",").append(p.hash);
    for (const auto& a : p.axes) out.append(",").append(field(a.value));
    for (const auto& path : sweep.keep) {
      const Json* value = find(json["result"], path);
      if (value) missing.erase(path);
      out += ",";
      if (value && !value->is_null()) out += field(value->is_string() ? value->get<std::string>() : value->dump());
    }
    out += "\n";
  }
  if (any) unknown = missing;
  return out;
}

}  // namespace bitline
