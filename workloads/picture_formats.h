// SPDX-License-Identifier: Apache-2.0
// The decoders behind read_picture(), each a page around its library.
#pragma once

#include <cstddef>
#include <string>

#include "workloads/picture.h"

namespace bitline::workloads {

inline constexpr std::size_t most_pixels = std::size_t{1} << 24;

// Fill `picture`, its bytes (row, column, channel); what is wrong with the file, or empty.
std::string decode_png(const std::string& stored, Picture& picture);
std::string decode_jpeg(const std::string& stored, Picture& picture);

}  // namespace bitline::workloads
