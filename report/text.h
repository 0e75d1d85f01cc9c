// SPDX-License-Identifier: Apache-2.0
// Text for people: safe strings, aligned columns, and how numbers of a result are written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "run/result.h"

namespace bitline::report {

// Of a whole; parts that take less are shown paler, or together.
inline constexpr double least_share = 0.01;

// --- strings --------------------------------------------------------------------------------------------------------
// Names come from the user's files. Control characters and broken UTF-8 become U+FFFD, so that they neither steer a
// terminal nor break a document; line ends and tabs stay when `lines` is set.
std::string clean(std::string_view text, bool lines = false);
// clean(), with & < > " ' escaped: fit for text and attributes of XML and HTML.
std::string escape_markup(std::string_view text);
// Characters, not bytes.
std::size_t display_width(std::string_view text);
// At most `width` characters, the last one an ellipsis where something was cut.
std::string shorten(std::string_view text, std::size_t width);
// A word of a command line as a shell takes it, in quotes where it must be.
std::string shell_word(const std::string& text);
// Lines of at most `width` characters, broken at spaces; a longer word stays whole.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// --- numbers --------------------------------------------------------------------------------------------------------
std::string percent(double fraction, int digits = 2);  // "86.91 %"
std::string percent_range(const Interval& interval);   // "86.80 .. 87.02 %"
std::string grouped(std::size_t count);                // "10,000"
std::string count_text(double count);                  // "784", "200.7 k", "1.2 M"
// A figure of merit in its own measure: accuracy in percent, others with four digits.
std::string quality_text(const std::string& metric, double value);
std::string quality_range(const std::string& metric, const Interval& interval);
std::string snr_text(double snr_db);  // "23.4 dB"; "exact" for infinity
// Four digits with a prefix; areas in mm2 from 0.01 mm2 on, ohms without milli.
std::string quantity(double value, Unit unit);
// Violation of Kirchhoff's current law: "8.1e-08 of the largest current"; "not measured" for 0.
std::string residual_text(const chip::WireResult& wires);
// A figure with the unit its author wrote; SI symbols get a prefix, a "fraction" is told in per cent.
std::string figure_text(double value, const std::string& unit);

// --- tables ---------------------------------------------------------------------------------------------------------
enum class Align { left, right };

class TextTable {
 public:
  struct Column {
    Align align = Align::left;
    std::string paint = "";  // escape sequence before each cell of the body; "" = none
    std::size_t most = 0;    // characters; longer cells go on in the lines below; 0: no limit
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell per column; missing ones are empty.
  void row(std::vector<std::string> cells);
  // Two spaces between columns, none at the end of a line. `paint_first`: escape sequence of the first row.
  std::string str(std::size_t indent = 2, std::string_view paint_first = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A bar of `width` characters at fraction 1, in eighths of a character.
std::string bar(double fraction, std::size_t width);

}  // namespace bitline::report
