// SPDX-License-Identifier: Apache-2.0
// bitline sensitivity: what half and double of each assumed value of an experiment does.
#include "experiments/sensitivity.h"

#include <fmt/format.h>

#include <cmath>
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

std::string with_unit(const experiments::SensitivityFigure& f) {
  return f.unit.empty() ? f.name : fmt::format("{} ({})", f.name, f.unit);
}

std::string key_of(const experiments::SensitivityRow& row) { return row.path.empty() ? "as it is" : row.path; }

const char* holds_text(bool holds) { return holds ? "holds" : "does not hold"; }

// A column for each figure, and one for whether each claim holds; why a row has none stands in the last.
run::ExperimentTable table_of(const Sensitivity& s) {
  run::ExperimentTable table{"sensitivity", "Half and double of each value", {"key", "factor", "value"}, {}};
  for (const auto& f : s.figures) {
    table.columns.push_back(with_unit(f));
    if (f.claim) table.columns.push_back(f.name + " holds");
  }
  table.columns.emplace_back("problem");
  for (const auto& row : s.rows) {
    auto& cells = table.rows.emplace_back();
    cells.insert(cells.end(), {key_of(row), row.factor, row.value});
    for (std::size_t i = 0; i < s.figures.size(); ++i) {
      const bool there = i < row.figures.size();
      cells.push_back(there ? run::TableCell(row.figures[i].value) : run::TableCell(std::string()));
      if (s.figures[i].claim)
        cells.emplace_back(std::string(there && row.figures[i].holds ? holds_text(*row.figures[i].holds) : ""));
    }
    cells.emplace_back(row.problem);
  }
  return table;
}

std::string cell_of(const experiments::SensitivityCell& cell) {
  if (!std::isfinite(cell.value)) return "none";
  return fmt::format("{:.4g}{}", cell.value, cell.holds ? fmt::format(", {}", holds_text(*cell.holds)) : "");
}

std::string text_of(const Sensitivity& s) {
  std::vector<report::TextTable::Column> columns(3 + s.figures.size(), {report::Align::right});
  columns[0].align = report::Align::left;
  report::TextTable text(std::move(columns));
  std::vector<std::string> head{"key", "factor", "value"};
  for (const auto& f : s.figures) head.push_back(with_unit(f));
  text.row(std::move(head));
  std::string problems;
  for (const auto& row : s.rows) {
    std::vector<std::string> cells{key_of(row), fmt::format("{:g}", row.factor), row.value};
    for (const auto& cell : row.figures) cells.push_back(cell_of(cell));
    if (row.figures.empty()) cells.emplace_back("refused");
    text.row(std::move(cells));
    if (row.problem.empty()) continue;
    for (const std::string& line : report::wrap(fmt::format("{} = {}: {}", row.path, row.value, row.problem), 96))
      problems += "  " + line + "\n";
  }
  return text.str() + (problems.empty() ? "" : "refused:\n" + problems);
}

Json json_of(const Sensitivity& s) {
  Json rows = Json::array(), units = Json::object(), paths = Json::array();
  const auto name = [](const experiments::SensitivityFigure& f) { return f.claim ? f.name : f.path; };
  for (const auto& f : s.figures) units[name(f)] = f.unit, paths.push_back(f.path);
  for (const auto& row : s.rows) {
    Json figures = Json::object(), holds = Json::object();
    for (std::size_t i = 0; i < row.figures.size(); ++i) {
      const auto& [value, claim_holds] = row.figures[i];
      figures[name(s.figures[i])] = std::isfinite(value) ? Json(value) : Json(nullptr);
      if (s.figures[i].claim) holds[s.figures[i].name] = claim_holds ? Json(*claim_holds) : Json(nullptr);
    }
    rows.push_back({{"key", row.path},
                    {"factor", row.factor},
                    {"value", row.value},
                    {"figures", std::move(figures)},
                    {"holds", std::move(holds)},
                    {"problem", row.problem.empty() ? Json(nullptr) : Json(row.problem)}});
  }
  return {{"figures", std::move(paths)}, {"units", std::move(units)}, {"rows", std::move(rows)}};
}

int sensitivity_command(const SensitivityArguments& a) {
  const arch::LoadedConfig loaded = arch::load(config_file(a.config), a.overrides(), config_path());
  Progress progress(a.quiet);
  const Sensitivity s =
      experiments::sensitivity(loaded, a.keys, a.run_options(), [&](std::size_t done, std::size_t all) {
        progress.show(static_cast<double>(done) / static_cast<double>(all), fmt::format("run {} of {}", done + 1, all));
      });
  progress.clear();
  fmt::print("{}", a.json ? run::dump(json_of(s)) : a.csv ? report::table_csv(table_of(s)) : text_of(s));
  return exit_done;
}

}  // namespace

void add_sensitivity(CommandLine& line) {
  auto a = std::make_shared<SensitivityArguments>();
  Command& c =
      line.add("sensitivity", "what half and double of each assumed value of an experiment does to its figures", "Run",
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
