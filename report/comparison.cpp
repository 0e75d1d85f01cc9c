// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

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
  return key == "experiment.type" || key == "workload.network" || key == "workload.dataset" ||
         key.starts_with("workload.dataset.") || key.starts_with("workload.shapes");
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
std::vector<std::string> compared_claims(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> ids;
  for (const ComparedRun& run : runs) add_new(ids, names_below(run, "experiment.claims"));
  return ids;
}

// --- qualities ------------------------------------------------------------------------------------------------------

namespace {

using Files = std::set<std::pair<std::string, std::string>>;  // name and checksum

bool is_network(const std::string& file) { return file.ends_with(".onnx"); }

Files files_of(const ComparedRun& run) {
  Files files;
  const Json* inputs = run::node_at(run.document, "provenance.inputs");
  if (inputs && inputs->is_array())
    for (const Json& file : *inputs)
      if (file.is_object()) files.emplace(file.value("name", ""), file.value("checksum", ""));
  return files;
}

// A network is another's to change.
Files data_of(const ComparedRun& run) {
  Files files = files_of(run);
  std::erase_if(files, [](const auto& file) { return is_network(file.first); });
  return files;
}

// "a.npy, b.npy and 3 others": of `files` those that are not in `others`.
std::string files_beyond(const Files& files, const Files& others) {
  constexpr std::size_t most_names = 2;
  std::vector<std::string> names;
  for (const auto& file : files)
    if (!others.count(file)) names.push_back(file.first);
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > most_names) text += fmt::format(" and {} more", names.size() - most_names);
  return text.empty() ? "nothing else" : text;
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
  const bool all_equal = std::ranges::all_of(
      differences, [](const auto& of_chip) { return std::ranges::all_of(of_chip, [](double d) { return d == 0; }); });
  std::string how = fmt::format("paired by image{} ({} images, {} chip{})", same_seed ? " and chip" : "",
                                grouped(differences.front().size()), grouped(chips), chips == 1 ? "" : "s");
  if (!all_equal) how += chips == 1 ? ", for other images on this chip" : ", for other images and chips";
  return {value, ci95, how, all_equal};
}

}  // namespace

bool read_same_files(const ComparedRun& a, const ComparedRun& b) { return files_of(a) == files_of(b); }

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
  QualityDifference d{*value - *other, std::nullopt, "", false};
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
    if (half > 0) d.ci95 = Interval{d.value - half, d.value + half};  // of no width: nothing was drawn
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

// Said by the changed keys where the work differs.
std::string files_note(const ComparedRun& a, const ComparedRun& b) {
  const Files of_a = files_of(a), of_b = files_of(b);
  if (of_a == of_b) return "";
  const std::string what = data_of(a) == data_of(b) ? "network" : "data";
  const bool one_config = !a.config.empty() && !b.config.empty() && config_changes({a, b}).empty();
  return fmt::format(
      "{0} and {1} do not read the same {2}{3}: {0} reads {4}, {1} {5} (by name and content). Their qualities are not "
      "of the same {2}.",
      a.label, b.label, what, one_config ? ", though their configurations are the same" : "", files_beyond(of_a, of_b),
      files_beyond(of_b, of_a));
}

// Of reloaded arrays, the price of whose writing is not known.
std::string bound_note(const ComparedRun& a, const ComparedRun& b) {
  std::string who = a.is_true("energy.at_least") ? a.label : "";
  if (b.is_true("energy.at_least")) who += (who.empty() ? "" : " and ") + b.label;
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
  const auto changes = config_changes({a, b});
  const auto work = std::ranges::find_if(changes, [](const ConfigChange& change) { return is_work(change.key); });
  if (work != changes.end())
    notes.push_back(
        fmt::format("{} and {} do different work ({} differs): an inference of one is not one of the other, so neither "
                    "their costs nor their qualities rank them.",
                    a.label, b.label, work->key));
  else if (std::string note = files_note(a, b); !note.empty())
    notes.push_back(std::move(note));
  if (std::string note = bound_note(a, b); !note.empty()) notes.push_back(std::move(note));
  if (are_same(a, b)) return notes;  // nothing else to weigh
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
