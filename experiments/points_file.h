// SPDX-License-Identifier: Apache-2.0
// points.jsonl: one line of JSON for each finished point, safe against being killed at any moment and shared by shards.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace bitline {

class PointsFile {
 public:
  explicit PointsFile(std::filesystem::path file) : file_(std::move(file)) {}

  // Creates the file, or cuts a torn last line off. Throws RunError.
  void open();
  // Finished points: hash -> line. Lines that are no JSON object with a hash are counted in `damaged` and skipped.
  std::map<std::string, std::string> read(std::size_t* damaged = nullptr) const;
  // One write(), then fsync: after this returns, the line survives. `line` has no newline. Throws RunError.
  void append(const std::string& line) const;

 private:
  std::filesystem::path file_;
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

}  // namespace bitline
