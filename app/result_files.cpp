// SPDX-License-Identifier: Apache-2.0
#include "app/result_files.h"

#include "base/files.h"
#include "base/npy.h"
#include "report/csv.h"
#include "report/experiment.h"
#include "report/html.h"
#include "run/result_json.h"

namespace bitline::app {

namespace {

// NAME.csv of each table, NAME.svg of each picture.
void write_experiment(const std::filesystem::path& folder, const run::ExperimentResult& e) {
  for (const auto& table : e.tables) write_file(folder / (table.name + ".csv"), report::table_csv(table));
  for (const auto& picture : e.pictures) write_file(folder / (picture.name + ".svg"), report::picture_svg(picture));
}

void write_outcomes(const std::filesystem::path& file, const std::vector<std::vector<float>>& of_chips) {
  if (of_chips.empty()) return;
  std::vector<float> all;
  for (const auto& chip : of_chips) all.insert(all.end(), chip.begin(), chip.end());
  write_npy(file, std::span<const float>(all), {of_chips.size(), of_chips.front().size()});
}

}  // namespace

void write_result_files(const std::filesystem::path& folder, const run::Result& result,
                        const arch::LoadedConfig& loaded, bool outcomes) {
  const std::string resolved = resolved_yaml(loaded);
  write_file(folder / "resolved.yaml", resolved);
  if (result.experiment) write_experiment(folder, *result.experiment);
  if (!result.only_budget && !is_without_arrays(result)) {
    write_file(folder / "layers.csv", report::layers_csv(result));
    if (!result.images.empty()) write_file(folder / "images.csv", report::images_csv(result));
  }
  const std::filesystem::path of_samples = folder / "outcomes.npy";
  std::error_code ec;
  std::filesystem::remove(of_samples, ec);  // of an earlier run
  if (outcomes) write_outcomes(of_samples, result.quality.of_samples);
  write_file(folder / "report.html", report::html_report(result, resolved));
  write_file(folder / "result.json", result_json(result));
}

}  // namespace bitline::app
