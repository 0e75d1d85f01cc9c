// SPDX-License-Identifier: Apache-2.0
// NumPy .npy files, v1 and v2, C or Fortran order, little endian, f4/f8/i1/i2/i4/i8/u1 (numpy.lib.format).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace bitline {

// What stands before the data.
struct NpyHeader {
  std::string dtype;  // one of those above, as in the file: "<f4"
  bool fortran = false;
  std::vector<std::size_t> shape;  // sizes up to 2^40, not checked against the data
  std::size_t item_bytes() const;
};
// `next(n)` gives the next n bytes of the file, or fewer at its end; `file` stands in messages. Throws InputError.
NpyHeader read_npy_header(const std::function<std::string(std::size_t)>& next, const std::string& file);
// The numbers that stored bytes mean, in stored order; bytes short of a whole number are left out.
std::vector<double> npy_values(const NpyHeader& header, std::span<const std::uint8_t> bytes, const std::string& file);
// All numbers of a file from stored order to row-major.
std::vector<double> npy_row_major(const NpyHeader& header, std::vector<double> stored);

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
