// SPDX-License-Identifier: Apache-2.0
// PNG without compression (W3C PNG, third edition; RFC 1950, RFC 1951 stored blocks; RFC 4648 base64): small pictures
// need no more.
#include <algorithm>
#include <cstdint>
#include <string>

#include "report/svg_canvas.h"

namespace bitline::report {
namespace {

std::string big_endian(std::uint32_t x) {
  return {static_cast<char>(x >> 24), static_cast<char>(x >> 16 & 0xff), static_cast<char>(x >> 8 & 0xff),
          static_cast<char>(x & 0xff)};
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<std::uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

std::string chunk(const std::string& type, const std::string& data) {
  return big_endian(static_cast<std::uint32_t>(data.size())) + type + data + big_endian(crc32(type + data));
}

std::string stored(std::string_view bytes) {
  std::string stream = "\x78\x01";
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(65535, bytes.size() - at);
    stream += at + size == bytes.size() ? '\1' : '\0';
    stream += static_cast<char>(size & 0xff);
    stream += static_cast<char>(size >> 8);
    stream += static_cast<char>(~size & 0xff);
    stream += static_cast<char>(~size >> 8 & 0xff);
    stream += bytes.substr(at, size);
    at += size;
  }
  return stream + big_endian(adler32(bytes));
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t size = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < size ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) text += i <= size ? digits[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace

std::string png_data_uri(int width, int height, std::span<const unsigned char> indices,
                         std::span<const unsigned char> palette) {
  std::string rows;
  for (int y = 0; y < height; ++y) {
    rows += '\0';  // no filter
    rows.append(reinterpret_cast<const char*>(indices.data()) + static_cast<std::size_t>(y) * width,
                static_cast<std::size_t>(width));
  }
  const std::string header = big_endian(static_cast<std::uint32_t>(width)) +
                             big_endian(static_cast<std::uint32_t>(height)) +
                             std::string("\x08\x03\x00\x00\x00", 5);  // 8 bits, palette
  const std::string png = "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) +
                          chunk("PLTE", std::string(reinterpret_cast<const char*>(palette.data()), palette.size())) +
                          chunk("IDAT", stored(rows)) + chunk("IEND", "");
  return "data:image/png;base64," + base64(png);
}

}  // namespace bitline::report
