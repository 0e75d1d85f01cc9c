// SPDX-License-Identifier: Apache-2.0
// PNG and JPEG files as bytes, as they are stored: no colour management, so that they are what training scripts see.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bitline::workloads {

struct Picture {
  int channels = 1, height = 0, width = 0;  // 1: grey; 3: red, green, blue
  std::vector<std::uint8_t> bytes;          // (channel, row, column)
};

// Transparency is left out, 16 bits are rounded to 8. Throws InputError: neither PNG nor JPEG, damaged, truncated, more
// than 2^24 pixels.
Picture read_picture(const std::filesystem::path& file);

// By its ending: .png, .jpg, .jpeg, in any case.
bool is_picture(const std::filesystem::path& file);

}  // namespace bitline::workloads
