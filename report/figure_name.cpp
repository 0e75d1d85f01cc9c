// SPDX-License-Identifier: Apache-2.0
#include "report/figure_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "report/cost_text.h"
#include "report/text.h"

namespace bitline::report {
namespace {

struct Known {
  std::string_view path, name, unit;
  Better better = Better::neither;
};
constexpr Known known_figures[] = {
    {"write.level_accuracy", "Cells at their level", "fraction", Better::higher},
    {"write.rms_error_S", "Error of written conductances, rms", "S", Better::lower},
    {"write.fault_frac", "Faulty cells", "fraction", Better::lower},
    {"write.pulses_per_cell", "Pulses per cell", "", Better::lower},
    {"wires.current_error_rms", "Error of column currents, rms", "fraction", Better::lower},
    {"energy.per_inference_J", "Energy per inference", "J", Better::lower},
    {"energy.write_J", "Energy of writing everything once", "J", Better::lower},
    {"energy.write_s", "Time of writing everything once", "s", Better::lower},
    {"energy.refresh_W", "Mean power of refreshing", "W", Better::lower},
    {"latency.per_inference_s", "Latency", "s", Better::lower},
    {"latency.throughput_per_s", "Throughput", "inferences/s", Better::higher},
    {"area.total_m2", "Area", "m2", Better::lower},
    {"area.unused_arrays_m2", "Area of unused arrays", "m2", Better::lower},
    {"efficiency.tops_per_w", "Efficiency", "TOPS/W", Better::higher},
    {"efficiency.tops_per_mm2", "Operations per area", "TOPS/mm2", Better::higher},
    {"efficiency.one_bit_tops_per_w", "Efficiency of one-bit operations", "TOPS/W", Better::higher},
    {"mapping.arrays_used", "Arrays used", ""},
    {"mapping.arrays_total", "Arrays", ""},
    {"mapping.cell_utilisation", "Cells used", "fraction"},
};

bool is_share(std::string_view metric) { return metric.empty() || metric == "accuracy" || metric.starts_with("top-"); }

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string spaced(std::string text, char separator) {
  std::ranges::replace(text, separator, ' ');
  return text;
}

std::string metric_title(std::string_view metric) {
  if (metric.empty()) return "Accuracy";
  if (metric.starts_with("top-")) return capital(std::string(metric)) + " accuracy";
  if (metric == "auc") return "Area under the ROC curve";
  if (metric == "frechet") return "Frechet distance";
  return capital(spaced(std::string(metric), '-'));
}

Better metric_direction(std::string_view metric) {
  if (is_share(metric) || metric == "auc") return Better::higher;
  for (const std::string_view error : {"mean-square-error", "cross-entropy", "perplexity", "frechet"})
    if (metric == error) return Better::lower;
  return Better::neither;  // of an experiment: only its paper knows
}

std::optional<FigureName> quality_name(std::string_view path, std::string_view metric) {
  const std::string title = metric_title(metric), unit = is_share(metric) ? "fraction" : "";
  const Better better = metric_direction(metric);
  if (path == "quality.value") return FigureName{title + " on chip", unit, better};
  if (path == "quality.loss") return FigureName{title + " lost on chip", unit, Better::lower};
  if (path == "quality.reference.float") return FigureName{title + " of the float network", unit, better};
  if (path == "quality.reference.quantized") return FigureName{title + " of the quantized network", unit, better};
  if (path == "quality.reference.chance") return FigureName{"The commonest class", unit};
  if (path == "quality.inputs") return FigureName{"Inputs", ""};
  return std::nullopt;
}

constexpr std::pair<std::string_view, std::string_view> units_of_keys[] = {
    {"_per_s", "1/s"}, {"_J", "J"}, {"_s", "s"},     {"_W", "W"},   {"_m2", "m2"},         {"_A", "A"},
    {"_S", "S"},       {"_V", "V"}, {"_ohm", "ohm"}, {"_db", "dB"}, {"_frac", "fraction"}, {"_mm2", "mm2"}};

// "sample and hold" of "sample_hold".
std::string part_title(const std::string& name) {
  for (std::size_t p = 0; p < cost::part_count; ++p)
    if (const auto part = static_cast<cost::Part>(p); name_of(part) == name) return std::string(title_of(part));
  return spaced(name, '_');
}

// "fc1" of "layers.fc1.snr_db", whose names may hold dots; the key itself where nothing is below it.
std::string plain_name(std::string_view path, std::string& unit) {
  std::string text(path);
  for (const auto& [end, name] : units_of_keys)
    if (text.ends_with(end)) {
      text.resize(text.size() - end.size());
      unit = name;
      break;
    }
  constexpr std::string_view of_experiment = "experiment.figures.";
  if (text.starts_with(of_experiment)) return capital(spaced(text.substr(of_experiment.size()), '_'));
  const auto first = text.find('.'), last = text.rfind('.');
  if (first == std::string::npos) return capital(spaced(text, '_'));
  const std::string head = text.substr(0, first), tail = text.substr(last + 1);
  if (first != last) {
    const std::string middle = text.substr(first + 1, last - first - 1);
    if (middle.starts_with("breakdown_")) {
      for (const auto& [end, name] : units_of_keys)
        if (middle.ends_with(end)) unit = name;
      return capital(head) + " of " + part_title(tail);
    }
    if (head == "layers") return capital(spaced(tail, '_')) + " of " + middle;
    return capital(spaced(head, '_')) + ", " + spaced(spaced(middle, '.'), '_') + ", " + spaced(tail, '_');
  }
  return capital(head) + ", " + spaced(tail, '_');
}

}  // namespace

FigureName figure_name(std::string_view path, std::string_view metric) {
  if (const auto quality = quality_name(path, metric)) return *quality;
  for (const Known& k : known_figures)
    if (k.path == path) return {std::string(k.name), std::string(k.unit), k.better};
  FigureName figure;
  figure.name = plain_name(path, figure.unit);
  const bool costs = figure.unit == "J" || figure.unit == "m2" || (figure.unit == "s" && path.starts_with("latency"));
  if (costs) figure.better = Better::lower;
  if (path.ends_with(".snr_db"))
    figure.better = Better::higher, figure.name.replace(0, figure.name.find(" of "), "Signal to noise");
  return figure;
}

std::string value_text(double value, const std::string& unit) {
  if (std::isnan(value)) return "-";
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  if (unit == "inferences/s" || unit == "1/s") return count_text(value) + " /s";
  if (unit.empty() && whole && value >= 1e4) return grouped(static_cast<std::size_t>(value));
  return figure_text(value, unit);
}

std::string interval_text(const Interval& i, const std::string& unit) {
  if (std::isnan(i.lower) || std::isnan(i.upper)) return "";
  if (unit == "fraction") return percent_range(i);
  for (const Unit u : {Unit::joule, Unit::second, Unit::watt, Unit::ampere, Unit::siemens, Unit::volt})
    if (unit == symbol(u)) return range_text(i.lower, i.upper, u);
  return fmt::format("{:.4g} .. {:.4g}{}", i.lower, i.upper, unit.empty() ? "" : " " + unit);
}

std::string difference_text(double d, const std::string& unit) {
  if (std::isnan(d)) return "";
  if (d == 0) return "0";
  const std::string text =
      unit == "fraction" ? fmt::format("{:.2f} points", std::abs(d) * 100) : value_text(std::abs(d), unit);
  return (d < 0 ? "-" : "+") + text;
}

std::string axis_name(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"adc", "ADC"}, {"iv", "I-V"}, {"vdd", "supply"}, {"v_read", "read voltage"}, {"t_read", "read time"}};
  std::string name;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    std::string word(path.substr(0, dot));
    const auto known = std::ranges::find(words, word, &std::pair<std::string_view, std::string_view>::first);
    if (known != std::end(words))
      word = known->second;
    else if (word.find('_') != 1)  // g_max is a symbol
      word = spaced(word, '_');
    name += (name.empty() ? "" : " ") + word;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return name;
}

}  // namespace bitline::report
