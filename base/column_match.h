// SPDX-License-Identifier: Apache-2.0
// Which known quantity a column of a measured file is, by its header or because the user says so.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace bitline {

// A quantity that a file may hold. Headers are "name (unit)", "name [unit]", "name / unit" or "name_unit"; capitals,
// quotes and the underscore for a space do not matter. Without a dimension the unit may be left out.
struct KnownColumn {
  std::string_view name;
  Unit unit = Unit::none;
  std::vector<std::string_view> also = {};  // other spellings
  bool words = false;                       // names, not numbers
};

// What a user says of a header: "Vprog [V]=amplitude", "t=time (ms)". The header `*` is every column that is nothing
// else.
struct ColumnChoice {
  std::string header, name, unit = {};
};
// Choices separated by commas. InputError for one without '='.
std::vector<ColumnChoice> parse_column_choices(std::string_view);

struct ColumnMatch {
  const KnownColumn* what = nullptr;
  std::string unit = {};  // as units are written here: "kohm" for kOhm and the sign
  bool with_unit = false, chosen = false;
};
ColumnMatch match_column(std::string_view header, std::span<const KnownColumn>, std::span<const ColumnChoice>);

// A header's name without its unit, and that unit ("" where there is none).
struct HeaderParts {
  std::string name, unit;
};
HeaderParts header_parts(std::string_view header);

// Spellings of units that instruments have: "kOhm", "Volts", "sec", in brackets or not.
std::string plain_unit(std::string_view);
std::string_view trimmed(std::string_view);
// For comparing headers: small letters, single spaces, no quotes.
std::string plain_name(std::string_view);

// A field of a table as a number; decimal commas count where no point does.
std::optional<double> number_of(std::string_view field);
// What stands for a reading that was not taken: nothing, NaN, #N/A, or 9.9E+37 and more, which instruments send for "no
// number" and "overflow" (SCPI-1999, volume 1, section 7.2.1).
bool is_missing(std::string_view field);

}  // namespace bitline
