// SPDX-License-Identifier: Apache-2.0
// A JPEG file by libjpeg.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>
// after <cstdio>
#include <jpeglib.h>

namespace bitline::test {

// A JPEG of one colour; at quality 100 it comes back within 2.
inline std::string jpeg(unsigned width, unsigned height, const std::vector<std::uint8_t>& colour) {
  jpeg_compress_struct c{};
  jpeg_error_mgr errors{};
  c.err = jpeg_std_error(&errors);
  jpeg_create_compress(&c);
  unsigned char* bytes = nullptr;
  unsigned long count = 0;
  jpeg_mem_dest(&c, &bytes, &count);
  c.image_width = width, c.image_height = height;
  c.input_components = static_cast<int>(colour.size());
  c.in_color_space = colour.size() == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&c);
  jpeg_set_quality(&c, 100, TRUE);
  jpeg_start_compress(&c, TRUE);
  std::vector<std::uint8_t> row;
  for (unsigned x = 0; x < width; ++x) row.insert(row.end(), colour.begin(), colour.end());
  JSAMPROW line = row.data();
  for (unsigned y = 0; y < height; ++y) jpeg_write_scanlines(&c, &line, 1);
  jpeg_finish_compress(&c);
  std::string out(reinterpret_cast<char*>(bytes), count);
  jpeg_destroy_compress(&c);
  std::free(bytes);
  return out;
}

}  // namespace bitline::test
