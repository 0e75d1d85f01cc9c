// SPDX-License-Identifier: Apache-2.0
// bitline sensitivity: what half and double of each assumed value does.
#include "experiments/sensitivity.h"

#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "report/experiment.h"
#include "report/text.h"
#include "run/json_parts.h"

namespace bitline::app {

using experiments::Sensitivity;
using run::Json;

namespace {

struct SensitivityArguments : Common {
  std::string config;
  std::vector<std::string> keys;
  bool csv = false;
};

// "experiment.claims.four-orientations.value" to "four-orientations".
std::string short_name(const std::string& figure) {
  constexpr std::string_view before = "experiment.claims.", after = ".value";
  if (!figure.starts_with(before)) return figure;
  return figure.substr(before.size(), figure.size() - before.size() - after.size());
}

run::ExperimentTable table_of(const Sensitivity& s) {
  run::ExperimentTable table{"sensitivity", "Half and double of each value", {"key", "factor", "value"}, {}};
  for (const std::string& figure : s.figures) table.columns.push_back(short_name(figure));
  for (const auto& row : s.rows) {
    auto& cells = table.rows.emplace_back();
    cells.insert(cells.end(), {row.path.empty() ? std::string("as it is") : row.path, row.factor, row.value});
    for (std::size_t i = 0; i < s.figures.size(); ++i)
      cells.push_back(row.problem.empty() ? run::TableCell(row.figures[i]) : run::TableCell(row.problem));
  }
  return table;
}

std::string text_of(const run::ExperimentTable& table) {
  std::vector<report::TextTable::Column> columns(table.columns.size(), {report::Align::right});
  columns[0].align = report::Align::left;
  report::TextTable text(std::move(columns));
  text.row(table.columns);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row) cells.push_back(report::shorten(report::cell_text(cell), 48));
    text.row(std::move(cells));
  }
  return text.str();
}

Json json_of(const Sensitivity& s) {
  Json rows = Json::array();
  for (const auto& row : s.rows) {
    Json figures = Json::object();
    for (std::size_t i = 0; i < row.figures.size(); ++i)
      figures[short_name(s.figures[i])] = std::isfinite(row.figures[i]) ? Json(row.figures[i]) : Json(nullptr);
    rows.push_back({{"key", row.path},
                    {"factor", row.factor},
                    {"value", row.value},
                    {"figures", std::move(figures)},
                    {"problem", row.problem.empty() ? Json(nullptr) : Json(row.problem)}});
  }
  return {{"figures", s.figures}, {"rows", std::move(rows)}};
}

int sensitivity_command(const SensitivityArguments& a) {
  const arch::LoadedConfig loaded = arch::load(config_file(a.config), a.overrides(), config_path());
  Progress progress(a.quiet);
  const Sensitivity s =
      experiments::sensitivity(loaded, a.keys, a.run_options(), [&](std::size_t done, std::size_t all) {
        progress.show(static_cast<double>(done) / static_cast<double>(all), fmt::format("run {} of {}", done + 1, all));
      });
  progress.clear();
  fmt::print("{}", a.json ? run::dump(json_of(s)) : a.csv ? report::table_csv(table_of(s)) : text_of(table_of(s)));
  return exit_done;
}

}  // namespace

void add_sensitivity(CommandLine& line) {
  auto a = std::make_shared<SensitivityArguments>();
  Command& c = line.add("sensitivity", "what half and double of each assumed value does to the figures", "Run",
                        {{"bitline sensitivity orientation --set experiment.seeds=4 --set experiment.epochs=1000",
                          "every value of the experiment that no source gives, and the claims with each"},
                         {"bitline sensitivity fashion-mlp --key adc.range.coverage --key input.t_read --set "
                          "workload.images=200 --set instances=2 --csv",
                          "chosen values of any config"}});
  c.cli->add_option("CONFIG", a->config, "YAML file, or the short name of a shipped one")->required()->type_name("");
  c.cli
      ->add_option("--key", a->keys,
                   "vary this value (in a list: KEY.0 and so on); repeatable. Without: all that are assumed in the "
                   "experiment, or in a config without one anywhere")
      ->type_name("PATH")
      ->allow_extra_args(false);
  c.cli->add_flag("--csv", a->csv, "print CSV");
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_isa(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return sensitivity_command(*a); };
}

}  // namespace bitline::app
