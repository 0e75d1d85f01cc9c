// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep_order.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bitline::experiments {
namespace {

// By the first words of a path, the longer ones first. Every other key, such as array, wires or mapping, decides how
// the network lies on the chip.
constexpr std::pair<std::string_view, RunStage> stages[] = {
    {"adc.cost", RunStage::costs},
    {"adc.clock", RunStage::costs},
    {"programming.refresh", RunStage::view},
    {"device.read_disturb", RunStage::view},
    {"workload", RunStage::network},
    {"quantization", RunStage::network},
    {"seed", RunStage::state},
    {"instances", RunStage::state},
    {"device", RunStage::state},
    {"conductances_missing", RunStage::state},
    {"conductances", RunStage::state},
    {"age", RunStage::view},
    {"use", RunStage::view},
    {"compensate", RunStage::view},
    {"adc", RunStage::read},
    {"calibrate", RunStage::read},
    {"correct", RunStage::read},
    {"technology", RunStage::costs},
    {"periphery", RunStage::costs},
    {"programming", RunStage::costs},
    {"name", RunStage::nothing},
    {"published", RunStage::nothing},
    {"budget", RunStage::nothing},
    {"keep", RunStage::nothing},
};

RunStage stage_of_axis(const SweepAxis& axis) {
  RunStage first = RunStage::nothing;
  for (const std::string& path : axis.paths) first = std::min(first, first_stage(path));
  return first;
}

}  // namespace

RunStage first_stage(std::string_view path) {
  const auto known = std::find_if(std::begin(stages), std::end(stages), [&](const auto& s) {
    return path.starts_with(s.first) && (path.size() == s.first.size() || path[s.first.size()] == '.');
  });
  return known == std::end(stages) ? RunStage::design : known->second;
}

std::vector<std::size_t> distinct_points(const Sweep& sweep) {
  // A point is a number whose digits are those of the axes; here the digits of dear axes come first.
  struct Digit {
    std::size_t size, stride;
    RunStage stage;
  };
  std::vector<Digit> digits;
  for (const SweepAxis& axis : sweep.axes) digits.push_back({axis.bundles.size(), axis.stride, stage_of_axis(axis)});
  std::stable_sort(digits.begin(), digits.end(), [](const Digit& a, const Digit& b) { return a.stage < b.stage; });
  std::vector<std::size_t> order;
  std::set<Key> seen;
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    std::size_t point = 0, rest = i;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
      point += rest % digit->size * digit->stride;
      rest /= digit->size;
    }
    if (!sweep.invalid.empty() && sweep.invalid[point]) continue;
    if (seen.insert(sweep.keys[point]).second) order.push_back(point);
  }
  return order;
}

}  // namespace bitline::experiments
