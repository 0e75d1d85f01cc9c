// SPDX-License-Identifier: Apache-2.0
#include "report/compare_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "report/text.h"

namespace bitline::report {

using run::Json;

namespace {

constexpr std::size_t most_layers = 20;
// Parts smaller than this in all runs share a row.
constexpr double least_row_share = 0.005;

std::vector<std::string> head_of(const std::vector<ComparedRun>& runs, const std::string& first) {
  std::vector<std::string> head{first};
  for (std::size_t r = 0; r < runs.size(); ++r) {
    head.push_back(runs[r].label);
    if (r > 0) head.push_back(fmt::format("{} to {}", runs[r].label, runs[0].label));
  }
  return head;
}

// "0.104 x", "1.00 x"; shares differ by points.
std::string beside(std::optional<double> value, std::optional<double> first, const std::string& unit) {
  if (!value || !first) return "";
  if (unit == "fraction") return difference_text(*value - *first, unit);
  return *first == 0 ? "" : fmt::format("{:.4g} x", *value / *first);
}

std::vector<std::string> value_row(const std::string& name, const std::vector<std::optional<double>>& values,
                                   const std::string& unit) {
  std::vector<std::string> row{name};
  for (std::size_t r = 0; r < values.size(); ++r) {
    row.push_back(values[r] ? value_text(*values[r], unit) : "-");
    if (r > 0) row.push_back(beside(values[r], values[0], unit));
  }
  return row;
}

std::vector<std::string> interval_row(const ComparedFigure& f) {
  std::vector<std::string> row{f.key == "quality.value" ? "  95 %" : "  interval"};
  for (std::size_t r = 0; r < f.intervals.size(); ++r) {
    row.push_back(f.intervals[r] ? interval_text(*f.intervals[r], f.name.unit) : "-");
    if (r > 0) row.emplace_back();
  }
  return row;
}

const Json* claim_of(const ComparedRun& run, const std::string& id) {
  return run::node_at(run.document, "experiment.claims." + id);
}

std::string claim_cell(const Json* c) {
  if (!c || !c->is_object()) return "-";
  const auto number = [&](const char* pointer) {
    const Json::json_pointer at(pointer);
    return c->contains(at) && (*c)[at].is_number() ? (*c)[at].get<double>() : std::nan("");
  };
  const std::string unit = c->value("unit", "");
  return fmt::format("{} ({}), {}", value_text(number("/value"), unit),
                     interval_text({number("/ci95/0"), number("/ci95/1")}, unit),
                     c->value("holds", false) ? "holds" : "does not hold");
}

std::string breakdown_path(const std::string& what) {
  return what == "energy" ? "energy.breakdown_J" : what == "latency" ? "latency.breakdown_s" : "area.breakdown_m2";
}
std::string unit_of(const std::string& what) { return what == "energy" ? "J" : what == "latency" ? "s" : "m2"; }

}  // namespace

ComparedTable figure_table(const std::vector<ComparedRun>& runs) {
  ComparedTable table{"", head_of(runs, "")};
  for (const ComparedFigure& f : compared_figures(runs)) {
    table.rows.push_back(value_row(f.name.name, f.values, f.name.unit));
    if (std::ranges::any_of(f.intervals, [](const auto& i) { return i.has_value(); }))
      table.rows.push_back(interval_row(f));
  }
  return table;
}

ComparedTable part_table(const std::vector<ComparedRun>& runs, const std::string& what) {
  std::vector<cost::Breakdown> breakdowns;
  std::vector<const cost::Breakdown*> all;
  for (const ComparedRun& run : runs) breakdowns.push_back(run.breakdown(breakdown_path(what)));
  for (const cost::Breakdown& b : breakdowns) all.push_back(&b);
  const auto largest = [&](cost::Part part) {
    double share = 0;
    for (const cost::Breakdown& b : breakdowns)
      if (b.total() > 0) share = std::max(share, b[part] / b.total());
    return share;
  };
  std::vector<cost::Part> parts = cost::listed_parts(all), small;
  for (const cost::Part part : parts)
    if (largest(part) > 0 && largest(part) < least_row_share) small.push_back(part);
  std::erase_if(parts, [&](cost::Part part) { return largest(part) < least_row_share; });
  std::ranges::stable_sort(parts, {}, [&](cost::Part part) { return -largest(part); });

  ComparedTable table{fmt::format("{} by part", what == "energy"    ? "Energy"
                                                : what == "latency" ? "Latency"
                                                                    : "Area"),
                      head_of(runs, "")};
  const auto row = [&](const std::string& name, const std::vector<cost::Part>& of) {
    std::vector<std::optional<double>> values;
    for (const cost::Breakdown& b : breakdowns) {
      double sum = 0;
      for (const cost::Part part : of) sum += b[part];
      values.push_back(sum > 0 ? std::optional(sum) : std::nullopt);
    }
    std::vector<std::string> cells = value_row(name, values, unit_of(what));
    for (std::size_t r = 0, c = 1; r < values.size(); c += r == 0 ? 1 : 2, ++r)
      if (values[r] && breakdowns[r].total() > 0)
        cells[c] += fmt::format("  {:>3.0f} %", 100 * *values[r] / breakdowns[r].total());
    table.rows.push_back(std::move(cells));
  };
  for (const cost::Part part : parts) row(std::string(title_of(part)), {part});
  if (!small.empty())
    row(small.size() == 1 ? std::string(title_of(small[0])) : fmt::format("{} others", small.size()), small);
  return table;
}

ComparedTable layer_table(const std::vector<ComparedRun>& runs, const std::string& what) {
  ComparedTable table{fmt::format("{} by layer", what == "energy" ? "Energy" : "Latency"), head_of(runs, "")};
  const std::string key = what == "energy" ? ".energy_J" : ".latency_s";
  const std::vector<std::string> layers = compared_layers(runs);
  const auto values_of = [&](const std::string& layer) {
    std::vector<std::optional<double>> values;
    for (const ComparedRun& run : runs) values.push_back(run.number("layers." + layer + key));
    return values;
  };
  // By how much it changes what all layers take together.
  const auto spread = [&](const std::string& layer) {
    double low = HUGE_VAL, high = 0;
    for (const auto& v : values_of(layer)) low = std::min(low, v.value_or(0)), high = std::max(high, v.value_or(0));
    return high - low;
  };
  std::set<std::string> shown(layers.begin(), layers.end());
  if (layers.size() > most_layers) {
    std::vector<std::string> order = layers;
    std::ranges::stable_sort(order, {}, [&](const std::string& layer) { return -spread(layer); });
    shown = {order.begin(), order.begin() + most_layers};
    table.note = fmt::format("The {} of {} layers that differ most.", most_layers, layers.size());
  }
  for (const std::string& layer : layers)
    if (shown.count(layer)) table.rows.push_back(value_row(layer, values_of(layer), unit_of(what)));
  return table;
}

ComparedTable claim_table(const std::vector<ComparedRun>& runs) {
  ComparedTable table{"Claims (95 %)", {""}};
  for (const ComparedRun& run : runs) table.head.push_back(run.label);
  for (const std::string& id : compared_claims(runs)) {
    auto& row = table.rows.emplace_back(std::vector{id});
    for (const ComparedRun& run : runs) row.push_back(claim_cell(claim_of(run, id)));
  }
  return table;
}

ComparedTable change_table(const std::vector<ComparedRun>& runs) {
  ComparedTable table{"Configuration", {""}};
  std::string unknown;
  for (const ComparedRun& run : runs) {
    table.head.push_back(run.label);
    if (run.config.empty()) unknown += (unknown.empty() ? "" : ", ") + run.label;
  }
  for (const ConfigChange& change : config_changes(runs)) {
    auto& row = table.rows.emplace_back(std::vector{change.key});
    row.insert(row.end(), change.values.begin(), change.values.end());
  }
  if (!unknown.empty())
    table.note = fmt::format("The configuration of {} is not known: result.json alone does not hold it.", unknown);
  else if (table.rows.empty())
    table.note = "The configurations are the same.";
  return table;
}

namespace {

// Of a difference: shares differ in points.
std::string difference_interval(const Interval& ci95, const std::string& unit) {
  if (unit != "fraction") return interval_text(ci95, unit);
  return fmt::format("{:.2f} .. {:.2f} points", 100 * ci95.lower, 100 * ci95.upper);
}

}  // namespace

std::vector<std::string> quality_sentences(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> sentences;
  for (std::size_t r = 1; r < runs.size(); ++r) {
    const auto d = quality_difference(runs[r], runs[0]);
    if (!d) continue;
    const FigureName name = figure_name("quality.value", runs[r].metric());
    std::string text = fmt::format("{} of {} less that of {}: {}", name.name, runs[r].label, runs[0].label,
                                   difference_text(d->value, name.unit));
    if (d->all_equal) {
      sentences.push_back(text + fmt::format(", {}: no outcome differs.", d->how));
      continue;
    }
    if (d->ci95) text += fmt::format(", 95 % {}", difference_interval(*d->ci95, name.unit));
    text += fmt::format(", {}.", d->how);
    if (d->ci95)
      text +=
          d->is_beyond_chance() ? " The difference is more than chance." : " It may be chance: the interval holds 0.";
    sentences.push_back(std::move(text));
  }
  return sentences;
}

std::string same_sentence(const ComparedRun& a, const ComparedRun& b) {
  if (!are_same(a, b)) return "";
  return fmt::format("{} and {} are the same: all {} numbers agree.", a.label, b.label, grouped(a.numbers().size()));
}

}  // namespace bitline::report
