// SPDX-License-Identifier: Apache-2.0
// "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft 1991; WAVE_FORMAT_EXTENSIBLE as
// Microsoft documents it. Integers are divided by the power of two that makes full scale 1.
#include "workloads/sound.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "base/error.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t pcm = 1, floats = 3, extensible = 0xfffe;

struct WavLayout {
  std::uint32_t format = 0, channels = 0, rate_Hz = 0, bits = 0;
  std::size_t data = 0, frames = 0;  // where the data start, samples per channel
  std::size_t frame_bytes() const { return std::size_t{channels} * (bits / 8); }
};

[[noreturn]] void bad_sound(const fs::path& file, const std::string& what) {
  throw InputError(fmt::format("{}: {}", file.string(), what));
}

std::uint32_t number_at(const std::string& bytes, std::size_t at, int width) {  // little-endian, within `bytes`
  std::uint32_t n = 0;
  for (int i = 0; i < width; ++i)
    n |= std::uint32_t{static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)])} << (8 * i);
  return n;
}

// A file whose parts are read where they lie.
class WavFile {
 public:
  WavFile(fs::path file, std::uintmax_t most_bytes) : file_(std::move(file)) {
    std::error_code ec;
    size_ = fs::is_directory(file_, ec) ? 0 : fs::file_size(file_, ec);
    if (ec) bad_sound(file_, fmt::format("cannot be read: {}", ec.message()));
    if (size_ > most_bytes) bad_sound(file_, fmt::format("has {} bytes, but at most {} are read", size_, most_bytes));
    in_.open(file_, std::ios::binary);
  }
  std::size_t size() const { return size_; }
  std::string read(std::size_t at, std::size_t count) {
    std::string bytes(count, '\0');
    in_.seekg(static_cast<std::streamoff>(at));
    in_.read(bytes.data(), static_cast<std::streamsize>(count));
    if (static_cast<std::size_t>(in_.gcount()) != count) bad_sound(file_, "truncated, or cannot be read");
    return bytes;
  }
  [[noreturn]] void bad(const std::string& what) const { bad_sound(file_, what); }

 private:
  fs::path file_;
  std::size_t size_ = 0;
  std::ifstream in_;
};

void read_format(WavFile& file, std::size_t at, std::size_t size, WavLayout& wav) {
  if (size < 16) file.bad("damaged: its format chunk is too short");
  const std::string bytes = file.read(at, std::min<std::size_t>(size, 26));
  wav.format = number_at(bytes, 0, 2);
  wav.channels = number_at(bytes, 2, 2);
  wav.rate_Hz = number_at(bytes, 4, 4);
  wav.bits = number_at(bytes, 14, 2);
  if (wav.format == extensible && size >= 26) wav.format = number_at(bytes, 24, 2);
  const bool known = (wav.format == pcm && (wav.bits == 8 || wav.bits == 16 || wav.bits == 24 || wav.bits == 32)) ||
                     (wav.format == floats && (wav.bits == 32 || wav.bits == 64));
  if (!known)
    file.bad(fmt::format("is of format {} with {} bits; PCM of 8, 16, 24 or 32 bits and floats are read: convert it",
                         wav.format, wav.bits));
  if (wav.channels == 0 || wav.channels > 64 || wav.rate_Hz == 0 || wav.rate_Hz > 10'000'000)
    file.bad(fmt::format("damaged: {} channels at {} Hz", wav.channels, wav.rate_Hz));
}

WavLayout layout_of(WavFile& file) {
  const std::string start = file.size() < 12 ? "" : file.read(0, 12);
  if (start.compare(0, 4, "RIFF") != 0 || start.compare(8, 4, "WAVE") != 0) file.bad("is no WAV file (RIFF, WAVE)");
  WavLayout wav;
  for (std::size_t at = 12; file.size() - at >= 8;) {
    const std::string head = file.read(at, 8), chunk = head.substr(0, 4);
    const std::size_t size = number_at(head, 4, 4), have = file.size() - at - 8;
    at += 8;
    if (size > have)
      file.bad(fmt::format("truncated: its {} is to have {} bytes, but {} are there",
                           chunk == "data" ? "data" : "header", size, have));
    if (chunk == "fmt ") read_format(file, at, size, wav);
    if (chunk == "data") {
      if (wav.channels == 0) file.bad("damaged: data before their format");
      if (size == 0) file.bad("holds no sound");
      if (size % wav.frame_bytes() != 0)
        file.bad(fmt::format("damaged: {} bytes of data are no whole number of samples of {} bytes", size,
                             wav.frame_bytes()));
      wav.data = at;
      wav.frames = size / wav.frame_bytes();
      return wav;
    }
    at += std::min(have, size + size % 2);  // chunks start at even bytes
  }
  file.bad("truncated: it has no data");
}

double value_at(const WavLayout& wav, const std::string& bytes, std::size_t at) {
  if (wav.format == floats) {
    double wide;
    float narrow;
    if (wav.bits == 64) return std::memcpy(&wide, &bytes[at], sizeof wide), wide;
    return std::memcpy(&narrow, &bytes[at], sizeof narrow), narrow;
  }
  const std::uint32_t stored = number_at(bytes, at, static_cast<int>(wav.bits / 8));
  if (wav.bits == 8) return (static_cast<double>(stored) - 128) / 128;  // unsigned, alone of all
  return static_cast<double>(static_cast<std::int32_t>(stored << (32 - wav.bits))) / 2147483648.0;
}

}  // namespace

static_assert(std::endian::native == std::endian::little, "floats are read as they lie in the file");

Sound read_sound(const fs::path& path, std::uintmax_t most_bytes) {
  WavFile file(path, most_bytes);
  const WavLayout wav = layout_of(file);
  const std::string bytes = file.read(wav.data, wav.frames * wav.frame_bytes());
  Sound sound{static_cast<int>(wav.channels), static_cast<int>(wav.rate_Hz), {}};
  sound.values.assign(wav.channels, std::vector<float>(wav.frames));
  std::size_t at = 0;
  for (std::size_t i = 0; i < wav.frames; ++i)
    for (auto& channel : sound.values) {
      channel[i] = static_cast<float>(value_at(wav, bytes, at));
      if (!std::isfinite(channel[i])) file.bad(fmt::format("sample {} is not finite", i));
      at += wav.bits / 8;
    }
  return sound;
}

SoundFormat sound_format(const fs::path& path) {
  WavFile file(path, largest_sound_bytes);
  const WavLayout wav = layout_of(file);
  return {static_cast<int>(wav.channels), static_cast<int>(wav.rate_Hz), wav.frames};
}

bool is_sound(const fs::path& file) {
  std::string end = file.extension().string();
  std::ranges::transform(end, end.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return end == ".wav";
}

}  // namespace bitline::workloads
