// SPDX-License-Identifier: Apache-2.0
// A page of headings, paragraphs and tables that becomes Markdown or text for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bitline::report {

struct PageTable {
  std::string alignment;  // one letter per column: l left, r right
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows{};
};

class Page {
 public:
  void heading(std::string_view text, int level = 2);
  void paragraph(std::string_view text);
  void table(const PageTable&);
  // In Markdown only: a picture, and a section written by hand.
  void picture(std::string_view file, std::string_view shows);
  void section(std::string_view heading, std::string_view markdown);

  // GitHub's Markdown; what comes from files of users is escaped.
  std::string markdown() const { return markdown_; }
  // Lines of about 100 characters; long cells of tables are cut. `color`: ANSI escape sequences.
  std::string text(bool color) const;

 private:
  struct Block {
    enum Kind { heading, paragraph, table } kind;
    std::string text{};
    PageTable table_of{};
  };
  std::vector<Block> blocks_;
  std::string markdown_;
};

}  // namespace bitline::report
