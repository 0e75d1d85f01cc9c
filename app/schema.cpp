// SPDX-License-Identifier: Apache-2.0
// bitline schema: meaning, unit, range, default and source of each configuration key.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/command_line.h"
#include "app/config_schema.h"
#include "base/nearest.h"
#include "experiments/sweep.h"

namespace bitline::app {
namespace {

struct SchemaArguments : Common {
  std::string path;
  bool plan = false;
};

constexpr const char* plan_title = "Bitline sweep plan";

std::string unescaped(std::string text) {  // rows are written for Markdown tables
  for (std::size_t at; (at = text.find("\\|")) != std::string::npos;) text.erase(at, 1);
  return text;
}

std::string row_text(const SchemaRow& r, bool color) {
  std::string facts = unescaped(r.type);
  if (!r.unit.empty()) facts += (facts.empty() ? "" : ", ") + r.unit;
  if (!r.range.empty()) facts += ", " + r.range;
  if (r.fallback == "required")
    facts += ", required";
  else if (!r.fallback.empty())
    facts += ", default " + r.fallback;
  const std::string key = color ? "\033[1m" + r.path + "\033[0m" : r.path;
  std::string out = key + (facts.empty() ? "" : "  (" + facts + ")") + "\n    " + r.meaning + "\n";
  if (!r.source.empty()) out += "    source: " + r.source + "\n";
  return out;
}

bool is_plan_key(const std::string& path) {
  const auto rows = schema_rows(plan_visit());
  return std::any_of(rows.begin(), rows.end(), [&](const SchemaRow& r) { return below(r.path, path); });
}

int schema_command(const SchemaArguments& a) {
  const Visit visit = a.plan ? plan_visit() : config_visit();
  if (a.json) {
    if (!a.path.empty()) throw UsageError("--json prints the whole JSON Schema; leave out '" + a.path + "'");
    fmt::print("{}", json_schema(visit, a.plan ? plan_title : schema_title));
    return exit_done;
  }
  const auto rows = schema_rows(visit);
  std::vector<std::string> known;
  bool any = false;
  for (const auto& r : rows) {
    const std::string plain = without_alternatives(r.path);
    known.push_back(plain);
    if (!a.path.empty() && !below(r.path, a.path) && !below(plain, a.path)) continue;
    fmt::print("{}", row_text(r, a.colored()));
    any = true;
  }
  if (any) return exit_done;
  if (!a.plan && is_plan_key(a.path))
    throw UsageError(fmt::format("'{0}' is a key of sweep plans: bitline schema --plan {0}", a.path));
  const std::string near = did_you_mean(a.path, known);
  throw UsageError(fmt::format("there is no key '{}'; {}", a.path, near.empty() ? "bitline schema lists all" : near));
}

}  // namespace

Visit config_visit() {
  return [c = arch::Config{}](Visitor& v) mutable { fields(v, c); };
}

Visit plan_visit() {
  return [p = experiments::SweepPlan{}](Visitor& v) mutable { fields(v, p); };
}

std::string without_alternatives(const std::string& path) {
  std::string out;
  bool inside = false;
  for (char c : path) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

bool below(const std::string& path, const std::string& prefix) {
  return path.starts_with(prefix) &&
         (path.size() == prefix.size() || path[prefix.size()] == '.' || path[prefix.size()] == '[');
}

void add_schema(CommandLine& line) {
  auto a = std::make_shared<SchemaArguments>();
  Command& c = line.add("schema", "explains configuration keys: meaning, unit, range, default and source", "Look",
                        {{"bitline schema", "all keys"},
                         {"bitline schema adc.bits", "one key, in every kind of converter that has it"},
                         {"bitline schema 'device.write[level-accuracy]'", "one alternative of a closed list"},
                         {"bitline schema --plan", "the keys of sweep plans"},
                         {"bitline schema --json", "a JSON Schema, for editors"}});
  c.cli->add_option("PATH", a->path, "only this key and what is below it")->type_name("");
  c.cli->add_flag("--plan", a->plan, "the keys of sweep plans instead of those of configurations");
  a->add_output_options(*c.cli);
  c.run = [a] { return schema_command(*a); };
}

}  // namespace bitline::app
