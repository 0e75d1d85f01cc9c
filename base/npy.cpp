// SPDX-License-Identifier: Apache-2.0
#include "base/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/files.h"

namespace bitline {
namespace {

constexpr std::size_t largest_header = std::size_t{1} << 20;
static_assert(std::endian::native == std::endian::little, ".npy data are read as they lie in the file");

[[noreturn]] void bad(const std::string& file, const std::string& what) {
  throw InputError(fmt::format("{}: {}", file, what));
}

// The header, a Python dict literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, read from left
// to right. Only these three keys and their kinds of value are known.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  NpyHeader read() {
    NpyHeader h;
    bool has_type = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = text();
      expect(':');
      if (key == "descr") {
        skip_blanks();
        if (!rest_.starts_with('\'') && !rest_.starts_with('"'))
          bad(file_, "has a structured type; plain numbers are read");
        h.dtype = text();
        has_type = true;
      } else if (key == "fortran_order") {
        h.fortran = boolean();
        has_order = true;
      } else if (key == "shape") {
        h.shape = shape();
        has_shape = true;
      } else {
        bad(file_, fmt::format("has the unknown key '{}' in its .npy header", key));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    for (const auto& [key, has] : {std::pair{"descr", has_type}, {"fortran_order", has_order}, {"shape", has_shape}})
      if (!has) bad(file_, fmt::format("has no '{}' in its .npy header", key));
    return h;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad(file_, fmt::format("has an unreadable .npy header: '{}' is expected", c));
  }
  std::string text() {
    skip_blanks();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const auto end = quote == '\'' || quote == '"' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos || end > 32)
      bad(file_, "has an unreadable .npy header: a name in quotes is expected");
    std::string out(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return out;
  }
  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return word == "True";
      }
    bad(file_, "has an unreadable .npy header: fortran_order is neither True nor False");
  }
  std::vector<std::size_t> shape() {
    std::vector<std::size_t> out;
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      std::size_t n = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), n);
      if (error != std::errc() || n > largest_dimension) bad(file_, "has an unreadable shape");
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      out.push_back(n);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    if (out.size() > max_dimensions)
      bad(file_, fmt::format("has {} dimensions; at most {} are read", out.size(), max_dimensions));
    return out;
  }

  static constexpr std::size_t largest_dimension = std::size_t{1} << 40, max_dimensions = 32;
  std::string_view rest_;
  const std::string& file_;
};

template <class T>
void convert(const std::uint8_t* bytes, std::span<double> out, const std::string& file) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T v;
    std::memcpy(&v, bytes + i * sizeof(T), sizeof(T));
    if constexpr (sizeof(T) == 8 && std::is_integral_v<T>)
      if (v > (T{1} << 53) || v < -(T{1} << 53))
        bad(file, fmt::format("holds the integer {}, beyond the 2^53 that a double carries", v));
    out[i] = static_cast<double>(v);
  }
}

struct Type {
  std::string_view name;
  std::size_t bytes;
  void (*convert)(const std::uint8_t* bytes, std::span<double> out, const std::string& file);
};
constexpr Type types[] = {{"<f4", 4, convert<float>},        {"<f8", 8, convert<double>},
                          {"|i1", 1, convert<std::int8_t>},  {"<i2", 2, convert<std::int16_t>},
                          {"<i4", 4, convert<std::int32_t>}, {"<i8", 8, convert<std::int64_t>},
                          {"|u1", 1, convert<std::uint8_t>}};

std::string header_for(std::string_view dtype, const std::vector<std::size_t>& shape) {
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", dtype,
                                 fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const std::size_t total = (10 + dict.size() + 1 + 63) / 64 * 64;  // data start on a multiple of 64
  dict.append(total - 10 - dict.size() - 1, ' ');
  dict += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(dict.size() & 255);
  out += static_cast<char>(dict.size() >> 8);
  return out + dict;
}

template <class T>
void write(const std::filesystem::path& file, std::span<const T> data, const std::vector<std::size_t>& shape,
           const char* dtype) {
  std::size_t count = 1;
  for (std::size_t n : shape) count *= n;
  if (count != data.size())
    throw std::logic_error(fmt::format("{} values do not fill the shape ({})", data.size(), fmt::join(shape, ", ")));
  std::string content = header_for(dtype, shape);
  content.append(reinterpret_cast<const char*>(data.data()), data.size_bytes());
  write_file(file, content);
}

}  // namespace

std::size_t NpyHeader::item_bytes() const {
  return std::find_if(std::begin(types), std::end(types), [&](const Type& t) { return dtype == t.name; })->bytes;
}

NpyHeader read_npy_header(const std::function<std::string(std::size_t)>& next, const std::string& file) {
  std::string start = next(8);
  if (start.size() < 8 || start.compare(0, 6, "\x93NUMPY") != 0) bad(file, "is not a .npy file (no NumPy signature)");
  const int version = static_cast<unsigned char>(start[6]);
  if (version != 1 && version != 2) bad(file, fmt::format("is .npy version {}; versions 1 and 2 are read", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::string stored = next(length_bytes);
  if (stored.size() < length_bytes) bad(file, "is cut off within its header");
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length |= std::size_t{static_cast<unsigned char>(stored[i])} << (8 * i);
  if (length > largest_header) bad(file, fmt::format("has a header of {} bytes (damaged?)", length));
  const std::string text = next(length);
  if (text.size() < length) bad(file, "is cut off within its header");
  NpyHeader header = HeaderReader(text, file).read();
  if (std::none_of(std::begin(types), std::end(types), [&](const Type& t) { return header.dtype == t.name; }))
    bad(file, fmt::format("holds type '{}'; little-endian f4, f8, i1, i2, i4, i8 and u1 are read", header.dtype));
  return header;
}

std::vector<double> npy_values(const NpyHeader& header, std::span<const std::uint8_t> bytes, const std::string& file) {
  const auto type =
      std::find_if(std::begin(types), std::end(types), [&](const Type& t) { return header.dtype == t.name; });
  std::vector<double> values(bytes.size() / type->bytes);
  type->convert(bytes.data(), values, file);
  return values;
}

std::vector<double> npy_row_major(const NpyHeader& header, std::vector<double> flat) {
  if (!header.fortran || header.shape.size() < 2 || flat.empty()) return flat;
  // Column-major to row-major: walk the target in order and step through the source by its strides.
  struct Axis {
    std::size_t size, stride, index = 0;
  };
  std::vector<Axis> axes;
  std::size_t stride = 1;
  for (const std::size_t size : header.shape) axes.push_back({size, stride}), stride *= size;
  std::vector<double> out(flat.size());
  for (std::size_t i = 0, source = 0; i < out.size(); ++i) {
    out[i] = flat[source];
    for (std::size_t d = axes.size(); d-- > 0;) {
      Axis& axis = axes[d];
      source += axis.stride;
      if (++axis.index < axis.size) break;
      source -= axis.stride * axis.size;
      axis.index = 0;
    }
  }
  return out;
}

NpyArray read_npy(const std::filesystem::path& path) try {
  const std::string content = read_file(path), file = path.string();
  std::size_t start = 0;
  const NpyHeader header = read_npy_header(
      [&](std::size_t n) {
        std::string part = content.substr(start, n);
        start += part.size();
        return part;
      },
      file);
  const std::size_t have = content.size() - start, item = header.item_bytes();
  std::size_t count = 1;
  bool too_many = false;  // more elements than the file has bytes, so that the product need not be formed
  for (std::size_t n : header.shape) {
    too_many = too_many || (n != 0 && count > have / n);
    count = too_many ? count : count * n;
  }
  if (std::find(header.shape.begin(), header.shape.end(), 0u) != header.shape.end()) count = 0, too_many = false;
  if (too_many)
    bad(file, fmt::format("has the shape ({}), far more than its {} bytes of data (truncated?)",
                          fmt::join(header.shape, ", "), have));
  if (have != count * item)
    bad(file, fmt::format("holds {} bytes of data where its shape needs {}{}", have, count * item,
                          have < count * item ? " (truncated?)" : ""));
  const std::span data(reinterpret_cast<const std::uint8_t*>(content.data()) + start, have);
  return {header.shape, npy_row_major(header, npy_values(header, data, file)), header.dtype};
} catch (const std::bad_alloc&) {
  bad(path.string(), "is too large for the memory of this machine");
}

void write_npy(const std::filesystem::path& file, std::span<const float> data, const std::vector<std::size_t>& shape) {
  write(file, data, shape, "<f4");
}
void write_npy(const std::filesystem::path& file, std::span<const double> data, const std::vector<std::size_t>& shape) {
  write(file, data, shape, "<f8");
}

}  // namespace bitline
