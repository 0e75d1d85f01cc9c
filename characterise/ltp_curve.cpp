// SPDX-License-Identifier: Apache-2.0
// Potentiation and depression by trains of equal pulses, and what each pulse takes.
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

constexpr std::size_t long_term_column = 6, read_column = 7, energy_column = 8;

// As many as cross the window; of light, whose sweep has no length, and of what undoes it, ten.
int pulses_for(const Plasticity& p, Stimulus stimulus, const PulseProtocol& q) {
  if (q.pulses) return *q.pulses;
  const auto& r = stimulus == Stimulus::depression ? p.depression : p.potentiation;
  if (q.light || !r || !r->update) return 10;
  return static_cast<int>(std::clamp(std::ceil(pulses_of(*r->update)), 1.0, 100000.0));
}

// One line where both are the same to the eye.
void add_lines(ResponseCurve& c, double window) {
  constexpr double seen = 0.005;  // of the window
  double most = 0;
  for (const auto& row : c.rows) most = std::max(most, std::abs(row[read_column] - row[long_term_column]) / window);
  if (most > seen)
    c.lines = {{long_term_column, "long-term level"}, {read_column, "as read, with transients"}};
  else
    c.lines = {{read_column, most > 0 ? "as read; transients are gone but for " + share_text(most) + " of the window"
                                      : "as read; nothing is left of transients"}};
}

void add_energies(ResponseCurve& c) {
  double least = INFINITY, most = 0, sum[2] = {0, 0};
  for (const CurveLeg& leg : c.legs)
    for (std::size_t i = leg.first + 1; i <= leg.first + leg.pulses; ++i)
      if (const double e = c.rows[i][energy_column]; std::isfinite(e))
        least = std::min(least, e), most = std::max(most, e), sum[leg.up] += e;
  if (!(most > 0)) return;
  c.lower = {{energy_column, "energy of each pulse"}};
  c.lower_axis = {"energy of a pulse", Unit::joule};
  c.figures = {{"least_pulse_J", least}, {"most_pulse_J", most}, {"potentiation_J", sum[1]}, {"depression_J", sum[0]}};
  c.definition.push_back(fmt::format("energy of a pulse {} .. {}; of all that potentiate {}, that depress {}",
                                     pretty(least, Unit::joule), pretty(most, Unit::joule), pretty(sum[1], Unit::joule),
                                     pretty(sum[0], Unit::joule)));
}

void add_notes(ResponseCurve& c, const PulsedDevice& d, const PulseProtocol& q, double gap_s) {
  const Plasticity& p = d.plasticity();
  c.definition.push_back(
      fmt::format("read just before the next pulse, {} after the one before", pretty(gap_s, Unit::second)));
  if (p.history && !q.light)
    c.definition.push_back(
        fmt::format("history: the first potentiating pulse after a pause counts {:g} (plasticity.history.rest), later "
                    "ones by how fast they come",
                    p.history->rest));
  if (d.relative) c.definition.push_back("no energies: the device's file gives no conductances (g_min, g_max)");
}

}  // namespace

ResponseCurve ltp_curve(const PulsedDevice& d, const PulseProtocol& q) {
  const Plasticity p = plasticity_at(d, q);
  const std::optional<Random> random = q.seed ? std::optional(Random(*q.seed, 0)) : std::nullopt;
  const double gap_s = q.interval_s.value_or(1);
  ResponseCurve c;
  c.columns = {"pulse",
               "time_s",
               "amplitude_V",
               "power_W_per_m2",
               "width_s",
               "level_of_window",
               in_unit("long_term_conductance", d),
               in_unit("conductance", d)};
  if (!d.relative) c.columns.push_back("energy_J");
  c.x_axis = {"pulses"};
  c.y_axis = conductance_axis(d);
  SynapseState s;
  const auto row = [&](const Pulse& pulse, double energy_J) {
    c.rows.push_back({static_cast<double>(c.rows.size()), s.time_s, pulse.amplitude_V, pulse.power_W_m2, pulse.width_s,
                      s.level, d.conductance(s.level), d.conductance(reading(s).total())});
    if (!d.relative) c.rows.back().push_back(energy_J);
  };
  row({}, std::numeric_limits<double>::quiet_NaN());
  std::string trains;
  for (int cycle = 0; cycle < q.cycles; ++cycle)
    for (const Stimulus stimulus : {q.light ? Stimulus::light : Stimulus::potentiation, Stimulus::depression}) {
      if (stimulus == Stimulus::depression && !p.depression) continue;
      Pulse pulse = pulse_of(p, stimulus, q);
      const auto count = static_cast<std::size_t>(pulses_for(p, stimulus, q));
      c.legs.push_back({stimulus != Stimulus::depression, c.rows.size() - 1, count});
      if (cycle == 0)
        trains += fmt::format("{}{} by {}", trains.empty() ? "" : "; ",
                              c.legs.back().up ? "potentiation" : "depression", pulses_text(count, pulse));
      for (std::size_t i = 0; i < count; ++i) {
        pulse.time_s = s.time_s;
        const device::SynapseReading before = reading(s), end = apply(p, s, pulse, {random ? &*random : nullptr, 0});
        rest(p, s, s.time_s + gap_s);
        row(pulse, pulse_energy_J(d, pulse, before, end));
      }
    }
  c.title = fmt::format("{}: {}", d.name, trains);
  add_notes(c, d, q, gap_s);
  add_lines(c, d.conductance(1) - d.conductance(0));
  if (!d.relative) add_energies(c);
  if (q.seed) {
    PulseProtocol same = q;
    same.seed.reset();
    note_spread(c, ltp_curve(d, same), read_column, d.conductance(1) - d.conductance(0), p.spread, *q.seed);
  }
  return c;
}

}  // namespace bitline::characterise
