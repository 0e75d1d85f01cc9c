// SPDX-License-Identifier: Apache-2.0
// Problems of many points, each told once and not more than a person reads.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/error.h"

namespace bitline::experiments {

class SweepProblems {
 public:
  void add(const std::vector<Diagnostic>& problems) {
    for (const Diagnostic& d : problems)
      if (!enough() && told_.insert(to_string(d)).second) all_.push_back(d);
  }
  bool enough() const { return all_.size() >= most; }
  // Throws ConfigError with all of them, if there are any.
  void finish() const {
    if (!all_.empty()) throw ConfigError(all_);
  }

 private:
  static constexpr std::size_t most = 20;
  std::set<std::string> told_;
  std::vector<Diagnostic> all_;
};

}  // namespace bitline::experiments
