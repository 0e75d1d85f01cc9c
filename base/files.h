// SPDX-License-Identifier: Apache-2.0
// Files that are complete or absent, and their checksums.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace bitline {

// The whole file. Throws InputError naming the file and why; `limit` guards memory against absurd files.
std::string read_file(const std::filesystem::path& file, std::uintmax_t limit = std::uintmax_t{4} << 30);

// Writes to a temporary in the same folder, then renames. Creates the folder. Throws RunError.
void write_file(const std::filesystem::path& file, std::string_view content);

// 128-bit XXH3 in hexadecimal.
std::string checksum(std::string_view bytes);
// The same of a file's content, read piece by piece. Throws InputError.
std::string checksum_of(const std::filesystem::path& file);

}  // namespace bitline
