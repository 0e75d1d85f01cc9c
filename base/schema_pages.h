// SPDX-License-Identifier: Apache-2.0
// The schema as pages: a table for people (`bitline schema`, docs/reference) and a JSON Schema for editors.
#pragma once

#include <string>
#include <vector>

#include "base/schema.h"

namespace bitline {

struct SchemaRow {
  std::string path;  // "adc.bits"; alternatives of a closed list as "adc[sar].bits"
  std::string type;  // "number", "one of a, b", ...
  std::string unit, range, fallback, meaning, source;
  std::vector<std::string> choices = {};  // words that may stand for the value, where these are known
  bool library = false;                   // or the name of a file of the folder `path`
};

// Every key of a config struct, in the order of its fields().
std::vector<SchemaRow> schema_rows(const std::function<void(Visitor&)>& visit);
// JSON Schema (draft 2020-12) text of the same; what several keys share stands once under `$defs`.
std::string json_schema(const std::function<void(Visitor&)>& visit, const std::string& title);
// A Markdown table of rows.
std::string schema_markdown(const std::vector<SchemaRow>& rows);

}  // namespace bitline
