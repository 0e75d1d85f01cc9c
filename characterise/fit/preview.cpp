// SPDX-License-Identifier: Apache-2.0
// What was understood of measured files, without a fit.
#include <fmt/format.h>

#include <algorithm>

#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

constexpr std::size_t few = 5;

FilePreview of_table(const char* part, const MeasuredTable& table) {
  FilePreview p{.part = part, .file = table.name(), .columns = table.understood(), .rows = table.rows()};
  p.left_out = table.left_out(), p.notes = table.notes();
  return p;
}

// Quantities of the table as they are fitted, in SI; readings as conductances.
FilePreview preview_columns(const char* part, const MeasuredTable& table, const FitFiles& files,
                            std::span<const std::pair<std::string_view, Unit>> quantities) {
  FilePreview p = of_table(part, table);
  p.first.resize(std::min(few, table.rows()));
  const auto add = [&](std::string_view name, auto&& text) {
    p.heads.emplace_back(name);
    for (std::size_t i = 0; i < p.first.size(); ++i) p.first[i].push_back(text(i));
  };
  for (const char* words : {"cell", "state"})
    if (const auto texts = table.texts(words); !texts.empty()) add(words, [&](std::size_t i) { return texts[i]; });
  for (const auto& [name, unit] : quantities) {
    if (name != "conductance" && !table.has(name)) continue;
    const auto values = name == "conductance" ? optional_conductances(table, files) : table.optional_values(name);
    add(name,
        [&, unit = unit](std::size_t i) { return values[i] ? pretty(*values[i], unit) : std::string("missing"); });
  }
  return p;
}

FilePreview preview_ltp(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = ltp_table(file, files);
  const auto devices = devices_of(table);
  const LtpReadings r = read_ltp(devices.size() < 2 ? table : table.only(devices.front()), files);
  FilePreview p = of_table("ltp", table);
  p.rows = devices.size() < 2 ? r.y.size() : table.rows();
  if (devices.size() > 1) p.notes.push_back(fmt::format("{} devices: what follows is of the first", devices.size()));
  p.notes.insert(p.notes.end(), r.notes.begin(), r.notes.end());
  std::size_t trains[2] = {0, 0};
  for (const Train& t : r.trains.all) ++trains[t.up];
  for (const bool up : {true, false})
    if (trains[up] > 0)
      p.notes.push_back(fmt::format("{} {} of {} pulses, the longest of {:g}", trains[up],
                                    trains[up] == 1 ? "train" : "trains", up ? "positive" : "negative",
                                    r.trains.longest[up]));
  p.heads = {"pulses", "sign", r.y_name};
  double pulses = 0;
  for (std::size_t i = 0; i < std::min(few, r.rows.size()); ++i) {
    const PulseRow& row = r.rows[i];
    pulses += row.pulses;
    p.first.push_back({fmt::format("{:g}", pulses),
                       row.pulses == 0 ? "none"
                       : row.up        ? "+"
                                       : "-",
                       row.reading ? pretty(*row.reading, r.y_unit) : "missing"});
  }
  return p;
}

}  // namespace

std::vector<FilePreview> preview(const FitFiles& files) {
  using Quantity = std::pair<std::string_view, Unit>;
  std::vector<FilePreview> out;
  if (files.ltp) out.push_back(preview_ltp(*files.ltp, files));
  if (files.ppf) {
    constexpr Quantity of[] = {{"interval", Unit::second}, {"ppf ratio", Unit::none}, {"ppf gain", Unit::none},
                               {"ppf index", Unit::none},  {"ppd ratio", Unit::none}, {"ppd gain", Unit::none},
                               {"amplitude", Unit::volt},  {"width", Unit::second}};
    out.push_back(preview_columns("ppf", ppf_table(*files.ppf, files), files, of));
  }
  if (files.readback) {
    constexpr Quantity of[] = {{"target", Unit::siemens}, {"conductance", Unit::siemens}};
    out.push_back(preview_columns("readback", readback_table(*files.readback, files), files, of));
  }
  if (files.retention) {
    constexpr Quantity of[] = {{"time", Unit::second}, {"conductance", Unit::siemens}, {"written", Unit::siemens}};
    out.push_back(preview_columns("retention", retention_table(*files.retention, files), files, of));
  }
  if (files.iv) {
    constexpr Quantity of[] = {{"voltage", Unit::volt}, {"current", Unit::ampere}};
    out.push_back(preview_columns("iv", iv_table(*files.iv, files), files, of));
  }
  if (files.write_log) {
    constexpr Quantity of[] = {{"target", Unit::siemens}, {"pulses", Unit::none}, {"conductance", Unit::siemens}};
    out.push_back(preview_columns("write-log", write_log_table(*files.write_log, files), files, of));
  }
  if (files.endurance) {
    constexpr Quantity of[] = {{"cycle", Unit::none}, {"conductance", Unit::siemens}};
    out.push_back(preview_columns("endurance", endurance_table(*files.endurance, files), files, of));
  }
  if (files.stdp) {
    constexpr Quantity of[] = {
        {"interval", Unit::second}, {"change", Unit::fraction}, {"relative change", Unit::fraction}};
    out.push_back(preview_columns("stdp", stdp_table(*files.stdp, files), files, of));
  }
  return out;
}

}  // namespace bitline::characterise
