// SPDX-License-Identifier: Apache-2.0
// Members of a zip archive, stored or deflated, with or without the 64-bit extension (PKWARE APPNOTE.TXT 6.3): what
// NumPy's .npz files are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/byte_reader.h"

namespace bitline::workloads {

// Everything throws InputError: no archive, truncated, damaged, packed or encrypted in a way that is not read.
class ZipArchive {
 public:
  // Reads the directory of members.
  explicit ZipArchive(std::filesystem::path file);

  std::vector<std::string> names() const;
  bool has(const std::string& name) const;
  ByteReader open(const std::string& name) const;  // a member that is there

 private:
  struct Member {
    std::string name;
    std::uint32_t method = 0, flags = 0, crc = 0;
    std::uint64_t stored = 0, header = 0;  // bytes, and where its local header lies
  };
  const Member* find(const std::string& name) const;

  std::filesystem::path file_;
  std::uint64_t size_ = 0;
  std::vector<Member> members_;
};

}  // namespace bitline::workloads
