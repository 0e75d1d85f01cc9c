// SPDX-License-Identifier: Apache-2.0
// Files of data sets as other programs write them, byte by byte.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bitline::test {

inline std::string little(std::uint64_t n, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(n >> (8 * i) & 255);
  return out;
}

inline std::string big(std::uint32_t n) {
  std::string out = little(n, 4);
  return {out.rbegin(), out.rend()};
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::string npy(const std::string& dtype, const std::string& shape, const std::string& data,
                       bool fortran = false) {
  std::string header =
      "{'descr': '" + dtype + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header.append(64 - (10 + header.size() + 1) % 64, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + little(header.size(), 2) + header + data;
}

// What zlib makes of bytes; window_bits as deflateInit2 takes them: negative without a header, + 16 for gzip.
inline std::string packed(const std::string& bytes, int window_bits) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::uint32_t crc_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())));
}

// A zip archive; `zip64`: sizes and offsets in the 64-bit extension, as numpy.savez writes local headers.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& members, bool deflate, bool zip64) {
  std::string file, directory;
  for (const auto& [name, content] : members) {
    const std::string stored = deflate ? packed(content, -MAX_WBITS) : content;
    const std::uint64_t in_32 = zip64 ? 0xffffffff : 0;
    const std::string common = little(deflate ? 8 : 0, 2) + little(0, 4) + little(crc_of(content), 4) +
                               little(zip64 ? in_32 : stored.size(), 4) + little(zip64 ? in_32 : content.size(), 4) +
                               little(name.size(), 2);
    const std::string sizes = little(content.size(), 8) + little(stored.size(), 8);
    const std::string local_extra = zip64 ? little(1, 2) + little(16, 2) + sizes : "";
    const std::string extra = zip64 ? little(1, 2) + little(24, 2) + sizes + little(file.size(), 8) : "";
    directory += "PK\x01\x02" + little(45, 2) + little(45, 2) + little(0, 2) + common + little(extra.size(), 2) +
                 little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(zip64 ? in_32 : file.size(), 4) +
                 name + extra;
    file += "PK\x03\x04" + little(45, 2) + little(0, 2) + common + little(local_extra.size(), 2) + name + local_extra +
            stored;
  }
  const std::size_t at = file.size();
  file += directory;
  if (zip64) {
    const std::size_t end = file.size();
    file += "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 4) + little(0, 4) +
            little(members.size(), 8) + little(members.size(), 8) + little(directory.size(), 8) + little(at, 8);
    file += "PK\x06\x07" + little(0, 4) + little(end, 8) + little(1, 4);
    return file + "PK\x05\x06" + little(0, 4) + little(0xffff, 2) + little(0xffff, 2) + little(0xffffffff, 4) +
           little(0xffffffff, 4) + little(0, 2);
  }
  return file + "PK\x05\x06" + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) +
         little(directory.size(), 4) + little(at, 4) + little(0, 2);
}

// A PNG of `channels` samples of `bits` bits a pixel in rows without filters (ISO/IEC 15948); colour types 0, 2, 4, 6.
inline std::string png(std::uint32_t width, std::uint32_t height, int channels, int bits, const std::string& samples) {
  const auto chunk = [](const std::string& type, const std::string& data) {
    return big(static_cast<std::uint32_t>(data.size())) + type + data + big(crc_of(type + data));
  };
  const char colour = channels == 1 ? 0 : channels == 2 ? 4 : channels == 3 ? 2 : 6;
  std::string rows;
  const std::size_t row = samples.size() / height;
  for (std::uint32_t y = 0; y < height; ++y) rows += '\0' + samples.substr(y * row, row);
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big(width) + big(height) + static_cast<char>(bits) + colour + std::string(3, '\0')) +
         chunk("IDAT", packed(rows, MAX_WBITS)) + chunk("IEND", "");
}

// A WAV file of one format chunk and one data chunk.
inline std::string wav(int format, int channels, int rate_Hz, int bits, const std::string& data,
                       const std::string& before_data = "") {
  const int frame = channels * bits / 8;
  const std::string body = "WAVEfmt " + little(16, 4) + little(static_cast<std::uint64_t>(format), 2) +
                           little(static_cast<std::uint64_t>(channels), 2) +
                           little(static_cast<std::uint64_t>(rate_Hz), 4) +
                           little(static_cast<std::uint64_t>(rate_Hz) * static_cast<std::uint64_t>(frame), 4) +
                           little(static_cast<std::uint64_t>(frame), 2) + little(static_cast<std::uint64_t>(bits), 2) +
                           before_data + "data" + little(data.size(), 4) + data;
  return "RIFF" + little(body.size(), 4) + body;
}

}  // namespace bitline::test
