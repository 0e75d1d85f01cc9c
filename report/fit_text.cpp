// SPDX-License-Identifier: Apache-2.0
#include "report/fit_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/config_writer.h"
#include "base/version.h"
#include "report/svg_axis.h"
#include "report/text.h"

namespace bitline::report {

using characterise::FitCandidate;
using characterise::FitPart;
using characterise::FittedValue;
using run::Json;

namespace {

Json fit_number(double x) { return std::isfinite(x) ? Json(x) : Json(); }

Json fit_part_json(const FitPart& p) {
  Json candidates = Json::array();
  for (const FitCandidate& c : p.candidates) {
    Json values = Json::array();
    for (const FittedValue& v : c.values)
      values.push_back({{"key", v.key},
                        {"name", v.name},
                        {"value", v.value},
                        {"ci95", {fit_number(v.low), fit_number(v.high)}},
                        {"unit", symbol(v.unit)}});
    candidates.push_back({{"model", c.model},
                          {"parameters", c.parameters},
                          {"aic", c.refused.empty() ? fit_number(c.aic) : Json()},
                          {"crps", c.held_out ? fit_number(c.held_out->crps) : Json()},
                          {"crps_error", c.held_out ? fit_number(c.held_out->error) : Json()},
                          {"crps_above_best", c.held_out ? fit_number(c.held_out->above_best) : Json()},
                          {"crps_above_best_error", c.held_out ? fit_number(c.held_out->above_best_error) : Json()},
                          {"rms", fit_number(c.rms)},
                          {"refused", c.refused.empty() ? Json() : Json(c.refused)},
                          {"values", values}});
  }
  return {{"part", p.part},           {"file", p.file},
          {"points", p.x.size()},     {"independent_readings", p.readings},
          {"chosen", p.best().model}, {"chosen_by", p.chosen_by},
          {"notes", p.notes},         {"candidates", candidates}};
}

// Comment lines of a choice by held-out cells.
std::string choice_text(const FitPart& p) {
  if (!p.best().held_out) return "";
  const HeldOutTable table = held_out_table(p);
  std::string out = fmt::format("#   chosen: {}\n#     {:<20} {}\n", p.chosen_by, "", table.head);
  for (std::size_t i = 0; i < p.candidates.size(); ++i)
    out += fmt::format("#     {:<20} {}\n", p.candidates[i].model,
                       table.rows[i].empty() ? "out: " + p.candidates[i].refused : table.rows[i]);
  return out;
}

}  // namespace

HeldOutTable held_out_table(const FitPart& p) {
  std::vector<double> scores;
  double finest = INFINITY;
  for (const FitCandidate& c : p.candidates)
    if (c.held_out) {
      scores.push_back(c.held_out->crps);
      for (const double error : {c.held_out->error, c.held_out->above_best_error})
        if (error > 0) finest = std::min(finest, error);
    }
  if (scores.empty()) return {};
  const auto [unit, factor] = scaled_unit(scores, p.y_unit);
  // Two digits of the smallest error.
  const double digits = std::isfinite(finest) ? 1 - std::floor(std::log10(factor * finest)) : 0;
  const int decimals = static_cast<int>(std::clamp(digits, 0.0, 9.0));
  const auto with_error = [&, scale = factor](double x, double error) {
    return fmt::format("{:.{}f} +- {:.{}f}", scale * x, decimals, scale * error, decimals);
  };
  HeldOutTable out{fmt::format("{:<20} {}", name_with_unit("CRPS", unit), "above the lowest"), {}};
  for (const FitCandidate& c : p.candidates)
    out.rows.push_back(!c.held_out
                           ? ""
                           : fmt::format("{:<20} {}", with_error(c.held_out->crps, c.held_out->error),
                                         c.held_out->above_best == 0 && c.held_out->above_best_error == 0
                                             ? "lowest"
                                             : with_error(c.held_out->above_best, c.held_out->above_best_error)));
  return out;
}

Json fit_json(std::span<const FitPart> parts) {
  Json all = Json::array();
  for (const FitPart& p : parts) all.push_back(fit_part_json(p));
  return all;
}

std::string fitted_device_file(const std::string& called, std::span<const FitPart> parts,
                               std::optional<double> read_voltage_V) {
  std::string head =
      fmt::format("# {}, fitted by bitline {} fit; 95 % intervals stand with the values.\n", clean(called), version());
  for (const FitPart& p : parts) {
    head +=
        fmt::format("# {}: {}, {}\n", p.part, clean(std::filesystem::path(p.file).filename().string()), p.best().model);
    head += choice_text(p);
    for (const std::string& note : p.notes) head += fmt::format("#   {}\n", clean(note));
  }
  Value tree = Value::map();
  Value name = Value::scalar(called);
  name.quoted = true;
  tree.set("about", name);
  for (auto& e : characterise::fitted_device({parts.begin(), parts.end()}).entries) tree.set(e.key, e.value);
  if (tree.find("plasticity") && read_voltage_V)
    set_path(tree, "plasticity.v_read", Value::scalar(format_quantity(std::abs(*read_voltage_V), Unit::volt)));
  return head + to_yaml(tree);
}

}  // namespace bitline::report
