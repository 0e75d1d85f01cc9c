// SPDX-License-Identifier: Apache-2.0
// points.jsonl: one line of JSON for each finished point, safe against being killed at any moment and shared by shards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/key.h"

namespace bitline::experiments {

// What is remembered of a line: the figures a table shows and where the rest stands.
struct PointRow {
  std::string figures;  // the kept figures as fields of a CSV line, with a comma before each
  std::uint64_t begin = 0, bytes = 0;
};

// Lines of a file by the key of their point. Of two lines of one point the later counts.
struct PointIndex {
  std::map<Key, PointRow> rows;
  std::set<Key> incomplete;  // points whose lines lack a kept figure: fewer were asked for then
  std::size_t damaged = 0;   // lines that are no JSON object with a hash and figures
  std::vector<bool> known;   // by kept figure: some line has it
  std::uint64_t end = 0;     // bytes that were read

  bool has(const Key& key) const { return rows.count(key) > 0; }
};

class PointsFile {
 public:
  // `keep`: paths of the figures that a line must have to count as finished.
  PointsFile(std::filesystem::path file, std::vector<std::string> keep)
      : file_(std::move(file)), keep_(std::move(keep)) {}

  // Creates the file, or cuts a torn last line off. Throws RunError.
  void open() const;
  // Reads the whole lines that were added since `index` was read last; one that is empty gets all of them.
  void read(PointIndex& index) const;
  PointIndex read() const;
  // The text of a line, without its end.
  std::string line(const PointRow& row) const;
  // One write(), then fsync: after this returns, the lines survive. They have no newlines. Throws RunError.
  void append(std::span<const std::string> lines) const;
  void append(const std::string& line) const { append(std::span(&line, 1)); }

 private:
  std::filesystem::path file_;
  std::vector<std::string> keep_;
};

// Holds an exclusive lock on a folder's lock file while it lives: shards on one file system take turns.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace bitline::experiments
