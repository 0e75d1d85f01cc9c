// SPDX-License-Identifier: Apache-2.0
// The schema pages of the real config: complete, described, and the same in both forms.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "arch/config.h"
#include "base/config_writer.h"
#include "base/schema_pages.h"
#include "tests/arch/helpers.h"

namespace bitline::schema_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace bitline::test;
using Json = nlohmann::json;

namespace {

const auto visit = [](Visitor& v) {
  Config c;
  fields(v, c);
};

// "adc[sar].bits" as users write it.
std::string plain(const std::string& path) {
  std::string out;
  int depth = 0;
  for (char c : path) {
    depth += c == '[';
    if (depth == 0) out += c;
    depth -= c == ']';
  }
  return out;
}

void collect_written(const Value& v, const std::string& path, std::set<std::string>& out) {
  for (const auto& e : v.entries) {
    const std::string full = path.empty() ? e.key : path + "." + e.key;
    if (e.key != "type") out.insert(full);
    collect_written(e.value, full, out);
  }
  for (const auto& item : v.items) collect_written(item, path, out);
}

// `root`: where references lead.
void collect_schema(const Json& root, const Json& j, const std::string& path, std::set<std::string>& out) {
  if (j.contains("$ref")) {
    const auto name = j["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    collect_schema(root, root["$defs"][name], path, out);
  }
  if (j.contains("anyOf"))
    for (const auto& alternative : j["anyOf"]) collect_schema(root, alternative, path, out);
  if (j.contains("items")) collect_schema(root, j["items"], path, out);
  if (!j.contains("properties") || j["properties"].contains("value")) return;  // an annotated value
  for (const auto& [key, property] : j["properties"].items()) {
    if (key == "base" || key == "type") continue;
    const std::string full = path.empty() ? key : path + "." + key;
    out.insert(full);
    collect_schema(root, property, full, out);
  }
}

}  // namespace

TEST_CASE("the table has every key that resolved configs hold, each with a meaning") {
  const auto rows = schema_rows(visit);
  std::set<std::string> listed;
  for (const auto& r : rows) {
    listed.insert(plain(r.path));
    CHECK_MESSAGE(!r.meaning.empty(), r.path);
    CHECK_MESSAGE((r.type != "quantity" || !r.unit.empty()), r.path);
  }
  for (const char* name : {"fashion-mlp.yaml", "ideal.yaml", "chip/rram-144k.yaml"}) {
    std::set<std::string> written;
    collect_written(ConfigWriter::write(load(source / "configs" / name, {}, shipped).config), "", written);
    CHECK(written.size() > 60);
    for (const auto& key : written) CHECK_MESSAGE(listed.count(key), key);
  }
}

TEST_CASE("JSON Schema: parses, and has the keys of the table") {
  const Json j = Json::parse(json_schema(visit, "Bitline experiment"));
  std::set<std::string> in_schema, in_table;
  collect_schema(j, j, "", in_schema);
  for (const auto& r : schema_rows(visit)) in_table.insert(plain(r.path));
  CHECK(in_schema == in_table);
  CHECK(!j.contains("anyOf"));  // no key is always needed: an experiment on devices alone has no technology
  std::set<std::string> types;
  for (const auto& alternative : j["properties"]["adc"]["anyOf"])
    if (alternative.contains("properties")) types.insert(alternative["properties"]["type"]["const"].get<std::string>());
  CHECK(types == std::set<std::string>{"ideal", "sar", "flash", "ramp"});
}

TEST_CASE("every default of the table is one the reader takes") {
  const ConfigFolder f;
  for (const auto& r : schema_rows(visit)) {
    if (r.path.find('[') != std::string::npos || r.path.starts_with("published") || r.path.starts_with("budget") ||
        r.path.starts_with("workload") || r.fallback.empty() || r.fallback == "required" ||
        r.type.starts_with("type: ") ||
        // Without these the shipped technology's parts have no price.
        r.path == "technology.transistor" || r.path == "technology.sram_cell")
      continue;
    if (r.path.starts_with("device.plasticity")) continue;  // one key alone lacks the required ones beside it
    CAPTURE(r.path);
    CHECK(f.wrong_set(r.path, r.fallback).empty());
  }
}

}  // namespace bitline::schema_test
