// SPDX-License-Identifier: Apache-2.0
// Runs side by side: what is known of each, and what of it may be compared.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arch/config.h"
#include "cost/part.h"
#include "report/figure_name.h"
#include "run/json_parts.h"

namespace bitline::report {

// A value of a resolved config, and the file that set it; "": a default or the command line.
struct ConfigValue {
  std::string value, file;
};

struct ComparedRun {
  std::string label;   // "A"
  std::string source;  // the folder, file or config, as it was given
  std::string name;    // of its config; "" where only result.json is known
  run::Json document;
  std::map<std::string, ConfigValue> config;  // by path; empty without resolved.yaml
  std::vector<std::vector<float>> outcomes;   // by chip: what each sample scored; empty: not kept

  // A number of the document; unset where it has none, or where it would be of arrays that there are not.
  std::optional<double> number(std::string_view path) const;
  std::optional<Interval> interval(std::string_view path) const;
  bool is_true(std::string_view path) const;
  std::string text(std::string_view path) const;
  std::string metric() const { return text("quality.metric"); }
  // Of "energy.breakdown_J" and its like.
  cost::Breakdown breakdown(std::string_view path) const;
  // All numbers but those that may differ between two runs of one config.
  std::map<std::string, double> numbers() const;
};

// A run folder or its result.json. Throws InputError.
ComparedRun read_compared_run(const std::filesystem::path& source);
// What has just been run.
ComparedRun compared_run(const run::Result& result, const arch::LoadedConfig& loaded, const std::string& source);

// A figure of all runs, by its key in result.json.
struct ComparedFigure {
  std::string key;
  FigureName name;
  std::vector<std::optional<double>> values;
  std::vector<std::optional<Interval>> intervals;  // unset: not known, or of no width
};
// Those of every comparison that some run has; scores of two metrics are two figures.
std::vector<ComparedFigure> compared_figures(const std::vector<ComparedRun>& runs);

// A key of the configuration that differs. A library file, such as a technology, counts as one key.
struct ConfigChange {
  std::string key;
  std::vector<std::string> values;  // "-": not there
};
std::vector<ConfigChange> config_changes(const std::vector<ComparedRun>& runs);

// The quality of one run less that of another.
struct QualityDifference {
  double value = 0;
  std::optional<Interval> ci95;
  std::string how;         // "paired by image and chip, ..."
  bool all_equal = false;  // every outcome, so that there is nothing to estimate chance from
  bool is_beyond_chance() const { return ci95 && (ci95->lower > 0 || ci95->upper < 0); }
};
// Nothing where they do not measure the same.
std::optional<QualityDifference> quality_difference(const ComparedRun& run, const ComparedRun& from);

// Whether every number agrees, and whether what they read does, by name and content.
bool are_same(const ComparedRun& a, const ComparedRun& b);
bool read_same_files(const ComparedRun& a, const ComparedRun& b);

// Sentences on what may not be compared, or only so: other work or other files, costs that are bounds, intervals of
// energy, throughput on one area.
std::vector<std::string> comparison_notes(const ComparedRun& a, const ComparedRun& b);

// What b makes for each second on the area of a, as if it were built several times, or in part.
struct IsoArea {
  double throughput_a, throughput_b, tops_per_w_a, tops_per_w_b, area_a_m2, area_b_m2;
  double area_ratio() const { return area_a_m2 / area_b_m2; }
  double scaled() const { return throughput_b * area_ratio(); }
};
std::optional<IsoArea> iso_area(const ComparedRun& a, const ComparedRun& b);

// Names of the layers of all runs, and ids of the claims of experiments, those of the first one first.
std::vector<std::string> compared_layers(const std::vector<ComparedRun>& runs);
std::vector<std::string> compared_claims(const std::vector<ComparedRun>& runs);

}  // namespace bitline::report
