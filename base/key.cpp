// SPDX-License-Identifier: Apache-2.0
#include "base/key.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "base/error.h"

namespace bitline {
namespace fs = std::filesystem;

std::string Key::hex() const {
  std::string out;
  for (const std::uint64_t word : {high, low})
    for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 15];
  return out;
}

std::optional<Key> Key::from_hex(std::string_view digits) {
  if (digits.size() != 32 || digits.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  Key k;
  std::from_chars(digits.data(), digits.data() + 16, k.high, 16);
  std::from_chars(digits.data() + 16, digits.data() + 32, k.low, 16);
  return k;
}

Key file_key(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string() + ": cannot be read: " + std::strerror(errno));
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> chunk(std::size_t{1} << 20);
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())), in.gcount() > 0)
    XXH3_128bits_update(state.get(), chunk.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad()) throw InputError(file.string() + ": cannot be read to its end");
  const XXH128_hash_t h = XXH3_128bits_digest(state.get());
  return {h.high64, h.low64};
}

Key FileKeys::of(const fs::path& path) {
  std::error_code ec;
  return fs::is_directory(path, ec) ? of_folder(path) : of_file(path);
}

Key FileKeys::of_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (auto entry = fs::recursive_directory_iterator(folder, ec); !ec && entry != fs::recursive_directory_iterator();
       entry.increment(ec))
    if (entry->is_regular_file(ec)) files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  KeyBuilder key("folder");
  for (const fs::path& file : files) key.add(fs::relative(file, folder, ec).string(), of_file(file));
  return key.key();
}

Key FileKeys::of_file(const fs::path& file) {
  std::error_code ec;
  const auto size = fs::file_size(file, ec);
  const auto changed = ec ? fs::file_time_type() : fs::last_write_time(file, ec);
  const std::lock_guard hold(mutex_);
  if (const auto known = read_.find(file);
      !ec && known != read_.end() && known->second.size == size && known->second.changed == changed)
    return known->second.key;
  const Key key = file_key(file);
  read_[file] = {size, changed, key};
  return key;
}

Key KeyBuilder::key() const {
  const XXH128_hash_t h = XXH3_128bits(bytes_.data(), bytes_.size());
  return {h.high64, h.low64};
}

void KeyBuilder::put_word(std::uint64_t word) { bytes_.append(reinterpret_cast<const char*>(&word), sizeof word); }
void KeyBuilder::put_number(double x) {
  put_byte('d');
  put_word(std::bit_cast<std::uint64_t>(x == 0 ? 0.0 : x));  // -0 is 0
}
void KeyBuilder::put_text(std::string_view s) {
  put_byte('t');
  put_word(s.size());
  bytes_ += s;
}

// Every field is its key and its value.
void KeyBuilder::boolean(const Field& f, bool& x) {
  if (f.label) return;
  put_text(f.key);
  put_byte(x ? '1' : '0');
}
void KeyBuilder::integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) {
  if (f.label) return;
  put_text(f.key);
  put_byte('i');
  put_word(static_cast<std::uint64_t>(x));
}
void KeyBuilder::number(const Field& f, double& x) {
  if (f.label) return;
  put_text(f.key);
  put_number(x);
}
void KeyBuilder::text(const Field& f, std::string& x) {
  if (f.label) return;
  put_text(f.key);
  put_text(x);
}
// By its word: enums may gain words in between.
void KeyBuilder::choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) {
  if (f.label) return;
  put_text(f.key);
  put_text(names[i]);
}
void KeyBuilder::optional(const Field& f, const OptionalRef& ref) {
  if (f.label) return;
  if (ref.has()) {
    ref.visit(*this);
  } else {
    put_text(f.key);
    put_byte('-');
  }
}
void KeyBuilder::record(const Field& f, const Visit& visit) {
  if (f.label) return;
  put_text(f.key);
  put_byte('{');
  visit(*this);
  put_byte('}');
}
void KeyBuilder::variant(const Field& f, const VariantRef& ref) {
  record(f, [&](Visitor&) {
    put_text(ref.types[ref.index()]);
    ref.visit(*this);
  });
}
void KeyBuilder::list(const Field& f, const ListRef& ref) {
  if (f.label) return;
  const std::size_t n = ref.size();
  put_text(f.key);
  put_byte('[');
  put_word(n);
  for (std::size_t i = 0; i < n; ++i) ref.visit(*this, i);
}
void KeyBuilder::map(const Field& f, const MapRef& ref) {
  if (f.label) return;
  const auto keys = ref.keys();
  put_text(f.key);
  put_byte('m');
  put_word(keys.size());
  for (const auto& key : keys) {
    put_text(key);
    ref.visit(*this, key);
  }
}
void KeyBuilder::raw(const Field& f, Value& x) {
  if (f.label) return;
  put_text(f.key);
  put_value(x);
}

void KeyBuilder::put_value(const Value& v) {
  put_byte('v');
  put_word(static_cast<std::uint64_t>(v.kind));
  put_text(v.text);
  put_word(v.items.size());
  for (const Value& item : v.items) put_value(item);
  put_word(v.entries.size());
  for (const Entry& e : v.entries) {
    put_text(e.key);
    put_value(e.value);
  }
}

}  // namespace bitline
