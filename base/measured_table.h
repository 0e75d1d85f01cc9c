// SPDX-License-Identifier: Apache-2.0
// Measured columns: a CSV file (comma, semicolon or tab) whose header names quantities with their units.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/units.h"

namespace bitline {

// A quantity that a file may hold. Headers are "name (unit)", "name [unit]" or "name_unit", as Bitline's own curves
// write them; capitals and the underscore for a space do not matter. Without a dimension the unit may be left out.
struct KnownColumn {
  std::string_view name;
  Unit unit = Unit::none;
  std::vector<std::string_view> also = {};  // other spellings
};

class MeasuredTable {
 public:
  // Finds the columns that are known; others are listed in unused(). Throws InputError naming file and line: no header,
  // a known column without its unit, with a wrong one or there twice, rows of another length. `known` must outlive the
  // table.
  MeasuredTable(const std::filesystem::path& file, std::span<const KnownColumn> known);

  const std::string& name() const { return name_; }  // of the file
  std::size_t rows() const { return table_.rows(); }
  bool has(std::string_view column) const;
  // Throws InputError, listing the columns known, when it is not there.
  void require(std::string_view column) const;
  // Every row, in SI. Throws InputError when the column is not there (listing those known), when there are no rows, and
  // for a field that is empty or no number.
  std::vector<double> values(std::string_view column) const;
  // The same; an empty field, and every row of a column that is not there, is nullopt.
  std::vector<std::optional<double>> optional_values(std::string_view column) const;
  // Fields as they stand, for names; empty when the column is not there.
  std::vector<std::string> texts(std::string_view column) const;
  const std::vector<std::string>& unused() const { return unused_; }
  // Throws InputError "FILE:LINE: problem".
  [[noreturn]] void refuse(std::size_t row, std::string_view problem) const;
  [[noreturn]] void refuse(std::string_view problem) const;

 private:
  struct Column {
    const KnownColumn* what;
    std::size_t index;  // in the file
    std::string unit;
  };
  const Column* find(std::string_view column) const;
  std::optional<double> value(std::size_t row, const Column&) const;

  std::span<const KnownColumn> known_;
  std::string name_;
  CsvTable table_;
  std::vector<Column> columns_;
  std::vector<std::string> unused_;
};

}  // namespace bitline
