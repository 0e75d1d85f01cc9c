// SPDX-License-Identifier: Apache-2.0
#include "characterise/curves.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "characterise/curve_parts.h"
#include "device/plasticity/pulse_code.h"

namespace bitline::characterise {

using device::Plasticity;
using device::Pulse;
using device::PulsedDevice;
using device::Stimulus;
using device::SynapseState;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

using namespace curve_parts;

}  // namespace

ResponseCurve ppf_curve(const PulsedDevice& d, const PulseProtocol& q) {
  const Plasticity p = plasticity_at(d, q);
  std::vector<Stimulus> stimuli;
  for (const Stimulus s : {Stimulus::potentiation, Stimulus::depression, Stimulus::light})
    if ((s == Stimulus::light) == q.light && transient_of(p, s)) stimuli.push_back(s);
  if (stimuli.empty())
    throw InputError(fmt::format("{}: the key 'plasticity.{}.short_term' is not set: nothing facilitates", d.name,
                                 q.light ? "light" : "potentiation"));
  ResponseCurve c;
  c.title = fmt::format("{}: paired {} pulses", d.name, q.light ? "light" : "voltage");
  c.definition = {"P: current over the long-term level at the end of a pulse"};
  c.columns = {"interval_s"};
  c.x_axis = {"interval between two pulses", Unit::second};
  c.y_axis = {"(P2 - P1) / P1 (%)", Unit::none, 100};
  c.log_x = true;
  double slowest_s = 0;
  for (const Stimulus s : stimuli) {
    const char* name = s == Stimulus::depression ? "ppd" : "ppf";
    const device::ShortTerm& t = *transient_of(p, s);
    const auto term = [](double share, double tau_s) {
      return fmt::format("{} exp(-t / {})", share_text(share), pretty(tau_s, Unit::second));
    };
    c.columns.push_back(fmt::format("{}_ratio_P2/P1", name));
    c.lines.push_back({c.columns.size(),
                       fmt::format("{}: {}{}", s == Stimulus::depression ? "depression" : "facilitation",
                                   term(t.share1, t.tau1_s), t.share2 > 0 ? " + " + term(t.share2, t.tau2_s) : "")});
    c.columns.push_back(fmt::format("{}_gain_(P2-P1)/P1", name));
    slowest_s = std::max({slowest_s, t.tau1_s, t.share2 > 0 ? t.tau2_s : 0});
  }
  for (const double dt : geometric(1e-3 * slowest_s, q.highest.value_or(5 * slowest_s), 10)) {
    c.rows.push_back({dt});
    for (const Stimulus stimulus : stimuli) {
      SynapseState s;
      Pulse pulse = pulse_of(p, stimulus, q);
      const double p1 = apply(p, s, pulse).transient;
      pulse.time_s = pulse.width_s + dt;
      const double ratio = apply(p, s, pulse).transient / p1;
      c.rows.back().insert(c.rows.back().end(), {ratio, ratio - 1});
    }
  }
  return c;
}

ResponseCurve stdp_curve(const PulsedDevice& d, const PulseProtocol& q) {
  const Plasticity& p = d.plasticity();
  if (std::holds_alternative<device::NoStdp>(p.stdp))
    throw InputError(fmt::format("{}: the key 'plasticity.stdp' is not set: no spike-timing rule is known", d.name));
  constexpr int steps = 100;
  ResponseCurve c;
  c.title = d.name + ": change by one pair of spikes";
  c.definition = {"dt = t_post - t_pre; change as a share of the window"};
  c.columns = {"dt_s", "change_of_window"};
  c.lines = {{1, "after one pair"}};
  c.x_axis = {"dt = t_post - t_pre", Unit::second};
  c.y_axis = {"change (share of the window)"};
  const double highest = q.highest.value_or(0.1);
  for (int i = -steps / 2; i <= steps / 2; ++i) {
    const double dt = highest * i / (steps / 2);
    c.rows.push_back({dt, i == 0 ? nothing : pair_change(p.stdp, dt)});
  }
  return c;
}

ResponseCurve train_curve(const PulsedDevice& d, const std::vector<Pulse>& train, const PulseProtocol& q) {
  const Plasticity p = plasticity_at(d, q);
  const std::optional<Random> random = q.seed ? std::optional(Random(*q.seed, 0)) : std::nullopt;
  ResponseCurve c;
  c.title = d.name + ": a train of pulses";
  c.definition = {
      "at the end of the pulse: its own response included; after: just before the next pulse, after the last as long "
      "as "
      "before it"};
  c.columns = {"pulse",
               "time_s",
               "amplitude_V",
               "power_W_per_m2",
               "wavelength_m",
               "width_s",
               "level_of_window",
               in_unit("conductance_at_end", d),
               in_unit("conductance_after", d)};
  if (!d.relative) c.columns.push_back("energy_J");
  c.x = 1;
  c.lines = {{7, "at the end of each pulse"}, {8, "just before the next"}};
  c.x_axis = {"time", Unit::second};
  c.y_axis = conductance_axis(d);
  SynapseState s;
  for (std::size_t i = 0; i < train.size(); ++i) {
    const Pulse& pulse = train[i];
    device::SynapseReading before = reading(s), end;
    try {
      if (pulse.time_s >= s.time_s) rest(p, s, pulse.time_s), before = reading(s);
      end = apply(p, s, pulse, {random ? &*random : nullptr, 0});
    } catch (const InputError& e) {
      throw InputError(fmt::format("{}: pulse {}: {}", d.name, i + 1, e.what()));
    }
    // After the last pulse as long as between the two before: then the next would come.
    const double next_s = i + 1 < train.size() ? train[i + 1].time_s
                          : i > 0              ? 2 * pulse.time_s - train[i - 1].time_s
                          : q.interval_s       ? s.time_s + *q.interval_s
                                               : s.time_s;
    rest(p, s, std::max(next_s, s.time_s));
    c.rows.push_back(
        {static_cast<double>(i + 1), pulse.time_s, pulse.amplitude_V, pulse.power_W_m2,
         pulse.power_W_m2 > 0 ? pulse.wavelength_m > 0 ? pulse.wavelength_m : p.light->drive.wavelength_m : nothing,
         pulse.width_s, s.level, d.conductance(end.total()), d.conductance(reading(s).total())});
    if (!d.relative) c.rows.back().push_back(pulse_energy_J(d, pulse, before, end));
  }
  if (q.seed) {
    PulseProtocol same = q;
    same.seed.reset();
    note_spread(c, train_curve(d, train, same), 8, d.conductance(1) - d.conductance(0), p.spread, *q.seed);
  }
  return c;
}

ResponseCurve codes_curve(const PulsedDevice& d, const std::vector<std::vector<bool>>& codes, const PulseProtocol& q) {
  const Plasticity p = plasticity_at(d, q);
  const std::optional<Random> random = q.seed ? std::optional(Random(*q.seed, 0)) : std::nullopt;
  const Pulse pulse = pulse_of(p, Stimulus::potentiation, q);
  double period_s = pulse.width_s + q.interval_s.value_or(0.1);
  if (!q.interval_s)
    for (const auto& figure : p.figures)
      if (const auto* published = std::get_if<device::PulseCodes>(&figure.protocol)) period_s = published->period_s;
  ResponseCurve c;
  c.title = d.name + ": codes of pulses";
  c.definition = {fmt::format("pulse or none in slots of {:g} s; read at the end of the last", period_s)};
  c.columns = {"row"};
  const std::size_t slots = codes.front().size();
  for (std::size_t slot = 1; slot <= slots; ++slot) c.columns.push_back(fmt::format("bit_{}", slot));
  for (std::size_t slot = 1; slot <= slots; ++slot)
    c.columns.push_back(in_unit(fmt::format("conductance_after_slot_{}", slot), d));
  c.lines = {{2 * slots, "at the end of the last slot"}};
  c.x_axis = {"code, in the order given"};
  c.y_axis = conductance_axis(d);
  for (std::size_t row = 0; row < codes.size(); ++row) {
    SynapseState s;
    auto& out = c.rows.emplace_back(std::vector{static_cast<double>(row + 1)});
    out.insert(out.end(), codes[row].begin(), codes[row].end());
    const device::SynapseDraws draws{random ? &*random : nullptr, static_cast<std::uint32_t>(row)};
    for (const auto& reading : code_readings(p, s, codes[row], {pulse, period_s}, draws))
      out.push_back(d.conductance(reading.total()));
  }
  if (q.seed) {
    PulseProtocol same = q;
    same.seed.reset();
    note_spread(c, codes_curve(d, codes, same), 2 * slots, d.conductance(1) - d.conductance(0), p.spread, *q.seed);
  }
  return c;
}

std::string curve_csv(const ResponseCurve& c) {
  std::string out = fmt::format("{}\n", fmt::join(c.columns, ","));
  for (const auto& row : c.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (std::isinf(row[i])) throw RunError(fmt::format("column {} is infinite", c.columns[i]));
      if (i > 0) out += ',';
      if (!std::isnan(row[i])) out += fmt::format("{}", row[i]);
    }
    out += '\n';
  }
  return out;
}

}  // namespace bitline::characterise
