// SPDX-License-Identifier: Apache-2.0
// What the sections of the HTML report are made of, and those sections that stand in files of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "run/result.h"

namespace bitline::report {

class HtmlTable {
 public:
  // One letter per column: l left, r right. No head, no head line.
  HtmlTable(std::string alignment, const std::vector<std::string>& head);
  void row(const std::vector<std::string>& cells, const char* kind = "") { html_ += line("td", cells, kind); }
  void group(const std::string& title);  // a line over all columns
  std::string str() const { return html_ + "</table></div>\n"; }

 private:
  std::string line(const char* tag, const std::vector<std::string>& cells, std::string_view kind) const;
  std::string alignment_, html_;
};

// A page up to its heading, which is the title, and its end. It may run no scripts and load nothing. `more_style`:
// rules after the common ones.
std::string html_begin(const std::string& title, std::string_view more_style = "");
std::string html_end();

// A figure to be seen first, in a list of the class "cards".
std::string html_card(const std::string& label, const std::string& value, const std::string& note);

std::string html_paragraph(const std::string& text, const char* kind = "");
std::string html_heading(const char* text);
std::string html_figure(const std::string& svg);

// Energy with its interval, latency and area by part; efficiency at its boundaries; digital machines beside the chip.
std::string cost_section(const run::Result&);
std::string efficiency_section(const run::Result&);
std::string baseline_section(const run::Result&);
// What one action of each part costs, and where the figure comes from; sums of a published table of components.
std::string unit_cost_section(const run::Result&);
std::string budget_section(const run::Result&);

}  // namespace bitline::report
