// SPDX-License-Identifier: Apache-2.0
// The bytes of a file from front to back, inflated on the fly: gzip files (RFC 1952), members of archives (RFC 1951).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bitline::workloads {

// Holds a buffer of the file and never more than was asked for: a lying header or a packed bomb costs no memory, and
// what is not read is not inflated. Everything throws InputError naming the file: it cannot be read, packed data are
// truncated, damaged or followed by something else.
class ByteReader {
 public:
  // A whole file; gzip is recognised by its first two bytes.
  explicit ByteReader(const std::filesystem::path& file);
  // `stored` bytes at `offset` of a file, raw or deflated; `name` stands in messages. With a CRC-32 of what comes out,
  // a read beyond the end compares it.
  ByteReader(const std::filesystem::path& file, std::string name, std::uint64_t offset, std::uint64_t stored,
             bool deflated, std::optional<std::uint32_t> crc = std::nullopt);
  ~ByteReader();
  ByteReader(ByteReader&&) noexcept;

  const std::string& name() const;

  // Fills `out`, or its front where the data end before; the number of bytes read.
  std::size_t read(std::span<std::uint8_t> out);
  // The next bytes: `count` of them, or fewer at the end. Memory grows with what is really there.
  std::vector<std::uint8_t> read(std::size_t count);
  // Passes over bytes; how many there were.
  std::size_t skip(std::size_t count);

 private:
  struct Source;
  std::unique_ptr<Source> source_;
};

}  // namespace bitline::workloads
