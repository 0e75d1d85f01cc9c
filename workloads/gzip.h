// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, inflated on the fly when it is gzip (RFC 1952).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bitline {

// Reads forward only, and never holds more than was asked for: a lying header or a gzip bomb costs no memory.
class ByteReader {
 public:
  // `stored`: the file's content; gzip is recognised by its first two bytes. `name` stands in messages.
  ByteReader(std::string stored, std::string name);
  ~ByteReader();

  // The next bytes: `count` of them, or fewer at the end. Memory grows with what is really there. Throws InputError
  // when gzip data are truncated, damaged or followed by something else.
  std::vector<std::uint8_t> read(std::size_t count);

 private:
  struct Inflater;
  std::string stored_;
  std::string name_;
  std::size_t position_ = 0;            // plain files
  std::unique_ptr<Inflater> inflater_;  // gzip files
};

}  // namespace bitline
