// SPDX-License-Identifier: Apache-2.0
// Problems of many points, each told once, at the value of the plan that makes it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "experiments/sweep.h"

namespace bitline::experiments {

class SweepProblems {
 public:
  explicit SweepProblems(const Sweep& sweep) : sweep_(sweep) {}

  // What loading the point (load_point()) throws. A point is added once.
  void add(std::size_t point, const std::vector<Diagnostic>& problems);
  bool empty() const { return found_.empty(); }

  // Each once, with how many points have it: where the plan sets the value it is said of; else at the value that all
  // these points share, the config's own place where there is none. The same said of several values of a key is one
  // problem, and so are those of one place that differ in numbers only. At most `most_told`, the last of which then
  // counts the others.
  std::vector<Diagnostic> told() const;
  // The same as reasons for leaving the points out.
  std::vector<SkippedPoints> reasons() const;

  static constexpr std::size_t most_told = 20;

 private:
  struct Found {
    Diagnostic problem;
    std::vector<std::size_t> points;
    std::size_t having = 0;  // points that set the value it is said of; 0: it is said of none
  };
  std::vector<Found> merged() const;
  std::string with_points(const Found&) const;

  const Sweep& sweep_;
  std::map<std::string, std::size_t> known_;  // text -> index of `found_`
  std::vector<Found> found_;                  // in order of appearance
};

}  // namespace bitline::experiments
