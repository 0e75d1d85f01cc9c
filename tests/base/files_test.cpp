// SPDX-License-Identifier: Apache-2.0
// Files that are complete or absent.
#include "base/files.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/base/helpers.h"

namespace bitline::files_test {
using namespace bitline::test;

TEST_CASE("write and read back, folders made on the way, nothing else left") {
  const TemporaryFolder f;
  std::string content;
  for (int i = 0; i < 300000; ++i) content += static_cast<char>(i * 7);
  write_file(f.path / "a/b/c.bin", content);
  CHECK(read_file(f.path / "a/b/c.bin") == content);
  write_file(f.path / "a/b/c.bin", "");  // replaces
  CHECK(read_file(f.path / "a/b/c.bin").empty());
  CHECK(std::distance(std::filesystem::directory_iterator(f.path / "a/b"), {}) == 1);
}

TEST_CASE("what cannot be written is a RunError naming file and reason, and leaves nothing") {
  const TemporaryFolder f;
  f.file("file", "x");
  const auto in_file = message_of<RunError>([&] { write_file(f.path / "file/below", "y"); });
  CHECK(has(in_file, "file/below"));
  CHECK(has(in_file, "Not a directory"));
  std::filesystem::create_directory(f.path / "folder");
  CHECK(has(message_of<RunError>([&] { write_file(f.path / "folder", "y"); }), "folder"));
  CHECK_FALSE(message_of<RunError>([&] { write_file("/proc/bitline/x", "y"); }).empty());
  CHECK_FALSE(message_of<RunError>([&] { write_file(f.path / std::string(300, 'n'), "y"); }).empty());
  CHECK(f.files() == 2);
}

TEST_CASE("what cannot be replaced stays as it was") {
  const TemporaryFolder f;
  const std::string name(250, 'n');  // too long only with the temporary's ending
  f.file(name, "old");
  CHECK_FALSE(message_of<RunError>([&] { write_file(f.path / name, "new"); }).empty());
  CHECK(read_file(f.path / name) == "old");
  CHECK(f.files() == 1);
}

TEST_CASE("what cannot be read is an InputError naming file and reason") {
  const TemporaryFolder f;
  CHECK(has(message_of<InputError>([&] { read_file(f.path / "absent"); }), "absent: cannot be opened: No such file"));
  CHECK(has(message_of<InputError>([&] { read_file(f.path); }), "is a folder"));
  const auto file = f.file("ten", "0123456789");
  CHECK(read_file(file, 10) == "0123456789");
  CHECK(has(message_of<InputError>([&] { read_file(file, 9); }), "larger than 9 bytes"));
}

TEST_CASE("checksum is XXH3-128") {
  // From the reference implementation's command, `xxhsum -H2`, of an empty text.
  CHECK(checksum("") == "99aa06d3014798d86001c324468d497f");
  CHECK(checksum("a") != checksum("b"));
  CHECK(checksum("a").size() == 32);
}

}  // namespace bitline::files_test
