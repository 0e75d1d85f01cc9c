// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON that several documents share.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "run/result.h"

namespace bitline::run {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>&);

// Each part under its name.
Json object_of(const cost::Breakdown&);

// `everything`: also what result.json leaves out.
Json mapping_of(const MappingResult&, bool everything);

// `experiment` of result.json. A figure that is not finite is null.
Json experiment_json(const ExperimentResult&);

// Lists go by the name or the id of their element where it has one.
std::string element_key(const Json& element, std::size_t index);

// Of documents that others may have written: what an object has under a key, "" or false where that is of another type.
std::string text_at(const Json& object, const char* key);
bool is_true_at(const Json& object, const char* key);

// The node at a path such as "layers.fc.1.snr_db"; null: the path names nothing. Names may contain dots, so every key
// that begins the path is tried; elements of a list go by their name or their position.
const Json* node_at(const Json& node, std::string_view path);

// Makes null of every number that is not finite, and says so of each in `lost`; `path`: of the node. A figure that has
// no value must not lose the others.
void null_unfinite(Json& node, const std::string& path, std::vector<std::string>& lost);

// Names come from the user's files; bytes that are not UTF-8 must not fail the run.
std::string dump(const Json&);

}  // namespace bitline::run
