// SPDX-License-Identifier: Apache-2.0
// The axes of a sweep plan: lists of values that are set together.
#pragma once

#include <string>
#include <vector>

#include "base/config_reader.h"
#include "experiments/sweep.h"

namespace bitline::experiments {

// A value on one line of YAML, as --set takes it.
std::string one_line(const Value& value);

class SweepAxes {
 public:
  std::vector<SweepAxis> all;  // without strides

  // Reads every part of the plan. `notes` give the positions of its keys.
  SweepAxes(const SweepPlan& plan, const Annotations& notes);
  // What is wrong with parts that `all` leaves out.
  const std::vector<Diagnostic>& problems() const { return problems_; }

 private:
  void grid(const Value&);
  void zip(const Value&);
  void list(const Value&);
  void random(const RandomAxes&);
  void seeds(const std::vector<std::uint32_t>&);
  std::vector<Entry> lists(const Value&, const std::string& part);
  void add(const std::vector<std::string>& keys, std::vector<AxisBundle> axis, const std::string& part);
  void problem(const Origin& where, const std::string& path, const std::string& message,
               const std::string& remedy = "");
  Origin origin(const std::string& key) const;

  const Annotations& notes_;
  std::vector<Diagnostic> problems_;
};

}  // namespace bitline::experiments
