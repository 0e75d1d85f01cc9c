// SPDX-License-Identifier: Apache-2.0
#include "report/html_parts.h"

#include <fmt/format.h>

#include "report/text.h"

namespace bitline::report {

HtmlTable::HtmlTable(std::string alignment, const std::vector<std::string>& head) : alignment_(std::move(alignment)) {
  html_ = "<div class=\"wide\"><table>\n" + (head.empty() ? "" : line("th", head, ""));
}

void HtmlTable::group(const std::string& title) {
  html_ +=
      fmt::format("<tr class=\"group\"><td colspan=\"{}\">{}</td></tr>\n", alignment_.size(), escape_markup(title));
}

std::string HtmlTable::line(const char* tag, const std::vector<std::string>& cells, std::string_view kind) const {
  std::string text = kind.empty() ? "<tr>" : fmt::format("<tr class=\"{}\">", kind);
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += fmt::format("<{}{}>{}</{}>", tag, i < alignment_.size() && alignment_[i] == 'r' ? " class=\"n\"" : "",
                        escape_markup(cells[i]), tag);
  return text + "</tr>\n";
}

std::string html_paragraph(const std::string& text, const char* kind) {
  return *kind ? fmt::format("<p class=\"{}\">{}</p>\n", kind, escape_markup(text))
               : fmt::format("<p>{}</p>\n", escape_markup(text));
}

std::string html_heading(const char* text) { return fmt::format("<h2>{}</h2>\n", text); }

std::string html_figure(const std::string& svg) { return "<figure>\n" + svg + "</figure>\n"; }

}  // namespace bitline::report
