// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_note.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/config_writer.h"
#include "base/files.h"
#include "report/text.h"

namespace bitline::report {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_told = 10'000;  // points whose own values are noted

std::optional<std::string> scalar_at(const Value& tree, const std::string& path) {
  const Value* node = &tree;
  for (std::size_t from = 0; node && from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    node = node->find(path.substr(from, dot - from));
    from = dot + 1;
  }
  if (node && node->is_map() && node->find("value")) node = node->find("value");
  return node && node->is_scalar() ? std::optional(node->text) : std::nullopt;
}

// What the config of a point has for the paths that its design leaves out.
std::map<std::string, std::string> config_values(const experiments::Sweep& sweep, std::size_t point) {
  std::vector<std::string> unset;
  for (const experiments::AxisValue* v : sweep.values(point))
    if (v->value.empty() && v->path != "name") unset.push_back(v->path);
  std::map<std::string, std::string> values;
  if (unset.empty()) return values;
  const arch::LoadedConfig loaded = sweep.load(point);
  const Value resolved = ConfigWriter::write(loaded.config);
  for (const std::string& path : unset) {
    auto value = scalar_at(loaded.tree, path);  // the name of a library rather than its contents
    if (!value) value = scalar_at(resolved, path);
    if (!value) value = scalar_at(resolved, path + ".type");
    if (value) values[path] = *value;
  }
  return values;
}

std::string text_at(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_string() ? at->get<std::string>() : "";
}
std::size_t count_at(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_number_unsigned() ? at->get<std::size_t>() : 0;
}

}  // namespace

SweepNote sweep_note(const experiments::Sweep& sweep, const std::string& name, const std::string& options) {
  SweepNote note;
  note.name = name;
  note.about = scalar_at(sweep.base, "name").value_or("");
  note.command = "bitline run " + shell_word(sweep.config_name) + options;
  for (const experiments::AxisValue& v : sweep.fixed) {
    const auto same = std::ranges::find(note.fixed, v.path, &std::pair<std::string, std::string>::first);
    if (same != note.fixed.end()) note.fixed.erase(same);  // --set over the plan's
    note.fixed.emplace_back(v.path, v.value);
  }
  for (const auto& [path, value] : note.fixed) note.command += " --set " + shell_word(path + "=" + value);
  note.axes = sweep.paths().size();
  note.points = sweep.size();
  for (const experiments::SweepAxis& axis : sweep.axes)
    if (axis.part == "list") note.list = axis.paths;
  for (std::size_t i = 0; !note.list.empty() && i < std::min(sweep.size(), most_told); ++i)
    if (sweep.invalid.empty() || !sweep.invalid[i])
      if (auto values = config_values(sweep, i); !values.empty()) note.as_config[i] = std::move(values);
  note.skipped = sweep.skipped;
  return note;
}

void write_sweep_note(const fs::path& folder, SweepNote note) {
  if (note.metric.empty()) note.metric = read_sweep_note(folder).metric;
  Json fixed = Json::array(), as_config = Json::object(), skipped = Json::array();
  for (const auto& [path, value] : note.fixed) fixed.push_back({path, value});
  for (const auto& [point, values] : note.as_config) as_config[std::to_string(point)] = values;
  for (const auto& s : note.skipped) skipped.push_back({{"reason", s.reason}, {"points", s.points}});
  const Json json{{"name", note.name},      {"about", note.about},   {"command", note.command}, {"metric", note.metric},
                  {"axes", note.axes},      {"points", note.points}, {"list", note.list},       {"fixed", fixed},
                  {"as_config", as_config}, {"skipped", skipped}};
  write_file(folder / "sweep.json", json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

SweepNote read_sweep_note(const fs::path& folder) {
  SweepNote note;
  note.name = folder.lexically_normal().string();
  const fs::path file = folder / "sweep.json";
  if (!fs::exists(file)) return note;
  const Json json = Json::parse(read_file(file), nullptr, false);
  if (!json.is_object()) return note;
  if (const std::string name = text_at(json, "name"); !name.empty()) note.name = name;
  note.about = text_at(json, "about"), note.command = text_at(json, "command"), note.metric = text_at(json, "metric");
  note.axes = count_at(json, "axes"), note.points = count_at(json, "points");
  try {
    if (const auto list = json.find("list"); list != json.end()) note.list = list->get<std::vector<std::string>>();
    if (const auto fixed = json.find("fixed"); fixed != json.end())
      for (const Json& pair : *fixed) note.fixed.emplace_back(pair.at(0), pair.at(1));
    if (const auto all = json.find("as_config"); all != json.end())
      for (const auto& [point, values] : all->items())
        note.as_config[std::stoul(point)] = values.get<std::map<std::string, std::string>>();
    if (const auto skipped = json.find("skipped"); skipped != json.end())
      for (const Json& s : *skipped) note.skipped.push_back({s.at("reason"), s.at("points")});
  } catch (const std::exception&) {  // written by hand: the page does without
  }
  return note;
}

fs::path point_folder(const fs::path& sweep, const std::string& hash) { return sweep / "points" / hash.substr(0, 16); }

}  // namespace bitline::report
