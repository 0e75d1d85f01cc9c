// SPDX-License-Identifier: Apache-2.0
// The stages of a run: what it tells while it works, and how long each took.
#pragma once

#include <chrono>
#include <string>

#include "run/run.h"

namespace bitline::run {

class Stages {
 public:
  Stages(Result& result, const RunOptions& options) : result_(result), options_(options) {}
  void begin(const std::string& stage, double done) {
    end();
    name_ = stage;
    start_ = Clock::now();
    report(done);
  }
  void report(double done) {
    if (options_.progress) options_.progress(done, name_);
  }
  void end() {
    if (!name_.empty())
      result_.timing.emplace_back(name_, std::chrono::duration<double>(Clock::now() - start_).count());
    name_.clear();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Result& result_;
  const RunOptions& options_;
  std::string name_;
  Clock::time_point start_;
};

}  // namespace bitline::run
