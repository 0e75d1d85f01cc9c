// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/two_way.h"
#include "report/cost_text.h"
#include "report/text.h"

namespace bitline::report {

using run::Json;

namespace {

// Shown in every comparison, in this order.
constexpr const char* main_keys[] = {"quality.value",
                                     "quality.reference.float",
                                     "quality.reference.quantized",
                                     "write.level_accuracy",
                                     "energy.per_inference_J",
                                     "energy.write_J",
                                     "energy.write_s",
                                     "energy.refresh_W",
                                     "latency.per_inference_s",
                                     "latency.throughput_per_s",
                                     "area.total_m2",
                                     "efficiency.tops_per_w",
                                     "efficiency.tops_per_mm2",
                                     "mapping.arrays_used",
                                     "mapping.cell_utilisation"};

std::optional<Interval> interval_of(const ComparedRun& run, const std::string& key) {
  std::optional<Interval> i;
  if (key == "quality.value") i = run.interval("quality.ci95_both");
  if (key == "energy.per_inference_J") i = run.interval("energy.interval_J");
  return i && i->lower < i->upper ? i : std::nullopt;
}

// `metric`: of the runs that are asked; empty: of all.
void add_figure(const std::vector<ComparedRun>& runs, const std::string& key, const std::optional<std::string>& metric,
                std::vector<ComparedFigure>& all) {
  ComparedFigure f{key, figure_name(key, metric.value_or("")), {}, {}};
  for (const ComparedRun& run : runs) {
    const bool asked = !metric || run.metric() == *metric;
    f.values.push_back(asked ? run.number(key) : std::nullopt);
    f.intervals.push_back(asked ? interval_of(run, key) : std::nullopt);
  }
  if (std::ranges::any_of(f.values, [](const auto& x) { return x.has_value(); })) all.push_back(std::move(f));
}

template <class Names>
void add_new(std::vector<std::string>& all, const Names& names) {
  for (const std::string& name : names)
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
}

std::vector<std::string> names_below(const ComparedRun& run, const char* path) {
  std::vector<std::string> names;
  const Json* node = run::node_at(run.document, path);
  if (node && node->is_object())
    for (const auto& [name, _] : node->items()) names.push_back(name);
  if (node && node->is_array())
    for (std::size_t i = 0; i < node->size(); ++i) names.push_back(run::element_key((*node)[i], i));
  return names;
}

bool is_work(const std::string& key) {
  return key == "experiment.type" || key == "workload.network" || key == "workload.dataset" || key.starts_with("workload.dataset.") ||
         key.starts_with("workload.shapes");
}

}  // namespace

std::vector<ComparedFigure> compared_figures(const std::vector<ComparedRun>& runs) {
  std::vector<ComparedFigure> all;
  std::vector<std::string> metrics;
  for (const ComparedRun& run : runs) add_new(metrics, std::vector{run.metric()});
  for (const std::string key : main_keys) {
    if (!key.starts_with("quality.")) {
      add_figure(runs, key, std::nullopt, all);
      continue;
    }
    for (const std::string& metric : metrics) add_figure(runs, key, metric, all);
  }
  std::vector<std::string> found;
  for (const ComparedRun& run : runs) add_new(found, names_below(run, "experiment.figures"));
  for (const std::string& name : found) add_figure(runs, "experiment.figures." + name, std::nullopt, all);
  return all;
}

bool are_same(const ComparedRun& a, const ComparedRun& b) { return a.numbers() == b.numbers(); }

std::vector<std::string> compared_layers(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> names;
  for (const ComparedRun& run : runs) add_new(names, names_below(run, "layers"));
  return names;
}

// --- qualities ------------------------------------------------------------------------------------------------------

namespace {

// Files of data by name and checksum; a network is another's to change.
std::vector<std::string> data_of(const ComparedRun& run) {
  std::vector<std::string> files;
  const Json* inputs = run::node_at(run.document, "provenance.inputs");
  if (inputs && inputs->is_array())
    for (const Json& file : *inputs)
      if (const std::string name = file.value("name", ""); !name.ends_with(".onnx"))
        files.push_back(name + " " + file.value("checksum", ""));
  return files;
}

std::vector<double> chip_values(const ComparedRun& run) {
  std::vector<double> values;
  const Json* chips = run::node_at(run.document, "quality.chips");
  if (chips && chips->is_array())
    for (const Json& chip : *chips)
      if (chip.is_object() && chip.contains("value") && chip["value"].is_number()) values.push_back(chip["value"]);
  return values;
}

QualityDifference by_outcomes(const ComparedRun& run, const ComparedRun& from, bool same_seed) {
  std::vector<std::vector<double>> differences;
  for (std::size_t c = 0; c < run.outcomes.size(); ++c) {
    auto& of_chip = differences.emplace_back();
    for (std::size_t i = 0; i < run.outcomes[c].size(); ++i)
      of_chip.push_back(static_cast<double>(run.outcomes[c][i]) - static_cast<double>(from.outcomes[c][i]));
  }
  double sum = 0;
  for (const auto& of_chip : differences) sum += mean(of_chip);
  const double value = sum / static_cast<double>(differences.size());
  const std::size_t chips = differences.size();
  Interval ci95 = interval_over_both(value, two_way_variance(differences));
  if (!std::isfinite(ci95.lower)) ci95 = {value, value};  // no image differs from another: nothing to estimate from
  return {value, ci95,
          fmt::format("paired by image{} ({} images, {} chip{}), for other images{}", same_seed ? " and chip" : "",
                      grouped(differences.front().size()), grouped(chips), chips == 1 ? "" : "s",
                      chips == 1 ? " on this chip" : " and chips")};
}

}  // namespace

std::optional<QualityDifference> quality_difference(const ComparedRun& run, const ComparedRun& from) {
  const auto value = run.number("quality.value"), other = from.number("quality.value");
  if (!value || !other || run.metric() != from.metric()) return std::nullopt;
  const bool same_seed = run.number("seed") == from.number("seed");
  const bool same_data = data_of(run) == data_of(from) && run.number("quality.inputs") == from.number("quality.inputs");
  const auto same_size = [&] {
    return run.outcomes.size() == from.outcomes.size() &&
           std::ranges::equal(run.outcomes, from.outcomes,
                              [](const auto& a, const auto& b) { return a.size() == b.size(); });
  };
  if (same_data && !run.outcomes.empty() && same_size()) return by_outcomes(run, from, same_seed);
  QualityDifference d{*value - *other, std::nullopt, ""};
  const std::vector<double> of_run = chip_values(run), of_other = chip_values(from);
  if (same_data && same_seed && of_run.size() > 1 && of_run.size() == of_other.size()) {
    std::vector<double> differences;
    for (std::size_t c = 0; c < of_run.size(); ++c) differences.push_back(of_run[c] - of_other[c]);
    d.ci95 = t_interval(differences);
    d.how = fmt::format(
        "paired by chip ({} chips), for other chips on these images; run --per-image keeps what pairs images too",
        of_run.size());
    return d;
  }
  const auto a = run.interval("quality.ci95_both"), b = from.interval("quality.ci95_both");
  if (a && b) {
    const double half = std::hypot(a->upper - a->lower, b->upper - b->lower) / 2;
    d.ci95 = Interval{d.value - half, d.value + half};
  }
  d.how = std::string("not paired, as if both were drawn apart: ") +
          (!same_data   ? "they do not run on the same images"
           : !same_seed ? "their seeds differ"
                        : "outcomes of single images were not kept (run --per-image)");
  return d;
}

// --- notes ----------------------------------------------------------------------------------------------------------

std::optional<IsoArea> iso_area(const ComparedRun& a, const ComparedRun& b) {
  const auto rate_a = a.number("latency.throughput_per_s"), rate_b = b.number("latency.throughput_per_s");
  const auto per_w_a = a.number("efficiency.tops_per_w"), per_w_b = b.number("efficiency.tops_per_w");
  const auto area_a = a.number("area.total_m2"), area_b = b.number("area.total_m2");
  if (!rate_a || !rate_b || !per_w_a || !per_w_b || !area_a || !area_b || *area_a <= 0 || *area_b <= 0) return {};
  return IsoArea{*rate_a, *rate_b, *per_w_a, *per_w_b, *area_a, *area_b};
}

namespace {

// Of reloaded arrays, the price of whose writing is not known.
std::string bound_note(const ComparedRun& a, const ComparedRun& b) {
  const auto is_bound = [](const ComparedRun& run) {
    const Json* bound = run::node_at(run.document, "energy.at_least");
    return bound && *bound == true;
  };
  std::string who = is_bound(a) ? a.label : "";
  if (is_bound(b)) who += (who.empty() ? "" : " and ") + b.label;
  if (who.empty()) return "";
  return fmt::format(
      "The costs of {} leave out what reloading arrays for each image takes, which is not known: the energy is at "
      "least what is shown, the efficiency at most.",
      who);
}

std::string energy_note(const ComparedRun& a, const ComparedRun& b) {
  const auto in_a = a.interval("energy.interval_J"), in_b = b.interval("energy.interval_J");
  if (!in_a || !in_b) return "";
  // An interval of no width is one that nobody knows: given prices, not exact ones.
  const bool known_a = in_a->lower < in_a->upper, known_b = in_b->lower < in_b->upper;
  if (!known_a && !known_b) return "";
  if (!known_a || !known_b)
    return fmt::format(
        "The energy of {} has no interval: its prices are given ones, not exact ones. So whether the difference is "
        "more "
        "than what is known cannot be said.",
        known_a ? b.label : a.label);
  const bool overlap = in_a->lower <= in_b->upper && in_b->lower <= in_a->upper;
  return fmt::format("Energy intervals: {} {}, {} {}: they differ by {} than their intervals.{}", a.label,
                     range_text(in_a->lower, in_a->upper, Unit::joule), b.label,
                     range_text(in_b->lower, in_b->upper, Unit::joule), overlap ? "less" : "more",
                     overlap ? " Where both take a price from the same model, its error cancels in their ratio." : "");
}

}  // namespace

std::vector<std::string> comparison_notes(const ComparedRun& a, const ComparedRun& b) {
  std::vector<std::string> notes;
  for (const ConfigChange& change : config_changes({a, b}))
    if (is_work(change.key)) {
      notes.push_back(fmt::format(
          "{} and {} do different work ({} differs): an inference of one is not one of the other, so neither their "
          "costs nor their qualities rank them.",
          a.label, b.label, change.key));
      break;
    }
  if (std::string note = bound_note(a, b); !note.empty()) notes.push_back(std::move(note));
  if (std::string note = energy_note(a, b); !note.empty()) notes.push_back(std::move(note));
  if (const auto i = iso_area(a, b))
    notes.push_back(
        fmt::format("Iso-area: {0} makes {1} inferences/s at {2:.4g} TOPS/W on {3}, {4} {5} at {6:.4g} on {7}. On "
                    "{0}'s area ({8:.4g} "
                    "times its own) {4} would make {9} inferences/s, {10:.4g} times {0}'s; that assumes that "
                    "throughput scales with "
                    "area.",
                    a.label, count_text(i->throughput_a), i->tops_per_w_a, quantity(i->area_a_m2, Unit::square_meter),
                    b.label, count_text(i->throughput_b), i->tops_per_w_b, quantity(i->area_b_m2, Unit::square_meter),
                    i->area_ratio(), count_text(i->scaled()), i->throughput_a > 0 ? i->scaled() / i->throughput_a : 0));
  return notes;
}

}  // namespace bitline::report
