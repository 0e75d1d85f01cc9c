// SPDX-License-Identifier: Apache-2.0
// Fills config structs from a Value tree: the visitor that reads. Collects every problem before it throws.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "base/schema.h"
#include "base/schema_filter.h"
#include "base/yaml.h"

namespace bitline {

// A value that no source gives, tagged `assumed: REASON` where it is set: {value: 1 uS, assumed: "not in the paper"}.
struct Assumption {
  std::string path, value, reason;
};

// Where each key of a resolved config came from, what was said about it.
struct Annotations {
  std::map<std::string, Origin> origins;       // key path -> where written; keys left at their default are absent
  std::map<std::string, std::string> sources;  // key path -> `source:` given with the value
  std::vector<Assumption> assumed;
};

class ConfigReader : public Visitor {
 public:
  // `root` must stay as it is while the reader lives; one that is handed over is kept.
  ConfigReader(const Value& root, ConfigPath where);
  ConfigReader(Value&& root, ConfigPath where);

  // Reads the whole struct. Call finish() afterwards.
  template <Record T>
  void read(T& config) {
    fields(*this, config);
    end_of_map();
  }

  // Only the fields at its top that are wanted; other keys of the tree are unknown.
  template <Record T>
  void read(T& config, SomeFields::Wanted wanted) {
    SomeFields some(*this, std::move(wanted));
    fields(some, config);
    end_of_map();
  }

  // Reports a problem found by the caller at a key path (cross-field checks), with the position where the key was
  // written.
  void problem(const std::string& path, std::string message, std::string remedy = "");
  void problem(Diagnostic problem) { problems_.push_back(std::move(problem)); }  // ditto, where it says
  // Where the key was written, or else the nearest one above it.
  const Origin& origin_of(std::string path) const;
  // Throws ConfigError with all problems, sorted by position, or returns.
  void finish();
  // No problem so far at this key path or below it.
  bool clean(std::string_view path = "") const;
  const Annotations& annotations() const { return notes_; }

  void boolean(const Field&, bool&) override;
  void integer(const Field&, std::int64_t&, std::int64_t, std::int64_t) override;
  void number(const Field&, double&) override;
  void text(const Field&, std::string&) override;
  void choice(const Field&, std::size_t&, std::span<const std::string_view>) override;
  void optional(const Field&, const OptionalRef&) override;
  void record(const Field&, const Visit&) override;
  void variant(const Field&, const VariantRef&) override;
  void list(const Field&, const ListRef&) override;
  void map(const Field&, const MapRef&) override;
  void raw(const Field&, Value&) override;

 private:
  struct Frame {
    const Value* map;
    std::string path;
    std::vector<std::string_view> known;
  };
  const Value* take(const Field& f);                      // the node for this field, or null (default stays)
  const Value* scalar(const Field& f, const char* what);  // ditto, a scalar without its annotations
  const Value* unwrapped(const Value* node);              // X of {value: X, source: ..., assumed: ...}, noting the rest
  const Value* kept(Value node);                          // the node, at an address that stays
  void report(const Value& at, const std::string& path, std::string message, std::string remedy = "");
  bool in_range(const Value& at, const Field& f, double x);
  // A map of keys for this node, with the file it names opened; null after reporting what is wrong with it.
  const Value* opened(const Value& node, const Field& f, std::span<const std::string_view> types);
  // The map that a scalar stands for (Field::scalar).
  const Value* spelled_out(const Value& node, const Field& f);
  void read_map(const Value* map, const std::string& path, std::vector<std::string_view> known, const Visit& visit);
  void end_of_map();
  void note_origins(const Value& node, const std::string& path);

  std::deque<Value> kept_;  // a root handed over, and what files opened for library names hold
  const Value* root_;
  ConfigPath where_;
  std::vector<Frame> stack_;
  const Value* direct_ = nullptr;  // the node for the next field, whatever its key (list elements, optionals)
  std::string direct_path_, path_;
  std::vector<Diagnostic> problems_;
  Annotations notes_;
};

}  // namespace bitline
