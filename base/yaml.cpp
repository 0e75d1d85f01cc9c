// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace bitline {
namespace {

constexpr std::size_t max_depth = 64;

// Builds the tree from the parser's events: unlike YAML::Node they carry the position of every node and show
// duplicates.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string name) : name_(std::move(name)) {}
  Value root;
  std::vector<Diagnostic> duplicates;
  bool ends_in_quotes = false;  // the last scalar was quoted

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (begun_) refuse_at(origin(mark), "a second document begins", "keep one document to a file");
    begun_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    plain(mark, "", anchor);
    Value v;
    v.origin = origin(mark);
    add(std::move(v));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse_at(origin(mark), "aliases are not read", "write the value out, or put it in a file and name it as base:");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    plain(mark, tag, anchor);
    Value v = Value::scalar(value, origin(mark));
    v.quoted = ends_in_quotes = tag == "!";  // how the parser marks quotes
    add(std::move(v));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::list);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::map);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Value value;
    std::optional<Value> key;          // a map waits for this key's value
    std::map<std::string, int> lines;  // where each key of a map stands
  };

  Origin origin(const YAML::Mark& mark) const { return {name_, mark.line + 1, mark.column + 1}; }

  void plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor) refuse_at(origin(mark), "anchors are not read", "write plain data");
    if (!tag.empty() && tag != "!" && tag != "?")
      refuse_at(origin(mark), fmt::format("the tag {} is not read", tag), "write plain data");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind) {
    plain(mark, tag, anchor);
    if (stack_.size() >= max_depth) refuse_at(origin(mark), fmt::format("nested deeper than {} levels", max_depth));
    Value v;
    v.kind = kind;
    v.origin = origin(mark);
    stack_.push_back({std::move(v), std::nullopt, {}});
  }

  void close() {
    Value v = std::move(stack_.back().value);
    stack_.pop_back();
    add(std::move(v));
  }

  void add(Value v) {
    if (stack_.empty()) {
      root = std::move(v);
      return;
    }
    Frame& top = stack_.back();
    if (top.value.is_list()) {
      top.value.items.push_back(std::move(v));
    } else if (!top.key) {
      if (!v.is_scalar()) refuse_at(v.origin, "a key must be plain text");
      top.key = std::move(v);
    } else {
      const auto [first, fresh] = top.lines.emplace(top.key->text, top.key->origin.line);
      if (fresh)
        top.value.entries.push_back({top.key->text, top.key->origin, std::move(v)});
      else
        duplicates.push_back(
            {top.key->origin,
             {},
             fmt::format("the key '{}' is given twice; first in line {}", top.key->text, first->second),
             "keep one of them"});
      top.key.reset();
    }
  }

  TextName name_;
  bool begun_ = false;
  std::vector<Frame> stack_;
};

// Bytes of the UTF-8 character that begins at `i`; 0 when none does (Unicode 15, table 3-7).
std::size_t character_bytes(std::string_view text, std::size_t i) {
  const auto at = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  const unsigned lead = at(i), next = at(i + 1);
  const auto follows = [&](std::size_t k) { return (at(i + k) & 0xC0u) == 0x80u; };
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && next < 0xA0, surrogate = lead == 0xED && next > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && next < 0x90, beyond = lead == 0xF4 && next > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

void require_text(std::string_view text, const std::string& name) {
  Origin at{name, 1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const bool control = static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\t' && c != '\r';
    const std::size_t bytes = control ? 0 : character_bytes(text, i);
    if (bytes == 0)
      refuse_at(at, fmt::format("byte {} is 0x{:02x}, which is not text in UTF-8", i, static_cast<unsigned char>(c)),
                "a configuration is a text file; save it as UTF-8");
    i += bytes;
    at.column += static_cast<int>(bytes);
    if (c == '\n') ++at.line, at.column = 1;
  }
}

// Whether this line or the one above it begins with a tab: the parser finds either, and says so for some.
bool tab_indents(std::string_view text, int line) {
  for (int at = 0; at <= line && !text.empty(); ++at) {
    const std::size_t indent = text.find_first_not_of(' ');
    if (at >= line - 1 && indent < text.size() && text[indent] == '\t') return true;
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return false;
}

void parse(std::string_view text, const std::string& name, TreeBuilder& builder) {
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder))
      refuse_at({name}, "is empty", "a configuration is a map of keys; see `bitline schema`");
    parser.HandleNextDocument(builder);  // a second one is refused
  } catch (const YAML::Exception& e) {
    refuse_at({name, e.mark.line + 1, e.mark.column + 1}, fmt::format("is not YAML: {}", e.msg),
              tab_indents(text, e.mark.line) ? "indent with spaces: a tab does not count in YAML" : "");
  }
}

}  // namespace

Value parse_yaml(std::string_view text, const std::string& name) {
  if (text.size() > max_config_bytes)
    refuse_at({name}, fmt::format("is {} bytes; a configuration has at most {}", text.size(), max_config_bytes));
  require_text(text, name);
  TreeBuilder builder(name);
  parse(text, name, builder);
  if (builder.ends_in_quotes) {  // yaml-cpp 0.7 overlooks a missing end quote when only blanks follow
    TreeBuilder again(name);
    parse(text.substr(0, text.find_last_not_of(" \t\r\n") + 1), name, again);
  }
  if (!builder.duplicates.empty()) throw ConfigError(builder.duplicates);
  return std::move(builder.root);
}

}  // namespace bitline
