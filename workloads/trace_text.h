// SPDX-License-Identifier: Apache-2.0
// Large texts of numbers, a line at a time.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bitline::workloads {

// The lines of a file in turn, without their ends (LF or CR LF), read in blocks. Blank lines at the end are none.
class TraceLines {
 public:
  explicit TraceLines(const std::filesystem::path& file);  // InputError
  // False at the end. The text is valid until the next call. InputError: reading failed, a line beyond longest_line.
  bool next(std::string_view& text);
  int number() const { return number_; }  // of the last line given, from 1
  // Throws InputError: "FILE:LINE:COLUMN: message (remedy)"; `at` points into the last line given.
  [[noreturn]] void refuse(const char* at, const std::string& message, const std::string& remedy) const;

  static constexpr std::size_t longest_line = std::size_t{1} << 30;

 private:
  bool take(std::string_view& text);
  bool fill();

  std::string name_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::vector<char> block_;
  std::size_t begin_ = 0, end_ = 0, searched_ = 0;
  int number_ = 0;
  std::string_view line_;
};

// Takes a decimal number off the front of [at, end), blanks before and after it too: the nearest double. nullptr where
// there is none.
const char* take_number(const char* at, const char* end, double& value);

}  // namespace bitline::workloads
