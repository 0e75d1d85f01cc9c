// SPDX-License-Identifier: Apache-2.0
// bitline compare: runs side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "base/files.h"
#include "experiments/experiment.h"
#include "experiments/sweep.h"
#include "report/compare_page.h"
#include "report/text.h"
#include "run/shelf.h"

namespace bitline::app {

using report::Align;
using report::ComparedRun;
using report::TextTable;
using run::Json;

namespace fs = std::filesystem;
namespace {

struct CompareArguments : Common {
  std::vector<std::string> runs;
  std::string page;
  double tolerance = -1;  // < 0: not asked for
};

// A folder or JSON of a result; else a config, which is run.
bool is_result(const std::string& argument) {
  if (fs::is_directory(argument)) return true;
  return fs::is_regular_file(argument) && fs::path(argument).extension() != ".yaml";
}

ComparedRun run_config(const std::string& argument, const CompareArguments& a, run::Shelf& shelf) {
  const fs::path file = config_file(argument);
  if (experiments::is_sweep_plan(file, config_path()))
    throw UsageError(argument + " is a sweep plan: bitline sweep runs its points, and its page compares them");
  const arch::LoadedConfig loaded = arch::load(file, a.overrides(), config_path());
  Progress progress(a.quiet);
  run::RunOptions options = a.run_options();
  options.progress = [&](double done, const std::string& stage) { progress.show(done, argument + ": " + stage); };
  const run::Result result = experiments::run(loaded, options, shelf);
  if (!a.quiet)
    for (const std::string& warning : result.warnings) print_warning(argument + ": " + warning);
  return report::compared_run(result, loaded, argument);
}

std::vector<ComparedRun> read_runs(const CompareArguments& a) {
  const bool any_config = !std::all_of(a.runs.begin(), a.runs.end(), is_result);
  if (!any_config && (!a.sets.empty() || !a.seed.empty()))
    throw UsageError("--set and --seed change configs that are run; these are results, which stay as they are");
  run::Shelf shelf(std::size_t{1} << 30);  // configs share what they have in common
  std::vector<ComparedRun> runs;
  for (const std::string& argument : a.runs) {
    runs.push_back(is_result(argument) ? report::read_compared_run(argument) : run_config(argument, a, shelf));
    const std::size_t n = runs.size() - 1;
    runs.back().label = n < 26 ? std::string(1, static_cast<char>('A' + n)) : fmt::format("#{}", n + 1);
  }
  return runs;
}

// --- numbers beyond a tolerance --------------------------------------------------------------------------------------

struct Beyond {
  std::string key, run;  // which run differs from the first
  std::string first, other;
};

double relative(double a, double b) {
  const double largest = std::max(std::abs(a), std::abs(b));
  return largest == 0 ? 0 : std::abs(a - b) / largest;
}

std::vector<Beyond> beyond_tolerance(const std::vector<ComparedRun>& runs, double tolerance) {
  std::vector<Beyond> out;
  const auto first = runs[0].numbers();
  const auto text = [](const auto& numbers, const auto& at) {
    return at == numbers.end() ? std::string("-") : fmt::format("{}", at->second);
  };
  for (std::size_t r = 1; r < runs.size(); ++r) {
    const auto other = runs[r].numbers();
    std::map<std::string, double> keys = first;
    keys.insert(other.begin(), other.end());
    for (const auto& [key, _] : keys) {
      const auto a = first.find(key), b = other.find(key);
      if (a != first.end() && b != other.end() && relative(a->second, b->second) <= tolerance) continue;
      out.push_back({key, runs[r].label, text(first, a), text(other, b)});
    }
  }
  return out;
}

void print_beyond(const std::vector<Beyond>& beyond, double tolerance) {
  constexpr std::size_t most = 20;
  if (beyond.empty()) return;
  fmt::print("\nBeyond the tolerance of {}\n", tolerance);
  TextTable table({{Align::left}, {Align::right}, {Align::left}, {Align::right}});
  for (std::size_t i = 0; i < std::min(beyond.size(), most); ++i)
    table.row({beyond[i].key, beyond[i].first, beyond[i].run, beyond[i].other});
  fmt::print("{}", table.str(2));
  if (beyond.size() > most) fmt::print("  and {} more\n", beyond.size() - most);
}

// --- JSON ------------------------------------------------------------------------------------------------------------

Json or_null(const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); }
Json or_null(const std::optional<Interval>& i) { return i ? Json{i->lower, i->upper} : Json(nullptr); }

Json figures_json(const std::vector<ComparedRun>& runs) {
  Json figures = Json::array();
  for (const report::ComparedFigure& f : compared_figures(runs)) {
    Json values = Json::array();
    for (const auto& x : f.values) values.push_back(or_null(x));
    Json one{{"key", f.key}, {"name", f.name.name}, {"unit", f.name.unit}, {"values", values}};
    if (runs.size() == 2 && f.values[0] && f.values[1]) {
      const double a = *f.values[0], b = *f.values[1];
      one["a"] = a, one["b"] = b, one["difference"] = b - a;
      one["ratio"] = a != 0 ? Json(b / a) : Json(nullptr);
    }
    figures.push_back(std::move(one));
  }
  return figures;
}

// By id; null where a run has no such claim.
Json claims_json(const std::vector<ComparedRun>& runs) {
  Json claims = Json::array();
  for (const std::string& id : compared_claims(runs)) {
    Json values = Json::array();
    for (const ComparedRun& run : runs) {
      const Json* claim = run::node_at(run.document, "experiment.claims." + id);
      values.push_back(claim ? *claim : Json(nullptr));
    }
    Json one{{"id", id}, {"values", values}};
    if (runs.size() == 2) one["a"] = values[0], one["b"] = values[1];
    claims.push_back(std::move(one));
  }
  return claims;
}

// What is said of a run beside the first.
Json pair_json(const ComparedRun& first, const ComparedRun& other) {
  Json pair{{"runs", {first.label, other.label}},
            {"same", are_same(first, other)},
            {"same_files", read_same_files(first, other)}};
  if (const auto d = quality_difference(other, first))
    pair["quality_difference"] = {
        {"value", d->value}, {"ci95", or_null(d->ci95)}, {"how", d->how}, {"beyond_chance", d->is_beyond_chance()}};
  if (const auto i = iso_area(first, other))
    pair["iso_area"] = {{"throughput_per_s", {{"a", i->throughput_a}, {"b", i->throughput_b}}},
                        {"tops_per_w", {{"a", i->tops_per_w_a}, {"b", i->tops_per_w_b}}},
                        {"area_ratio", i->area_ratio()},
                        {"b_throughput_on_area_of_a_per_s", i->scaled()},
                        {"assumes", "throughput scales with area"}};
  const auto a = first.interval("energy.interval_J"), b = other.interval("energy.interval_J");
  if (a && b)
    pair["energy_intervals_J"] = {
        {"a", or_null(a)}, {"b", or_null(b)}, {"overlap", a->lower <= b->upper && b->lower <= a->upper}};
  return pair;
}

Json json_of(const std::vector<ComparedRun>& runs, const std::vector<Beyond>* beyond) {
  Json out, names = Json::array(), config = Json::array(), pairs = Json::array();
  for (const ComparedRun& run : runs)
    names.push_back({{"label", run.label}, {"source", run.source}, {"name", run.name}, {"metric", run.metric()}});
  const bool two = runs.size() == 2;
  for (const report::ConfigChange& change : config_changes(runs)) {
    Json one{{"key", change.key}, {"values", change.values}};
    if (two) one["a"] = change.values[0], one["b"] = change.values[1];
    config.push_back(std::move(one));
  }
  for (std::size_t r = 1; r < runs.size(); ++r) pairs.push_back(pair_json(runs[0], runs[r]));
  out["runs"] = names;
  if (two) out["metric"] = {{"a", runs[0].metric()}, {"b", runs[1].metric()}};
  out["figures"] = figures_json(runs);
  out["claims"] = claims_json(runs);
  out["config"] = config;
  out["pairs"] = pairs;
  if (two)
    for (const char* key : {"iso_area", "energy_intervals_J"})
      if (pairs[0].contains(key)) out[key] = pairs[0][key];
  if (beyond) {
    out["beyond_tolerance"] = Json::array();
    for (const Beyond& b : *beyond)
      out["beyond_tolerance"].push_back({{"key", b.key}, {"run", b.run}, {"a", b.first}, {"b", b.other}});
  }
  return out;
}

int compare_command(const CompareArguments& a) {
  const std::vector<ComparedRun> runs = read_runs(a);
  const bool with_tolerance = a.tolerance >= 0;
  const std::vector<Beyond> beyond = with_tolerance ? beyond_tolerance(runs, a.tolerance) : std::vector<Beyond>{};
  if (!a.page.empty()) write_file(a.page, report::compare_page(runs));
  if (a.json) {
    fmt::print("{}", run::dump(json_of(runs, with_tolerance ? &beyond : nullptr)));
  } else {
    fmt::print("{}", report::compare_text(runs, {a.colored()}));
    print_beyond(beyond, a.tolerance);
    if (!a.page.empty()) fmt::print("\npage: {}\n", a.page);
  }
  if (!beyond.empty()) fmt::print(stderr, "bitline: {} numbers differ by more than {}\n", beyond.size(), a.tolerance);
  return beyond.empty() ? exit_done : exit_check_failed;
}

}  // namespace

void add_compare(CommandLine& line) {
  auto a = std::make_shared<CompareArguments>();
  Command& c =
      line.add("compare", "shows runs side by side: figures, parts, layers, differing configuration", "Results",
               {{"bitline run fashion-mlp --set workload.images=500 --set adc.bits=6 --out runs/second",
                 "a run to compare with the first"},
                {"bitline compare runs/first runs/second", "figures, costs by part and layer, and what was changed"},
                {"bitline compare runs/first runs/second --report runs/side-by-side.html",
                 "any number of runs; a page with pictures"},
                {"bitline compare runs/first fashion-mlp --set workload.images=500 --set adc.bits=5",
                 "a config is run first, here with other converters"},
                {"bitline compare runs/first runs/first/result.json --tolerance 1e-9",
                 "exit code 4 if any number differs by more, relative"}});
  c.cli
      ->add_option(
          "RUN", a->runs,
          "run folder or result.json, or a config, which is run; the first is what the others are compared with")
      ->required()
      ->expected(2, -1)
      ->type_name("");
  c.cli->add_option("--report", a->page, "write a page with stacked bars of all runs")->type_name("FILE");
  c.cli->add_option("--tolerance", a->tolerance, "largest relative difference from the first run allowed in any number")
      ->type_name("X")
      ->check(CLI::NonNegativeNumber);
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return compare_command(*a); };
}

}  // namespace bitline::app
