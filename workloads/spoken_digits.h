// SPDX-License-Identifier: Apache-2.0
// Recordings of spoken digits, each with who speaks: what experiments on single speakers need beyond load_samples().
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workloads/dataset.h"

namespace bitline::workloads {

struct SpokenDigit {
  std::filesystem::path file;
  std::string speaker;
  int digit = 0, number = 0;
};

// The files DIGIT_SPEAKER_NUMBER.wav of the data set `fsdd` by speaker, digit and number; other files are passed over.
// Empty: there are none in any folder.
std::vector<SpokenDigit> spoken_digits(const DataPath& where);

// Where spoken_digits() looked, and how to get the set.
std::string spoken_digits_missing(const DataPath& where);

}  // namespace bitline::workloads
