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

static_assert(std::endian::native == std::endian::little, ".npy data are read as they lie in the file");

[[noreturn]] void bad(const std::filesystem::path& file, const std::string& what) {
  throw InputError(fmt::format("{}: {}", file.string(), what));
}

// The header, a Python dict literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, read from left
// to right. Only these three keys and their kinds of value are known.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::filesystem::path& file) : rest_(text), file_(file) {}

  struct Header {
    std::string dtype;
    bool fortran = false;
    std::vector<std::size_t> shape;
  };

  Header read() {
    Header h;
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
  const std::filesystem::path& file_;
};

template <class T>
void convert(const char* bytes, std::span<double> out, const std::filesystem::path& file) {
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
  void (*convert)(const char* bytes, std::span<double> out, const std::filesystem::path& file);
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

NpyArray read_npy(const std::filesystem::path& file) try {
  const std::string content = read_file(file);
  if (content.size() < 10 || content.compare(0, 6, "\x93NUMPY") != 0)
    bad(file, "is not a .npy file (no NumPy signature)");
  const int version = static_cast<unsigned char>(content[6]);
  if (version != 1 && version != 2) bad(file, fmt::format("is .npy version {}; versions 1 and 2 are read", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4, start = 8 + length_bytes;
  if (content.size() < start) bad(file, "is cut off within its header");
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length |= std::size_t{static_cast<unsigned char>(content[8 + i])} << (8 * i);
  if (length > content.size() - start) bad(file, "is cut off within its header");
  const auto header = HeaderReader(std::string_view(content).substr(start, length), file).read();

  const auto type =
      std::find_if(std::begin(types), std::end(types), [&](const Type& t) { return header.dtype == t.name; });
  if (type == std::end(types))
    bad(file, fmt::format("holds type '{}'; little-endian f4, f8, i1, i2, i4, i8 and u1 are read", header.dtype));
  const std::size_t have = content.size() - start - length;
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
  if (have != count * type->bytes)
    bad(file, fmt::format("holds {} bytes of data where its shape needs {}{}", have, count * type->bytes,
                          have < count * type->bytes ? " (truncated?)" : ""));
  NpyArray array{header.shape, {}, header.dtype};
  std::vector<double> flat(count);
  type->convert(content.data() + start + length, flat, file);

  if (!header.fortran || array.shape.size() < 2 || count == 0) {
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
} catch (const std::bad_alloc&) {
  bad(file, "is too large for the memory of this machine");
}

void write_npy(const std::filesystem::path& file, std::span<const float> data, const std::vector<std::size_t>& shape) {
  write(file, data, shape, "<f4");
}
void write_npy(const std::filesystem::path& file, std::span<const double> data, const std::vector<std::size_t>& shape) {
  write(file, data, shape, "<f8");
}

}  // namespace bitline
