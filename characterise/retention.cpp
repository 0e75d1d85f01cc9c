// SPDX-License-Identifier: Apache-2.0
// What time does to a device: transients after pulses, and ageing of written cells.
#include "base/error.h"
#include "characterise/curve_parts.h"
#include "device/aged_law.h"

namespace bitline::characterise {

using device::Device;
using device::PulsedDevice;
using device::Stimulus;
using device::SynapseState;

namespace {

using namespace curve_parts;

constexpr double year_s = 365.25 * 86400;

struct WrittenState {
  std::string name;
  double g_S;
};

// The levels that the device lists while they are few, else five of them or of its window. Those that read alike are
// one.
std::vector<WrittenState> written_states(const Device& d) {
  constexpr std::size_t most = 16, shown = 5;
  const std::size_t levels = d.levels_S.size(), n = levels >= 2 && levels <= most ? levels : shown;
  std::vector<WrittenState> out;
  for (std::size_t k = 0; k < n; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(n - 1);
    const double g_S = levels >= 2
                           ? d.levels_S[static_cast<std::size_t>(std::lround(share * static_cast<double>(levels - 1)))]
                           : d.g_min_S + share * (d.g_max_S - d.g_min_S);
    if (std::string name = pretty(g_S, Unit::siemens); out.empty() || out.back().name != name)
      out.push_back({std::move(name), g_S});
  }
  return out;
}

std::vector<Stimulus> stimuli_of(bool light) {
  return {light ? Stimulus::light : Stimulus::potentiation, Stimulus::depression};
}

void add_transients(ResponseCurve& c, const PulsedDevice& d, const PulseProtocol& q) {
  const device::Plasticity p = plasticity_at(d, q);
  std::vector<SynapseState> states;
  for (const Stimulus stimulus : stimuli_of(q.light)) {
    if (stimulus == Stimulus::depression && !p.depression) continue;
    SynapseState& s = states.emplace_back();
    s.level = 0.5;
    for (const device::Pulse& pulse :
         pulse_train(pulse_of(p, stimulus, q), q.pulses.value_or(3), q.interval_s.value_or(0.1)))
      apply(p, s, pulse);
    const char* after = stimulus == Stimulus::depression ? "depression" : q.light ? "light" : "potentiation";
    c.lines.push_back({c.columns.size(), fmt::format("after {}", after), {}});
    c.columns.push_back(in_unit(fmt::format("conductance_after_{}", after), d));
    c.columns.push_back(in_unit(fmt::format("long_term_after_{}", after), d));
  }
  for (auto& row : c.rows)
    for (SynapseState s : states) {
      rest(p, s, s.time_s + row[0]);
      row.insert(row.end(), {d.conductance(reading(s).total()), d.conductance(s.level)});
    }
}

void add_ageing(ResponseCurve& c, const Device& device) {
  for (const WrittenState& state : written_states(device)) {
    std::string word = state.name;
    std::erase(word, ' ');
    c.lines.push_back({c.columns.size(), "written to " + state.name, c.columns.size() + 1});
    for (const char* what : {"mean", "sigma"}) c.columns.push_back(fmt::format("{}_of_{}_S", what, word));
    for (auto& row : c.rows) {
      const device::AgedLaw law = aged_law(device, state.g_S, row[0]);
      row.insert(row.end(), {law.mean_S, law.sigma_S});
    }
  }
}

}  // namespace

bool has_transients(const PulsedDevice& d, bool light) {
  const auto& p = d.device.plasticity;
  return p && std::ranges::any_of(stimuli_of(light), [&](Stimulus s) { return transient_of(*p, s).has_value(); }) &&
         (light ? p->light.has_value() : p->potentiation.has_value());
}

double retention_end_s(const PulsedDevice& d, const PulseProtocol& q) {
  return q.highest.value_or(ages(d.device) ? year_s : 1e4);
}

ResponseCurve retention_curve(const PulsedDevice& d, const PulseProtocol& q) {
  const bool transients = has_transients(d, q.light), ageing = ages(d.device);
  if (!transients && !ageing)
    throw InputError(
        fmt::format("{}: nothing in it changes with time: written cells age by the keys 'relaxation', "
                    "'drift' and 'slow_noise', pulses leave transients by 'plasticity.{}.short_term'",
                    d.name, q.light ? "light" : "potentiation"));
  if (ageing && d.relative)
    throw InputError(fmt::format("{}: ageing is in siemens: the keys 'g_min' and 'g_max' are missing", d.name));
  ResponseCurve c;
  c.title = d.name + (!ageing      ? ": after the last pulse"
                      : transients ? ": after pulses, and written"
                                   : ": written cells");
  c.x_axis = {transients && ageing ? "time after the last pulse or the write"
              : transients         ? "time after the last pulse"
                                   : "time after the write",
              Unit::second};
  c.y_axis = conductance_axis(d);
  c.columns = {"time_s"};
  c.log_x = true;
  const double highest_s = retention_end_s(d, q);
  for (const double t_s : geometric(std::min(1e-3, 1e-3 * highest_s), highest_s, 5)) c.rows.push_back({t_s});
  if (transients) {
    c.definition.push_back(
        ageing ? "pulses: trains from half the window, not aged"
               : "trains of reference pulses from half the window: what is left of transients. How long the long-term "
                 "level is kept is not in the device's file (relaxation, drift), so it stays");
    if (const auto& shown_s = d.plasticity().reported.retention_s; shown_s && !ageing)
      c.definition.push_back("reported: kept for " + pretty(*shown_s, Unit::second));
    add_transients(c, d, q);
  }
  if (ageing) {
    Device device = d.device;
    device.temperature_K = q.temperature_K.value_or(device.temperature_K);
    c.definition.push_back(fmt::format("{}: mean and, as bands, one sigma between cells at {}",
                                       transients ? "written" : "written exactly",
                                       pretty(device.temperature_K, Unit::kelvin)));
    add_ageing(c, device);
  }
  return c;
}

}  // namespace bitline::characterise
