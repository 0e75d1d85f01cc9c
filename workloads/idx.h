// SPDX-License-Identifier: Apache-2.0
// IDX files of unsigned bytes, gzip or plain: the format of MNIST (LeCun, Cortes, Burges 1998).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bitline {

struct IdxArray {
  std::vector<std::uint32_t> shape;
  std::vector<std::uint8_t> data;
  std::string checksum;  // of the file as stored
};

// Throws InputError: not such a file, another number of dimensions than `rank`, an empty one, more than 1 GiB,
// truncated, or too long.
IdxArray read_idx_array(const std::filesystem::path& file, std::size_t rank);

}  // namespace bitline
