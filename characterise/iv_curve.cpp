// SPDX-License-Identifier: Apache-2.0
// Current over voltage: of three states at rest, or a loop where the sweep itself writes.
#include <fmt/format.h>

#include <cmath>

#include "characterise/curve_parts.h"

namespace bitline::characterise {

using device::Plasticity;
using device::Pulse;
using device::PulsedDevice;
using device::Stimulus;
using device::SynapseState;

namespace {

using namespace curve_parts;

bool writes_both_ways(const PulsedDevice& d) {
  const auto& p = d.device.plasticity;
  return p && p->potentiation && p->potentiation->update && p->depression && p->depression->update;
}

double read_voltage_V(const PulsedDevice& d) { return d.device.plasticity ? d.device.plasticity->v_read_V : 0.1; }

double current(const PulsedDevice& d, double conductance, double voltage_V) {
  const double g = at_zero_drop_S(d.device.iv, conductance, read_voltage_V(d));
  return std::visit([&](const auto& law) { return law.at(g, voltage_V).current_A; }, d.device.iv);
}

double highest_V(const PulsedDevice& d, const PulseProtocol& q) {
  if (q.highest) return *q.highest;
  if (!writes_both_ways(d)) return 1;
  const Plasticity& p = d.plasticity();
  return std::max(p.potentiation->drive.amplitude_V, p.depression->drive.amplitude_V);
}

const char* unit_of(const PulsedDevice& d) { return d.relative ? "V_g_max" : "A"; }

void add_state_columns(ResponseCurve& c, const PulsedDevice& d) {
  for (const char* state : {"g_min", "half", "g_max"})
    c.columns.push_back(fmt::format("current_at_{}_{}", state, unit_of(d)));
}

void add_states(std::vector<double>& row, const PulsedDevice& d, double voltage_V) {
  for (const double share : {0.0, 0.5, 1.0}) row.push_back(current(d, d.conductance(share), voltage_V));
}

ResponseCurve states_at_rest(const PulsedDevice& d, const PulseProtocol& q) {
  constexpr int steps = 100;
  const double highest = highest_V(d, q);
  ResponseCurve c;
  c.title = d.name + ": current over voltage of three states";
  c.definition = {fmt::format("states read at {}; what the sweep itself writes is not in it",
                              pretty(read_voltage_V(d), Unit::volt))};
  if (writes_both_ways(d)) c.definition.push_back("a sweep as far as pulses write, or without --highest, is a loop");
  c.columns = {"voltage_V"};
  add_state_columns(c, d);
  c.lines = {{1, "at g_min"}, {2, "halfway"}, {3, "at g_max"}};
  for (int i = -steps / 2; i <= steps / 2; ++i) {
    c.rows.push_back({highest * i / (steps / 2)});
    add_states(c.rows.back(), d, c.rows.back()[0]);
  }
  return c;
}

ResponseCurve loop_curve(const PulsedDevice& d, const PulseProtocol& q) {
  const Plasticity p = plasticity_at(d, q);
  const std::vector<Pulse> steps = loop_steps(d, q);
  ResponseCurve c;
  c.title = fmt::format("{}: current over voltage, a sweep to {} and {}", d.name, pretty(highest_V(d, q), Unit::volt),
                        pretty(-highest_V(d, q), Unit::volt));
  c.definition = {
      fmt::format("from g_min at 0 V in steps of {}, each {} long and counted as a pulse of its voltage; "
                  "current at the end of each",
                  pretty(steps.front().amplitude_V, Unit::volt), pretty(steps.front().width_s, Unit::second))};
  c.columns = {"voltage_V", "time_s", "level_of_window", fmt::format("current_{}", unit_of(d))};
  add_state_columns(c, d);
  c.loop = c.log_y = true;
  c.lines = {{3, "the sweep: 0, up, down through 0, back"}};
  SynapseState s;
  const auto row = [&](double voltage_V, double conductance) {
    c.rows.push_back({voltage_V, s.time_s, s.level, current(d, conductance, voltage_V)});
    add_states(c.rows.back(), d, voltage_V);
  };
  row(0, d.conductance(0));
  for (Pulse step : steps) {
    step.time_s = s.time_s;
    row(step.amplitude_V, d.conductance(apply(p, s, step).total()));
  }
  return c;
}

}  // namespace

bool is_loop(const PulsedDevice& d, const PulseProtocol& q) {
  if (!writes_both_ways(d)) return false;
  const Plasticity& p = d.plasticity();
  const double least_V = std::min(p.potentiation->drive.amplitude_V, p.depression->drive.amplitude_V);
  return highest_V(d, q) >= least_V;
}

std::vector<Pulse> loop_steps(const PulsedDevice& d, const PulseProtocol& q) {
  constexpr int quarter = 50;  // steps from 0 to an end
  const double highest = highest_V(d, q), width_s = q.width_s.value_or(d.plasticity().potentiation->drive.width_s);
  std::vector<Pulse> steps;
  for (int i = 1; i <= 4 * quarter; ++i) {
    const int at = i <= quarter ? i : i <= 3 * quarter ? 2 * quarter - i : i - 4 * quarter;
    steps.push_back({(i - 1) * width_s, width_s, highest * at / quarter, 0, 0});
  }
  return steps;
}

ResponseCurve iv_curve(const PulsedDevice& d, const PulseProtocol& q) {
  ResponseCurve c = is_loop(d, q) ? loop_curve(d, q) : states_at_rest(d, q);
  c.x_axis = {"voltage", Unit::volt};
  // In units of g_max: the current that g_max would carry by Ohm's law at so many volts.
  c.y_axis = d.relative ? CurveAxis{"current / g_max", Unit::volt} : CurveAxis{"current", Unit::ampere};
  return c;
}

}  // namespace bitline::characterise
