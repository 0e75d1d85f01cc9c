// SPDX-License-Identifier: Apache-2.0
#include "base/config_writer.h"

#include <algorithm>
#include <utility>

namespace bitline {

void ConfigWriter::put(const Field& f, Value v) {
  if (at_->is_list()) at_->items.push_back(std::move(v));
  else at_->set(direct_key_.empty() ? f.key : direct_key_, std::move(v));
}

void ConfigWriter::boolean(const Field& f, bool& x) { put(f, Value::scalar(x ? "true" : "false")); }
void ConfigWriter::integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) { put(f, Value::scalar(std::to_string(x))); }
void ConfigWriter::number(const Field& f, double& x) { put(f, Value::scalar(format_quantity(x, f.unit))); }
void ConfigWriter::text(const Field& f, std::string& x) {
  Value v = Value::scalar(x);
  v.quoted = true;
  put(f, std::move(v));
}
void ConfigWriter::choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) { put(f, Value::scalar(std::string(names[i]))); }

void ConfigWriter::optional(const Field& f, const OptionalRef& ref) {
  if (ref.has()) ref.visit(*this);
  else put(f, Value::scalar(*f.absent ? f.absent : "unset"));
}

void ConfigWriter::record(const Field& f, const Visit& visit) {
  Value inner = Value::map();
  Value* outer = std::exchange(at_, &inner);
  const std::string key = std::exchange(direct_key_, "");
  visit(*this);
  at_ = outer;
  direct_key_ = key;
  put(f, std::move(inner));
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

bool plain_is_safe(const std::string& s) {
  if (s.empty() || s.front() == ' ' || s.back() == ' ') return false;
  if (s.find_first_of("-?:,[]{}#&*!|>'\"%@`") == 0) {
    // A leading minus followed by a digit or dot is a number.
    if (!(s.size() > 1 && s[0] == '-' && (std::isdigit(static_cast<unsigned char>(s[1])) || s[1] == '.'))) return false;
  }
  return std::none_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == ',' || c == '[' || c == ']' || c == '{' || c == '}' || c == '#'; }) &&
         s.find(": ") == std::string::npos && s.back() != ':';
}

std::string scalar_text(const Value& v) {
  if (v.kind == Value::Kind::null) return "~";
  if (!v.quoted && plain_is_safe(v.text)) return v.text;
  std::string out = "\"";
  for (char c : v.text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else out += c;
  }
  return out + "\"";
}

std::string flow(const Value& v) {
  std::string out;
  if (v.is_list()) {
    for (const auto& item : v.items) out += (out.empty() ? "" : ", ") + flow(item);
    return "[" + out + "]";
  }
  if (v.is_map()) {
    for (const auto& e : v.entries) out += (out.empty() ? "" : ", ") + scalar_text(Value::scalar(e.key)) + ": " + flow(e.value);
    return "{" + out + "}";
  }
  return scalar_text(v);
}

void emit(const Value& map, const std::string& path, int indent, const Annotations* notes, std::string& out) {
  for (const auto& e : map.entries) {
    const std::string full = path.empty() ? e.key : path + "." + e.key;
    std::string line = std::string(static_cast<std::size_t>(indent), ' ') + scalar_text(Value::scalar(e.key)) + ":";
    if (e.value.is_map() && !e.value.entries.empty()) {
      out += line + "\n";
      emit(e.value, full, indent + 2, notes, out);
      continue;
    }
    std::string text = flow(e.value);
    std::string comment;
    if (notes) {
      if (e.value.is_scalar()) {
        std::string extra;
        if (auto s = notes->sources.find(full); s != notes->sources.end()) extra += ", source: " + flow([&] { Value v = Value::scalar(s->second); v.quoted = true; return v; }());
        for (const auto& a : notes->assumed)
          if (a.path == full) extra += ", assumed: " + flow([&] { Value v = Value::scalar(a.reason); v.quoted = true; return v; }());
        if (!extra.empty()) text = "{value: " + text + extra + "}";
      }
      const auto o = notes->origins.find(full);
      comment = o == notes->origins.end() ? "default" : o->second.line > 0 ? o->second.file + ":" + std::to_string(o->second.line) : o->second.file;
      std::replace(comment.begin(), comment.end(), '\n', ' ');
    }
    line += " " + text;
    if (!comment.empty()) line += std::string(line.size() < 48 ? 48 - line.size() : 1, ' ') + " # " + comment;
    out += line + "\n";
  }
}

}  // namespace

std::string to_yaml(const Value& tree, const Annotations* annotations) {
  std::string out;
  emit(tree, "", 0, annotations, out);
  return out;
}

}  // namespace bitline
