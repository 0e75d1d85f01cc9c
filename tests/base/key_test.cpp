// SPDX-License-Identifier: Apache-2.0
// Keys: the same where everything that is read is the same, another where anything of it differs.
#include "base/key.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "tests/base/example_config.h"
#include "tests/base/helpers.h"

namespace bitline::key_test {
using namespace bitline::test;

namespace {

Key key_of(const Example& e) { return KeyBuilder("test").add("example", e).key(); }

struct Labelled {
  std::string name;
  std::optional<double> note;
  std::vector<Point> shown;
  Shape drawn;
  double value = 0;
};
void fields(Visitor& v, Labelled& c) {
  v(c.name, {.key = "name", .label = true});
  v(c.note, {.key = "note", .label = true});
  v(c.shown, {.key = "shown", .label = true});
  v(c.drawn, {.key = "drawn", .label = true});
  v(c.value, {.key = "value"});
}

}  // namespace

TEST_CASE("every field of a record makes another key, and no two of these changes the same") {
  const std::vector<std::function<void(Example&)>> changes = {
      [](Example&) {},
      [](Example& e) { e.name = "other"; },
      [](Example& e) { e.on = true; },
      [](Example& e) { e.count = 4; },
      [](Example& e) { e.seed = 2; },
      [](Example& e) { e.gain = 2; },
      [](Example& e) { e.share = 0.6; },
      [](Example& e) { e.current_A = 2e-6; },
      [](Example& e) { e.delay_s = 2e-9; },
      [](Example& e) { e.colour = Colour::dark_blue; },
      [](Example& e) { e.point.y_m = 1; },
      [](Example& e) { e.shape = Plain{}; },
      [](Example& e) {
        e.shape = Round{2e-6, 8};
      },
      [](Example& e) { e.shape = Framed{Round{}}; },
      [](Example& e) { e.shape = Framed{Plain{}}; },
      [](Example& e) { e.limit = 3; },
      [](Example& e) { e.area_m2 = 0; },
      [](Example& e) { e.levels_S = {0}; },
      [](Example& e) {
        e.levels_S = {0, 0};
      },
      [](Example& e) { e.points = {Point{}}; },
      [](Example& e) {
        e.points = {Point{}, Point{}};
      },
      [](Example& e) { e.named["a"] = {}; },
      [](Example& e) { e.named["b"] = {}; },
      [](Example& e) { e.free = Value::scalar("x"); },
      [](Example& e) { e.free.set("x", Value::scalar("y")); },
  };
  std::set<Key> keys;
  for (const auto& change : changes) {
    Example e;
    change(e);
    CHECK(key_of(e) == key_of(e));
    keys.insert(key_of(e));
  }
  CHECK(keys.size() == changes.size());
}

TEST_CASE("labels change no key") {
  const Labelled plain{};
  const Labelled named{"a", 3, {Point{}}, Round{}, 0}, other{"a", 3, {Point{}}, Round{}, 1};
  CHECK(KeyBuilder("x").add("", plain).key() == KeyBuilder("x").add("", named).key());
  CHECK(KeyBuilder("x").add("", plain).key() != KeyBuilder("x").add("", other).key());
}

TEST_CASE("what is computed, names and the borders between parts count") {
  const auto key = [](const char* what, const char* a, const char* b) { return KeyBuilder(what).add(a, b).key(); };
  const std::set<Key> keys{key("ab", "c", "d"), key("a", "bc", "d"), key("a", "b", "cd"), key("abcd", "", "")};
  CHECK(keys.size() == 4);
  CHECK(KeyBuilder("x").add("a", 1).add("b", 2).key() != KeyBuilder("x").add("b", 2).add("a", 1).key());
  CHECK(KeyBuilder("x").add("a", 1).key() != KeyBuilder("x").add("a", 1.0).key());
  CHECK(KeyBuilder("x").add("a", 0.0).key() == KeyBuilder("x").add("a", -0.0).key());
  const std::vector<float> w{1, 2}, v{1, 3};
  CHECK(KeyBuilder("x").add("w", w).key() != KeyBuilder("x").add("w", v).key());
  CHECK(KeyBuilder("x").add("w", w).key() == KeyBuilder("x").add("w", std::span(w)).key());
}

TEST_CASE("the digits of a key name it") {
  const Key key{0x0123456789abcdef, 0xfedcba9876543210};
  CHECK(key.hex() == "0123456789abcdeffedcba9876543210");
  CHECK(Key::from_hex(key.hex()) == key);
  for (const char* wrong : {"", "0123", "0123456789ABCDEFFEDCBA9876543210", "0123456789abcdeffedcba987654321",
                            "x123456789abcdeffedcba9876543210"})
    CHECK_FALSE(Key::from_hex(wrong));
}

TEST_CASE("a file's key is the checksum of what it holds, whatever its size") {
  const TemporaryFolder folder;
  for (const std::size_t size : {0u, 1u, 1000u, (1u << 20) - 1, 1u << 20, (1u << 20) + 1, 5000000u}) {
    std::string content(size, 'x');
    for (std::size_t i = 0; i < size; i += 97) content[i] = static_cast<char>(i);
    const auto file = folder.file("f", content);
    CHECK(file_key(file).hex() == checksum(content));
  }
  CHECK_THROWS_AS(file_key(folder.path / "none"), InputError);
  CHECK_THROWS_AS(file_key(folder.path), InputError);
}

TEST_CASE("a file that is written again is read again") {
  const TemporaryFolder folder;
  FileKeys keys;
  const auto file = folder.file("f", "one");
  const Key one = keys.of(file);
  CHECK(keys.of(file) == one);
  folder.file("f", "three");
  CHECK(keys.of(file) == file_key(file));
  CHECK(keys.of(file) != one);
  // The same size: the time of change tells.
  folder.file("f", "seven");
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(2));
  CHECK(keys.of(file) == file_key(file));
}

}  // namespace bitline::key_test
