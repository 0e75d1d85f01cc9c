// SPDX-License-Identifier: Apache-2.0
// The document of a result as a tree, for programs that need parts of it; run/result_json.h for its text.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "run/json_parts.h"
#include "run/result.h"

namespace bitline::run {

// The whole of it. Throws RunError naming the key of a number that is not finite.
Json result_document(const Result& result);

// Single figures by path. Only those keys at the top of the document are made that paths begin with: `quality.value`
// costs nothing of a mapping with thousands of blocks. The result must outlive this.
class ResultFigures {
 public:
  explicit ResultFigures(const Result& result) : result_(result) {}

  // As node_at() finds it; null: the path names nothing. Throws like result_document().
  const Json* find(std::string_view path);
  // Empty when the path leads nowhere or to something that is not a number.
  std::optional<double> number(std::string_view path);

 private:
  const Result& result_;
  std::map<std::string, Json, std::less<>> made_;
};

}  // namespace bitline::run
