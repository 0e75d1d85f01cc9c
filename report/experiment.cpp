// SPDX-License-Identifier: Apache-2.0
#include "report/experiment.h"

#include <fmt/format.h>

#include "report/html_parts.h"
#include "report/text.h"

namespace bitline::report {

using run::ExperimentClaim;
using run::ExperimentResult;
using run::ExperimentTable;
using run::TableCell;

namespace {

std::string paragraph_text(const std::string& text, std::size_t indent) {
  std::string lines;
  for (const std::string& line : wrap(clean(text), terminal_width - indent))
    lines += std::string(indent, ' ') + line + '\n';
  return lines;
}

std::string claims_text(const ExperimentResult& e, const Paint& paint) {
  if (e.claims.empty()) return "";
  std::string text = paint.heading("Claims") +
                     paint.with(paint.dim(), fmt::format(" (95 % over {})", clean(e.intervals_over()))) + "\n";
  for (const ExperimentClaim& c : e.claims) {
    text += "  " + paint.with(c.holds ? paint.good() : paint.warn(), c.holds ? "holds   " : "does not");
    text +=
        fmt::format("  {}: {}; in {} of {}\n", clean(c.id), claim_figure(c), percent(c.share, 0), clean(e.repeated));
    text += paragraph_text(c.claim, 12);
  }
  return text;
}

bool is_numeric(const ExperimentTable& table, std::size_t column) {
  for (const auto& row : table.rows)
    if (column < row.size() && !std::holds_alternative<double>(row[column])) return false;
  return true;
}

std::string table_text(const ExperimentTable& table, const Paint& paint) {
  std::vector<TextTable::Column> columns;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    columns.push_back(is_numeric(table, c) ? TextTable::Column{Align::right} : TextTable::Column{.most = 40});
  TextTable text(std::move(columns));
  std::vector<std::string> head;
  for (const std::string& column : table.columns) head.push_back(clean(column));
  text.row(std::move(head));
  for (std::size_t r = 0; r < table.rows.size() && r < table_rows; ++r) {
    std::vector<std::string> cells;
    for (const TableCell& cell : table.rows[r]) cells.push_back(clean(cell_text(cell)));
    text.row(std::move(cells));
  }
  std::string all;
  for (const std::string& line : wrap(clean(table.caption), terminal_width)) all += paint.heading(line) + "\n";
  all += text.str(2, paint.dim());
  if (table.rows.size() > table_rows)
    all += paint.with(paint.dim(), fmt::format("  {} more rows in {}.csv of the run folder (--out DIR)\n",
                                               table.rows.size() - table_rows, clean(table.name)));
  return all;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string html_claims(const ExperimentResult& e) {
  if (e.claims.empty()) return "";
  HtmlTable table("lllrr", {"claim", "", "", fmt::format("figure (95 % over {})", e.intervals_over()),
                            fmt::format("share of {}", e.repeated)});
  for (const ExperimentClaim& c : e.claims)
    table.row({c.id, c.holds ? "holds" : "does not hold", c.claim, claim_figure(c), percent(c.share, 0)});
  return html_heading("Claims") + table.str();
}

std::string html_table(const ExperimentTable& table) {
  std::string alignment;
  for (std::size_t c = 0; c < table.columns.size(); ++c) alignment += is_numeric(table, c) ? 'r' : 'l';
  HtmlTable html(alignment, table.columns);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const TableCell& cell : row) cells.push_back(cell_text(cell));
    html.row(cells);
  }
  return html_paragraph(table.caption) + html.str();
}

}  // namespace

std::string one_of(const std::string& plural) {
  return plural.ends_with('s') ? plural.substr(0, plural.size() - 1) : plural;
}

std::string repeats_text(const ExperimentResult& e) {
  return fmt::format("{} {}", e.seeds, clean(e.seeds == 1 ? one_of(e.repeated) : e.repeated));
}

std::string claim_figure(const ExperimentClaim& c) {
  if (c.unit == "fraction") return fmt::format("{} ({})", percent(c.value, 1), percent_range(c.ci95));
  const std::string unit = c.unit.empty() ? "" : " " + clean(c.unit);
  return fmt::format("{:.4g}{} ({:.4g} .. {:.4g})", c.value, unit, c.ci95.lower, c.ci95.upper);
}

std::string cell_text(const TableCell& cell) {
  const auto* number = std::get_if<double>(&cell);
  return number ? fmt::format("{:.4g}", *number) : std::get<std::string>(cell);
}

std::string experiment_text(const ExperimentResult& e, const Paint& paint) {
  std::string text;
  for (const std::string& note : e.notes) text += paragraph_text(note, 2);
  text += claims_text(e, paint);
  for (const ExperimentTable& table : e.tables) text += table_text(table, paint);
  return text;
}

std::string table_csv(const ExperimentTable& table) {
  std::string csv;
  for (std::size_t c = 0; c < table.columns.size(); ++c) csv += (c ? "," : "") + csv_cell(table.columns[c]);
  csv += "\n";
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      const auto* number = std::get_if<double>(&row[c]);
      csv += (c ? "," : "") + (number ? fmt::format("{}", *number) : csv_cell(std::get<std::string>(row[c])));
    }
    csv += "\n";
  }
  return csv;
}

std::string experiment_section(const ExperimentResult& e) {
  std::string html;
  for (const std::string& note : e.notes) html += html_paragraph(note);
  html += html_claims(e);
  if (!e.pictures.empty()) html += html_heading("Pictures");
  for (const run::ExperimentPicture& picture : e.pictures)
    html += html_figure(picture_svg(picture)) + html_paragraph(picture.caption, "soft");
  if (!e.tables.empty()) html += html_heading("Tables");
  for (const ExperimentTable& table : e.tables) html += html_table(table);
  return html;
}

}  // namespace bitline::report
