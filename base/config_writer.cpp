// SPDX-License-Identifier: Apache-2.0
#include "base/config_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace bitline {

void ConfigWriter::put(const Field& f, Value v) {
  if (at_->is_list())
    at_->items.push_back(std::move(v));
  else
    at_->set(direct_key_.empty() ? f.key : direct_key_, std::move(v));
}

void ConfigWriter::boolean(const Field& f, bool& x) { put(f, Value::scalar(x ? "true" : "false")); }
void ConfigWriter::integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) {
  put(f, Value::scalar(std::to_string(x)));
}
void ConfigWriter::number(const Field& f, double& x) { put(f, Value::scalar(format_quantity(x, f.unit))); }
void ConfigWriter::text(const Field& f, std::string& x) {
  Value v = Value::scalar(x);
  v.quoted = true;
  put(f, std::move(v));
}
void ConfigWriter::choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) {
  put(f, Value::scalar(std::string(names[i])));
}

void ConfigWriter::optional(const Field& f, const OptionalRef& ref) {
  if (ref.has())
    ref.visit(*this);
  else
    put(f, Value::scalar(*f.absent ? f.absent : "unset"));
}

void ConfigWriter::record(const Field& f, const Visit& visit) {
  Value inner = Value::map();
  Value* outer = std::exchange(at_, &inner);
  const std::string key = std::exchange(direct_key_, "");
  visit(*this);
  at_ = outer;
  direct_key_ = key;
  const bool alone = *f.scalar && std::all_of(inner.entries.begin(), inner.entries.end(), [&](const Entry& e) {
    return e.key == f.scalar || (e.value.is_scalar() && e.value.text.empty());
  });
  put(f, alone ? *inner.find(f.scalar) : std::move(inner));
}

void ConfigWriter::variant(const Field& f, const VariantRef& ref) {
  record(f, [&](Visitor& v) {
    at_->set("type", Value::scalar(std::string(ref.types[ref.index()])));
    ref.visit(v);
  });
}

void ConfigWriter::list(const Field& f, const ListRef& ref) {
  Value inner;
  inner.kind = Value::Kind::list;
  Value* outer = std::exchange(at_, &inner);
  for (std::size_t i = 0; i < ref.size(); ++i) ref.visit(*this, i);
  at_ = outer;
  put(f, std::move(inner));
}

void ConfigWriter::map(const Field& f, const MapRef& ref) {
  Value inner = Value::map();
  Value* outer = std::exchange(at_, &inner);
  for (const auto& key : ref.keys()) {
    direct_key_ = key;
    ref.visit(*this, key);
  }
  direct_key_.clear();
  at_ = outer;
  put(f, std::move(inner));
}

void ConfigWriter::raw(const Field& f, Value& x) {
  if (x.kind != Value::Kind::null) put(f, x);
}

namespace {

// Whether a text read back without quotes is the same text.
bool plain_is_safe(const std::string& s) {
  static constexpr std::string_view nulls[] = {"~", "null", "Null", "NULL"};
  if (s.empty() || s.front() == ' ' || s.back() == ' ' || std::find(nulls, std::end(nulls), s) != std::end(nulls))
    return false;
  const bool negative_number = s.size() > 1 && s[0] == '-' && (std::isdigit(static_cast<unsigned char>(s[1])) != 0);
  if (std::string_view("-?:&*!|>'\"%@`.").find(s[0]) != std::string_view::npos && !negative_number) return false;
  return std::none_of(s.begin(), s.end(), [](char c) {
    return static_cast<unsigned char>(c) < 32 || std::string_view(",[]{}#:").find(c) != std::string_view::npos;
  });
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 32)
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string key_text(const std::string& key) { return plain_is_safe(key) ? key : in_quotes(key); }

class YamlText {
 public:
  explicit YamlText(const Annotations* notes) : notes_(notes) {}
  std::string out;

  void block(const Value& map, const std::string& path, int indent) {
    for (const auto& e : map.entries) {
      const std::string full = path.empty() ? e.key : fmt::format("{}.{}", path, e.key);
      const std::string line = fmt::format("{:{}}{}:", "", indent, key_text(e.key));
      const bool list_of_maps = e.value.is_list() && !e.value.items.empty() &&
                                std::all_of(e.value.items.begin(), e.value.items.end(),
                                            [](const Value& item) { return item.is_map() && !item.entries.empty(); });
      if (e.value.is_map() && !e.value.entries.empty()) {
        out += line + '\n';
        block(e.value, full, indent + 2);
      } else if (list_of_maps) {
        out += line + '\n';
        for (std::size_t i = 0; i < e.value.items.size(); ++i) {
          const std::size_t begin = out.size() + static_cast<std::size_t>(indent) + 2;
          block(e.value.items[i], fmt::format("{}.{}", full, i), indent + 4);
          out[begin] = '-';
        }
      } else {
        commented(fmt::format("{} {}", line, flow(e.value, full)), full);
      }
    }
  }

 private:
  // One line, with the place its value came from.
  void commented(std::string line, const std::string& path) {
    if (notes_) {
      const auto o = notes_->origins.find(path);
      std::string from = o == notes_->origins.end() ? "default"
                         : o->second.line > 0       ? fmt::format("{}:{}", o->second.file.str(), o->second.line)
                                                    : o->second.file.str();
      std::replace_if(
          from.begin(), from.end(), [](char c) { return static_cast<unsigned char>(c) < 32; }, ' ');
      line = fmt::format("{:<48} # {}", line, from);
    }
    out += line + '\n';
  }

  std::string flow(const Value& v, const std::string& path) const {
    if (v.is_map()) {
      std::string inner;
      for (const auto& e : v.entries)
        inner += fmt::format("{}{}: {}", inner.empty() ? "" : ", ", key_text(e.key),
                             flow(e.value, fmt::format("{}.{}", path, e.key)));
      return fmt::format("{{{}}}", inner);
    }
    std::string text;
    if (v.is_list()) {
      for (std::size_t i = 0; i < v.items.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", flow(v.items[i], fmt::format("{}.{}", path, i)));
      text = fmt::format("[{}]", text);
    } else if (v.kind == Value::Kind::null) {
      text = "~";
    } else {
      text = v.quoted || !plain_is_safe(v.text) ? in_quotes(v.text) : v.text;
    }
    const std::string said = notes_ ? annotations(path) : "";
    return said.empty() ? text : fmt::format("{{value: {}{}}}", text, said);
  }

  std::string annotations(const std::string& path) const {
    std::string said;
    if (const auto s = notes_->sources.find(path); s != notes_->sources.end())
      said += fmt::format(", source: {}", in_quotes(s->second));
    for (const auto& a : notes_->assumed)
      if (a.path == path) said += fmt::format(", assumed: {}", in_quotes(a.reason));
    return said;
  }

  const Annotations* notes_;
};

}  // namespace

std::string to_yaml(const Value& tree, const Annotations* annotations) {
  YamlText text(annotations);
  text.block(tree, "", 0);
  return std::move(text.out);
}

}  // namespace bitline
