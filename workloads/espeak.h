// SPDX-License-Identifier: Apache-2.0
// Words spoken by the command `espeak-ng` where it is installed (Debian's package of that name): a stand-in for
// recordings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workloads/sound.h"

namespace bitline::workloads {

struct Speech {
  std::string text, voice;     // of `espeak-ng --voices`, with a variant: "en-us+m3"
  int words_per_minute = 150;  // 80 .. 450
  int pitch = 50;              // 0 .. 99
};

// What the command may take; beyond it is ended.
struct SpeechLimits {
  double wait_s = 0;
  std::uintmax_t file_bytes = 0;
};
// A character becomes two words at most (a 7 of 777: "seven hundred"). Speech is made far faster than it sounds: for as
// long as it may sound, and half a minute more where a machine is busy, is waited. Its file has at most 48,000 samples
// a second of 2 bytes (espeak-ng gives 22,050).
SpeechLimits limits_of(const Speech&);

// Unset: the command is not installed. The same speech sounds the same each time. Throws RunError: the command fails,
// takes longer, or writes more. Safe to call from several threads.
std::optional<Sound> speak(const Speech&);
std::optional<Sound> speak(const Speech&, const SpeechLimits&);

}  // namespace bitline::workloads
