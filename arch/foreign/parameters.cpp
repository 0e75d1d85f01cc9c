// SPDX-License-Identifier: Apache-2.0
#include "arch/foreign/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/files.h"
#include "base/yaml.h"

namespace bitline::arch {
namespace {

std::optional<double> number_in(const Value& v) {
  if (!v.is_scalar() || v.quoted) return std::nullopt;
  double x = 0;
  const auto [end, error] = std::from_chars(v.text.data(), v.text.data() + v.text.size(), x);
  if (error != std::errc() || end != v.text.data() + v.text.size() || !std::isfinite(x)) return std::nullopt;
  return x;
}

// A value as the file has it, short.
std::string shown_value(const Value& v) {
  if (v.kind == Value::Kind::null) return "null";
  if (v.is_scalar()) return v.text.size() > 40 ? v.text.substr(0, 40) + "..." : v.text;
  if (v.is_map()) return "{...}";
  std::string out = "[";
  for (std::size_t i = 0; i < v.items.size(); ++i) {
    if (i == 4) return out + ", ...]";
    out += (i ? ", " : "") + shown_value(v.items[i]);
  }
  return out + "]";
}

// Scalars of a tree of lists; a null has none.
bool unfold(const Value& v, std::vector<double>& to) {
  if (v.kind == Value::Kind::null) return true;
  if (v.is_list()) return std::all_of(v.items.begin(), v.items.end(), [&](const Value& i) { return unfold(i, to); });
  const auto x = number_in(v);
  if (x) to.push_back(*x);
  return x.has_value();
}

Value parsed_json(const std::filesystem::path& json) {
  std::string text = read_file(json, max_config_bytes);
  std::replace(text.begin(), text.end(), '\t', ' ');  // blanks of JSON that YAML does not take for indentation
  Value tree = parse_yaml(text, json.string());
  if (!tree.is_map()) refuse_at(tree.origin, "holds no JSON object", "write the simulator's parameters as one");
  return tree;
}

}  // namespace

std::string_view word_of(ForeignRow::Fate fate) {
  constexpr std::string_view words[] = {"mapped", "stands in", "not mapped", "without effect", "not known"};
  return words[static_cast<std::size_t>(fate)];
}

ForeignParameters::ForeignParameters(const std::filesystem::path& json) : tree_(parsed_json(json)) {}

const Value* ForeignParameters::find(const std::string& path) const {
  asked_.insert(path);
  const Value* v = value_at(tree_, path);
  return v && v->kind != Value::Kind::null ? v : nullptr;
}

bool ForeignParameters::has(const std::string& path) const { return find(path) != nullptr; }

void ForeignParameters::problem(const std::string& path, const std::string& message, const std::string& remedy) {
  const Value* v = value_at(tree_, path);
  problems_.push_back({v ? v->origin : tree_.origin, path, message, remedy});
}

bool ForeignParameters::flag(const std::string& path, bool otherwise) {
  const Value* v = find(path);
  if (!v) return otherwise;
  if (v->is_scalar() && !v->quoted && (v->text == "true" || v->text == "false")) return v->text == "true";
  problem(path, fmt::format("is {}, not true or false", shown_value(*v)), "write true or false");
  return otherwise;
}

double ForeignParameters::number(const std::string& path, double otherwise, double least, double most) {
  const Value* v = find(path);
  if (!v) return otherwise;
  const auto x = number_in(*v);
  if (x && *x >= least && *x <= most) return *x;
  problem(path,
          x ? fmt::format("is {}, outside of {:.6g} .. {:.6g}", shown_value(*v), least, most)
            : fmt::format("is {}, not a number", shown_value(*v)),
          "write it as that simulator does");
  return otherwise;
}

int ForeignParameters::whole(const std::string& path, int otherwise, int least, int most) {
  const double x = number(path, otherwise, least, most);
  if (x == std::floor(x)) return static_cast<int>(x);
  problem(path, fmt::format("is {}, not a whole number", x), "write it as that simulator does");
  return otherwise;
}

std::string ForeignParameters::word(const std::string& path, const std::string& otherwise) {
  const Value* v = find(path);
  if (!v) return otherwise;
  if (v->is_scalar()) return v->text;
  problem(path, "is not a word", "write it as that simulator does");
  return otherwise;
}

std::vector<double> ForeignParameters::numbers(const std::string& path) {
  std::vector<double> out;
  const Value* v = find(path);
  if (v && !unfold(*v, out)) {
    problem(path, fmt::format("is {}, not a list of numbers", shown_value(*v)), "write it as that simulator does");
    out.clear();
  }
  return out;
}

void ForeignParameters::tell(const std::string& path, ForeignRow::Fate fate, const std::string& ours,
                             const std::string& note) {
  const Value* v = value_at(tree_, path);
  rows_.push_back({path, v ? shown_value(*v) : "its default", fate, ours, note});
  told_.insert(path);
}
void ForeignParameters::mapped(const std::string& path, const std::string& ours, const std::string& note) {
  tell(path, ForeignRow::Fate::mapped, ours, note);
}
void ForeignParameters::stands_in(const std::string& path, const std::string& ours, const std::string& note) {
  tell(path, ForeignRow::Fate::stands_in, ours, note);
}
void ForeignParameters::not_mapped(const std::string& path, const std::string& note) {
  tell(path, ForeignRow::Fate::not_mapped, "", note);
}
void ForeignParameters::without_effect(const std::string& path, const std::string& note) {
  tell(path, ForeignRow::Fate::without_effect, "", note);
}

namespace {

bool is_idle(const std::string& path, std::string_view idle) {
  if (idle.starts_with('*')) return ("." + path).ends_with(idle.substr(1));
  return path.starts_with(idle) && (path.size() == idle.size() || path[idle.size()] == '.');
}

// Nothing, false, 0, no entries, or a word for none of them.
bool is_off(const Value& v) {
  if (v.kind == Value::Kind::null) return true;
  if (!v.is_scalar()) return v.is_map() ? v.entries.empty() : v.items.empty();
  if (const auto x = number_in(v)) return *x == 0;
  return v.text.empty() || v.text == "false" || v.text == "NONE" || v.text == "IdealDevice";
}

}  // namespace

void ForeignParameters::others(const Value& node, const std::string& path, std::span<const Idle> idle) {
  if (told_.count(path)) return;
  const auto row = [&](ForeignRow::Fate fate, std::string_view note) {
    rows_.push_back({path, shown_value(node), fate, "", std::string(note)});
  };
  if (node.is_map() && !node.entries.empty()) {
    for (const Entry& e : node.entries) others(e.value, path.empty() ? e.key : path + "." + e.key, idle);
    return;
  }
  if (asked_.count(path)) return row(ForeignRow::Fate::without_effect, "off, or counted with others");
  for (const Idle& i : idle)
    if (is_idle(path, i.path)) return row(ForeignRow::Fate::without_effect, i.note);
  if (is_off(node)) return row(ForeignRow::Fate::without_effect, "off; not known here, if its default is on");
  row(ForeignRow::Fate::unknown, "not known here: what it changes there is missing");
}

std::vector<ForeignRow> ForeignParameters::finish(std::span<const Idle> idle) {
  if (!problems_.empty()) throw ConfigError(std::move(problems_));
  others(tree_, "", idle);
  return std::move(rows_);
}

std::string rounded_quantity(double value, Unit unit) {
  const std::string digits = fmt::format("{:.12g}", value);
  double rounded = value;
  std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
  return format_quantity(rounded, unit);
}

void ConfigLines::set(const std::string& path, const std::string& value) {
  set_path(root_, path, Value::scalar(value));
}

namespace {

std::string in_line(const Value& v) {
  if (v.is_scalar()) return v.text;
  std::string out = "{";
  for (const Entry& e : v.entries) out += (out.size() > 1 ? ", " : "") + e.key + ": " + in_line(e.value);
  return out + "}";
}

}  // namespace

std::string ConfigLines::yaml() const {
  std::string out;
  for (const Entry& e : root_.entries) out += e.key + ": " + in_line(e.value) + "\n";
  return out;
}

}  // namespace bitline::arch
