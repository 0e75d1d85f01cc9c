// SPDX-License-Identifier: Apache-2.0
// JPEG by libjpeg. It reports errors by longjmp, so nothing with a destructor lives where it may jump over it.
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it
// jpeglib.h after it
#include <jpeglib.h>

#include <csetjmp>

#include "workloads/picture_formats.h"

namespace bitline::workloads {
namespace {

constexpr int most_scans = 64;  // of a progressive file: each decodes the whole picture again

struct JpegErrors {
  jpeg_error_mgr manager{};  // first: libjpeg hands out its address
  std::jmp_buf jump{};
  char problem[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
  auto& errors = *reinterpret_cast<JpegErrors*>(jpeg->err);
  jpeg->err->format_message(jpeg, errors.problem);
  std::longjmp(errors.jump, 1);
}

// Cut data are a warning to libjpeg, grey to the eye and an error here.
void on_message(j_common_ptr jpeg, int level) {
  if (level < 0) on_error(jpeg);
}

void on_progress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= most_scans) return;
  auto& errors = *reinterpret_cast<JpegErrors*>(jpeg->err);
  std::snprintf(errors.problem, sizeof errors.problem, "more than %d scans", most_scans);
  std::longjmp(errors.jump, 1);
}

struct JpegReader {
  jpeg_decompress_struct jpeg{};
  JpegErrors errors;
  jpeg_progress_mgr progress{};
  ~JpegReader() { jpeg_destroy_decompress(&jpeg); }
  JpegReader() = default;
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
};

bool read_header(JpegReader& r, const unsigned char* bytes, unsigned long count) {
  r.jpeg.err = jpeg_std_error(&r.errors.manager);
  r.errors.manager.error_exit = on_error;
  r.errors.manager.emit_message = on_message;
  r.progress.progress_monitor = on_progress;
  if (setjmp(r.errors.jump)) return false;
  jpeg_create_decompress(&r.jpeg);
  r.jpeg.progress = &r.progress;
  jpeg_mem_src(&r.jpeg, bytes, count);
  jpeg_read_header(&r.jpeg, TRUE);
  r.jpeg.out_color_space = r.jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  return true;
}

bool read_rows(JpegReader& r, unsigned char* out) {
  if (setjmp(r.errors.jump)) return false;
  jpeg_start_decompress(&r.jpeg);
  while (r.jpeg.output_scanline < r.jpeg.output_height) {
    JSAMPROW row = out + std::size_t{r.jpeg.output_scanline} * r.jpeg.output_width * r.jpeg.output_components;
    jpeg_read_scanlines(&r.jpeg, &row, 1);
  }
  jpeg_finish_decompress(&r.jpeg);
  return true;
}

}  // namespace

std::string decode_jpeg(const std::string& stored, Picture& picture) {
  JpegReader reader;
  const auto* bytes = reinterpret_cast<const unsigned char*>(stored.data());
  if (!read_header(reader, bytes, stored.size())) return reader.errors.problem;
  const std::size_t width = reader.jpeg.image_width, height = reader.jpeg.image_height;
  const int channels = reader.jpeg.num_components == 1 ? 1 : 3;
  if (reader.jpeg.num_components != channels) return "neither grey nor colour of three components";
  if (width * height > most_pixels) return "more than 2^24 pixels; make it smaller";
  picture.width = static_cast<int>(width), picture.height = static_cast<int>(height);
  picture.channels = channels;
  picture.bytes.resize(width * height * static_cast<std::size_t>(channels));
  return read_rows(reader, picture.bytes.data()) ? "" : reader.errors.problem;
}

}  // namespace bitline::workloads
