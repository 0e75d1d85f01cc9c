// SPDX-License-Identifier: Apache-2.0
// Words spoken by the command `espeak-ng` where it is installed (Debian's package of that name): a stand-in for
// recordings.
#pragma once

#include <optional>
#include <string>

#include "workloads/sound.h"

namespace bitline::workloads {

struct Speech {
  std::string text, voice;     // of `espeak-ng --voices`, with a variant: "en-us+m3"
  int words_per_minute = 150;  // 80 .. 450
  int pitch = 50;              // 0 .. 99
};

// Unset: the command is not installed. The same speech sounds the same each time. Throws RunError: the command fails.
// Safe to call from several threads.
std::optional<Sound> speak(const Speech&);

}  // namespace bitline::workloads
