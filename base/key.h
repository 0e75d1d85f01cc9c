// SPDX-License-Identifier: Apache-2.0
// Keys of 128 bits made from everything that a computation reads: where the key is the same, so is what comes out.
//
//     const Key key = KeyBuilder("placement").add("array", config.array).add("mapping", config.mapping).file("network",
//     path).key();
//
// A record is read through its fields(), so a key that is added to a config is in every hash that reads the record.
// Fields marked `label` change no number and are left out; files count by what they hold, not by where they lie.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/schema.h"

namespace bitline {

struct Key {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const Key&, const Key&) = default;
  friend auto operator<=>(const Key&, const Key&) = default;
  std::string hex() const;  // 32 digits, as checksum() writes the same hash
  // Of those digits; nothing for any other text.
  static std::optional<Key> from_hex(std::string_view digits);
};

// Of a file's contents. Throws InputError naming the file.
Key file_key(const std::filesystem::path& file);

// The same, remembered for as long as the file's size and time of change stay; of a folder, the names and contents of
// all files in and below it. Safe for threads.
class FileKeys {
 public:
  Key of(const std::filesystem::path& path);

 private:
  Key of_file(const std::filesystem::path& file);
  Key of_folder(const std::filesystem::path& folder);

  struct Read {
    std::uintmax_t size;
    std::filesystem::file_time_type changed;
    Key key;
  };
  std::mutex mutex_;
  std::map<std::filesystem::path, Read> read_;
};

class KeyBuilder : public Visitor {
 public:
  // `what` is computed; two computations that read the same have different keys.
  explicit KeyBuilder(std::string_view what) { put_text(what); }

  // A record, a number, a truth, a word of an enum, a text, another key, or a contiguous range of numbers.
  template <class T>
  KeyBuilder& add(std::string_view name, const T& value);
  KeyBuilder& file(std::string_view name, const std::filesystem::path& path) { return add(name, file_key(path)); }

  // Of all that was added, in its order.
  Key key() const;

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
  void put_byte(char c) { bytes_ += c; }
  void put_word(std::uint64_t);
  void put_number(double);
  void put_text(std::string_view);
  void put_value(const Value&);

  std::string bytes_;  // every part begins with its kind and length: no two sequences of parts share their bytes
};

template <class T>
KeyBuilder& KeyBuilder::add(std::string_view name, const T& value) {
  put_text(name);
  if constexpr (Record<T>) {
    T copy = value;  // fields() takes mutable members
    put_byte('{');
    fields(*this, copy);
    put_byte('}');
  } else if constexpr (std::same_as<T, Key>) {
    put_byte('k');
    put_word(value.high);
    put_word(value.low);
  } else if constexpr (std::is_enum_v<T> || std::integral<T>) {
    put_byte('i');
    put_word(static_cast<std::uint64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    put_number(value);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    put_text(value);
  } else {
    const std::span numbers(value);
    static_assert(std::is_arithmetic_v<typename decltype(numbers)::value_type>, "a range of numbers, or a record");
    put_text({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
  }
  return *this;
}

}  // namespace bitline
