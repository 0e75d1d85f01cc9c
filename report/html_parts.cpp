// SPDX-License-Identifier: Apache-2.0
#include "report/html_parts.h"

#include <fmt/format.h>

#include "report/text.h"

namespace bitline::report {

namespace {

constexpr std::string_view page_style = R"(
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 960px; padding: 24px 20px 60px; background: #fff; color: #222;
  font: 15px/1.5 Helvetica, Arial, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; margin: 0 0 2px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 38px 0 10px; padding-bottom: 4px; border-bottom: 1px solid #e3e5e8; }
p { margin: 8px 0; overflow-wrap: anywhere; }
.soft { color: #5f6368; }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0 0; padding: 0; list-style: none; }
.cards li { flex: 1 1 150px; border: 1px solid #e3e5e8; border-radius: 6px; padding: 10px 14px; }
.cards b { display: block; font-size: 21px; }
.cards span { color: #5f6368; font-size: 13px; display: block; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 10px 0; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid #eef0f2; overflow-wrap: break-word; }
th { color: #5f6368; font-weight: normal; }
th.n, td.n { text-align: right; white-space: nowrap; }
tr.sum td { font-weight: bold; }
tr.faint td { color: #8a9096; }
tr.group td { padding-top: 12px; color: #5f6368; border-bottom-color: #c8ccd0; white-space: nowrap; }
figure { margin: 14px 0; }
svg { max-width: 100%; height: auto; display: block; }
@media (max-width: 640px) { figure { overflow-x: auto; } figure svg { width: 720px; max-width: none; } }
pre { background: #f6f7f8; padding: 12px; overflow-x: auto; font-size: 13px; }
summary { cursor: pointer; }
.warn { border-left: 4px solid #cc6677; padding: 4px 12px; margin: 8px 0; background: #fdf4f5; overflow-wrap: anywhere; }
)";

}  // namespace

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

std::string html_begin(const std::string& title, std::string_view more_style) {
  const std::string name = escape_markup(title);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
      "data:\"/>\n<title>{0} - Bitline</title>\n<style>{1}{2}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
      name, page_style, more_style);
}

std::string html_end() { return "</body>\n</html>\n"; }

std::string html_card(const std::string& label, const std::string& value, const std::string& note) {
  return fmt::format("<li><span>{}</span><b>{}</b><span>{}</span></li>\n", escape_markup(label), escape_markup(value),
                     escape_markup(note));
}

std::string html_paragraph(const std::string& text, const char* kind) {
  return *kind ? fmt::format("<p class=\"{}\">{}</p>\n", kind, escape_markup(text))
               : fmt::format("<p>{}</p>\n", escape_markup(text));
}

std::string html_heading(const char* text) { return fmt::format("<h2>{}</h2>\n", text); }

std::string html_figure(const std::string& svg) { return "<figure>\n" + svg + "</figure>\n"; }

}  // namespace bitline::report
