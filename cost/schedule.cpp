// SPDX-License-Identifier: Apache-2.0
#include "cost/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.h"

namespace bitline::cost {

using arch::Config;
using chip::Chip;

namespace {

std::string held_back(const Chip& chip, const Tariff& tariff, std::pair<int, double> busiest, double slowest_s) {
  const auto& [array, takes_s] = busiest;
  std::string names;
  for (std::size_t l = 0; l < tariff.layers.size(); ++l)
    if (tariff.layers[l].actions.busy_s.count(array)) names += (names.empty() ? "" : ", ") + chip.layers[l].matrix.name;
  return fmt::format(
      "mapping.schedule: layers {} share array {}, which works {} on each image while the slowest layer takes {}: "
      "throughput is {:.3g} of what it would be on arrays of their own ({})",
      names, array, pretty(takes_s, Unit::second), pretty(slowest_s, Unit::second), slowest_s / takes_s,
      tariff.config.mapping.prefer == arch::Prefer::area ? "mapping.prefer: balanced"
                                                         : "more chips, tiles or arrays give them room");
}

// From one image to the next. Groups of copies work on successive images; what they read comes over the same wires.
double interval_s(const Chip& chip, const FlowNode& node, const NodeTime& time) {
  const int groups = node.layer ? chip.layers[*node.layer].copies.groups() : 1;
  return groups == 1 ? time.total_s() : std::max(time.total_s() / groups, time.transfer_s);
}

// When resources are free again, and who had them last.
struct Free {
  double at_s = 0;
  std::optional<std::size_t> after;  // node
  void wait_for(double other_s, std::size_t node) {
    if (!after || other_s > at_s) at_s = other_s, after = node;
  }
};

// The nodes that follow each other without a gap until the last one ends, first to last.
std::vector<std::size_t> longest_chain(const std::vector<double>& end_s, const std::vector<Free>& begins) {
  std::vector<std::size_t> chain;
  if (end_s.empty()) return chain;
  const auto last = static_cast<std::size_t>(std::max_element(end_s.rbegin(), end_s.rend()).base() - end_s.begin()) - 1;
  for (std::optional<std::size_t> n = last; n; n = begins[*n].after) chain.push_back(*n);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace

NodeTime layer_time(const Config& config, const LayerActions& a, double moving_s) {
  NodeTime t;
  for (const auto& [array, work] : a.arrays)
    if (work.drive_s + work.convert_s > t.array_s + t.adc_s) t.array_s = work.drive_s, t.adc_s = work.convert_s;
  t.digital_s = a.digital_s;
  const double computing_s = t.array_s + t.adc_s + t.digital_s;
  t.transfer_s =
      config.periphery.transfers == arch::Transfers::serial ? moving_s : std::max(0.0, moving_s - computing_s);
  return t;
}

double transfer_s(const Config& config, const workloads::IntegerWeights& m, const LayerActions& a, const Path& path) {
  const double cycle_s = 1 / config.technology.clock_Hz, width = config.periphery.bus_bits;
  // A tree brings the same bits to all blocks at once.
  const double in = static_cast<double>(m.rows - m.bias_rows) * m.input.bits * static_cast<double>(m.positions);
  const double way = std::ceil(path.bit.time_s / cycle_s);
  return cycle_s * (std::ceil(in / width) + std::ceil((a.bits_between + a.bits_out) / width) + 2 * way);
}

std::vector<NodeTime> node_times(const Chip& chip, const Tariff& tariff) {
  std::vector<NodeTime> times;
  for (const FlowNode& node : tariff.flow.nodes) {
    const std::size_t n = times.size();
    times.emplace_back();
    if (!node.layer) {
      const periphery::UnitCost& mac =
          tariff.digital.operations[static_cast<std::size_t>(periphery::DigitalOperation::mac)];
      times.back().digital_s = unit_time_s(tariff.config, tariff.digital, tariff.nodes[n].planned, mac.time_s);
      continue;
    }
    const chip::LayerPlan& plan = chip.layers[*node.layer];
    const LayerActions& a = tariff.layers[*node.layer].actions;
    if (plan.settings.digital)
      times.back().digital_s =
          unit_time_s(tariff.config, tariff.digital, a.planned, tariff.digital.layer_macs[*node.layer].time_s);
    else
      times.back() = layer_time(tariff.config, a, transfer_s(tariff.config, plan.matrix, a, tariff.path));
  }
  return times;
}

Timetable timetable(const Chip& chip, const Tariff& tariff, const std::vector<NodeTime>& times, double reload_s) {
  Timetable s;
  std::map<int, Free> arrays;
  std::map<int, double> busy_s;
  std::vector<Free> begins;
  std::vector<double> end_s;
  Free unit;
  double slowest_s = 0, unit_s = 0;
  for (std::size_t n = 0; n < tariff.flow.nodes.size(); ++n) {
    const FlowNode& node = tariff.flow.nodes[n];
    Free begin;
    for (const std::size_t t : node.in)
      if (const auto from = tariff.flow.tensors[t].producer) begin.wait_for(end_s[*from], *from);
    const bool on_arrays = node.layer && !chip.layers[*node.layer].settings.digital,
               on_unit = !on_arrays && times[n].total_s() > 0;
    if (on_unit && unit.after) begin.wait_for(unit.at_s, *unit.after);
    static const std::map<int, ArrayWork> none;
    const auto& work = on_arrays ? tariff.layers[*node.layer].actions.arrays : none;
    for (const auto& [array, ignored] : work)
      if (const auto used = arrays.find(array); used != arrays.end())
        begin.wait_for(used->second.at_s, *used->second.after);
    if (!begin.after) begin.at_s = reload_s;
    for (const auto& [array, of_array] : work) {
      const double takes_s = of_array.drive_s + of_array.convert_s;
      if (takes_s > 0)  // a copy beyond the positions there are has nothing to do
        s.timeline.push_back({static_cast<int>(*node.layer), array, begin.at_s, begin.at_s + takes_s});
    }
    if (on_arrays)
      for (const auto& [array, seconds] : tariff.layers[*node.layer].actions.busy_s) busy_s[array] += seconds;
    end_s.push_back(begin.at_s + times[n].total_s());
    for (const auto& [array, ignored] : work) arrays[array] = {end_s.back(), n};
    if (on_unit) unit = {end_s.back(), n}, unit_s += times[n].total_s();
    begins.push_back(begin);
    slowest_s = std::max(slowest_s, interval_s(chip, node, times[n]));
  }
  for (const std::size_t n : longest_chain(end_s, begins)) {
    s.longest.array_s += times[n].array_s, s.longest.adc_s += times[n].adc_s;
    s.longest.digital_s += times[n].digital_s, s.longest.transfer_s += times[n].transfer_s;
    s.period_s = end_s[n];
  }
  // Pipelined: a new image starts as soon as the slowest node, and each array or unit that several share, is free.
  if (tariff.config.mapping.schedule != arch::Schedule::pipelined || chip.placement.loads > 1) return s;
  s.period_s = slowest_s;
  const auto busiest =
      std::max_element(busy_s.begin(), busy_s.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (busiest != busy_s.end() && busiest->second > s.period_s) {
    s.period_s = busiest->second;
    s.held_back = held_back(chip, tariff, *busiest, slowest_s);
  }
  if (unit_s > s.period_s) {
    s.period_s = unit_s;
    s.held_back = fmt::format(
        "mapping.schedule: the digital unit works {} on each image while the slowest layer takes {}: throughput is "
        "{:.3g} of what more periphery.digital.lanes would allow",
        pretty(unit_s, Unit::second), pretty(slowest_s, Unit::second), slowest_s / unit_s);
  }
  return s;
}

}  // namespace bitline::cost
