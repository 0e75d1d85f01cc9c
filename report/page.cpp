// SPDX-License-Identifier: Apache-2.0
#include "report/page.h"

#include <fmt/format.h>

#include "report/text.h"

namespace bitline::report {
namespace {

constexpr std::size_t page_line_width = 98, page_cell_width = 52;

// Nothing of `text` starts a tag, a cell or emphasis.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '|' || c == '*' || c == '`' || c == '[' || c == ']' || c == '\\')
      out += {'\\', c};
    else
      out += c;
  }
  return out;
}

}  // namespace

void Page::heading(std::string_view text, int level) {
  blocks_.push_back({Block::heading, clean(text)});
  markdown_ += fmt::format("{}{} {}\n", markdown_.empty() ? "" : "\n",
                           std::string(static_cast<std::size_t>(level), '#'), escaped(text));
}

void Page::paragraph(std::string_view text) {
  blocks_.push_back({Block::paragraph, clean(text)});
  markdown_ += "\n";
  for (const std::string& line : wrap(escaped(text), 120)) markdown_ += line + "\n";
}

void Page::table(const PageTable& t) {
  blocks_.push_back({Block::table, "", t});
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& c : cells) {
      if (!c.empty()) text += ' ', text += escaped(c);
      text += " |";
    }
    return text += '\n';
  };
  markdown_ += '\n';
  markdown_ += line(t.head);
  markdown_ += '|';
  for (std::size_t c = 0; c < t.head.size(); ++c)
    markdown_ += c < t.alignment.size() && t.alignment[c] == 'r' ? "---:|" : "---|";
  markdown_ += "\n";
  for (const auto& row : t.rows) markdown_ += line(row);
}

void Page::picture(std::string_view file, std::string_view shows) {
  markdown_ += fmt::format("\n![{}]({})\n", escaped(shows), file);
}

void Page::section(std::string_view heading, std::string_view markdown) {
  markdown_ += fmt::format("\n## {}\n\n{}", escaped(heading), clean(markdown, true));
}

std::string Page::text(bool color) const {
  std::string out;
  for (const Block& b : blocks_) {
    if (b.kind == Block::heading)
      out += fmt::format("{}{}{}{}\n", out.empty() ? "" : "\n", color ? "\x1b[1m" : "", b.text, color ? "\x1b[0m" : "");
    if (b.kind == Block::paragraph)
      for (const std::string& line : wrap(b.text, page_line_width - 2)) out += fmt::format("  {}\n", line);
    if (b.kind != Block::table) continue;
    std::vector<TextTable::Column> columns;
    for (std::size_t c = 0; c < b.table_of.head.size(); ++c)
      columns.push_back(
          {c < b.table_of.alignment.size() && b.table_of.alignment[c] == 'r' ? Align::right : Align::left});
    TextTable table(columns);
    table.row(b.table_of.head);
    for (std::vector<std::string> row : b.table_of.rows) {
      for (std::string& cell : row) cell = shorten(clean(cell), page_cell_width);
      table.row(std::move(row));
    }
    out += table.str(2, color ? "\x1b[2m" : "");
  }
  return out;
}

}  // namespace bitline::report
