// SPDX-License-Identifier: Apache-2.0
// The schema as rows and as a table of them.
#include "base/schema_pages.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace bitline {
namespace {

std::string range_text(const Field& f) {
  const bool low = std::isfinite(f.min), high = std::isfinite(f.max);
  const auto q = [&](double v) { return format_quantity(v, f.unit); };
  if (f.positive) return high ? fmt::format("> 0, <= {}", q(f.max)) : "> 0";
  if (low && high) return fmt::format("{} .. {}", q(f.min), q(f.max));
  if (low) return fmt::format(">= {}", q(f.min));
  return high ? fmt::format("<= {}", q(f.max)) : "";
}

std::string unit_text(const Field& f) {
  return f.unit == Unit::fraction ? "fraction or %" : std::string(symbol(f.unit));
}

class RowCollector : public Visitor {
 public:
  std::vector<SchemaRow> rows;

  void boolean(const Field& f, bool& x) override {
    add(f, "true or false", x ? "true" : "false");
    rows.back().choices = {"true", "false"};
  }
  void integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) override {
    add(f, "whole number", std::to_string(x));
  }
  void number(const Field& f, double& x) override {
    add(f, f.unit == Unit::none ? "number" : "quantity", format_quantity(x, f.unit));
  }
  void text(const Field& f, std::string& x) override { add(f, "text", x); }
  void choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) override {
    add(f, fmt::format("{}", fmt::join(names, " | ")), std::string(names[i]));
    rows.back().choices.assign(names.begin(), names.end());
  }
  void optional(const Field& f, const OptionalRef& ref) override {
    const bool had = ref.has();
    if (!had) ref.set(true);
    const std::size_t first = rows.size();
    ref.visit(*this);
    if (rows.size() > first) {
      if (*f.absent) rows[first].type += fmt::format(" or {}", f.absent);
      rows[first].choices.emplace_back(*f.absent ? f.absent : "unset");
      if (!had) rows[first].fallback = *f.absent ? f.absent : "unset";
    }
    if (!had) ref.set(false);
  }
  void record(const Field& f, const Visit& visit) override {
    const std::string path = here(f);
    add_at(path, f,
           f.library   ? "map, or the name of a shipped one"
           : *f.scalar ? fmt::format("map, or {} alone", f.scalar)
                       : "map",
           "");
    rows.back().library = f.library;
    nested(path, visit);
  }
  void variant(const Field& f, const VariantRef& ref) override {
    const std::size_t chosen = ref.index();
    const std::string path = here(f);
    add_at(path, f, fmt::format("type: {}", fmt::join(ref.types, " | ")), std::string(ref.types[chosen]));
    rows.back().choices.assign(ref.types.begin(), ref.types.end());
    rows.back().library = f.library;
    // The chosen alternative's own values are the defaults worth showing; the others show theirs as built.
    for (std::size_t i = 0; i < ref.types.size(); ++i) {
      if (i != chosen) ref.choose(i);
      const std::string alternative = fmt::format("{}[{}]", path, ref.types[i]);
      rows.push_back({alternative, "", "", "", "", std::string(ref.about[i]), ""});
      nested(alternative, ref.visit);
      if (i != chosen) ref.choose(chosen);
    }
  }
  void list(const Field& f, const ListRef& ref) override {
    const std::size_t n = ref.size(), first = rows.size();
    if (n == 0) ref.resize(1);
    ref.visit(*this, 0);
    if (n == 0) ref.resize(0);
    rows[first].type.insert(0, f.single ? "one or a list of " : "list of ");
    if (!f.required) rows[first].fallback = n == 0 ? "[]" : "";
  }
  void map(const Field& f, const MapRef& ref) override {
    const std::string path = here(f);
    add_at(path, f, "map by name", "");
    element_ = path + ".NAME";
    ref.visit(*this, "NAME");
  }
  void raw(const Field& f, Value&) override { add(f, "map", ""); }

 private:
  std::string prefix_;
  std::string element_;  // the path of the next field, whatever its key

  std::string here(const Field& f) {
    if (!element_.empty()) return std::exchange(element_, "");
    return prefix_.empty() ? f.key : fmt::format("{}.{}", prefix_, f.key);
  }
  void add(const Field& f, std::string type, std::string fallback) {
    add_at(here(f), f, std::move(type), std::move(fallback));
  }
  void add_at(const std::string& path, const Field& f, std::string type, std::string fallback) {
    rows.push_back({path, std::move(type), unit_text(f), range_text(f), f.required ? "required" : std::move(fallback),
                    f.meaning, f.source});
  }
  void nested(const std::string& path, const Visit& visit) {
    const std::string outer = std::exchange(prefix_, path);
    visit(*this);
    prefix_ = outer;
  }
};

std::string cell(std::string_view text) {  // of a Markdown table
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::vector<SchemaRow> schema_rows(const std::function<void(Visitor&)>& visit) {
  RowCollector c;
  visit(c);
  return c.rows;
}

std::string schema_markdown(const std::vector<SchemaRow>& rows) {
  std::string out = "| key | type | unit | range | default | meaning | source |\n|---|---|---|---|---|---|---|\n";
  for (const auto& r : rows)
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", cell(r.path), cell(r.type), r.unit, r.range,
                       cell(r.fallback), cell(r.meaning), cell(r.source));
  return out;
}

}  // namespace bitline
