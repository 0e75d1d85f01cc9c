// SPDX-License-Identifier: Apache-2.0
// NumPy .npy files, v1 and v2, C or Fortran order, little endian, f4/f8/i1/i2/i4/i8/u1 (numpy.lib.format).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace bitline {

// Row-major array of doubles, whatever the file held (i8 beyond 2^53 is an error).
struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<double> data;
  std::string dtype = {};  // as in the file: "<f4"
  std::size_t size() const { return data.size(); }
};

// Throws InputError: not .npy, truncated, unsupported type, too large for memory.
NpyArray read_npy(const std::filesystem::path& file);

// Written to a temporary beside it and renamed: complete or absent. Throws RunError.
void write_npy(const std::filesystem::path& file, std::span<const float> data, const std::vector<std::size_t>& shape);
void write_npy(const std::filesystem::path& file, std::span<const double> data, const std::vector<std::size_t>& shape);

}  // namespace bitline
