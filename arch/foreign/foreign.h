// SPDX-License-Identifier: Apache-2.0
// Parameters of other simulators become a config of this one: as much as has the same meaning here, and a table that
// says of every parameter what became of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bitline::arch {

// What became of one parameter.
struct ForeignRow {
  enum class Fate {
    mapped,          // `ours` says the same
    stands_in,       // `ours` is the nearest there is; `note` says what differs
    not_mapped,      // nothing here does it; `note` says what is missing
    without_effect,  // it is off, or decides nothing that is computed here
    unknown          // no reader here knows it: it may change what is computed there
  };
  std::string theirs, value;  // path of the parameter, and what it is
  Fate fate = Fate::mapped;
  std::string ours, note;  // "adc.bits: 8"
};
std::string_view word_of(ForeignRow::Fate);

struct ForeignConfig {
  std::string yaml;  // keys without `base`, in the order of the reference
  std::vector<ForeignRow> rows;
};

// CrossSim 3 (CrossSimParameters as JSON). Throws ConfigError with file, line and column of every problem.
ForeignConfig crosssim_config(const std::filesystem::path& json);
// aihwkit: an RPUConfig with its noise model, as docs/tutorial/other-simulators.md writes it. Throws ConfigError.
ForeignConfig aihwkit_config(const std::filesystem::path& json);

}  // namespace bitline::arch
