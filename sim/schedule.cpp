// SPDX-License-Identifier: Apache-2.0
#include "sim/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.h"

namespace bitline {
namespace {

std::string held_back(const Chip& chip, const std::vector<LayerActions>& layers, std::pair<int, double> busiest,
                      double slowest_s) {
  const auto& [array, takes_s] = busiest;
  std::string names;
  for (std::size_t l = 0; l < layers.size(); ++l)
    if (layers[l].arrays.count(array)) names += (names.empty() ? "" : ", ") + chip.layers[l].matrix.name;
  return fmt::format(
      "mapping.schedule: layers {} share array {}, which works {} on each image while the slowest layer takes {}: "
      "throughput is {:.3g} of what it would be on arrays of their own",
      names, array, pretty(takes_s, Unit::second), pretty(slowest_s, Unit::second), slowest_s / takes_s);
}

}  // namespace

LayerTime layer_time(const Config& config, const LayerActions& a, double moving_s) {
  LayerTime t;
  for (const auto& [array, work] : a.arrays)
    if (work.drive_s + work.convert_s > t.array_s + t.adc_s) t.array_s = work.drive_s, t.adc_s = work.convert_s;
  t.digital_s = a.digital_s;
  const double computing_s = t.array_s + t.adc_s + t.digital_s;
  t.transfer_s = config.periphery.transfers == Transfers::serial ? moving_s : std::max(0.0, moving_s - computing_s);
  return t;
}

double transfer_s(const Config& config, const MatrixLayer& m, const LayerActions& a, const Path& path) {
  const double cycle_s = 1 / config.technology.clock_Hz, width = config.periphery.bus_bits;
  // A tree brings the same bits to all blocks at once.
  const double in = static_cast<double>(m.rows - m.bias_rows) * m.input.bits * m.positions;
  const double way = std::ceil(path.bit.time_s / cycle_s);
  return cycle_s * (std::ceil(in / width) + std::ceil((a.bits_between + a.bits_out) / width) + 2 * way);
}

Timetable timetable(const Chip& chip, const std::vector<LayerActions>& layers, const std::vector<LayerTime>& times,
                    double reload_s) {
  Timetable s;
  double now_s = reload_s, slowest_s = 0;
  std::map<int, double> busy_s;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (const auto& [array, work] : layers[l].arrays) {
      const double takes_s = work.drive_s + work.convert_s;
      if (takes_s > 0)  // a copy beyond the positions there are has nothing to do
        s.timeline.push_back({static_cast<int>(l), array, now_s, now_s + takes_s});
      busy_s[array] += takes_s;
    }
    now_s += times[l].total_s();
    slowest_s = std::max(slowest_s, times[l].total_s());
  }
  // Pipelined: a new image starts as soon as the busiest layer, or array shared by several layers, is free.
  const bool pipelined = chip.config.mapping.schedule == Schedule::pipelined && chip.placement.loads == 1;
  s.period_s = pipelined ? slowest_s : now_s;
  const auto busiest =
      std::max_element(busy_s.begin(), busy_s.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (pipelined && busiest != busy_s.end() && busiest->second > slowest_s) {
    s.period_s = busiest->second;
    s.held_back = held_back(chip, layers, *busiest, slowest_s);
  }
  return s;
}

}  // namespace bitline
