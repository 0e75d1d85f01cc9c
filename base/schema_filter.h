// SPDX-License-Identifier: Apache-2.0
// Some of a struct's fields for a visitor that takes all: those whose key is wanted, with everything below them.
#pragma once

#include <functional>
#include <string_view>

#include "base/schema.h"

namespace bitline {

class SomeFields : public Visitor {
 public:
  using Wanted = std::function<bool(const Field&)>;
  SomeFields(Visitor& visitor, Wanted wanted) : to_(visitor), wanted_(std::move(wanted)) {}

  void boolean(const Field& f, bool& x) override {
    if (wanted_(f)) to_.boolean(f, x);
  }
  void integer(const Field& f, std::int64_t& x, std::int64_t lowest, std::int64_t highest) override {
    if (wanted_(f)) to_.integer(f, x, lowest, highest);
  }
  void number(const Field& f, double& x) override {
    if (wanted_(f)) to_.number(f, x);
  }
  void text(const Field& f, std::string& x) override {
    if (wanted_(f)) to_.text(f, x);
  }
  void choice(const Field& f, std::size_t& x, std::span<const std::string_view> names) override {
    if (wanted_(f)) to_.choice(f, x, names);
  }
  void optional(const Field& f, const OptionalRef& x) override {
    if (wanted_(f)) to_.optional(f, x);
  }
  void record(const Field& f, const Visit& x) override {
    if (wanted_(f)) to_.record(f, x);
  }
  void variant(const Field& f, const VariantRef& x) override {
    if (wanted_(f)) to_.variant(f, x);
  }
  void list(const Field& f, const ListRef& x) override {
    if (wanted_(f)) to_.list(f, x);
  }
  void map(const Field& f, const MapRef& x) override {
    if (wanted_(f)) to_.map(f, x);
  }
  void raw(const Field& f, Value& x) override {
    if (wanted_(f)) to_.raw(f, x);
  }

 private:
  Visitor& to_;
  Wanted wanted_;
};

}  // namespace bitline
