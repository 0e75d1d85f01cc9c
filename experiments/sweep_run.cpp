// SPDX-License-Identifier: Apache-2.0
// Runs the missing points of a sweep.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "experiments/experiment.h"
#include "experiments/point_line.h"
#include "experiments/points_file.h"
#include "experiments/sweep.h"
#include "experiments/sweep_keys.h"
#include "experiments/sweep_table.h"
#include "run/shelf.h"

namespace bitline::experiments {
namespace {

namespace fs = std::filesystem;

// Neighbours in the order in which points run.
std::vector<std::size_t> shard_of(const std::vector<std::size_t>& order, std::size_t shard, std::size_t shards) {
  const auto at = [&](std::size_t s) { return order.begin() + static_cast<std::ptrdiff_t>(order.size() * s / shards); };
  return {at(shard - 1), at(shard)};
}

class Runner {
 public:
  Runner(const Sweep& sweep, const SweepOptions& options, const PointsFile& file, std::vector<std::size_t> todo,
         SweepOutcome& outcome)
      : sweep_(sweep), options_(options), file_(file), todo_(std::move(todo)), outcome_(outcome) {}

  std::map<Key, std::string> failures;  // lines of failed.jsonl

  void run() {
    const auto jobs =
        std::clamp<std::size_t>(static_cast<std::size_t>(options_.jobs), 1, std::max<std::size_t>(todo_.size(), 1));
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < jobs; ++i) others.emplace_back([this] { work(); });
    work();
    for (auto& t : others) t.join();
    outcome_.stages_made = shelf_.counts().made, outcome_.stages_found = shelf_.counts().found;
    if (fatal_) std::rethrow_exception(fatal_);
    if (interrupted()) throw Interrupted();
  }

 private:
  void work() {
    for (std::size_t i; !stop_ && !interrupted() && (i = next_++) < todo_.size();) try {
        one(todo_[i]);
      } catch (const Interrupted&) {
        stop_ = true;
      } catch (...) {
        const std::lock_guard hold(mutex_);
        stop_ = true;
        if (!fatal_) fatal_ = std::current_exception();
      }
  }

  // A point that fails is noted and the others go on; a folder that cannot be written ends the sweep.
  void one(std::size_t point) {
    std::string line, problem;
    try {
      const auto start = std::chrono::steady_clock::now();
      const arch::LoadedConfig loaded = sweep_.load(point);
      if (point_key(sweep_, loaded, files_) != sweep_.keys[point])
        throw RunError("files of this point have changed since the sweep began; run it again");
      const run::Result result = experiments::run(loaded, sweep_.run, shelf_);
      const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
      line = point_line(sweep_, point, result, spent.count());
      if (options_.write_files) options_.write_files(point, loaded, result);
      const std::lock_guard hold(mutex_);
      outcome_.metric = result.quality.metric;
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& e) {
      problem = *e.what() ? e.what() : "failed without a message";
    }
    if (problem.empty()) file_.append(line);
    const std::lock_guard hold(mutex_);
    if (problem.empty()) {
      ++outcome_.done;
    } else {
      ++outcome_.failed;
      ++outcome_.errors[problem];
      failures[sweep_.keys[point]] = failed_line(sweep_, point, problem);
    }
    if (options_.progress) options_.progress({outcome_.resumed + outcome_.done, outcome_.failed, outcome_.points});
  }

  const Sweep& sweep_;
  const SweepOptions& options_;
  const PointsFile& file_;
  std::vector<std::size_t> todo_;
  SweepOutcome& outcome_;
  run::Shelf shelf_{options_.memory};
  FileKeys files_;
  std::mutex mutex_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::exception_ptr fatal_;
};

// Failures of this run join those of other shards; what is finished by now leaves.
void write_failures(const fs::path& file, std::map<Key, std::string> lines, const PointIndex& finished) {
  std::error_code ec;
  if (fs::exists(file, ec)) {
    const std::string content = read_file(file);
    for (std::size_t begin = 0; begin < content.size();) {
      const auto end = std::min(content.find('\n', begin), content.size());
      const std::string line = content.substr(begin, end - begin);
      begin = end + 1;
      if (const auto parsed = parse_line(line, {}); parsed && parsed->hash) lines.emplace(*parsed->hash, line);
    }
  }
  std::string out;
  for (const auto& [key, line] : lines)
    if (!finished.has(key)) out += line + "\n";
  if (out.empty())
    fs::remove(file, ec);
  else
    write_file(file, out);
}

// Takes over what other folders have finished.
void merge(const Sweep& sweep, const std::vector<fs::path>& folders, const std::vector<std::size_t>& points,
           const PointsFile& file, PointIndex& finished, std::vector<std::string>& warnings) {
  constexpr std::size_t at_once = 1000;
  for (const auto& folder : folders) {
    const PointsFile other(folder / "points.jsonl", sweep.keep);
    const PointIndex theirs = other.read();
    if (theirs.rows.empty())
      warnings.push_back((folder / "points.jsonl").string() + " has no finished points to merge");
    std::vector<std::string> lines;
    for (const std::size_t p : points) {
      const auto row = theirs.rows.find(sweep.keys[p]);
      if (row == theirs.rows.end() || finished.has(row->first)) continue;
      lines.push_back(other.line(row->second));
      if (lines.size() < at_once) continue;
      file.append(lines);
      lines.clear();
    }
    file.append(lines);
    file.read(finished);
  }
}

std::size_t count_missing(const Sweep& sweep, const std::vector<std::size_t>& points, const PointIndex& finished) {
  return static_cast<std::size_t>(
      std::count_if(points.begin(), points.end(), [&](std::size_t p) { return !finished.has(sweep.keys[p]); }));
}

// Points of a shard that neither this folder nor those that are merged have, and those without files that are wanted.
std::vector<std::size_t> unfinished(const Sweep& sweep, const SweepOptions& options,
                                    const std::vector<std::size_t>& shard, const PointIndex& finished) {
  std::vector<PointIndex> all;
  for (const auto& folder : options.merge) all.push_back(PointsFile(folder / "points.jsonl", sweep.keep).read());
  std::vector<std::size_t> todo;
  for (const std::size_t p : shard) {
    const bool done = finished.has(sweep.keys[p]) || std::any_of(all.begin(), all.end(), [&](const PointIndex& index) {
                        return index.has(sweep.keys[p]);
                      });
    if (!done || (options.has_files && !options.has_files(p))) todo.push_back(p);
  }
  return todo;
}

}  // namespace

std::size_t finished_points(const Sweep& sweep, const fs::path& folder) {
  const PointIndex finished = PointsFile(folder / "points.jsonl", sweep.keep).read();
  const std::vector<std::size_t> points = distinct_points(sweep);
  return points.size() - count_missing(sweep, points, finished);
}

SweepOutcome run_sweep(const Sweep& sweep, const SweepOptions& options) {
  SweepOutcome outcome;
  const PointsFile file(options.folder / "points.jsonl", sweep.keep);
  PointIndex finished = file.read();
  const std::vector<std::size_t> points = distinct_points(sweep),
                                 shard = shard_of(points, options.shard, options.shards);
  const std::vector<std::size_t> todo = unfinished(sweep, options, shard, finished);
  outcome.warnings = check_points(sweep, todo);
  outcome.points = shard.size();
  outcome.resumed = shard.size() - todo.size();
  if (finished.damaged)
    outcome.warnings.push_back(std::to_string(finished.damaged) +
                               " damaged lines of points.jsonl are left out; their points run again");
  if (const auto lacking = std::count_if(todo.begin(), todo.end(),
                                         [&](std::size_t p) { return finished.incomplete.count(sweep.keys[p]); }))
    outcome.warnings.push_back(std::to_string(lacking) +
                               " points of points.jsonl lack figures that `keep` asks for now; they run again");
  file.open();
  merge(sweep, options.merge, points, file, finished, outcome.warnings);

  Runner runner(sweep, options, file, todo, outcome);
  runner.run();

  // Under the lock, so that of shards that end together the last one sees the points of all.
  const FolderLock lock(options.folder);
  file.read(finished);
  write_file(options.folder / "table.csv", sweep_table(sweep, finished));
  write_failures(options.folder / "failed.jsonl", std::move(runner.failures), finished);
  for (std::size_t i = 0; !finished.rows.empty() && i < sweep.keep.size(); ++i)
    if (!finished.known[i]) outcome.warnings.push_back("keep: no result of this plan has '" + sweep.keep[i] + "'");
  outcome.missing = count_missing(sweep, points, finished);
  return outcome;
}

}  // namespace bitline::experiments
