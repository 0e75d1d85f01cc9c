// SPDX-License-Identifier: Apache-2.0
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bitline::report {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The UTF-8 character at the start of `text`, which is not empty (RFC 3629: shortest form, no surrogates).
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = first & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {code, bytes, true};
}

bool printable(std::uint32_t code) {
  return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && code != 0xfffe && code != 0xffff;
}

}  // namespace

std::string clean(std::string_view text, bool lines) {
  std::string safe;
  while (!text.empty()) {
    const Character c = decode(text);
    const bool layout = lines && (c.code == '\n' || c.code == '\t');
    safe += c.valid && (printable(c.code) || layout) ? text.substr(0, c.bytes) : replacement;
    text.remove_prefix(c.bytes);
  }
  return safe;
}

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : clean(text, true)) switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  return escaped;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string shorten(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string cut;
  for (std::size_t used = 0; used + 1 < width; ++used) {
    const std::size_t bytes = decode(text).bytes;
    cut += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return cut + "…";
}

std::string shell_word(const std::string& text) {
  if (!text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+") ==
          std::string::npos)
    return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string percent(double fraction, int digits) { return fmt::format("{:.{}f} %", fraction * 100, digits); }

std::string percent_range(const Interval& i) { return fmt::format("{:.2f} .. {:.2f} %", i.lower * 100, i.upper * 100); }

std::string grouped(std::size_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string count_text(double count) {
  if (std::abs(count) < 1e4) return fmt::format("{:.4g}", count);
  constexpr std::pair<double, const char*> steps[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [size, name] : steps)
    if (std::abs(count) >= size) return fmt::format("{:.4g} {}", count / size, name);
  return fmt::format("{}", count);
}

std::string quality_text(const std::string& metric, double value) {
  return metric == "accuracy" ? percent(value) : fmt::format("{:.4g}", value);
}

std::string quality_range(const std::string& metric, const Interval& i) {
  return metric == "accuracy" ? percent_range(i) : fmt::format("{:.4g} .. {:.4g}", i.lower, i.upper);
}

std::string snr_text(double snr_db) {
  if (std::isnan(snr_db)) return "no signal";
  return std::isinf(snr_db) && snr_db > 0 ? "exact" : fmt::format("{:.1f} dB", snr_db);
}

std::string residual_text(const chip::WireResult& wires) {
  return wires.residual ? fmt::format("{:.2g} of the largest current", *wires.residual) : "not measured";
}

std::string quantity(double value, Unit unit) {
  if (unit == Unit::square_meter && std::abs(value) >= 1e-8) return fmt::format("{:.4g} mm2", value * 1e6);
  return pretty(value, unit);
}

std::string figure_text(double value, const std::string& unit) {
  for (const Unit u : {Unit::siemens, Unit::volt, Unit::ampere, Unit::farad, Unit::joule, Unit::watt, Unit::coulomb,
                       Unit::hertz, Unit::second, Unit::square_meter})
    if (unit == symbol(u)) return quantity(value, u);
  if (unit == "fraction") return percent(value);
  if (unit.empty()) return fmt::format("{:.4g}", value);
  return fmt::format("{:.4g} {}", value, clean(unit));
}

void TextTable::row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  std::vector<std::vector<std::string>> lines{std::move(cells)};
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].most == 0) continue;
    const std::vector<std::string> parts = wrap(lines[0][c], columns_[c].most);
    if (lines.size() < parts.size()) lines.resize(parts.size(), std::vector<std::string>(columns_.size()));
    for (std::size_t k = 0; k < parts.size(); ++k) lines[k][c] = parts[k];
  }
  for (auto& line : lines) rows_.push_back(std::move(line));
}

std::string TextTable::str(std::size_t indent, std::string_view paint_first) const {
  std::vector<std::size_t> width(columns_.size(), 0);
  for (const auto& cells : rows_)
    for (std::size_t c = 0; c < cells.size(); ++c) width[c] = std::max(width[c], display_width(cells[c]));
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::size_t gap = indent;  // spaces owed before the next visible cell, so that no line ends in any
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string& cell = rows_[r][c];
      const std::size_t missing = width[c] - display_width(cell);
      if (!cell.empty()) {
        const std::string_view paint = r == 0 && !paint_first.empty() ? paint_first : columns_[c].paint;
        text.append(gap + (columns_[c].align == Align::right ? missing : 0), ' ');
        text += paint;
        text += cell;
        if (!paint.empty()) text += "\x1b[0m";
        gap = columns_[c].align == Align::right ? 0 : missing;
      } else {
        gap += missing;
      }
      gap += width[c] > 0 ? 2 : 0;
    }
    text += '\n';
  }
  return text;
}

std::string bar(double fraction, std::size_t width) {
  constexpr std::string_view eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double full = static_cast<double>(width) * 8;
  const auto parts =
      static_cast<std::size_t>(std::lround(std::clamp(std::isnan(fraction) ? 0.0 : fraction, 0.0, 1.0) * full));
  std::string text;
  for (std::size_t i = 0; i < parts / 8; ++i) text += "█";
  return text + std::string(eighths[parts % 8]);
}

}  // namespace bitline::report
