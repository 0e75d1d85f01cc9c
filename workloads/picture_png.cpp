// SPDX-License-Identifier: Apache-2.0
// PNG by libpng. It reports errors by longjmp, so nothing with a destructor lives where it may jump over it.
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "workloads/picture_formats.h"

namespace bitline::workloads {
namespace {

struct PngInput {
  const std::string& stored;
  std::size_t at = 0;
  std::string problem;
};

void give_bytes(png_structp png, png_bytep out, png_size_t count) {
  auto& input = *static_cast<PngInput*>(png_get_io_ptr(png));
  if (count > input.stored.size() - input.at) png_error(png, "truncated");
  std::memcpy(out, input.stored.data() + input.at, count);
  input.at += count;
}

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  static_cast<PngInput*>(png_get_error_ptr(png))->problem = message;
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

// The header, and the conversion to 8 bits of grey or RGB asked for. False on an error.
bool read_header(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_info(png, info);
  png_set_expand(png);  // palettes to colours, few bits to 8
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return true;
}

bool read_rows(png_structp png, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

struct PngReader {
  png_structp png;
  png_infop info = nullptr;
  explicit PngReader(PngInput& input)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &input, on_error, on_warning)) {
    if (png) info = png_create_info_struct(png);
    if (!info) return;
    png_set_read_fn(png, &input, give_bytes);
    png_set_user_limits(png, 1u << 24, 1u << 24);
    png_set_chunk_malloc_max(png, 1u << 23);  // of texts and profiles, which nothing here needs
  }
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
};

}  // namespace

std::string decode_png(const std::string& stored, Picture& picture) {
  PngInput input{stored, 0, {}};
  const PngReader reader(input);
  if (!reader.info) return "no memory";
  if (!read_header(reader.png, reader.info)) return input.problem;
  const std::size_t width = png_get_image_width(reader.png, reader.info);
  const std::size_t height = png_get_image_height(reader.png, reader.info);
  const std::size_t channels = png_get_channels(reader.png, reader.info);
  if (width * height > most_pixels) return "more than 2^24 pixels; make it smaller";
  if ((channels != 1 && channels != 3) || png_get_rowbytes(reader.png, reader.info) != width * channels)
    return "neither grey nor red, green and blue";
  picture.width = static_cast<int>(width), picture.height = static_cast<int>(height);
  picture.channels = static_cast<int>(channels);
  picture.bytes.resize(width * height * channels);
  std::vector<png_bytep> rows(height);
  for (std::size_t y = 0; y < height; ++y) rows[y] = picture.bytes.data() + y * width * channels;
  return read_rows(reader.png, rows.data()) ? "" : input.problem;
}

}  // namespace bitline::workloads
