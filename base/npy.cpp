// SPDX-License-Identifier: Apache-2.0
#include "base/npy.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace bitline {
namespace {

static_assert(std::endian::native == std::endian::little, ".npy data are read as they lie in the file");

[[noreturn]] void bad(const std::filesystem::path& file, const std::string& what) { throw InputError(file.string() + ": " + what); }

// The text after 'key': in the header, a Python dict literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
std::string_view after_key(std::string_view header, std::string_view key, const std::filesystem::path& file) {
  const auto at = header.find("'" + std::string(key) + "'");
  const auto colon = at == std::string_view::npos ? at : header.find(':', at);
  if (colon == std::string_view::npos) bad(file, "the .npy header has no '" + std::string(key) + "'");
  auto rest = header.substr(colon + 1);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return rest;
}

template <class T>
void convert(const char* bytes, std::size_t n, std::vector<double>& out, const std::filesystem::path& file) {
  for (std::size_t i = 0; i < n; ++i) {
    T v;
    std::memcpy(&v, bytes + i * sizeof(T), sizeof(T));
    if constexpr (sizeof(T) == 8 && std::is_integral_v<T>)
      if (v > (T{1} << 53) || v < -(T{1} << 53)) bad(file, "holds an integer beyond 2^53, which a double cannot carry");
    out[i] = static_cast<double>(v);
  }
}

std::string header_for(std::string_view dtype, const std::vector<std::size_t>& shape) {
  std::string dict = "{'descr': '" + std::string(dtype) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t n : shape) dict += std::to_string(n) + ", ";
  if (shape.size() > 1) dict.resize(dict.size() - 2);
  if (shape.size() == 1) dict.resize(dict.size() - 1);
  dict += "), }";
  const std::size_t total = (10 + dict.size() + 1 + 63) / 64 * 64;  // data start on a multiple of 64
  dict.append(total - 10 - dict.size() - 1, ' ');
  dict += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(dict.size() & 255);
  out += static_cast<char>(dict.size() >> 8);
  return out + dict;
}

template <class T>
void write(const std::filesystem::path& file, std::span<const T> data, const std::vector<std::size_t>& shape, const char* dtype) {
  std::string content = header_for(dtype, shape);
  content.append(reinterpret_cast<const char*>(data.data()), data.size_bytes());
  write_file(file, content);
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  if (content.size() < 10 || content.compare(0, 6, "\x93NUMPY") != 0) bad(file, "is not a .npy file (no NumPy signature)");
  const int version = content[6];
  if (version != 1 && version != 2) bad(file, "is .npy version " + std::to_string(version) + "; versions 1 and 2 are read");
  const std::size_t length_bytes = version == 1 ? 2 : 4, start = 8 + length_bytes;
  if (content.size() < start) bad(file, "is cut off within its header");
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::size_t{static_cast<unsigned char>(content[8 + i])} << (8 * i);
  if (length > content.size() - start) bad(file, "is cut off within its header");
  const std::string_view header(content.data() + start, length);

  NpyArray array;
  auto descr = after_key(header, "descr", file);
  if (descr.size() < 2 || descr[0] != '\'' || descr.find('\'', 1) == std::string_view::npos) bad(file, "has a structured or unreadable type");
  array.dtype = descr.substr(1, descr.find('\'', 1) - 1);
  const bool fortran = after_key(header, "fortran_order", file).starts_with("True");
  auto shape = after_key(header, "shape", file);
  if (shape.empty() || shape.front() != '(') bad(file, "has an unreadable shape");
  shape.remove_prefix(1);
  std::size_t count = 1;
  while (!shape.empty() && shape.front() != ')') {
    if (shape.front() == ' ' || shape.front() == ',') {
      shape.remove_prefix(1);
      continue;
    }
    std::size_t n = 0, digits = 0;
    while (digits < shape.size() && shape[digits] >= '0' && shape[digits] <= '9' && digits < 18) n = n * 10 + (shape[digits++] - '0');
    if (digits == 0) bad(file, "has an unreadable shape");
    shape.remove_prefix(digits);
    array.shape.push_back(n);
    if (n != 0 && count > content.size() / n + 1) bad(file, "has a shape larger than the file");
    count *= n;
  }
  static const std::pair<const char*, std::size_t> types[] = {{"<f4", 4}, {"<f8", 8}, {"|i1", 1}, {"<i2", 2},
                                                              {"<i4", 4}, {"<i8", 8}, {"|u1", 1}};
  std::size_t width = 0;
  for (auto& [name, bytes] : types)
    if (array.dtype == name) width = bytes;
  if (width == 0) bad(file, "holds type '" + array.dtype + "'; little-endian f4, f8, i1, i2, i4, i8 and u1 are read");
  const std::size_t have = content.size() - start - length;
  if (have != count * width)
    bad(file, "holds " + std::to_string(have) + " bytes of data where its shape needs " + std::to_string(count * width) +
                  (have < count * width ? " (truncated?)" : ""));
  const char* bytes = content.data() + start + length;
  std::vector<double> flat(count);
  if (array.dtype == "<f4") convert<float>(bytes, count, flat, file);
  else if (array.dtype == "<f8") convert<double>(bytes, count, flat, file);
  else if (array.dtype == "|i1") convert<std::int8_t>(bytes, count, flat, file);
  else if (array.dtype == "<i2") convert<std::int16_t>(bytes, count, flat, file);
  else if (array.dtype == "<i4") convert<std::int32_t>(bytes, count, flat, file);
  else if (array.dtype == "<i8") convert<std::int64_t>(bytes, count, flat, file);
  else convert<std::uint8_t>(bytes, count, flat, file);

  if (!fortran || array.shape.size() < 2 || count == 0) {
    array.data = std::move(flat);
    return array;
  }
  // Column-major to row-major: walk the target in order and step through the source by its strides.
  array.data.resize(count);
  std::vector<std::size_t> index(array.shape.size(), 0), stride(array.shape.size(), 1);
  for (std::size_t d = 1; d < stride.size(); ++d) stride[d] = stride[d - 1] * array.shape[d - 1];
  for (std::size_t i = 0, source = 0; i < count; ++i) {
    array.data[i] = flat[source];
    for (std::size_t d = index.size(); d-- > 0;) {
      source += stride[d];
      if (++index[d] < array.shape[d]) break;
      source -= stride[d] * array.shape[d];
      index[d] = 0;
    }
  }
  return array;
}

void write_npy(const std::filesystem::path& file, std::span<const float> data, const std::vector<std::size_t>& shape) {
  write(file, data, shape, "<f4");
}
void write_npy(const std::filesystem::path& file, std::span<const double> data, const std::vector<std::size_t>& shape) {
  write(file, data, shape, "<f8");
}

}  // namespace bitline
