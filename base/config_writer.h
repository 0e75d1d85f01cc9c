// SPDX-License-Identifier: Apache-2.0
// Config structs back to text: the resolved YAML that repeats a run, and the canonical form that is hashed.
#pragma once

#include <string>

#include "base/config_reader.h"
#include "base/schema.h"

namespace bitline {

// The struct as a tree of plain values in the units users write; reading it gives the same struct to the bit.
class ConfigWriter : public Visitor {
 public:
  template <Record T>
  static Value write(T config) {  // a copy, as fields() takes mutable members
    ConfigWriter w;
    fields(w, config);
    return std::move(w.root_);
  }

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
  void put(const Field& f, Value v);
  Value root_ = Value::map();
  Value* at_ = &root_;
  std::string direct_key_;
};

// YAML text. With annotations each line says where its value came from; assumptions and sources are kept with the
// values.
std::string to_yaml(const Value& tree, const Annotations* annotations = nullptr);

}  // namespace bitline
