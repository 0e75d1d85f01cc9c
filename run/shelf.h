// SPDX-License-Identifier: Apache-2.0
// What stages have made, kept under the key of everything they read (base/key.h), for whoever asks with the same key.
//
//     const auto network = shelf.get<workloads::IntegerGraph>(key, [&] { return quantized(...); });
//
// `make` returns a T. Of those who ask for one key at the same time one makes it and the others wait; what `make`
// throws is thrown to all of them, and the next to ask makes it anew. Values are const and shared: they live as long as
// anyone holds them, on the shelf or not.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <typeindex>
#include <vector>

#include "base/key.h"

namespace bitline::run {

// Memory of a value in bytes, with what it owns: an overload beside each type that goes on a shelf.
template <class T>
requires std::is_arithmetic_v<T> std::size_t bytes_of(const T&) { return sizeof(T); }
template <class T>
requires std::is_trivially_copyable_v<T> std::size_t bytes_of(const std::vector<T>& v) {
  return sizeof v + v.capacity() * sizeof(T);
}
template <class T>
concept Shelved = requires(const T& value) {
  { bytes_of(value) } -> std::convertible_to<std::size_t>;
};

class Shelf {
 public:
  static constexpr std::size_t default_limit = std::size_t{1} << 30;

  // Values that nobody holds leave, the longest unused first, when all together take more than `limit` bytes. Those in
  // use stay whatever they take: taking them off would free nothing.
  explicit Shelf(std::size_t limit = default_limit) : limit_(limit) {}
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  // Throws what `make` throws; std::logic_error when the value is asked for by its own `make`, or was made as another
  // type.
  template <Shelved T, std::invocable Make>
  std::shared_ptr<const T> get(const Key& key, Make&& make) {
    return std::static_pointer_cast<const T>(find_or_make(key, typeid(T), [&]() -> Made {
      auto value = std::make_shared<const T>(make());
      const std::size_t bytes = bytes_of(*value);
      return {std::move(value), bytes};
    }));
  }

  FileKeys files;  // of files that stages read

  struct Counts {
    std::size_t values = 0, bytes = 0;  // now on the shelf
    std::size_t found = 0, made = 0;    // since it was built; waiting for another maker is finding
  };
  Counts counts() const;

 private:
  using Any = std::shared_ptr<const void>;
  struct Made {
    Any value;
    std::size_t bytes;
  };
  struct Entry {
    std::type_index type;
    std::shared_future<Any> value;
    std::thread::id maker;
    bool done = false;
    std::size_t bytes = 0;
    std::list<Key>::iterator use{};  // place in uses_ once done
  };

  Any find_or_make(const Key& key, std::type_index type, const std::function<Made()>& make);
  void keep(const Key& key, std::size_t bytes);
  void trim();

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;  // of done entries, the latest first
  std::size_t bytes_ = 0, found_ = 0, made_ = 0;
};

}  // namespace bitline::run
