// SPDX-License-Identifier: Apache-2.0
#include "chip/conductance_csv.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/column_match.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/files.h"
#include "base/units.h"

namespace bitline::chip {
namespace {

// No device conducts this much: values without a unit that do are in some other.
constexpr double implausible_S = 1;

struct CsvUnit {
  double factor = 1;  // to siemens, or to ohms
  bool resistance = false, given = false;
};

// Of a comment line "# unit: uS"; nothing for any other comment.
std::optional<CsvUnit> unit_of(std::string_view comment, const std::string& place) {
  const auto colon = comment.find(':');
  if (colon == std::string_view::npos || plain_name(trimmed(comment.substr(0, colon))) != "unit") return std::nullopt;
  const std::string unit = plain_unit(trimmed(comment.substr(colon + 1)));
  if (const auto siemens = parse_quantity("1 " + unit, Unit::siemens).value) return CsvUnit{*siemens, false, true};
  if (const auto ohms = parse_quantity("1 " + unit, Unit::ohm).value) return CsvUnit{*ohms, true, true};
  throw InputError(
      fmt::format("{}: '{}' is no unit of conductances or resistances; write S, uS, nS, ohm, kohm ...", place, unit));
}

char separator_of(std::string_view line) {
  for (const char c : {'\t', ';'})
    if (line.find(c) != std::string_view::npos) return c;
  return ',';
}

class ConductanceTable {
 public:
  ConductanceTable(const std::filesystem::path& file, int rows, int columns, int devices)
      : name_(file.string()), rows_(rows), columns_(columns), devices_(devices) {}

  std::vector<double> read(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (int line = 1; !text.empty();) {
      std::string_view whole = text.substr(0, text.find('\n'));
      const std::size_t bytes = std::min(whole.size() + 1, text.size());
      if (whole.ends_with('\r')) whole.remove_suffix(1);
      if (!whole.empty() && whole.front() == '#') {
        if (const auto unit = unit_of(whole.substr(1), at(line))) unit_ = *unit;
      } else if (!trimmed(whole).empty()) {
        if (read_ == rows_)
          throw InputError(fmt::format("{}: is row {}; the array has {} (array.rows)", at(line), read_ + 1, rows_));
        int last = line;
        std::string_view rest = whole;
        take_row(take_csv_row(rest, separator_of(whole), name_, last));
        ++read_;
      }
      text.remove_prefix(bytes), ++line;
    }
    if (read_ != rows_)
      throw InputError(fmt::format("{}: has {} rows of values; the array has {} (array.rows)", name_, read_, rows_));
    return std::move(values_);
  }

 private:
  std::string at(int line) const { return fmt::format("{}:{}", name_, line); }

  void take_row(const CsvRow& row) {
    const auto wanted = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(devices_);
    if (row.fields.size() != wanted)
      throw InputError(fmt::format("{}: has {} fields; the array has {} columns{} (array.columns)", at(row.line),
                                   row.fields.size(), columns_,
                                   devices_ == 2 ? " of two devices each, the positive before the negative one" : ""));
    for (std::size_t f = 0; f < wanted; ++f) values_.push_back(value(row.fields[f], row.line, f + 1));
  }

  double value(const std::string& field, int line, std::size_t number) const {
    if (is_missing(field)) return std::numeric_limits<double>::quiet_NaN();
    const std::string place = fmt::format("{}: field {}", at(line), number);
    const std::optional<double> x = number_of(field);
    if (!x)
      throw InputError(fmt::format("{}: '{}' is no number; put a header behind #, leave missing cells empty", place,
                                   field.substr(0, 24)));
    const double g_S = unit_.resistance ? 1 / (*x * unit_.factor) : *x * unit_.factor;
    if (!std::isfinite(g_S) || g_S < 0)
      throw InputError(fmt::format("{}: {} is no conductance of a device: 0 S or more is needed", place, field));
    if (g_S >= implausible_S && !unit_.given)
      throw InputError(
          fmt::format("{}: {} S is more than any device conducts; give the unit in a line '# unit: uS'", place, field));
    return g_S;
  }

  std::string name_;
  int rows_, columns_, devices_, read_ = 0;
  CsvUnit unit_;
  std::vector<double> values_;
};

}  // namespace

std::vector<double> read_conductance_csv(const std::filesystem::path& file, int rows, int columns, int devices) {
  return ConductanceTable(file, rows, columns, devices).read(read_file(file));
}

}  // namespace bitline::chip
