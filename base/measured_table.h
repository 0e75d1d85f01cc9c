// SPDX-License-Identifier: Apache-2.0
// Measured columns: a file as an instrument or a spreadsheet saved it, turned into quantities in SI.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/column_match.h"
#include "base/sheet.h"

namespace bitline {

// How a file is to be read.
struct TableReading {
  std::span<const ColumnChoice> choices = {};  // by the user
  // A wide table has a column for each curve: where none of these quantities has a column of its own, those whose unit
  // fits one of them are put below each other, and `label` is what their headers are.
  std::vector<std::string_view> readings = {};
  std::string_view label = {};
};

// One column as it was understood; `name` is empty for those that are not used.
struct ReadColumn {
  std::string header, name, unit;
};

class MeasuredTable {
 public:
  // Finds the columns that are known; others are listed in unused(). Throws InputError naming file and line: no header,
  // a known column without its unit, with a wrong one or there twice, rows of another length. `known` must outlive the
  // table.
  MeasuredTable(const std::filesystem::path& file, std::span<const KnownColumn> known, const TableReading& = {});

  const std::string& name() const { return sheet_.name; }  // of the file
  std::size_t rows() const { return sheet_.rows.size(); }
  int line(std::size_t row) const { return sheet_.lines.at(row); }
  bool has(std::string_view column) const;
  // Throws InputError, listing the columns known, when it is not there.
  void require(std::string_view column) const;
  // Every row, in SI. Throws InputError when the column is not there (listing those known), when there are no rows, and
  // for a field that is missing or no number.
  std::vector<double> values(std::string_view column) const;
  // The same; a missing field, and every row of a column that is not there, is nullopt.
  std::vector<std::optional<double>> optional_values(std::string_view column) const;
  // Fields as they stand, for names; empty when the column is not there.
  std::vector<std::string> texts(std::string_view column) const;
  // Leaves out the rows in which one of these columns is missing; a note counts them.
  void leave_out_missing(std::span<const std::string_view> columns);
  // The same table with these rows alone.
  MeasuredTable only(std::span<const std::size_t> rows) const;
  // Of the columns of a wide table that became one: whether there are any.
  bool wide() const { return wide_; }

  const std::vector<std::string>& unused() const { return unused_; }
  const std::vector<ReadColumn>& understood() const { return understood_; }
  // What was decided while reading, for people.
  const std::vector<std::string>& notes() const { return sheet_.notes; }
  std::size_t left_out() const { return left_out_; }
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
  std::string remedy(const KnownColumn&, const std::string& header) const;
  void add_column(std::size_t index, const ColumnMatch&);
  void put_below_each_other(const TableReading&, std::vector<ColumnMatch>&);
  void turn_commas_to_points();
  std::optional<double> value(std::size_t row, const Column&) const;

  std::span<const KnownColumn> known_;
  Sheet sheet_;
  std::vector<Column> columns_;
  std::vector<std::string> unused_;
  std::vector<ReadColumn> understood_;
  bool wide_ = false;
  std::size_t left_out_ = 0;
};

}  // namespace bitline
