// SPDX-License-Identifier: Apache-2.0
// One line of points.jsonl:
//
//     {"hash": 32 digits, "point": {axis: value}, "kept": {path: figure}, "unknown": [path], "warnings": [...],
//      "timing": {"run": seconds}, "provenance": {...}, "result": all of result.json}
//
// `timing` and `provenance` are what may differ between two runs of the point. Figures that the result does not have
// are null and named in `unknown`; it and `warnings` are left out where they are empty, and `result` where the plan
// does not ask for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/key.h"
#include "experiments/sweep.h"

namespace bitline::experiments {

std::string point_line(const Sweep& sweep, std::size_t point, const run::Result& result, double seconds);
// Of a point that failed: hash, point and `error`.
std::string failed_line(const Sweep& sweep, std::size_t point, const std::string& error);

// What a line says, without building a tree of it.
struct ParsedLine {
  std::optional<Key> hash;
  bool finished = false;                            // it has figures or a result
  std::vector<std::optional<std::string>> figures;  // by `keep`: text or JSON, "" for null; unset: not in the line
  std::vector<std::size_t> unknown;                 // of `keep`: what the result does not have
};
// `keep`: the figures that are wanted. Nothing when the line is no JSON object.
std::optional<ParsedLine> parse_line(std::string_view line, const std::vector<std::string>& keep);

}  // namespace bitline::experiments
