// SPDX-License-Identifier: Apache-2.0
#include "base/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace bitline {
namespace {

std::string joined_path(const std::string& path, std::string_view key) { return path.empty() ? std::string(key) : path + "." + std::string(key); }

std::string shown(const Value& v) {
  if (v.is_scalar()) return "'" + v.text + "'";
  return v.is_list() ? "a list" : v.is_map() ? "a map" : "nothing";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : ", ") + w;
  return out;
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, written.size() / 3) + 1;
  for (const auto& word : known) {
    // Levenshtein distance with adjacent transpositions, three rows at a time.
    std::vector<std::vector<std::size_t>> d(written.size() + 1, std::vector<std::size_t>(word.size() + 1));
    for (std::size_t i = 0; i <= written.size(); ++i)
      for (std::size_t j = 0; j <= word.size(); ++j) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (written[i - 1] != word[j - 1])});
        if (i > 1 && j > 1 && written[i - 1] == word[j - 2] && written[i - 2] == word[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    if (d[written.size()][word.size()] < best_distance) best_distance = d[written.size()][word.size()], best = word;
  }
  return best;
}

ConfigReader::ConfigReader(const Value& root, ConfigPath where) : root_(root), where_(std::move(where)) {
  kept_.reserve(1024);
  stack_.push_back({&root_, "", {}});
}

void ConfigReader::report(const Value& at, const std::string& path, std::string message, std::string remedy) {
  problems_.push_back({at.origin, path, std::move(message), std::move(remedy)});
}

void ConfigReader::problem(const std::string& path, std::string message, std::string remedy) {
  // The nearest enclosing key that was written has the best position.
  for (std::string p = path;;) {
    if (auto it = notes_.origins.find(p); it != notes_.origins.end()) {
      problems_.push_back({it->second, path, std::move(message), std::move(remedy)});
      return;
    }
    const auto dot = p.rfind('.');
    if (dot == std::string::npos) break;
    p.resize(dot);
  }
  problems_.push_back({root_.origin, path, std::move(message), std::move(remedy)});
}

void ConfigReader::finish() {
  if (problems_.empty()) return;
  std::stable_sort(problems_.begin(), problems_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) < std::tie(b.where.file, b.where.line, b.where.column);
  });
  throw ConfigError(problems_);
}

const Value* ConfigReader::take(const Field& f) {
  if (direct_) {
    path_ = direct_path_;
    return std::exchange(direct_, nullptr);
  }
  Frame& frame = stack_.back();
  frame.known.insert(f.key);
  path_ = joined_path(frame.path, f.key);
  const Value* node = frame.map ? frame.map->find(f.key) : nullptr;
  if (!node || (node->kind == Value::Kind::null)) {
    if (node) report(*node, path_, "has no value", "give one or leave the key out");
    else if (f.required && frame.map) report(*frame.map, path_, fmt::format("the key '{}' is missing: {}", f.key, f.meaning), fmt::format("add \"{}: ...\"", f.key));
    return nullptr;
  }
  notes_.origins[path_] = node->origin;
  return node;
}

const Value* ConfigReader::scalar(const Field& f, const char* what) {
  const Value* node = take(f);
  if (!node) return nullptr;
  if (node->is_map() && node->find("value")) {
    for (const auto& e : node->entries)
      if (e.key != "value" && e.key != "source" && e.key != "assumed")
        report(e.value, path_, fmt::format("unknown key '{}' beside 'value'", e.key), "value, source and assumed are known");
    const Value* value = node->find("value");
    if (const Value* s = node->find("source")) notes_.sources[path_] = s->text;
    if (const Value* a = node->find("assumed")) notes_.assumed.push_back({path_, value->text, a->text});
    node = value;
  }
  if (!node->is_scalar()) {
    report(*node, path_, fmt::format("is {} where {} is expected", shown(*node), what));
    return nullptr;
  }
  return node;
}

bool ConfigReader::in_range(const Value& at, const Field& f, double x) {
  const auto q = [&](double v) { return format_quantity(v, f.unit); };
  if (f.positive && !(x > 0)) {
    report(at, path_, fmt::format("is {} but must be greater than zero", shown(at)));
    return false;
  }
  if (x < f.min || x > f.max) {
    const std::string range = std::isinf(f.max) ? "at least " + q(f.min) : std::isinf(f.min) ? "at most " + q(f.max) : "from " + q(f.min) + " to " + q(f.max);
    report(at, path_, fmt::format("is {} but must be {}", shown(at), range));
    return false;
  }
  return true;
}

void ConfigReader::boolean(const Field& f, bool& out) {
  const Value* node = scalar(f, "true or false");
  if (!node) return;
  if (node->text == "true" || node->text == "false") out = node->text == "true";
  else report(*node, path_, fmt::format("is {} where true or false is expected", shown(*node)));
}

void ConfigReader::integer(const Field& f, std::int64_t& out, std::int64_t lowest, std::int64_t highest) {
  const Value* node = scalar(f, "a whole number");
  if (!node) return;
  std::int64_t x = 0;
  const char *begin = node->text.data(), *end = begin + node->text.size();
  const auto [stop, error] = std::from_chars(begin, end, x);
  const bool octal_look = node->text.size() > 1 && node->text[0] == '0';
  if (error == std::errc::result_out_of_range) report(*node, path_, fmt::format("is {}, which is too large", shown(*node)));
  else if (error != std::errc() || stop != end || octal_look)
    report(*node, path_, fmt::format("is {} where a whole number is expected", shown(*node)), octal_look ? "write it without the leading zero" : "");
  else if (in_range(*node, f, static_cast<double>(x))) {
    if (x < lowest || x > highest) report(*node, path_, fmt::format("is {} but must be from {} to {}", shown(*node), lowest, highest));
    else out = x;
  }
}

void ConfigReader::number(const Field& f, double& out) {
  const Value* node = scalar(f, "a number");
  if (!node) return;
  const auto q = parse_quantity(node->text, f.unit);
  if (!q.value) report(*node, path_, shown(*node) + " " + q.problem);
  else if (in_range(*node, f, *q.value)) out = *q.value;
}

void ConfigReader::text(const Field& f, std::string& out) {
  if (const Value* node = scalar(f, "a text")) out = node->text;
}

void ConfigReader::choice(const Field& f, std::size_t& index, std::span<const std::string_view> names) {
  const Value* node = scalar(f, "a word");
  if (!node) return;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == node->text) {
      index = i;
      return;
    }
  const std::vector<std::string> known(names.begin(), names.end());
  const std::string near = nearest(node->text, known);
  report(*node, path_, fmt::format("is {}, which is not one of {}", shown(*node), joined(known)), near.empty() ? "" : "did you mean '" + near + "'?");
}

void ConfigReader::optional(const Field& f, const OptionalRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  if (node->is_scalar() && (node->text == "unset" || (*f.absent && node->text == f.absent))) {
    ref.set(false);
    return;
  }
  ref.set(true);
  direct_ = node;
  direct_path_ = path;
  ref.visit(*this);
}

const Value* ConfigReader::opened(const Value* node, const Field& f) {
  if (!f.library || !node->is_scalar()) return node;
  if (kept_.size() == kept_.capacity()) return nullptr;
  try {
    kept_.push_back(load_config(find_config(*node, f.key, where_), {}, where_));
    return &kept_.back();
  } catch (const ConfigError& e) {
    for (auto d : e.diagnostics()) {
      if (d.path.empty()) d.path = path_;
      problems_.push_back(d);
    }
    return nullptr;
  }
}

void ConfigReader::end_of_map() {
  Frame& frame = stack_.back();
  if (!frame.map) return;
  const std::vector<std::string> known(frame.known.begin(), frame.known.end());
  for (const auto& e : frame.map->entries) {
    if (frame.known.count(e.key)) continue;
    const std::string near = nearest(e.key, known);
    problems_.push_back({e.origin, joined_path(frame.path, e.key), fmt::format("unknown key '{}'", e.key),
                         near.empty() ? "known here: " + joined(known) : "did you mean '" + near + "'?"});
  }
}

void ConfigReader::record(const Field& f, const Visit& visit) {
  const Value* node = take(f);
  const std::string path = path_;
  if (node) node = opened(node, f);
  if (node && !node->is_map()) {
    report(*node, path, fmt::format("is {} where a map of keys is expected", shown(*node)));
    node = nullptr;
  }
  if (!node && !f.required) return;  // every default stays as the struct has it
  stack_.push_back({node, path, {}});
  visit(*this);
  end_of_map();
  stack_.pop_back();
}

void ConfigReader::variant(const Field& f, const VariantRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  const std::vector<std::string> types(ref.types.begin(), ref.types.end());
  const auto position = [&](const std::string& word) { return static_cast<std::size_t>(std::find(types.begin(), types.end(), word) - types.begin()); };
  // The bare word of a type stands for that type with its defaults: "adc: ideal".
  const bool bare = node->is_scalar() && position(node->text) < types.size();
  if (!bare) node = opened(node, f);
  if (!node) return;
  const Value* type = bare ? node : node->is_map() ? node->find("type") : nullptr;
  if (!type) {
    report(*node, path, node->is_scalar() ? fmt::format("is {}, which is not one of {}", shown(*node), joined(types)) : fmt::format("needs the key 'type': one of {}", joined(types)),
           node->is_scalar() && !nearest(node->text, types).empty() ? "did you mean '" + nearest(node->text, types) + "'?" : "");
    return;
  }
  const std::size_t index = position(type->text);
  if (index == types.size()) {
    const std::string near = nearest(type->text, types);
    report(*type, path + ".type", fmt::format("is {}, which is not one of {}", shown(*type), joined(types)), near.empty() ? "" : "did you mean '" + near + "'?");
    return;
  }
  ref.choose(index);
  notes_.origins[path + ".type"] = type->origin;
  stack_.push_back({bare ? nullptr : node, path, {"type"}});
  ref.visit(*this);
  end_of_map();
  stack_.pop_back();
}

void ConfigReader::list(const Field& f, const ListRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  if (!node->is_list()) {
    report(*node, path, fmt::format("is {} where a list is expected", shown(*node)), "write [a, b, c]");
    return;
  }
  ref.resize(node->items.size());
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    direct_ = &node->items[i];
    direct_path_ = path + "." + std::to_string(i);
    ref.visit(*this, i);
    direct_ = nullptr;
  }
}

void ConfigReader::map(const Field& f, const MapRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  if (!node->is_map()) {
    report(*node, path, fmt::format("is {} where a map is expected", shown(*node)));
    return;
  }
  for (const auto& e : node->entries) {
    direct_ = &e.value;
    direct_path_ = joined_path(path, e.key);
    notes_.origins[direct_path_] = e.origin;
    ref.visit(*this, e.key);
    direct_ = nullptr;
  }
}

void ConfigReader::raw(const Field& f, Value& out) {
  if (const Value* node = take(f)) out = *node;
}

}  // namespace bitline
