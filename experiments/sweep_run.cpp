// SPDX-License-Identifier: Apache-2.0
// Runs the missing points of a sweep.
#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/files.h"
#include "base/parallel.h"
#include "experiments/points_file.h"
#include "experiments/sweep.h"
#include "experiments/sweep_table.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json point_json(const Sweep& sweep, const SweepPoint& p) {
  Json axes = Json::object();
  for (std::size_t i = 0; i < p.axes.size(); ++i) axes[sweep.axes[i]] = p.axes[i].value;
  return {{"hash", p.hash}, {"point", axes}};
}

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Distinct points of one shard, in order.
std::vector<const SweepPoint*> points_of(const Sweep& sweep, std::size_t shard, std::size_t shards) {
  std::vector<const SweepPoint*> out;
  std::set<std::string> seen;
  std::size_t number = 0;
  for (const auto& p : sweep.points) {
    if (!seen.insert(p.hash).second) continue;
    if (number++ % shards == shard - 1) out.push_back(&p);
  }
  return out;
}

class Runner {
 public:
  Runner(const Sweep& sweep, const SweepOptions& options, const PointsFile& file, std::vector<const SweepPoint*> todo,
         SweepOutcome& outcome)
      : sweep_(sweep), options_(options), file_(file), todo_(std::move(todo)), outcome_(outcome) {}

  std::map<std::string, Json> failures;  // by hash

  void run() {
    const auto jobs =
        std::clamp<std::size_t>(static_cast<std::size_t>(options_.jobs), 1, std::max<std::size_t>(todo_.size(), 1));
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < jobs; ++i) others.emplace_back([this] { work(); });
    work();
    for (auto& t : others) t.join();
    if (fatal_) std::rethrow_exception(fatal_);
    if (interrupted()) throw Interrupted();
  }

 private:
  void work() {
    for (std::size_t i; !stop_ && !interrupted() && (i = next_++) < todo_.size();) try {
        one(*todo_[i]);
      } catch (const Interrupted&) {
        stop_ = true;
      } catch (...) {
        const std::lock_guard hold(mutex_);
        stop_ = true;
        if (!fatal_) fatal_ = std::current_exception();
      }
  }

  // A point that fails is noted and the others go on; a folder that cannot be written ends the sweep.
  void one(const SweepPoint& p) {
    Json line = point_json(sweep_, p);
    std::string problem;
    try {
      RunOptions options = options_.run;
      options.progress = nullptr;
      const LoadedConfig loaded = sweep_.load(p);
      line["result"] = Json::parse(options_.to_json(bitline::run(loaded, options), loaded, options));
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& e) {
      problem = *e.what() ? e.what() : "failed without a message";
    }
    if (problem.empty()) file_.append(dump(line));
    const std::lock_guard hold(mutex_);
    if (problem.empty()) {
      ++outcome_.done;
    } else {
      ++outcome_.failed;
      ++outcome_.errors[problem];
      line["error"] = problem;
      failures[p.hash] = std::move(line);
    }
    if (options_.progress) options_.progress({outcome_.resumed + outcome_.done, outcome_.failed, outcome_.points});
  }

  const Sweep& sweep_;
  const SweepOptions& options_;
  const PointsFile& file_;
  std::vector<const SweepPoint*> todo_;
  SweepOutcome& outcome_;
  std::mutex mutex_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::exception_ptr fatal_;
};

// Failures of this run join those of other shards; what is finished by now leaves.
void write_failures(const fs::path& file, const std::map<std::string, Json>& now,
                    const std::map<std::string, std::string>& finished) {
  std::map<std::string, std::string> lines;
  std::error_code ec;
  if (fs::exists(file, ec)) {
    const std::string content = read_file(file);
    for (std::size_t begin = 0; begin < content.size();) {
      const auto end = std::min(content.find('\n', begin), content.size());
      const std::string line = content.substr(begin, end - begin);
      begin = end + 1;
      const auto json = Json::parse(line, nullptr, false);
      if (json.is_object() && json.contains("hash") && json["hash"].is_string())
        lines[json["hash"].get<std::string>()] = line;
    }
  }
  for (const auto& [hash, json] : now) lines[hash] = dump(json);
  std::string out;
  for (const auto& [hash, line] : lines)
    if (!finished.count(hash)) out += line + "\n";
  if (out.empty())
    fs::remove(file, ec);
  else
    write_file(file, out);
}

}  // namespace

std::size_t finished_points(const Sweep& sweep, const fs::path& folder) {
  const auto lines = PointsFile(folder / "points.jsonl").read();
  const auto points = points_of(sweep, 1, 1);
  return static_cast<std::size_t>(
      std::count_if(points.begin(), points.end(), [&](const SweepPoint* p) { return lines.count(p->hash) > 0; }));
}

SweepOutcome run_sweep(const Sweep& sweep, const SweepOptions& options) {
  SweepOutcome outcome;
  outcome.warnings = sweep.warnings;
  PointsFile file(options.folder / "points.jsonl");
  file.open();
  std::size_t damaged = 0;
  auto finished = file.read(&damaged);
  if (damaged)
    outcome.warnings.push_back(std::to_string(damaged) +
                               " damaged lines of points.jsonl are left out; their points run again");

  const auto everything = points_of(sweep, 1, 1);
  for (const auto& folder : options.merge) {
    const auto theirs = PointsFile(folder / "points.jsonl").read();
    if (theirs.empty())
      outcome.warnings.push_back((folder / "points.jsonl").string() + " has no finished points to merge");
    for (const auto* p : everything)
      if (const auto line = theirs.find(p->hash); line != theirs.end() && finished.emplace(*line).second)
        file.append(line->second);
  }

  std::vector<const SweepPoint*> todo = points_of(sweep, options.shard, options.shards);
  outcome.points = todo.size();
  std::erase_if(todo, [&](const SweepPoint* p) { return finished.count(p->hash) > 0; });
  outcome.resumed = outcome.points - todo.size();

  Runner runner(sweep, options, file, std::move(todo), outcome);
  runner.run();

  // Under the lock, so that of shards that end together the last one sees the points of all.
  const FolderLock lock(options.folder);
  finished = file.read();
  std::set<std::string> unknown;
  write_file(options.folder / "table.csv", sweep_table(sweep, finished, unknown));
  write_failures(options.folder / "failed.jsonl", runner.failures, finished);
  for (const auto& path : unknown)
    outcome.warnings.push_back("keep: no result has '" + path + "'; see the keys with bitline run --json");
  outcome.missing = static_cast<std::size_t>(std::count_if(
      everything.begin(), everything.end(), [&](const SweepPoint* p) { return !finished.count(p->hash); }));
  return outcome;
}

}  // namespace bitline
