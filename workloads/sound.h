// SPDX-License-Identifier: Apache-2.0
// WAV files: RIFF with PCM of 8, 16, 24 or 32 bits or floats of 32 or 64.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bitline::workloads {

struct Sound {
  int channels = 1;
  int rate_Hz = 0;
  std::vector<std::vector<float>> values;  // [channel][sample], full scale is 1
};

inline constexpr std::uintmax_t largest_sound_bytes = std::uintmax_t{1} << 30;

// Throws InputError: no such file, more bytes, another format, truncated, empty, values that are not finite.
Sound read_sound(const std::filesystem::path& file, std::uintmax_t most_bytes = largest_sound_bytes);

// What the header says; throws as read_sound() does.
struct SoundFormat {
  int channels = 1, rate_Hz = 0;
  std::size_t length = 0;  // samples per channel
};
SoundFormat sound_format(const std::filesystem::path& file);

bool is_sound(const std::filesystem::path& file);  // by its ending: .wav, in any case

}  // namespace bitline::workloads
