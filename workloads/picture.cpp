// SPDX-License-Identifier: Apache-2.0
#include "workloads/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/files.h"
#include "workloads/picture_formats.h"

namespace bitline::workloads {
namespace {

constexpr std::uintmax_t largest_picture_file = std::uintmax_t{1} << 28;

// (row, column, channel) to (channel, row, column).
std::vector<std::uint8_t> planes_of(const Picture& p, const std::vector<std::uint8_t>& interleaved) {
  const std::size_t channels = static_cast<std::size_t>(p.channels), pixels = interleaved.size() / channels;
  std::vector<std::uint8_t> out(interleaved.size());
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < pixels; ++i) out[c * pixels + i] = interleaved[i * channels + c];
  return out;
}

}  // namespace

Picture read_picture(const std::filesystem::path& file) {
  const std::string stored = read_file(file, largest_picture_file);
  const auto starts = [&](std::string_view with) { return stored.compare(0, with.size(), with) == 0; };
  const bool png = starts("\x89PNG\r\n\x1a\n"), jpeg = starts("\xff\xd8\xff");
  if (!png && !jpeg) throw InputError(file.string() + ": is neither a PNG nor a JPEG file");
  Picture picture;
  const std::string problem = png ? decode_png(stored, picture) : decode_jpeg(stored, picture);
  if (!problem.empty())
    throw InputError(fmt::format("{}: {} file that cannot be read: {}", file.string(), png ? "PNG" : "JPEG", problem));
  if (picture.channels > 1) picture.bytes = planes_of(picture, picture.bytes);
  return picture;
}

bool is_picture(const std::filesystem::path& file) {
  std::string end = file.extension().string();
  std::ranges::transform(end, end.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return end == ".png" || end == ".jpg" || end == ".jpeg";
}

}  // namespace bitline::workloads
