// SPDX-License-Identifier: Apache-2.0
// What pulses a file of potentiation and depression tells of, and what was read after them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

enum class Way { none, up, down };

// Of a word such as "LTP", "LTD 2", "SET".
Way way_of(std::string_view label) {
  std::string plain = plain_name(label);
  while (!plain.empty() && (std::isdigit(static_cast<unsigned char>(plain.back())) || plain.back() == ' '))
    plain.pop_back();
  for (const auto word : {"ltp", "potentiation", "pot", "set", "up"})
    if (plain == word) return Way::up;
  for (const auto word : {"ltd", "depression", "dep", "reset", "down"})
    if (plain == word) return Way::down;
  // Single signs stand alone: "d1" is a device.
  const std::string whole = plain_name(label);
  if (whole == "p" || whole == "+") return Way::up;
  if (whole == "d" || whole == "-") return Way::down;
  return Way::none;
}

// Ways by a column of words, or by columns called LTP and LTD; empty where the file has none.
std::vector<Way> ways_by_words(const MeasuredTable& table) {
  std::vector<std::string> words = table.texts("direction");
  if (words.empty() && table.has("cell")) words = table.texts("cell");
  std::vector<Way> out;
  for (const auto& word : words) out.push_back(way_of(word));
  if (std::find(out.begin(), out.end(), Way::none) != out.end()) out.clear();
  for (std::size_t i = 1; i < out.size() && table.wide(); ++i)
    if (words[i] != words[i - 1] && out[i] == out[i - 1])
      table.refuse(fmt::format("columns '{}' and '{}' follow one another: put columns in the order of measurement",
                               words[i - 1], words[i]));
  return out;
}

// Counts between rows, of a column of pulse numbers that may begin anew; the first of each numbering is counted from 0.
std::vector<double> counts_by_number(const MeasuredTable& table, const std::vector<std::optional<double>>& number,
                                     std::vector<std::string>& notes) {
  std::vector<double> out;
  std::vector<double> steps;
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (!number[i]) table.refuse(i, "the pulse number is missing");
    if (*number[i] < 0) table.refuse(i, "a pulse number is below 0");
    if (i > 0 && *number[i] > *number[i - 1]) steps.push_back(*number[i] - *number[i - 1]);
  }
  if (steps.empty()) table.refuse("the column 'pulse' does not count: say what it is with --columns, or leave it out");
  std::sort(steps.begin(), steps.end());
  const double usual = quantile(steps, 0.5);
  for (std::size_t i = 0; i < number.size(); ++i) {
    const bool goes_on = i > 0 && *number[i] >= *number[i - 1];
    double count = goes_on ? *number[i] - *number[i - 1] : *number[i];
    if (i == 0 && count > 2 * usual) {
      notes.push_back(
          fmt::format("the first pulse number is {:g}: what was before is not known, one step is taken", count));
      count = usual;
    }
    out.push_back(count);
  }
  if (usual != 1) notes.push_back(fmt::format("a reading after every {:g} pulses, by the column 'pulse'", usual));
  return out;
}

// One pulse a row, more where steps of time are whole multiples of the usual one: rows are missing there.
std::vector<double> counts_by_rows(const MeasuredTable& table, const std::vector<Way>& ways,
                                   std::vector<std::string>& notes) {
  std::vector<double> out(table.rows(), 1);
  if (!table.has("time")) return out;
  const auto time_s = table.optional_values("time");
  std::vector<double> steps;
  for (std::size_t i = 1; i < out.size(); ++i)
    if (time_s[i] && time_s[i - 1] && *time_s[i] > *time_s[i - 1]) steps.push_back(*time_s[i] - *time_s[i - 1]);
  std::sort(steps.begin(), steps.end());
  if (steps.empty()) return out;
  const double usual_s = quantile(steps, 0.5);
  constexpr double near = 0.1;
  double more = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (!time_s[i] || !time_s[i - 1] || ways[i] != ways[i - 1]) continue;  // a pause between trains is none of pulses
    const double times = (*time_s[i] - *time_s[i - 1]) / usual_s;
    if (times < 0.5 || std::abs(times - std::round(times)) > near) {
      notes.push_back("times are not equal steps: pulses are counted by rows");
      return std::vector<double>(table.rows(), 1);
    }
    out[i] = std::round(times), more += out[i] - 1;
  }
  if (more > 0)
    notes.push_back(fmt::format("{:g} pulses without a row, by steps of time of several times {}: they are counted",
                                more, pretty(usual_s, Unit::second)));
  return out;
}

// Signs of pulses by where readings turn.
std::vector<Way> ways_by_turns(const MeasuredTable& table, const std::vector<std::optional<double>>& y,
                               std::vector<std::string>& notes) {
  std::vector<double> there;
  std::vector<std::size_t> row_of;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (y[i]) there.push_back(*y[i]), row_of.push_back(i);
  if (there.empty()) table.refuse("no row holds a reading");
  bool up = true;
  std::vector<std::size_t> turns = turns_of(there, up);
  // A numbering that begins anew near a turn is more exact than readings are.
  const auto number = table.optional_values("pulse");
  const std::size_t near = std::max<std::size_t>(3, there.size() / (10 * (turns.size() + 1)));
  for (std::size_t& turn : turns)
    for (std::size_t i = 1; i < there.size(); ++i)
      if (number[row_of[i]] < number[row_of[i - 1]] && i <= turn + near && turn < i + near) turn = i - 1;
  std::vector<Way> out(y.size(), up ? Way::up : Way::down);
  std::vector<std::size_t> after;
  for (std::size_t k = 0; k < turns.size(); ++k) {
    after.push_back(row_of[turns[k]] + 1);
    for (std::size_t i = row_of[turns[k]] + 1; i < out.size(); ++i) out[i] = (k % 2 == 0) == up ? Way::down : Way::up;
  }
  constexpr std::size_t few = 6;
  if (turns.empty()) {
    notes.push_back(fmt::format("there is no column 'amplitude': readings {}, so pulses are taken as {}",
                                up ? "rise" : "fall", up ? "positive" : "negative"));
  } else {
    const std::size_t shown = std::min(few, after.size());
    notes.push_back(fmt::format(
        "there is no column 'amplitude': signs of pulses are taken from where readings turn, {} first (turns after "
        "rows "
        "{}{})",
        up ? "up" : "down", fmt::join(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
        shown < after.size() ? ", ..." : ""));
  }
  return out;
}

// Turns signs where negative pulses are those that potentiate: by the switch, or where positive trains fall and
// negative ones rise, both by most of the range.
void turn_polarity(const FitFiles& files, LtpReadings& r) {
  double moved[2] = {0, 0}, runs[2] = {0, 0}, low = INFINITY, high = -INFINITY;  // [up]
  const PulseRow *first = nullptr, *last = nullptr;
  const auto end_run = [&] {
    if (first && last && first != last) moved[last->up] += *last->reading - *first->reading, runs[last->up] += 1;
  };
  for (const PulseRow& row : r.rows) {
    if (!row.reading) continue;
    low = std::min(low, *row.reading), high = std::max(high, *row.reading);
    if (last && row.pulses > 0 && last->up != row.up) end_run(), first = last;
    if (!first) first = &row;
    last = &row;
  }
  end_run();
  constexpr double most = 0.5;
  const double clear = most * (high - low);
  const bool seen = runs[0] > 0 && runs[1] > 0 && moved[1] / runs[1] < -clear && moved[0] / runs[0] > clear;
  if (!files.negative_potentiates.value_or(seen)) return;
  for (PulseRow& row : r.rows) row.up = !row.up;
  r.notes.push_back(
      fmt::format("negative pulses potentiate{}: the device file takes them as its potentiation, so that its "
                  "positive voltages are negative ones of the measurement",
                  files.negative_potentiates ? "" : ", by their readings"));
}

// Pulses between the last reading of a train and the first of the next belong to either: shared out by lengths of
// trains that fit all turns.
void share_out_turns(const MeasuredTable& table, LtpReadings& r) {
  std::vector<std::pair<double, double>> between;
  std::vector<std::size_t> turning;
  double pulses = 0;
  bool several = false;
  const PulseRow* before = nullptr;
  for (PulseRow& row : r.rows) {
    if (row.pulses > 0 && before && before->up != row.up) {
      between.emplace_back(pulses, pulses + row.pulses - 1);
      turning.push_back(static_cast<std::size_t>(&row - r.rows.data()));
      several |= row.pulses > 1;
    }
    pulses += row.pulses;
    if (row.pulses > 0) before = &row;
  }
  if (!several) return;
  const TurnPlaces turns = turns_between(between);
  std::vector<PulseRow> out;
  std::size_t k = 0;
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    PulseRow row = r.rows[i];
    if (k < turning.size() && turning[k] == i) {
      const double old = turns.at[k] - between[k].first;
      if (old > 0) out.push_back({old, !row.up, {}, table.rows()});  // no row of its own
      row.pulses -= old;
      ++k;
    }
    out.push_back(row);
  }
  r.rows = std::move(out);
  r.notes.push_back(
      turns.regular ? fmt::format("trains turn between readings: after {:g} pulses first, as trains of equal length do",
                                  turns.at[0])
                    : "trains turn between readings: each is taken to turn in the middle");
}

// Rows to trains.
void make_trains(const MeasuredTable& table, LtpReadings& r) {
  Trains& t = r.trains;
  for (const PulseRow& row : r.rows) {
    const bool turns = row.pulses > 0 && (t.all.empty() || t.all.back().up != row.up);
    if (turns) t.all.push_back({row.up, r.y.size(), 0, 0});
    if (!t.all.empty()) t.all.back().pulses += row.pulses;
    if (!row.reading) continue;
    if (t.all.empty() && t.starts) continue;  // read again before any pulse: one of them will do
    t.starts |= t.all.empty();
    r.y.push_back(*row.reading), r.row_of.push_back(row.row);
    t.at.push_back(t.all.empty() ? 0 : t.all.back().pulses);
    if (!t.all.empty()) ++t.all.back().count;
  }
  if (t.all.empty()) table.refuse("there are no pulses: the column 'amplitude (V)' is 0 everywhere");
  constexpr double fewest = 5;
  for (const Train& train : t.all) t.longest[train.up] = std::max(t.longest[train.up], train.pulses);
  for (const bool up : {true, false})
    if (t.longest[up] > 0 && t.longest[up] < fewest)
      table.refuse(fmt::format("trains of {:g} {} pulses are too short: at least {}", t.longest[up],
                               up ? "positive" : "negative", fewest));
}

}  // namespace

const std::vector<KnownColumn>& ltp_columns() {
  static const std::vector<KnownColumn> known = {
      amplitude_column,
      width_column,
      conductance_column,
      current_column,
      resistance_column,
      read_voltage_column,
      {"level",
       Unit::fraction,
       {"conductance per g max", "normalized conductance", "normalised conductance", "g/gmax", "weight"}},
      {"pulse",
       Unit::none,
       {"pulse number", "pulses", "pulse no", "pulse no.", "pulse #", "number of pulses", "n", "pulse index",
        "pulse count", "#"}},
      time_column,
      {"direction", Unit::none, {"phase", "polarity", "ltp/ltd", "mode"}, true},
      cell_column};
  return known;
}

std::vector<std::vector<std::size_t>> devices_of(const MeasuredTable& table) {
  std::vector<std::vector<std::size_t>> out;
  std::map<std::string, std::size_t> index;
  const auto names = ways_by_words(table).empty() ? table.texts("cell")
                     : table.has("direction")     ? table.texts("cell")
                                                  : std::vector<std::string>();
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto [at, fresh] = index.try_emplace(names.empty() ? "" : names[i], out.size());
    if (fresh) out.emplace_back();
    out[at->second].push_back(i);
  }
  return out;
}

MeasuredTable ltp_table(const std::filesystem::path& file, const FitFiles& files) {
  std::vector<std::string_view> readings = conductance_readings;
  readings.emplace_back("level");
  return {file, ltp_columns(), reading_of(files, "cell", readings)};
}

LtpReadings read_ltp(const MeasuredTable& table, const FitFiles& files) {
  LtpReadings r;
  std::vector<std::optional<double>> y;
  if (table.has("level") && reading_column(table) == "conductance" && !table.has("conductance")) {
    if (table.rows() == 0) table.refuse("there are no rows below the header");
    y = table.optional_values("level");
    r.y_name = "level", r.y_unit = Unit::none;
    r.notes.push_back("levels have no unit: conductances are left open (give g_min and g_max to run it)");
  } else {
    y = optional_conductances(table, files);
  }
  const auto amplitude_V = table.optional_values("amplitude");
  std::vector<Way> ways = ways_by_words(table);
  const bool by_words = !ways.empty();
  if (!by_words) require_one_device(table);
  const bool numbered = table.has("pulse");
  if (ways.empty() && !table.has("amplitude") && !numbered)
    table.refuse(
        "nothing tells the pulses: there is no column 'amplitude', 'pulse' (its number), nor columns LTP and LTD (name "
        "one with --columns \"HEADER=pulse\")");
  if (ways.empty() && table.has("amplitude"))
    for (const auto& v : amplitude_V) ways.push_back(v.value_or(0) == 0 ? Way::none : *v > 0 ? Way::up : Way::down);
  const bool by_turns = ways.empty();
  if (by_turns) ways = ways_by_turns(table, y, r.notes);
  const std::vector<double> counts = numbered ? counts_by_number(table, table.optional_values("pulse"), r.notes)
                                              : counts_by_rows(table, ways, r.notes);
  if (!numbered && by_words && table.wide())
    r.notes.push_back("pulses have no number: the first row of each column is after one pulse");
  std::size_t missing = 0;
  double waiting = 0;  // pulses counted over rows that have none of their own
  for (std::size_t i = 0; i < y.size(); ++i) {
    // With every pulse numbered a row without an amplitude is a reading between them.
    const bool none = ways[i] == Way::none;
    r.rows.push_back({none ? 0 : counts[i] + waiting, ways[i] == Way::up, y[i], i});
    waiting = none && numbered && i > 0 ? waiting + counts[i] : 0;
    missing += !y[i];
  }
  if (missing > 0)
    r.notes.push_back(fmt::format("{} missing {}: the pulses before are counted all the same", missing,
                                  missing == 1 ? "reading" : "readings"));
  if (table.has("amplitude")) turn_polarity(files, r);
  share_out_turns(table, r);
  make_trains(table, r);
  if (by_words && table.wide())
    for (const Train& train : r.trains.all) {
      if (train.count < 2) continue;
      const double first = r.y[train.first], last = r.y[train.first + train.count - 1];
      if (train.up != (last > first))
        table.refuse(
            fmt::format("column '{}' {} with the pulse number: is it in reverse order? Give it in the order of "
                        "measurement",
                        train.up ? "LTP" : "LTD", train.up ? "falls" : "rises"));
    }
  add_drive(table, files, r);
  return r;
}

}  // namespace bitline::characterise
