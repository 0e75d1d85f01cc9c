// SPDX-License-Identifier: Apache-2.0
// One description per parameter. A config struct is a plain aggregate with defaults and, beside it,
//
//     void fields(Visitor& v, SarAdc& c) {
//       v(c.bits, {.key = "bits", .meaning = "resolution", .min = 1, .max = 16});
//       v(c.noise_A, {.key = "noise", .meaning = "input-referred rms noise", .unit = Unit::ampere, .min = 0});
//     }
//
// Reader, resolved dump, reference page, JSON Schema and the keys of results are visitors of it. Member types: bool,
// int, std::uint32_t, double, std::string, enums with `names_of(E)`, nested structs with `fields`, std::optional,
// std::vector, std::variant of structs with `static constexpr const char* type` and `about` (a closed list chosen by
// the key `type`), std::map<std::string, struct>, and Value (kept as written).
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/units.h"
#include "base/value.h"

namespace bitline {

struct Field {
  const char* key = "";
  const char* meaning = "";
  Unit unit = Unit::none;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool positive = false;    // the value must be > 0 (min = 0 allows 0)
  bool required = false;    // has no default
  const char* source = "";  // where the default comes from
  const char* absent = "";  // for std::optional: the word that means "not set" ("all", "auto"); "" = leave the key out
  bool library = false;     // a scalar here is the short name of a shipped config ("technology: 130nm")
  const char* scalar = "";  // for records: a scalar here is the value of this key alone ("dataset: mnist")
  bool single = false;      // for lists: one element may stand without brackets
  // Changes no number that comes out: a name, a note, what is kept, or the name of a file whose contents count instead.
  // Keys of results (base/key.h) leave it out.
  bool label = false;
};

class Visitor;
template <class T>
concept Record = requires(Visitor& v, T& t) {
  fields(v, t);
};
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T e) {
  { names_of(e) } -> std::convertible_to<std::span<const std::string_view>>;
};

class Visitor {
 public:
  // Handles to members whose type the visitor does not know.
  using Visit = std::function<void(Visitor&)>;
  struct OptionalRef {
    std::function<bool()> has;
    std::function<void(bool)> set;  // true: default-construct, false: clear
    Visit visit;                    // the contained value, under the same field
  };
  struct VariantRef {
    std::vector<std::string_view> types, about;
    std::function<std::size_t()> index;
    std::function<void(std::size_t)> choose;  // default-constructs the alternative
    Visit visit;                              // the fields of the current alternative
  };
  struct ListRef {
    std::function<std::size_t()> size;
    std::function<void(std::size_t)> resize;
    std::function<void(Visitor&, std::size_t)> visit;  // one element, under the same field
  };
  struct MapRef {
    std::function<std::vector<std::string>()> keys;
    std::function<void(Visitor&, const std::string&)> visit;  // creates the element if missing
  };

  virtual ~Visitor() = default;

  template <class T>
  void operator()(T& member, const Field& f);

  virtual void boolean(const Field&, bool&) = 0;
  virtual void integer(const Field&, std::int64_t&, std::int64_t lowest, std::int64_t highest) = 0;
  virtual void number(const Field&, double&) = 0;
  virtual void text(const Field&, std::string&) = 0;
  virtual void choice(const Field&, std::size_t& index, std::span<const std::string_view> names) = 0;
  virtual void optional(const Field&, const OptionalRef&) = 0;
  virtual void record(const Field&, const Visit& fields_of) = 0;
  virtual void variant(const Field&, const VariantRef&) = 0;
  virtual void list(const Field&, const ListRef&) = 0;
  virtual void map(const Field&, const MapRef&) = 0;
  virtual void raw(const Field&, Value&) = 0;
};

namespace schema_detail {
template <class T, template <class...> class Of>
inline constexpr bool is = false;
template <template <class...> class Of, class... A>
inline constexpr bool is<Of<A...>, Of> = true;

template <class... A, std::size_t... I>
Visitor::VariantRef variant_ref(std::variant<A...>& m, std::index_sequence<I...>) {
  using V = std::variant<A...>;
  return {
      {A::type...},
      {A::about...},
      [&m] { return m.index(); },
      [&m](std::size_t i) { ((i == I ? (void)m.template emplace<std::variant_alternative_t<I, V>>() : void()), ...); },
      [&m](Visitor& v) { std::visit([&](auto& a) { fields(v, a); }, m); }};
}
}  // namespace schema_detail

template <class T>
void Visitor::operator()(T& m, const Field& f) {
  using namespace schema_detail;
  if constexpr (std::same_as<T, bool>) {
    boolean(f, m);
  } else if constexpr (std::integral<T>) {
    std::int64_t wide = m;
    integer(f, wide, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    m = static_cast<T>(wide);
  } else if constexpr (std::same_as<T, double>) {
    number(f, m);
  } else if constexpr (std::same_as<T, std::string>) {
    text(f, m);
  } else if constexpr (std::same_as<T, Value>) {
    raw(f, m);
  } else if constexpr (NamedEnum<T>) {
    auto index = static_cast<std::size_t>(m);
    choice(f, index, names_of(m));
    m = static_cast<T>(index);
  } else if constexpr (is<T, std::optional>) {
    optional(f, {[&] { return m.has_value(); }, [&](bool on) { on ? (void)m.emplace() : m.reset(); },
                 [&](Visitor& v) { v(*m, f); }});
  } else if constexpr (is<T, std::variant>) {
    variant(f, variant_ref(m, std::make_index_sequence<std::variant_size_v<T>>{}));
  } else if constexpr (is<T, std::vector>) {
    list(f, {[&] { return m.size(); }, [&](std::size_t n) { m.resize(n); },
             [&](Visitor& v, std::size_t i) { v(m[i], f); }});
  } else if constexpr (is<T, std::map>) {
    map(f, {[&] {
              std::vector<std::string> k;
              for (auto& [key, _] : m) k.push_back(key);
              return k;
            },
            [&](Visitor& v, const std::string& key) { v(m[key], f); }});
  } else {
    static_assert(Record<T>, "a config member needs a `fields(Visitor&, T&)` beside its struct");
    record(f, [&](Visitor& v) { fields(v, m); });
  }
}

}  // namespace bitline
