// SPDX-License-Identifier: Apache-2.0
// bitline sweep: many points around one experiment, resumable.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/environment.h"
#include "app/result_files.h"
#include "base/files.h"
#include "experiments/sweep.h"
#include "report/sweep_page.h"
#include "report/text.h"

namespace bitline::app {

using experiments::Sweep;
using experiments::SweepOutcome;
using report::shell_word;

namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_on_a_page = 10'000;  // larger sweeps get their page when asked for: bitline report

struct SweepArguments : Common {
  std::string plan, shard;
  std::vector<std::string> merge;
  int jobs = 0, tasks = 0;
  bool dry_run = false, slurm = false, csv = false, skip_invalid = false, reports = false;
};

// "2/8"
std::pair<std::size_t, std::size_t> parse_shard(const std::string& text) {
  if (text.empty()) return {1, 1};
  const auto slash = text.find('/');
  const auto number = [&](const std::string& s) -> std::size_t {
    if (s.empty() || s.size() > 6 || s.find_first_not_of("0123456789") != std::string::npos) return 0;
    return std::stoul(s);
  };
  const std::size_t i = number(text.substr(0, slash)),
                    n = slash == std::string::npos ? 0 : number(text.substr(slash + 1));
  if (i < 1 || n < 1 || i > n)
    throw UsageError(fmt::format("--shard {}: write I/N with I from 1 to N, such as 2/8", text));
  return {i, n};
}

fs::path folder_of(const SweepArguments& a, const fs::path& plan) {
  return a.out.empty() ? fs::path(plan.stem().string() + "-sweep") : fs::path(a.out);
}

std::string data_options(const SweepArguments& a) {
  std::string options;
  for (const auto& d : a.data) options += " --data " + shell_word(d);
  return options;
}

std::string slurm_script(const SweepArguments& a, const Sweep& sweep, const fs::path& folder) {
  const std::size_t tasks = a.tasks > 0 ? static_cast<std::size_t>(a.tasks) : std::min<std::size_t>(sweep.size(), 16);
  std::string command = "bitline sweep " + shell_word(a.plan) + " --out " + shell_word(folder.string());
  for (const auto& s : a.sets) command += " --set " + shell_word(s);
  if (!a.seed.empty()) command += " --seed " + shell_word(a.seed);
  command += data_options(a);
  if (a.skip_invalid) command += " --skip-invalid";
  if (a.reports) command += " --reports";
  return fmt::format(
      "#!/bin/bash\n# {} points in {} tasks that share one folder; submit again to run what is missing.\n"
      "#SBATCH --job-name=bitline\n#SBATCH --array=1-{}\n#SBATCH --cpus-per-task=4\n#SBATCH "
      "--output=bitline-%A_%a.log\n\n"
      "{} --shard \"$SLURM_ARRAY_TASK_ID/{}\" --jobs \"$SLURM_CPUS_PER_TASK\" --threads \"$SLURM_CPUS_PER_TASK\" -q\n",
      sweep.size(), tasks, tasks, command, tasks);
}

void print_points(const Sweep& sweep, const fs::path& folder) {
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    std::string axes;
    for (const experiments::AxisValue* v : sweep.values(i))
      if (!v->value.empty()) axes += fmt::format("  {}={}", v->path, v->value);
    const bool invalid = !sweep.invalid.empty() && sweep.invalid[i];
    fmt::print("{:5}  {:32}{}\n", i, invalid ? "left out" : sweep.keys[i].hex(), axes);
  }
  fmt::print("{} points, {} of them finished in {}\n", sweep.size(), finished_points(sweep, folder), folder.string());
}

void tell_skipped(const SweepArguments& a, const Sweep& sweep) {
  for (const experiments::SkippedPoints& s : sweep.skipped)
    if (!a.quiet) print_warning(fmt::format("{} of {} points left out: {}", s.points, sweep.size(), s.reason));
}

std::size_t skipped_points(const Sweep& sweep) {
  return static_cast<std::size_t>(std::count(sweep.invalid.begin(), sweep.invalid.end(), 1));
}

// A run folder for each point, whose title says which it is.
void keep_reports(const Sweep& sweep, experiments::SweepOptions& options) {
  const auto folder = [&sweep, out = options.folder](std::size_t point) {
    return report::point_folder(out, sweep.keys[point].hex());
  };
  options.write_files = [&sweep, folder](std::size_t point, const arch::LoadedConfig& loaded, const run::Result& made) {
    run::Result result = made;
    result.name = fmt::format("{}: {}", result.name, point_text(sweep, point));
    write_result_files(folder(point), result, loaded, false);
  };
  options.has_files = [folder](std::size_t point) { return fs::exists(folder(point) / "result.json"); };
}

// `page`: whether report.html was written.
int report_outcome(const SweepArguments& a, const Sweep& sweep, const SweepOutcome& o, const fs::path& folder,
                   bool page) {
  if (!a.quiet)
    for (const auto& w : o.warnings) print_warning(w);
  constexpr std::size_t shown = 5;
  std::size_t n = 0;
  for (const auto& [message, count] : o.errors) {
    if (n++ == shown) break;
    fmt::print(stderr, "bitline: {} failed: {}\n", count == 1 ? "1 point" : fmt::format("{} points", count), message);
  }
  if (a.json) {
    const nlohmann::ordered_json j{{"folder", folder.string()},
                                   {"points", o.points},
                                   {"resumed", o.resumed},
                                   {"done", o.done},
                                   {"failed", o.failed},
                                   {"missing", o.missing},
                                   {"skipped", skipped_points(sweep)}};
    fmt::print("{}\n", j.dump(2));
  } else if (a.csv) {
    fmt::print("{}", read_file(folder / "table.csv"));
  } else {
    fmt::print("{} points: {} done now, {} before, {} failed\n", o.points, o.done, o.resumed, o.failed);
    if (const std::size_t skipped = skipped_points(sweep))
      fmt::print("{}: no config takes {}\n",
                 skipped == 1 ? "1 point left out" : fmt::format("{} points left out", skipped),
                 skipped == 1 ? "it" : "them");
    if (o.missing > 0) fmt::print("{} points of the whole plan are missing\n", o.missing);
    fmt::print("table: {}\n", (folder / "table.csv").string());
    if (page) fmt::print("report: {}\n", (folder / "report.html").string());
    if (o.failed) fmt::print("failures: {}; running again tries them once more\n", (folder / "failed.jsonl").string());
  }
  return o.failed ? exit_points_failed : exit_done;
}

int sweep_command(const SweepArguments& a) {
  const auto [shard, shards] = parse_shard(a.shard);
  const fs::path plan = config_file(a.plan), folder = folder_of(a, plan);
  if (!experiments::is_sweep_plan(plan, config_path()))
    throw UsageError(a.plan + " is no sweep plan: it has no key 'config'; bitline run takes experiments");
  if (fs::exists(folder / "result.json"))
    throw UsageError(folder.string() +
                     " holds the result of a run, whose report.html a sweep would replace: give another --out");
  const int cores = a.run_options().threads;
  experiments::SweepOptions options;
  options.folder = folder;
  options.merge.assign(a.merge.begin(), a.merge.end());
  options.shard = shard;
  options.shards = shards;
  // Points side by side use the cores better than the threads of one small point; while some wait for a stage that
  // another makes, it has their cores.
  options.jobs = a.jobs > 0 ? a.jobs : cores;
  const run::RunOptions run = a.run_options();
  const Sweep sweep = experiments::load_sweep(plan, a.overrides(), config_path(), run, a.skip_invalid);
  tell_skipped(a, sweep);
  if (a.reports) keep_reports(sweep, options);
  if (a.dry_run) {
    for (const auto& w : check_points(sweep, distinct_points(sweep)))
      if (!a.quiet) print_warning(w);
    print_points(sweep, folder);
    return exit_done;
  }
  if (a.slurm) {
    fmt::print("{}", slurm_script(a, sweep, folder));
    return exit_done;
  }
  Progress progress(a.quiet);
  options.progress = [&](const experiments::SweepProgress& p) {
    progress.show(static_cast<double>(p.done + p.failed) / static_cast<double>(std::max<std::size_t>(p.total, 1)),
                  fmt::format("{} of {} points{}", p.done + p.failed, p.total,
                              p.failed ? fmt::format(", {} failed", p.failed) : ""));
  };
  try {
    const SweepOutcome outcome = run_sweep(sweep, options);
    progress.clear();
    report::SweepNote note = report::sweep_note(sweep, plan.stem().string(), data_options(a));
    note.metric = outcome.metric;
    report::write_sweep_note(folder, std::move(note));
    const bool page = sweep.size() <= most_on_a_page;
    if (page) report::write_sweep_page(folder);
    return report_outcome(a, sweep, outcome, folder, page);
  } catch (const Interrupted&) {
    progress.clear();
    fmt::print(stderr, "bitline: interrupted; {} of {} points are kept in {}, the same command goes on from there\n",
               finished_points(sweep, folder), sweep.size(), folder.string());
    return exit_interrupted;
  }
}

}  // namespace

void add_sweep(CommandLine& line) {
  auto a = std::make_shared<SweepArguments>();
  Command& c = line.add(
      "sweep", "runs many points around one experiment; resumable at any moment", "Run",
      {{"bitline sweep configs/sweep/small.yaml --dry-run", "which points there are"},
       {"bitline sweep configs/sweep/small.yaml --out runs/small",
        "run what is missing, then write table.csv and report.html in runs/small"},
       {"bitline sweep sweep/small --out runs/small --shard 1/2 --csv",
        "half of the points; shards may share a folder"},
       {"bitline sweep sweep/designs --out runs/designs --reports",
        "named designs side by side, each with its own page"},
       {"bitline schema --plan", "the keys of a plan"},
       {"bitline sweep sweep/small --out runs/merged --merge runs/small", "count points of other folders as finished"},
       {"bitline sweep sweep/small --out runs/small --slurm > small.sbatch", "a job array for a cluster"}});
  c.cli->add_option("PLAN", a->plan, "YAML file whose keys bitline schema --plan explains; or a shipped one's name")
      ->required()
      ->type_name("");
  a->add_out(*c.cli, "where points.jsonl, table.csv and report.html go (default: PLAN-sweep)");
  c.cli->add_option("--jobs", a->jobs, "points at a time; 0 = one for each thread")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  c.cli->add_option("--shard", a->shard, "only the I-th of N parts of the points")->type_name("I/N");
  c.cli->add_option("--merge", a->merge, "take finished points over from this folder; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
  c.cli->add_flag("--skip-invalid", a->skip_invalid,
                  "leave out points that no config takes, and count them, instead of refusing the plan");
  c.cli->add_flag("--reports", a->reports, "a run folder for each point in points/, which the sweep's page leads to");
  c.cli->add_flag("--dry-run", a->dry_run, "list the points and stop");
  c.cli->add_flag("--slurm", a->slurm, "print a Slurm job array and stop");
  c.cli->add_option("--tasks", a->tasks, "tasks of the job array (default: up to 16)")
      ->type_name("N")
      ->check(CLI::Range(1, 100000));
  c.cli->add_flag("--csv", a->csv, "print table.csv");
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_isa(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return sweep_command(*a); };
}

}  // namespace bitline::app
