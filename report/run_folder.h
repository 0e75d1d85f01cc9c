// SPDX-License-Identifier: Apache-2.0
// The folder that `run --out` writes, and runs from Python. Its files.txt lists what the run wrote, so that a later run
// in the folder replaces all of that and touches nothing else.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bitline::report {

class RunFolder {
 public:
  // Creates the folder. Throws InputError: it holds a sweep, or a result whose files are not listed.
  explicit RunFolder(std::filesystem::path folder);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // Where a run puts its files until commit(); gone with this object.
  const std::filesystem::path& scratch() const { return scratch_; }
  // The configuration of the result that the folder holds; "": none.
  const std::string& earlier_hash() const { return earlier_hash_; }
  // Takes away what an earlier run wrote and moves the files of scratch() to their places, result.json last: where that
  // is, the folder is complete.
  void commit();

 private:
  std::filesystem::path folder_, scratch_;
  std::vector<std::string> earlier_;  // files, relative to the folder
  std::string earlier_hash_;
};

}  // namespace bitline::report
