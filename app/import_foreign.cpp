// SPDX-License-Identifier: Apache-2.0
// bitline import crosssim, bitline import aihwkit: parameters of another simulator become a config, with a table that
// says what became of each.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/environment.h"
#include "app/import.h"
#include "app/traced_network.h"
#include "arch/foreign/foreign.h"
#include "base/files.h"
#include "report/text.h"

namespace bitline::app {

using arch::ForeignConfig;
using arch::ForeignRow;

namespace {

// Rows that say something; what is off is counted.
std::string foreign_table(const ForeignConfig& imported) {
  using report::Align;
  report::TextTable table({{Align::left, "", 44}, {}, {Align::left, "", 44}, {Align::left, "", 60}});
  std::size_t off = 0;
  for (const ForeignRow& r : imported.rows) {
    if (r.fate == ForeignRow::Fate::without_effect) {
      ++off;
      continue;
    }
    table.row({report::clean(r.theirs) + " = " + report::clean(r.value), std::string(word_of(r.fate)), r.ours, r.note});
  }
  return table.str() + fmt::format("{} more parameters are off or decide nothing here (--json lists them)\n", off);
}

std::string comment_lines(const ForeignConfig& imported) {
  std::string out;
  for (const ForeignRow& r : imported.rows)
    if (r.fate != ForeignRow::Fate::mapped && r.fate != ForeignRow::Fate::without_effect)
      out += fmt::format("# {}: {}{}{}: {}\n", word_of(r.fate), report::clean(r.theirs), r.ours.empty() ? "" : ", by ",
                         r.ours, r.note);
  return out;
}

nlohmann::ordered_json rows_json(const ForeignConfig& imported) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ForeignRow& r : imported.rows)
    rows.push_back({{"parameter", r.theirs},
                    {"value", r.value},
                    {"fate", std::string(word_of(r.fate))},
                    {"ours", r.ours},
                    {"note", r.note}});
  return rows;
}

void warn_of_unknown(const ForeignConfig& imported) {
  std::string names;
  for (const ForeignRow& r : imported.rows)
    if (r.fate == ForeignRow::Fate::unknown)
      names += fmt::format("{}{} = {}", names.empty() ? "" : ", ", report::clean(r.theirs), report::clean(r.value));
  if (!names.empty()) print_warning("not known here, and what it changes there is missing: " + names);
}

}  // namespace

// Restored, or removed where it is new, if it does not hold: what is wrong is told now.
void write_config(const std::string& output, const std::string& yaml) {
  std::error_code ec;
  std::optional<std::string> before;
  if (std::filesystem::is_regular_file(output, ec)) before = read_file(output, max_config_bytes);
  write_file(output, yaml);
  try {
    arch::load(output, {}, config_path());
  } catch (...) {
    if (before)
      write_file(output, *before);
    else
      std::filesystem::remove(output, ec);
    throw;
  }
}

std::string base_line(const std::string& base) {
  std::error_code ec;
  const bool is_file = std::filesystem::is_regular_file(base, ec);
  return fmt::format("base: {}\n", quoted_yaml(is_file ? std::filesystem::absolute(base).string() : base));
}

int import_foreign(const ImportArguments& a) {
  if (a.words.size() != 1) throw UsageError(fmt::format("import {} takes one JSON file", a.kind));
  const std::string& json = a.words[0];
  const bool crosssim = a.kind == "crosssim";
  const ForeignConfig imported = crosssim ? arch::crosssim_config(json) : arch::aihwkit_config(json);
  const std::string base = a.config.empty() ? "ideal" : a.config;
  std::string yaml = fmt::format("# Imported from parameters of {}: {}\n", crosssim ? "CrossSim" : "aihwkit",
                                 report::clean(std::filesystem::path(json).filename().string()));
  yaml += comment_lines(imported) + base_line(base);
  yaml += fmt::format("name: {}\n", quoted_yaml(std::filesystem::path(json).stem().string()));
  write_config(a.output, yaml + imported.yaml);
  if (!a.quiet) warn_of_unknown(imported);
  if (a.json)
    fmt::print("{}\n", rows_json(imported).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  else if (!a.quiet)
    fmt::print("{}{}: bitline run, with a workload added, or bitline mvm\n", foreign_table(imported), a.output);
  return exit_done;
}

}  // namespace bitline::app
