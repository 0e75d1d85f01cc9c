// SPDX-License-Identifier: Apache-2.0
#include "run/json_parts.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "run/result_json.h"

namespace bitline::run {

Json or_null(const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); }

Json object_of(const cost::Breakdown& parts) {
  Json object = Json::object();
  for (const auto& [part, value] : parts) object[std::string(name_of(part))] = value;
  return object;
}

Json mapping_of(const MappingResult& m, bool everything) {
  Json layers = Json::array();
  for (const LayerMapping& layer : m.layers) {
    Json blocks = Json::array();
    for (const PlacedBlock& b : layer.blocks) {
      Json block{
          {"array", b.array}, {"row", b.row}, {"column", b.column}, {"rows", b.rows}, {"columns", b.columns},
      };
      if (everything) {
        block["copy"] = b.copy;
        block["layer_row"] = b.layer_row;
        block["layer_column"] = b.layer_column;
      }
      blocks.push_back(std::move(block));
    }
    Json one{{"name", layer.name}, {"rows", layer.rows}, {"columns", layer.columns}};
    if (everything) one["digital"] = layer.digital;
    one["copies"] = layer.copies;
    one["blocks"] = std::move(blocks);
    layers.push_back(std::move(one));
  }
  Json mapping{{"arrays_used", m.arrays_used},
               {"arrays_total", m.arrays_total},
               {"arrays_needed", m.arrays_needed},
               {"choices", m.choices}};
  if (everything) {
    mapping["chips"] = m.chips;
    mapping["array_rows"] = m.array_rows;
    mapping["array_columns"] = m.array_columns;
  }
  mapping["cell_utilisation"] = m.cell_utilisation;
  if (everything) mapping["array_utilisation"] = m.array_utilisation;
  mapping["layers"] = std::move(layers);
  return mapping;
}

Json experiment_json(const ExperimentResult& e) {
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
  Json claims = Json::array(), tables = Json::object(), figures = Json::object();
  for (const ExperimentClaim& c : e.claims)
    claims.push_back({{"id", c.id},
                      {"claim", c.claim},
                      {"holds", c.holds},
                      {"share", c.share},
                      {"value", number(c.value)},
                      {"ci95", {number(c.ci95.lower), number(c.ci95.upper)}},
                      {"unit", c.unit}});
  for (const ExperimentTable& t : e.tables) {
    Json rows = Json::array();
    for (const auto& row : t.rows) {
      Json& cells = rows.emplace_back(Json::array());
      for (const TableCell& cell : row)
        cells.push_back(std::holds_alternative<double>(cell) ? number(std::get<double>(cell))
                                                             : Json(std::get<std::string>(cell)));
    }
    tables[t.name] = {{"caption", t.caption}, {"columns", t.columns}, {"rows", std::move(rows)}};
  }
  for (const auto& [name, value] : e.figures) figures[name] = number(value);
  return {{"kind", e.kind},   {"seeds", e.seeds}, {"repeated", e.repeated}, {"intervals_over", e.intervals_over()},
          {"notes", e.notes}, {"claims", claims}, {"figures", figures},     {"tables", tables}};
}

std::string element_key(const Json& element, std::size_t index) {
  for (const char* name : {"name", "id"})
    if (element.is_object() && element.contains(name) && element[name].is_string())
      return element[name].get<std::string>();
  return std::to_string(index);
}

std::string text_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

bool is_true_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

const Json* node_at(const Json& node, std::string_view path) {
  if (path.empty()) return &node;
  const auto descend = [&](std::string_view key, const Json& child) -> const Json* {
    if (path == key) return &child;
    const bool begins = path.size() > key.size() && path[key.size()] == '.' && path.starts_with(key);
    return begins ? node_at(child, path.substr(key.size() + 1)) : nullptr;
  };
  if (node.is_object())
    for (const auto& [key, child] : node.items())
      if (const Json* found = descend(key, child)) return found;
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i)
      if (const Json* found = descend(element_key(node[i], i), node[i])) return found;
  return nullptr;
}

void null_unfinite(Json& node, const std::string& path, std::vector<std::string>& lost) {
  if (node.is_number_float()) {
    const double x = node.get<double>();
    if (std::isfinite(x)) return;
    lost.push_back(fmt::format(
        "{} of the result is {}, not a number that can be reported: it is null; check the configuration for values "
        "that make no sense together, or report this as a bug",
        path, x));
    node = nullptr;
    return;
  }
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.is_object())
    for (auto& [key, value] : node.items()) null_unfinite(value, prefix + key, lost);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) null_unfinite(node[i], prefix + element_key(node[i], i), lost);
}

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string mapping_json(const MappingResult& mapping) {
  const Json json = mapping_of(mapping, true);

  return dump(json);
}

}  // namespace bitline::run
