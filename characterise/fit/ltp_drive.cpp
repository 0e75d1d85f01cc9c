// SPDX-License-Identifier: Apache-2.0
// What pulses were measured: their amplitude and width, and what is assumed of others.
#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

// Amplitude or width of the pulses of one sign: equal ones of a column, or the given one.
std::string one_value(const MeasuredTable& table, const std::vector<PulseRow>& rows, bool up, const char* name) {
  const auto all = table.optional_values(name);
  std::optional<double> first;
  for (const PulseRow& r : rows) {
    if (r.up != up || r.pulses == 0 || r.row >= all.size()) continue;
    if (!all[r.row]) table.refuse(r.row, fmt::format("the pulse has no {}", name));
    if (!first) first = std::abs(*all[r.row]);
    if (std::abs(std::abs(*all[r.row]) - *first) > 0.01 * *first)
      table.refuse(r.row, fmt::format("{} differs from {} before: fit pulses of one kind at a time", name, *first));
  }
  if (!first || !(*first > 0)) table.refuse(fmt::format("{} of pulses must be above 0", name));
  return quantity(*first, name == std::string_view("width") ? Unit::second : Unit::volt);
}

// Pulses of one kind do not tell what others do: the laws are there, marked as assumed.
void add_laws(LtpReadings& r) {
  const char* one = "pulses of one amplitude were measured: nothing tells what others do";
  for (const bool up : {true, false}) {
    if (r.trains.longest[up] == 0) continue;
    const std::string drive = std::string(side(up)) + ".drive.";
    r.drive.push_back({drive + "law.type", "power", "", ""});
    r.drive.push_back({drive + "law.exponent", "1", "", one});
    r.drive.push_back({drive + "threshold", "0 V", "", one});
    r.drive.push_back({drive + "width_exponent", "1", "", "pulses of one width were measured"});
  }
}

}  // namespace

void add_drive(const MeasuredTable& table, const FitFiles& files, LtpReadings& r) {
  const std::string measured = "measured: " + std::filesystem::path(table.name()).filename().string();
  const char* unknown = "the file does not tell it: give --amplitude and --width; `run` prices pulses by it";
  for (const char* name : {"amplitude", "width"}) {
    const bool width = name == std::string_view("width"),
               given = width ? files.width_s.has_value() : !files.amplitude_V.empty();
    bool open = false;
    if (table.has(name) && given) r.notes.push_back(fmt::format("the column '{}' is taken, not --{}", name, name));
    for (const bool up : {true, false}) {
      if (r.trains.longest[up] == 0) continue;
      FitPart::Key key{std::string(side(up)) + ".drive." + name, "", measured, ""};
      if (table.has(name)) {
        key.text = one_value(table, r.rows, up, name);
      } else if (given) {
        key.text = width ? quantity(*files.width_s, Unit::second)
                         : quantity(std::abs(up ? files.amplitude_V.front() : files.amplitude_V.back()), Unit::volt);
        key.source = fmt::format("given by --{}", name);
      } else {
        open = true, key.text = width ? "1 ms" : "1 V", key.source = "", key.assumed = unknown;
      }
      r.drive.push_back(key);
    }
    if (open)
      r.notes.push_back(
          fmt::format("{} of the pulses: not told, {} is assumed (--{} says it)", name, width ? "1 ms" : "1 V", name));
  }
  add_laws(r);
}

}  // namespace bitline::characterise
